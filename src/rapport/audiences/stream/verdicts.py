"""What the totals of a part of the past say of its people, worked out for all of them at once.

Only for whom nothing else is remembered, and only of segments that ask for nothing else. In memory:
whoever is not known here, as after a crash, is asked one by one.
"""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Set
from typing import Any, Final, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from rapport.audiences.language import values
from rapport.audiences.language.model import AllOf, AnyOf, Condition, Did, Not, Segment
from rapport.audiences.stream.behaviours import need
from rapport.audiences.stream.plans import Plans

NODES: Final = 120_000  # of the last parts; looking at people keeps up with filling
_MOST: Final = 60  # segments: one bit of a number for each
_UNIT: Final = 10**values.PLACES
_ORDER: Final[dict[str, Callable[[Any, int], Any]]] = {
    **{op: getattr(operator, op) for op in ("eq", "ne", "gt", "lt")},
    "gte": operator.ge,
    "lte": operator.le,
}
_Verdicts: TypeAlias = npt.NDArray[np.bool_]


class Measured(msgspec.Struct, frozen=True, array_like=True):
    """Totals of nodes, column by column: of each behaviour how many events, and of one with
    numbers also how many have one, sum, least and greatest in millionths (64-bit integers)."""

    nodes: list[int] = []
    measures: dict[int, list[bytes] | None] = {}


class Told(msgspec.Struct, frozen=True):
    """Of segments (numbers of definitions), and who was found to be in which."""

    segments: frozenset[int]
    needs: frozenset[int]  # the behaviours that they look at
    after: int
    to: int
    heard: set[int]  # nodes of which more is remembered than the part said
    held: Mapping[int, frozenset[int]]  # by node: the segments that it is in
    others: frozenset[int]  # those of nodes that are not in `held`

    def of(self, node: int) -> frozenset[int]:
        return self.held.get(node, self.others)


class Verdicts:
    def __init__(self) -> None:
        self._told: deque[Told] = deque()

    def learn(
        self, plan: Plans, after: int, to: int, measured: Measured, heard: Iterable[int]
    ) -> None:
        """Of the nodes in (after, to], of which all earlier events are in `measured` but for those
        that were `heard` of before."""
        columns = {
            number: np.array([np.frombuffer(each, np.int64) for each in measure])
            for number, measure in measured.measures.items()
            if measure is not None
        }
        nodes = len(measured.nodes)
        # One more, who did nothing, stands for those that are not in the part.
        wide = {n: np.pad(each, ((0, 0), (0, 1))) for n, each in columns.items()}
        found: dict[int, _Verdicts] = {}
        for number, one in plan.active.items():
            if isinstance(one.definition, Segment) and len(found) < _MOST:
                says = _verdicts(one.definition.when, plan, wide)
                if says is not None:
                    found[number] = says
        if not found:
            return
        bits = np.zeros(nodes + 1, np.int64)
        for place, says in enumerate(found.values()):
            bits |= says.astype(np.int64) << place
        sets = {
            each: frozenset(number for place, number in enumerate(found) if each >> place & 1)
            for each in np.unique(bits).tolist()
        }
        *by_node, others = (sets[each] for each in bits.tolist())
        held = dict(zip(measured.nodes, by_node, strict=True))
        needs = frozenset(each for number in found for each in plan.needs[number])
        self._told.append(Told(frozenset(found), needs, after, to, {*heard}, held, others))
        while len(self._told) > 1 and sum(len(each.held) for each in self._told) > NODES:
            self._told.popleft()

    def forget(self, nodes: Collection[int]) -> None:
        """More became known of these."""
        for each in self._told:
            each.heard.update(node for node in nodes if each.after < node <= each.to)

    def clear(self) -> None:
        self._told.clear()

    def about(self, node: int, rows: Set[int] = frozenset()) -> Told | None:
        """What is known of somebody whose only node this is, of whom there are `rows` of these
        behaviours: what was still to come does not belong to totals."""
        for each in reversed(self._told):
            inside = each.after < node <= each.to and node not in each.heard
            if inside and each.needs.isdisjoint(rows):
                return each
        return None


def _verdicts(
    node: Condition, plan: Plans, columns: Mapping[int, npt.NDArray[np.int64]]
) -> _Verdicts | None:
    """None when it looks at something else."""
    match node:
        case AllOf(items) | AnyOf(items):
            found = [_verdicts(item, plan, columns) for item in items]
            known = [each for each in found if each is not None]
            join = np.logical_and if isinstance(node, AllOf) else np.logical_or
            return join.reduce(known) if len(known) == len(found) else None
        case Not(item):
            says = _verdicts(item, plan, columns)
            return None if says is None else ~says
        case Did():
            behaviour = need(node).behaviour
            number = plan.numbers.get(behaviour)
            measures = columns.get(number) if number is not None else None
            return None if measures is None else _compared(node, measures)
        case _:
            return None


def _compared(leaf: Did, measures: npt.NDArray[np.int64]) -> _Verdicts | None:
    """As `leaves` does of one person."""
    kind, operand = leaf.measure.kind, values.of_operand(leaf.value)
    compare = _ORDER[leaf.op]
    if kind == "count":  # in whole numbers, so that nothing grows too large
        whole, rest = divmod(operand, _UNIT)
        if rest or not -(2**62) < whole < 2**62:
            return None
        return np.asarray(compare(measures[0], whole), bool)
    if kind not in ("sum", "min", "max") or not -(2**62) < operand < 2**62:
        return None
    size = measures[("sum", "min", "max").index(kind) + 2]
    says = np.asarray(compare(size, operand), bool)
    return says if kind == "sum" else np.where(measures[1] > 0, says, leaf.op == "ne")
