"""Shares that fade with age, without a row for each pair of a conversion and a touch.

How much a touch weighs depends on the conversion only by the span of a half-life in which that
one's last touch lies. So each touch stands there once for its own span and for each that follows,
half as heavy from one to the next, and not at all some twenty spans on. Within a span a touch gets
its weight times what all conversions that it lies before give one weight: a few steps along the
touches again (`credits`), so much more for one weight from this touch on, so much less from that
one on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from rapport.insights.kernels.credits import (
    LIGHTEST,
    OLDEST,
    PLACES,
    POWERS,
    SCALE,
    WHOLE,
    Way,
)
from rapport.insights.sql.flow import UP_TO, Flow, greatest, over, summed, when
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.sqlbuild import E, binary, choose, column, equals, integer

FINEST = WHOLE  # parts of a millionth that amounts are told in here; decimals have six places more
_BEHIND = 1 << 56  # µs from before the first year until 1970
_COPY, _COUNT = column("copy"), column("count")
_KEPT = (
    *("person", "n", "tn", "name", "assists", "own", "heavy"),
    *("first", "last", "count", "size", "sign", "currency", "last_span"),
)
_WHOLE, _END, _START, _REST = range(4)  # copies of a conversion


def spread(flow: Flow, way: Way, lookback: int, dialect: Dialect, touch: E) -> None:
    """Touches once a span in which they count for something, with `span` and `weight`; conversions
    four times with their span, those without a touch twice. `copy` numbers both; `touch` says
    which rows are touches, `at`, `key` and `reach` are as in `journeys`."""
    _weighed(flow, way, dialect)
    span = greatest(when(touch, column("own")))
    flow.add({"last_span": over(span, ["person"], [column("key")], UP_TO)})
    counts = exp.paren(exp.or_(exp.not_(touch), binary(exp.GT, column("reach"), 0)))
    flow.only({name: column(name) for name in _KEPT}, where=counts)
    later = min(OLDEST, lookback // way.half_life + 1)
    halves = [[n, 1 << n] for n in range(max(later, _REST) + 1)]
    flow.cross(dialect.values_table("copies", {"copy": "integer", "half": "integer"}, halves))
    most = choose(
        (touch, integer(later)),
        (binary(exp.GT, _COUNT, 0), integer(_REST)),
        default=integer(_END),
    )
    weight = dialect.int_div(column("heavy"), column("half"))
    own = binary(exp.Add, column("own"), _COPY)
    flow.add(
        {
            "span": dialect.cast(when(touch, own, column("last_span")), "integer"),
            "weight": dialect.cast(when(touch, weight, 0), "integer"),
        },
        where=binary(exp.LTE, _COPY, most),
    )


def shared(flow: Flow, dialect: Dialect, touch: E, mine: Mapping[str, E]) -> dict[str, E]:
    """What of each conversion's share, and of the amounts of the currencies for which `mine` says
    that it has them, comes to the touches: `gets` and one more column for each of `mine`, in
    parts of a millionth (`FINEST`). Reads what `spread` made."""
    first, last = column("first"), column("last")
    given = exp.and_(exp.not_(touch), binary(exp.GT, _COUNT, 0))
    until = choose(
        (touch, column("tn")),
        (equals(_COPY, _END), last),
        (equals(_COPY, _START), binary(exp.Sub, first, 1)),
        default=integer(0),
    )
    line = ["person", "span"]
    flow.add({"until": until})
    flow.add({"so_far": over(summed(column("weight")), line, [column("until")], UP_TO)})
    ends = (greatest(when(equals(_COPY, each), column("so_far"))) for each in (_END, _START))
    total = binary(exp.Sub, *(over(each, ["person", "n"]) for each in ends))
    flow.add({"total": when(given, dialect.cast(total, "integer"), 1)})
    wholes = {
        "share": dialect.cast(integer(WHOLE * FINEST), "decimal"),
        "size": binary(exp.Mul, dialect.cast(column("size"), "decimal"), FINEST),
    }
    ones = {name: dialect.average(whole, column("total")) for name, whole in wholes.items()}
    flow.add({f"one_{name}": when(given, one) for name, one in ones.items()})
    for name, whole in wholes.items():
        taken = binary(exp.Mul, column(f"one_{name}"), column("total"))
        flow.add({f"rest_{name}": binary(exp.Sub, whole, taken)})
    place = choose(
        (equals(_COPY, _START), first),
        (equals(_COPY, _END), binary(exp.Add, last, 1)),
        default=last,
    )
    steps: dict[str, E] = {"place": when(touch, column("tn"), when(given, place, 0))}
    for name in wholes:
        steps[f"a_{name}"], steps[f"b_{name}"] = _steps(name, given, dialect)
    flow.add(steps)
    found = {"gets": _summed(line, column("a_share"), column("b_share"))}
    for name, holds in mine.items():
        signed = (binary(exp.Mul, column(f"{each}_size"), column("sign")) for each in "ab")
        found[name] = _summed(line, *(when(holds, each) for each in signed))
    return found


def _weighed(flow: Flow, way: Way, dialect: Dialect) -> None:
    """Adds `own`, the span of a half-life in which each row lies, and `heavy`, the weight of a
    touch there. Little is said twice: some engines put stages into each other."""
    half, unit = way.half_life, way.unit
    since = binary(exp.Add, column("at"), -(-_BEHIND // half) * half)
    inside = (
        dialect.int_div(binary(exp.Mod, since, half), unit)
        if unit > 1
        else binary(exp.Mod, since, half)
    )
    spot = dialect.int_div(binary(exp.Mul, inside, PLACES), half // unit)
    own = dialect.int_div(since, half)
    flow.add({"own": dialect.cast(own, "integer"), "spot": dialect.cast(spot, "integer")})
    power: E = dialect.cast(integer(POWERS[-1]), "integer")
    for each in reversed(POWERS[:-1]):
        power = binary(
            exp.Add, dialect.int_div(binary(exp.Mul, power, column("spot")), PLACES), each
        )
    more = dialect.int_div(binary(exp.Mul, power, column("spot")), PLACES * (SCALE // LIGHTEST))
    flow.add({"heavy": dialect.cast(binary(exp.Add, more, LIGHTEST), "integer")})


def _steps(name: str, given: E, dialect: Dialect) -> tuple[E, E]:
    """For one weight, and for the last touch alone: more where it starts, less behind its end."""
    none = dialect.typed(0, "decimal")
    one, rest = column(f"one_{name}"), column(f"rest_{name}")
    begins, ends = (exp.and_(given, equals(_COPY, each)) for each in (_START, _END))
    alone = exp.and_(given, equals(_COPY, _REST))
    return (
        choose((begins, one), (ends, _less(one)), default=none),
        choose((alone, rest), (ends, _less(rest)), default=none),
    )


def _less(value: E) -> E:
    return exp.paren(exp.Neg(this=value.copy()))


def _summed(line: Sequence[str], each: E, alone: E) -> E:
    """Of a touch: its weight times what one gets, and what is left to it."""
    ones, rest = (over(summed(part), line, [column("place")], UP_TO) for part in (each, alone))
    return binary(exp.Add, binary(exp.Mul, ones, column("weight")), rest)
