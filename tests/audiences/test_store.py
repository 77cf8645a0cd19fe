"""What is remembered of nodes, in its tables."""

from __future__ import annotations

from pathlib import Path

from rapport.audiences.stream import store
from rapport.audiences.stream.behaviours import ALL_EVENTS, Behaviour
from rapport.audiences.stream.memory import Memories
from rapport.audiences.stream.remembered import Totals
from rapport.database import connect, migrate

COUNT = Behaviour((ALL_EVENTS,), keep="totals")


def test_totals_of_an_older_installation_are_kept(tmp_path: Path) -> None:
    state = connect(tmp_path / "state.db")
    migrate(state, "audiences", store.STEPS[:1])
    state.execute(
        "INSERT INTO behaviour_totals VALUES"
        """ (1, 7, '[2,50]'), (1, 12, '[1,40,1,"5000000","5000000","5000000",{"é\\"":1}]'),"""
        " (2, 7, '[1,60]')"
    )
    migrate(state, "audiences", store.STEPS)
    held = Memories(state).of([1, 2])
    wide = Totals(1, 40, 1, "5000000", "5000000", "5000000", {'é"': 1})
    assert held[1].totals == {7: Totals(2, 50), 12: wide}
    assert held[2].totals == {7: Totals(1, 60)}
    state.close()


def test_the_past_is_added_to_what_came_since(tmp_path: Path) -> None:
    state = connect(tmp_path / "state.db")
    migrate(state, "audiences", store.STEPS)
    Memories(state).remember([], {(1, 7): (COUNT, Totals(1, 90)), (1, 8): (COUNT, Totals(1, 91))})
    past = [(1, '{"7":[2,50]}'), (2, '{"7":[1,60]}')]
    heard = store.remember_totals(state, 0, 2, past, {7: COUNT, 8: COUNT}, {7})
    assert heard == {1}
    assert store.remember_totals(state, 0, 2, [(2, '{"9":[1,60]}')], {}, {9}) == set()
    held = Memories(state).of([1, 2])
    assert held[1].totals == {7: Totals(3, 90), 8: Totals(1, 91)}
    assert held[2].totals == {7: Totals(1, 60), 9: Totals(1, 60)}
    state.close()


def test_what_nobody_needs_is_forgotten(tmp_path: Path) -> None:
    state = connect(tmp_path / "state.db")
    migrate(state, "audiences", store.STEPS)
    text = '{"7":[2,50],"8":[1,40,0,"0","","",{"x":1}]}'
    past = [(1, text), (2, '{"7":[1,60]}'), (3, text)]
    store.remember_totals(state, 0, 3, past, {7: COUNT, 8: COUNT}, {7, 8})
    store.forget(state, 0, 2, {8: 0}, 100)
    held = Memories(state).of([1, 2, 3])
    assert held[1].totals == {8: Totals(1, 40, texts={"x": 1})}
    assert held[2].totals == {}
    assert set(held[3].totals) == {7, 8}
    assert state.execute("SELECT count(*) FROM behaviour_totals").get == 2
    state.close()
