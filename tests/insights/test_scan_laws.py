"""What the warehouse's SQL selects is what the functions that define filters select."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapport.insights import scan
from rapport.insights.oracles.matched import matched
from rapport.insights.specs.scope import EventPick, Question, selection
from rapport.warehouse.watch import Watch
from tests.insights.conftest import NewWorld
from tests.insights.planting import HOUR, NOW, histories, owners

OPERANDS: dict[str, list[Any]] = {
    **{op: ["x", "3", 3, 2.5, "2.5"] for op in ("eq", "ne", "gt", "gte", "lt", "lte")},
    "in": [["x", 3], ["y"]],
    "not_in": [["x", 2.5]],
    "contains": ["x", "."],
    "exists": [None],
    "not_exists": [None],
}


@st.composite
def filters(draw: st.DrawFn) -> dict[str, Any]:
    op = draw(st.sampled_from(sorted(OPERANDS)))
    path = draw(st.sampled_from(["properties.v", "properties.none", "source", "event"]))
    value = draw(st.sampled_from(OPERANDS[op]))
    return {"path": path, "op": op} if value is None else {"path": path, "op": op, "value": value}


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=histories(), owner=owners(), wheres=st.lists(st.lists(filters(), max_size=2), max_size=3)
)
def test_sql_and_definition_select_the_same(
    new_world: NewWorld,
    rows: list[dict[str, Any]],
    owner: dict[int, int],
    wheres: list[list[dict[str, Any]]],
) -> None:
    world = new_world()
    world.load(rows, owner)
    picks = [EventPick(event=name) for name in ("A", "*")]
    picks += [EventPick(event=("A", "B", "X"), where=tuple(where)) for where in wheres]
    chosen = [selection(pick, Question(), "pick") for pick in picks]
    wanted = ["properties.v", "event"]
    low, high = NOW - 9 * HOUR, NOW - 2 * HOUR
    found, values = scan.rows(
        world.warehouse,
        world.ground().held.owner,
        chosen,
        *(low, high),
        now=NOW,
        wanted=wanted,
        watch=Watch(),
    )
    got = [
        (
            person,
            at,
            match,
            *(t[n] if n >= 0 else None for t, n in zip(values.texts, codes, strict=True)),
        )
        for person, at, match, *codes in zip(
            found.person.tolist(),
            found.at.tolist(),
            found.match.tolist(),
            *found.values,
            strict=True,
        )
    ]
    expected = [
        (profile, each.at, each.match, *each.values)
        for profile, events in sorted(world.people().items())
        for each in matched(events, chosen, low, high, now=NOW, wanted=wanted)
    ]
    assert got == expected
