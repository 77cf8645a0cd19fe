"""What totals of many people say at once is what each of them is told alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.audiences.language import definitions
from rapport.audiences.stream.behaviours import Behaviour, leaves, need
from rapport.audiences.stream.crowd import HerMemory
from rapport.audiences.stream.look import Look
from rapport.audiences.stream.memory import NodeMemory
from rapport.audiences.stream.plans import LIVE, Plans, Stored
from rapport.audiences.stream.remembered import Totals
from rapport.audiences.stream.verdicts import Measured, Verdicts

OPS = ("eq", "ne", "gt", "gte", "lt", "lte")
_COUNTS = st.builds(
    lambda name, op, value: {"did": name, "op": op, "value": value},
    st.sampled_from(["A", "B"]),
    st.sampled_from(OPS),
    st.sampled_from([0, 1, 2, 1.5]),
)
_SIZES = st.builds(
    lambda kind, op, value: {
        "did": "B",
        "measure": {kind: "properties.x"},
        "op": op,
        "value": value,
    },
    st.sampled_from(["sum", "min", "max", "avg"]),
    st.sampled_from(OPS),
    st.sampled_from([-2, 0, 0.5, 3]),
)
_OTHERS = st.sampled_from(
    [{"trait": "plan", "op": "eq", "value": "gold"}, {"did": "A", "during": {"last": "1d"}}]
)
_CONDITIONS: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.one_of(_COUNTS, _SIZES, _COUNTS, _SIZES, _OTHERS),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda items: {"all": items}),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: {"any": items}),
        inner.map(lambda item: {"not": item}),
    ),
    max_leaves=4,
)
_NUMBERS = st.lists(st.sampled_from([-2_000_000, 0, 500_000, 3_000_000]), max_size=3)
_NODES = st.dictionaries(st.integers(1, 6), st.tuples(st.integers(0, 3), _NUMBERS), max_size=5)


@settings(deadline=None)
@given(conditions=st.lists(_CONDITIONS, min_size=1, max_size=4), nodes=_NODES)
def test_many_at_once_and_one_by_one(
    conditions: list[dict[str, Any]], nodes: dict[int, tuple[int, list[int]]]
) -> None:
    plan = _plan(conditions)
    totals = {
        node: {number: _totals(each, *held) for each, number in plan.numbers.items()}
        for node, held in sorted(nodes.items())
    }
    said = Verdicts()
    said.learn(plan, 0, 6, _measured(plan, totals), [])
    for node in range(1, 7):
        if told := said.about(node):
            assert told.segments <= plan.checks.keys()
            memory = NodeMemory()
            memory.totals.update(totals.get(node, {}))
            facts: Any = None
            look = Look(facts, HerMemory([memory]), 0)
            assert told.of(node) == {n for n in told.segments if plan.checks[n](look)[0]}


def test_most_are_known_at_once() -> None:
    """And what looks at something else is not, nor is anybody who was heard of since."""
    count, other = {"did": "A", "op": "gte", "value": 2}, {"trait": "x", "op": "exists"}
    plan = _plan([{"not": {"all": [count, count]}}, {"any": [count, other]}])
    (number,) = plan.numbers.values()
    said = Verdicts()
    counted = {number: [np.array([1, 2]).tobytes()]}
    said.learn(plan, 0, 9, Measured([3, 4], {**counted}), [5])
    found = {node: told.of(node) for node in range(11) if (told := said.about(node))}
    assert found == {node: frozenset() if node == 4 else {1} for node in (1, 2, 3, 4, 6, 7, 8, 9)}
    assert said.about(3, {number}) is None
    said.forget([3, 10])
    assert said.about(3) is None
    assert said.about(4) is not None


def test_the_last_parts_are_kept_by_their_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rapport.audiences.stream.verdicts.NODES", 12)
    plan = _plan([{"did": "A"}])
    (number,) = plan.numbers.values()
    said = Verdicts()
    for after in range(20):
        counted: dict[int, list[bytes] | None] = {number: [np.array([1]).tobytes()]}
        said.learn(plan, after, after + 1, Measured([after + 1], counted), [])
    assert [node for node in range(22) if said.about(node)] == [*range(9, 21)]


def _plan(conditions: list[dict[str, Any]]) -> Plans:
    read = [definitions.segment({"key": f"s{n}", "when": one}) for n, one in enumerate(conditions)]
    needed = [need(leaf).behaviour for one in read for leaf in leaves(one)]
    numbers = {each: n for n, each in enumerate(dict.fromkeys(needed), 7)}
    return Plans(
        [Stored(n, "segment", one.key, 1, one, LIVE, 0) for n, one in enumerate(read, 1)], numbers
    )


def _totals(behaviour: Behaviour, count: int, sizes: list[int]) -> Totals:
    if behaviour.taken != "number":
        return Totals(count)
    if not sizes:
        return Totals(len(sizes))
    texts = (str(sum(sizes)), str(min(sizes)), str(max(sizes)))
    return Totals(len(sizes), 0, len(sizes), *texts)


def _measured(plan: Plans, totals: Mapping[int, Mapping[int, Totals]]) -> Measured:
    measures: dict[int, list[bytes] | None] = {}
    for behaviour, number in plan.numbers.items():
        held = [each[number] for each in totals.values()]
        columns = [[one.count for one in held]]
        if behaviour.taken == "number":
            columns.append([one.numbers for one in held])
            for name in ("total", "least", "most"):
                columns += [[int(getattr(one, name) or 0) for one in held]]
        if behaviour.keep == "totals":
            measures[number] = [np.array(each, np.int64).tobytes() for each in columns]
    measured = Measured([*totals], measures)
    return msgspec.msgpack.decode(msgspec.msgpack.encode(measured), type=Measured)
