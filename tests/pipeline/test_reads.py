"""What the http process sees."""

from __future__ import annotations

from pathlib import Path

from rapport.pipeline.balance import balance
from rapport.pipeline_reads import Arrival, Outcome, PipelineReads

from .world import ListLog, World, track


def test_before_the_pipeline_ever_ran(tmp_path: Path) -> None:
    reads = PipelineReads(tmp_path / "state.db", ListLog())
    assert reads.committed() == 0
    assert reads.outcomes(1) is None
    assert reads.ledger() == {}
    assert reads.quarantine(lambda q: q.page(), []) == []
    assert balance(ListLog(), reads, lambda: (0, {})).balanced
    reads.close()


def test_quarantine_pages_and_filters(world: World) -> None:
    world.send(*(track(n, userId=None) for n in range(5)))
    world.send(*(track(n, event=None) for n in range(3)), source=2)
    world.drain()

    def ids(**wanted: object) -> list[int]:
        return [one.id for one in world.reads.quarantine(lambda q: q.page(**wanted), [])]

    assert ids(limit=3) == [8, 7, 6]
    assert ids(limit=3, before=6) == [5, 4, 3]
    assert ids(source=2) == ids(reason="missing_event_name") == [8, 7, 6]
    assert ids(status="discarded") == []
    assert ids(source=2, reason="missing_identity") == []
    assert world.reads.quarantine(lambda q: q.reasons(), {}) == {
        "missing_identity": 5,
        "missing_event_name": 3,
    }
    one = world.reads.quarantine(lambda q: q.get(1), None)
    assert one is not None
    assert (one.message_id, one.status, one.index) == ("m0", "open", 0)
    (found,) = world.reads.quarantine(lambda q: q.by_message("m4"), [])
    assert found.id == 5


def test_a_resend_is_found_by_its_message_id(world: World) -> None:
    world.send(track(1))
    offset = world.send(track(2), track(1))
    world.drain()
    assert world.reads.resent(1, "m1") == [Arrival(offset, 1, 1)]
    assert world.reads.resent(2, "m1") == []


def test_filled_ids_are_named_in_outcomes(world: World) -> None:
    offset = world.send(track(1, messageId=None), track(2, messageId=7))
    world.drain()
    assert world.reads.outcomes(offset) == [
        Outcome(0, f"rapport-{offset}-0", "accepted"),
        Outcome(1, "7", "accepted"),
    ]


def test_a_forgotten_record_still_tells_what_was_refused(world: World) -> None:
    world.send(track(1), track(2, userId=None))
    world.drain()
    reads = PipelineReads(world.folder / "state.db")
    (refused,) = reads.outcomes(1) or []
    assert (refused.index, refused.message_id, refused.reason) == (1, "m2", "missing_identity")
    assert (refused.detail or "").startswith("userId or anonymousId is needed")
    reads.close()


def test_the_fate_of_a_decision_can_be_asked(world: World) -> None:
    world.control(id="d1", action="pin")
    assert world.reads.control("d1") is None
    world.drain()
    found = world.reads.control("d1")
    assert found is not None
    assert (found["action"], found["status"]) == ("pin", "applied")


def test_counting_the_books_again_counts_only_what_is_new(world: World) -> None:
    for number in range(3):
        world.send(track(number), track(number), track(number, userId=None))
        world.drain()
        found = balance(world.log, world.reads, lambda: (0, {}))
        assert found.balanced
        assert found.totals.duplicate == number + 1
        assert found.totals.quarantined == number + 1
