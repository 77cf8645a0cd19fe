"""What each touch gets of the conversions behind it, without a row for each pair of both.

The touches of a conversion lie beside each other, so what it gives them is a few steps: so much
from this touch on, so much less from that one on. The steps of all her conversions, added up along
her touches, are what each of these gets.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlglot import exp

from rapport.insights.kernels.credits import WHOLE, Way
from rapport.insights.sql.flow import Flow, when
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.sqlbuild import E, binary, choose, column, equals, integer

_FIRST, _LAST, _COUNT = column("first"), column("last"), column("count")
_SHARE, _SIZE = "share", "size"  # of the whole in millionths, of the amount


class Step(NamedTuple):
    """From touch `place` on so much more."""

    place: E
    share: E | int
    size: E | int


def steps(flow: Flow, way: Way, dialect: Dialect) -> list[Step]:
    """Of each row, a conversion with the touches `first` to `last`, `count` in all, and the amount
    `size`, 0 or more. Adds columns that the steps speak of."""
    whole = dialect.cast(integer(WHOLE), "integer")  # a literal would be of 32 bits
    wholes: dict[str, E] = {_SHARE: whole, _SIZE: column("size")}
    if way.rule == "first":
        return _flat(_FIRST, _FIRST, wholes)
    if way.rule == "last":
        return _flat(_LAST, _LAST, wholes)
    if way.rule == "linear":
        return _evenly(flow, dialect, wholes, _FIRST, _LAST, _COUNT)
    flow.add({f"head_{name}": _head(way, whole, dialect) for name, whole in wholes.items()})
    flow.add({f"tail_{name}": _tail(way, name, whole, dialect) for name, whole in wholes.items()})
    heads, tails = ({name: column(f"{end}_{name}") for name in wholes} for end in ("head", "tail"))
    rest = {
        name: binary(exp.Sub, binary(exp.Sub, whole, heads[name]), tails[name])
        for name, whole in wholes.items()
    }
    second, before = binary(exp.Add, _FIRST, 1), binary(exp.Sub, _LAST, 1)
    between = binary(exp.Sub, _COUNT, 2)
    return [
        *_flat(_FIRST, _FIRST, heads),
        *_evenly(flow, dialect, rest, second, before, between),
        *_flat(_LAST, _LAST, tails),
    ]


def _head(way: Way, whole: E, dialect: Dialect) -> E:
    ends = way.first + way.last
    of_two = _of(whole, way.first, ends, dialect) if ends else dialect.int_div(whole, 2)
    cases = [(equals(_COUNT, 1), integer(0)), (equals(_COUNT, 2), of_two)]
    return choose(*cases, default=_of(whole, way.first, WHOLE, dialect))


def _tail(way: Way, name: str, whole: E, dialect: Dialect) -> E:
    rest = binary(exp.Sub, whole, column(f"head_{name}"))
    if way.first + way.last == WHOLE:
        return rest
    told = _of(whole, way.last, WHOLE, dialect)
    return when(binary(exp.LTE, _COUNT, 2), rest, told)


def _of(whole: E, part: int, total: int, dialect: Dialect) -> E:
    """whole * part / total, rounded down, where the product might not fit."""
    times = dialect.int_div(whole, total)
    left = binary(exp.Sub, whole, binary(exp.Mul, times, total))
    return binary(
        exp.Add,
        binary(exp.Mul, times, part),
        dialect.int_div(binary(exp.Mul, left, part), total),
    )


def _flat(start: E, end: E, wholes: dict[str, E]) -> list[Step]:
    less = {name: exp.paren(exp.Neg(this=exp.paren(each.copy()))) for name, each in wholes.items()}
    return [Step(start, **wholes), Step(binary(exp.Add, end, 1), **less)]


def _evenly(
    flow: Flow, dialect: Dialect, wholes: dict[str, E], start: E, end: E, count: E
) -> list[Step]:
    """What cannot be shared evenly goes to the last, one to each. With no touch there is nothing to
    share: the steps then take back what they give."""
    flow.add({"width": when(binary(exp.GT, count, 1), count, 1)})
    width = column("width")
    flow.add({f"each_{name}": dialect.int_div(whole, width) for name, whole in wholes.items()})
    each = {name: column(f"each_{name}") for name in wholes}
    over = {
        name: binary(exp.Sub, whole, binary(exp.Mul, each[name], width))
        for name, whole in wholes.items()
    }
    behind = binary(exp.Add, end, 1)
    less = {name: exp.paren(exp.Neg(this=binary(exp.Add, told, 1))) for name, told in each.items()}
    return [
        Step(start, **each),
        Step(binary(exp.Sub, behind, over[_SHARE]), 1, 0),
        Step(binary(exp.Sub, behind, over[_SIZE]), 0, 1),
        Step(behind, **less),
    ]
