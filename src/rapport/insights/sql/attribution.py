"""Attribution in SQL: conversions and touches are one line of rows a person, and windows along it
say which touches are whose. Nothing joins events with events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlglot import exp

from rapport.insights.kernels.credits import FINE, WHOLE
from rapport.insights.rows import Ints
from rapport.insights.specs.attribution import MOST_AMOUNT, Attribution
from rapport.insights.sql import fading
from rapport.insights.sql.credits import steps
from rapport.insights.sql.engine import Engine
from rapport.insights.sql.flow import (
    EARLIER,
    NEXT,
    SO_FAR,
    UP_TO,
    Flow,
    Frame,
    counted,
    falling,
    greatest,
    micro,
    missing,
    missing_first,
    numbered,
    over,
    summed,
    there,
    when,
)
from rapport.warehouse.sqlbuild import E, binary, call, choose, column, equals, integer

_N, _AT, _NAME, _KIND = column("n"), column("at"), column("name"), column("kind")
_SOLD, _TOUCH = missing(_NAME), there(_NAME)
_MOST_CURRENCIES = 16  # a query; each is a window of its own
_ALL, _NONE, _TOUCHES, _STEPS = range(4)  # kinds of rows: see `credited`
_UNIT = 1_000_000


class Credit(NamedTuple):
    """What came to one name, to none, or all of it. `share` and amounts in parts of a millionth
    (`FINE`)."""

    name: str | None
    share: int
    people: int
    assisted: int
    amounts: Mapping[str | None, int]


class Found(NamedTuple):
    """`touches`: those with most conversions, of `names` in all."""

    whole: Credit
    alone: Credit
    touches: list[Credit]
    names: int


_NOTHING = Credit(None, 0, 0, 0, {})


def found(question: Attribution, engine: Engine, span: tuple[int, int]) -> Found:
    """Each currency is a few columns; of very many some are asked at a time."""
    known = _currencies(question, engine, span)
    first, *others = (
        _found(question, engine, span, known[start : start + _MOST_CURRENCIES])
        for start in range(0, len(known), _MOST_CURRENCIES)
    )
    for other in others:
        first = Found(
            _both(first.whole, other.whole),
            _both(first.alone, other.alone),
            [_both(one, two) for one, two in zip(first.touches, other.touches, strict=True)],
            first.names,
        )
    return first


def people(
    question: Attribution, engine: Engine, span: tuple[int, int], of: str, value: str | None
) -> Ints:
    """Profiles, ascending."""
    flow = journeys(question, engine, span)
    if of in ("converted", "unattributed"):
        alone = [equals(column("count"), 0)] if of == "unattributed" else []
        return engine.profiles(flow.keep(exp.and_(_SOLD.copy(), *alone)))
    gets = column("reach")
    if of == "credited":
        credited(flow, question, engine, []).keep(equals(_KIND, _TOUCHES))
        gets = column("gets")
    mine = _is_named(question, engine, value)
    return engine.profiles(flow.keep(exp.and_(mine, binary(exp.GT, gets, 0))))


def journeys(question: Attribution, engine: Engine, span: tuple[int, int]) -> Flow:
    """Every conversion and every touch: person, n (their order), at, `name` of a touch, `tn` (its
    number among hers).

    Of conversions: `size` (the amount in millionths, 0 for none), `sign`, `currency`, and their
    touches `first` to `last`, `count` in all. Of touches: `reach`, the conversions they lie before,
    and `assists`, those of them before which no later touch of the same name lies.
    """
    flow = _events(question, engine, span)
    # A conversion stands there twice: at its own instant, and where its touches may begin.
    flow.cross(engine.dialect.values_table("ends", {"opens": "integer"}, [[0], [1]]))
    opens = equals(column("opens"), 1)
    begun = when(opens, binary(exp.Sub, _AT, question.back()), _AT)
    flow.add({"key": begun}, where=exp.or_(_SOLD.copy(), exp.not_(opens)))
    own = exp.and_(_SOLD.copy(), exp.not_(opens))

    def count(which: E, order: str, frame: Frame) -> E:
        held = exp.Count(this=when(which, 1))
        return engine.dialect.cast(over(held, ["person"], [column(order)], frame), "integer")

    flow.add(
        {
            "tn": count(_TOUCH, "n", SO_FAR),
            "before": count(_TOUCH, "key", EARLIER),
            "last": count(_TOUCH, "key", UP_TO),
            "sold": count(own, "key", EARLIER),
            "sells": count(opens, "key", UP_TO),
        }
    )
    flow.add({"gone": over(greatest(when(opens, column("before"))), ["person", "n"])})
    flow.keep(exp.not_(opens))
    flow.add({"next": over(greatest(column("sold")), ["person", "name"], [_N], NEXT)})
    ends = when(binary(exp.LT, column("next"), column("sells")), column("next"), column("sells"))
    return flow.add(
        {
            "first": binary(exp.Add, column("gone"), 1),
            "count": binary(exp.Sub, column("last"), column("gone")),
            "reach": when(_TOUCH, binary(exp.Sub, column("sells"), column("sold")), 0),
            "assists": when(_TOUCH, binary(exp.Sub, ends, column("sold")), 0),
        }
    )


def credited(
    flow: Flow, question: Attribution, engine: Engine, currencies: Sequence[str | None]
) -> Flow:
    """Touches with `gets`, what each gets of conversions, and `gets_0` ... of their amounts in
    these currencies. Beside them every conversion once, those without a touch once more, and the
    steps; `kind` says which a row is. All in millionths; where shares fade in parts of these, and
    a touch is several rows."""
    if _fades(question):
        return _faded(flow, question, engine, currencies)
    dialect = engine.dialect
    given = steps(flow, question.way(), dialect)
    numbers = [[number] for number in range(len(given) + 1)]
    flow.cross(dialect.values_table("asked", {"step": "integer"}, numbers))
    step, alone = column("step"), equals(column("count"), 0)
    kind = choose(
        (_TOUCH, integer(_TOUCHES)),
        (equals(step, 0), integer(_ALL)),
        (alone, integer(_NONE)),
        default=integer(_STEPS),
    )
    once = exp.paren(exp.or_(_TOUCH.copy(), alone))
    shown = exp.or_(equals(step, 0), exp.and_(_SOLD.copy(), equals(step, 1)), exp.not_(once))
    flow.add({"kind": kind}, where=exp.paren(shown))
    cases = [(equals(step, n), each) for n, each in enumerate(given, 1)]
    is_step = equals(_KIND, _STEPS)
    size = dialect.cast(
        binary(exp.Mul, choose(*((one, _whole(each.size)) for one, each in cases)), column("sign")),
        "decimal",
    )
    places = choose(*((one, each.place) for one, each in cases))
    more: dict[str, E] = {
        "assisted": column("assists"),
        "place": when(is_step, places, when(_TOUCH, column("tn"), 0)),
        "more": when(is_step, choose(*((one, _whole(each.share)) for one, each in cases)), 0),
    }
    for n, currency in enumerate(currencies):
        more[f"more_{n}"] = when(exp.and_(is_step, _is(engine, "currency", currency)), size)
    flow.add(more)
    line = (["person"], [column("place")], UP_TO)
    sums = {"gets": over(summed(column("more")), *line)}
    sums |= {f"gets_{n}": over(summed(column(f"more_{n}")), *line) for n in range(len(currencies))}
    return flow.add(sums)


def _faded(
    flow: Flow, question: Attribution, engine: Engine, currencies: Sequence[str | None]
) -> Flow:
    fading.spread(flow, question.way(), question.back(), engine.dialect, _TOUCH)
    mine = {f"gets_{n}": _is(engine, "currency", each) for n, each in enumerate(currencies)}
    gets = fading.shared(flow, engine.dialect, _TOUCH, mine)
    copy = column("copy")
    kind = choose(
        (_TOUCH, integer(_TOUCHES)),
        (equals(copy, 0), integer(_ALL)),
        (equals(column("count"), 0), integer(_NONE)),
        default=integer(_STEPS),
    )
    return flow.add({"kind": kind, "assisted": when(equals(copy, 0), column("assists"), 0), **gets})


def _fades(question: Attribution) -> bool:
    return question.rule == "time_decay"


def totals(
    question: Attribution,
    engine: Engine,
    span: tuple[int, int],
    currencies: Sequence[str | None],
) -> Flow:
    """One row a kind and name that is not of steps: share, people, assisted, amount_0 ..., and how
    many rows there are of its kind."""
    flow = credited(journeys(question, engine, span), question, engine, currencies)
    dialect, touch = engine.dialect, equals(_KIND, _TOUCHES)
    paid = dialect.cast(binary(exp.Mul, column("size"), column("sign")), "decimal")
    whole: E = integer(WHOLE)
    if _fades(question):
        paid, whole = (
            binary(exp.Mul, paid, fading.FINEST),
            dialect.cast(integer(WHOLE * fading.FINEST), "decimal"),
        )
    columns: dict[str, E] = {
        "share": when(touch, column("gets"), whole),
        "who": when(exp.or_(exp.not_(touch), binary(exp.GT, column("gets"), 0)), column("person")),
    }
    for n, currency in enumerate(currencies):
        mine = when(_is(engine, "currency", currency), paid)
        columns[f"amount_{n}"] = when(touch, column(f"gets_{n}"), mine)
    names = [*(f"amount_{n}" for n in range(len(currencies))), "share", "assisted"]
    flow.only(
        {**{name: column(name) for name in ("kind", "name", "assisted")}, **columns},
        where=exp.not_(equals(_KIND, _STEPS)),
    )
    flow.group(
        ["kind", "name"],
        {
            **{name: summed(column(name)) for name in names},
            "people": dialect.exact_distinct(column("who")),
        },
    )
    there_is = exp.or_(exp.not_(touch), binary(exp.GT, column("assisted"), 0))
    return flow.add({"rows": over(counted(), ["kind"])}, where=exp.paren(there_is))


def _found(
    question: Attribution, engine: Engine, span: tuple[int, int], currencies: list[str | None]
) -> Found:
    flow = totals(question, engine, span, currencies)
    order = (column("kind"), falling("share"), falling("assisted"), missing_first("name"))
    rows = engine.read(flow.query(*order, limit=question.limit + 2))
    held: dict[int, list[Credit]] = {_ALL: [], _NONE: [], _TOUCHES: []}
    for row in rows:
        held[int(row["kind"])].append(_credit(question, row, currencies))
    touches = [int(row["rows"]) for row in rows if int(row["kind"]) == _TOUCHES]
    return Found(
        next(iter(held[_ALL]), _NOTHING),
        next(iter(held[_NONE]), _NOTHING),
        held[_TOUCHES][: question.limit],
        max(touches, default=0),
    )


def _credit(
    question: Attribution, row: Mapping[str, Any], currencies: Sequence[str | None]
) -> Credit:
    name = row["name"]
    if name is not None and not question.by:
        name = _labels(question)[int(name)]
    amounts = {each: _size(question, row[f"amount_{n}"]) for n, each in enumerate(currencies)}
    return Credit(
        name, _size(question, row["share"]), int(row["people"]), int(row["assisted"]), amounts
    )


def _size(question: Attribution, told: Any) -> int:
    """In parts of a millionth."""
    return (micro(told) or 0) if _fades(question) else int(told or 0) * FINE


def _both(one: Credit, two: Credit) -> Credit:
    """The same with the amounts of more currencies."""
    return one._replace(amounts={**one.amounts, **two.amounts})


def _currencies(question: Attribution, engine: Engine, span: tuple[int, int]) -> list[str | None]:
    """Those of the conversions, none first."""
    if not question.currency:
        return [None]
    flow = _events(question, engine, span).keep(_SOLD.copy()).group(["currency"], {})
    named = {row["currency"] for row in engine.read(flow.query())} - {None}
    return [None, *sorted(named)]


def _events(question: Attribution, engine: Engine, span: tuple[int, int]) -> Flow:
    """The conversions that count, and the touches."""
    wanted, (start, end) = question.wanted(), span
    flow = engine.rows(
        question.checked(), start - question.back(), end, segment=question.segment, wanted=wanted
    )
    engine.numbered(flow, len(wanted))
    low, by = column("low"), bool(question.by)
    labels = _labels(question)
    named = [(equals(low, n), integer(labels.index(each.name))) for n, each in _touches(question)]
    name = when(binary(exp.GT, low, 0), column("v0")) if by else choose(*named)
    nothing = engine.dialect.typed(None, "text")
    flow.only(
        {
            **{each: column(each) for each in ("person", "n", "at", "low")},
            "name": name,
            "id": column(f"v{int(by)}") if question.order_id else nothing,
            "currency": column(f"v{len(wanted) - 1}") if question.currency else nothing,
            "amount": _amount(question, engine),
        }
    )
    flow.keep(exp.or_(equals(low, 0), _TOUCH.copy()))
    again = numbered(["person", "name", "id"], _N)  # conversions have no name
    inside = binary(exp.GTE, _AT, start)
    fresh = exp.paren(exp.or_(missing(column("id")), equals(column("again"), 1)))
    flow.add({"again": again})
    amount = column("amount")
    micros = engine.dialect.cast(binary(exp.Mul, call("abs", amount), _UNIT), "integer")
    return flow.add(
        {
            "size": exp.Coalesce(this=micros, expressions=[integer(0)]),
            "sign": when(binary(exp.LT, amount, 0), -1, 1),
        },
        where=exp.or_(_TOUCH.copy(), exp.and_(inside, fresh)),
    )


def _touches(question: Attribution) -> enumerate[Any]:
    return enumerate(question.touches, 1)


def _labels(question: Attribution) -> list[str]:
    """A touch is known by the place of its label, so that engines order them as Python does."""
    return sorted({each.name for each in question.touches})


def _amount(question: Attribution, engine: Engine) -> E:
    """The first of the paths that has a number, and one that fits."""
    first = bool(question.by) + bool(question.order_id)
    numbers = []
    for place in range(first, first + len(question.value)):
        size = engine.dialect.number(column(f"v{place}"))
        numbers.append(when(binary(exp.LT, call("abs", size), MOST_AMOUNT), size))
    return exp.Coalesce(this=engine.dialect.typed(None, "decimal"), expressions=numbers)


def _is_named(question: Attribution, engine: Engine, value: str | None) -> E:
    if question.by and value is not None:
        return equals(_NAME, engine.dialect.literal(value))
    labels = _labels(question)
    known = value in labels and not question.by
    return equals(_NAME, labels.index(str(value))) if known else exp.false()


def _is(engine: Engine, name: str, value: str | None) -> E:
    held = column(name)
    return missing(held) if value is None else equals(held, engine.dialect.literal(value))


def _whole(value: E | int) -> E:
    return integer(value) if isinstance(value, int) else value
