"""What one step leaves in the stores."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from rapport.clock import DAY, MINUTE, SECOND, from_datetime
from rapport.log.base import EVENT, Draft
from rapport.pipeline.balance import Row, balance
from rapport.pipeline_reads import Outcome

from .world import RECEIVED, World, track

CONFLICT = "this source sent the same messageId before, with other content"
NOBODY = "userId or anonymousId is needed, or an external id, an e-mail, a phone or a device"


def stored(world: World) -> list[str]:
    rows = world.rows("SELECT payload FROM outbox WHERE kind = 'events' ORDER BY seq")
    tables = [pa.ipc.open_stream(payload).read_all() for (payload,) in rows]
    return [name for table in tables for name in table["message_id"].to_pylist()]


def test_an_event_is_stored_counted_and_handed_over(world: World) -> None:
    offset = world.send(track(1), track(2))
    assert world.pipeline.step() == 2
    assert world.pipeline.step() == 0
    assert world.reads.committed() == offset
    assert stored(world) == ["m1", "m2"]
    assert world.rows("SELECT kind, count FROM outbox") == [
        ("events", 2),
        ("identities", 2),
        ("profiles", 2),
    ]
    assert world.reads.ledger()[1]["stored"] == 2


def test_a_resend_is_a_duplicate_and_other_content_is_quarantined(world: World) -> None:
    world.send(track(1), sentAt="2026-11-21T23:36:48.665Z")
    again = world.send(
        track(1, _metadata={"retryCount": 1}),
        track(1, properties={"currency": "INR", "total": 1}),
        track(1, properties={"total": 2}),
        {"type": "track", "userId": "u1"},
        sentAt="2026-11-21T23:59:48.665Z",
    )
    world.drain()
    assert stored(world) == ["m1"]
    found = world.reads.outcomes(again)
    assert found == [
        Outcome(0, "m1", "duplicate"),
        Outcome(1, "m1", "duplicate"),
        Outcome(2, "m1", "quarantined", "message_id_conflict", CONFLICT),
        Outcome(3, None, "quarantined", "missing_event_name", "track needs `event`"),
    ]


def test_outcomes_wait_for_the_pipeline(world: World) -> None:
    offset = world.send(track(1), track(2, userId=None))
    assert world.reads.outcomes(offset) is None
    world.drain()
    assert world.reads.outcomes(offset) == [
        Outcome(0, "m1", "accepted"),
        Outcome(1, "m2", "quarantined", "missing_identity", NOBODY),
    ]


def test_the_same_id_of_another_source_is_another_event(world: World) -> None:
    world.send(track(1))
    world.send(track(1), source=2)
    world.drain()
    assert stored(world) == ["m1", "m1"]


def test_books_balance_from_the_stores(world: World) -> None:
    world.send(track(1), track(1), track(1, event="x"), "junk", source=3)
    world.drain()
    world.send(track(5), track(6))
    found = balance(world.log, world.reads, lambda: (0, {}))
    assert found.balanced
    assert found.sources[3] == Row(accepted=4, stored=1, duplicate=1, quarantined=2)
    assert found.totals == Row(accepted=6, stored=1, duplicate=1, quarantined=2, pending=2)
    world.state.execute("DELETE FROM outbox")
    assert not balance(world.log, world.reads, lambda: (0, {})).balanced
    assert balance(world.log, world.reads, lambda: (9, {3: 1})).balanced


def test_a_resent_bad_event_is_a_duplicate(world: World) -> None:
    bad = track(1, userId=None)
    world.send(bad, sentAt="2026-11-21T23:36:48Z")
    world.drain()
    again = world.send(bad, sentAt="2026-11-21T23:39:48Z")
    world.drain()
    assert world.reads.outcomes(again) == [Outcome(0, "m1", "duplicate")]
    assert len(world.rows("SELECT id FROM quarantine")) == 1


def test_a_corrected_event_closes_its_quarantined_self(world: World) -> None:
    world.send(track(1, userId=None))
    world.drain()
    world.send(track(1, userId=None), meta={"redrive": 1})
    world.drain()
    assert world.rows("SELECT status FROM quarantine") == [("open",)]
    world.send(track(1), meta={"redrive": 1})
    world.drain()
    assert world.rows("SELECT status FROM quarantine") == [("redriven",)]
    assert stored(world) == ["m1"]


def test_a_corrected_event_keeps_what_its_batch_said_and_when_it_came(world: World) -> None:
    """Redriven a day later, its time must not move by a day."""
    hour_ago, then = "2026-11-21T22:36:48Z", "2026-11-21T22:00:00Z"
    bad = track(1, userId=None, timestamp=then)
    world.send(bad, sentAt=hour_ago, context={"locale": "en"})
    world.drain()
    ((body,),) = world.rows("SELECT body FROM quarantine")
    corrected = {**json.loads(body), "userId": "u1"}
    day_later = RECEIVED + DAY
    text = json.dumps(corrected).encode()
    world.log.append_all([Draft(1, EVENT, 1, day_later, text, b'{"redrive": 1}')])
    world.drain()
    ((payload,),) = world.rows("SELECT payload FROM outbox WHERE kind = 'events'")
    (row,) = pa.ipc.open_stream(payload).read_all().to_pylist()
    assert from_datetime(row["timestamp"]) == RECEIVED - 36 * MINUTE - 48 * SECOND
    assert row["locale"] == "en"


def test_decisions_apply_where_they_stand_in_the_log(world: World) -> None:
    world.send(track(1, userId=None))
    world.control(id="d1", action="merge", a="user_id:a", b="user_id:b", at=1, by="x", reason="")
    world.control(id="d2", action="merge", a="user_id:a", b="user_id:a", at=1, by="x", reason="")
    world.control(id="d3", action="discard_quarantined", ids=[1], reason="test data")
    world.control(id="d4", action="fly")
    world.send(track(2))
    world.drain()
    assert world.identity.decided == ["d1"]
    assert world.rows("SELECT status, note FROM quarantine") == [("discarded", "test data")]
    assert world.rows("SELECT id, status FROM controls ORDER BY log_offset") == [
        ("d1", "applied"),
        ("d2", "refused"),
        ("d3", "applied"),
        ("d4", "refused"),
    ]
    assert stored(world) == ["m2"]


def test_an_event_that_breaks_a_later_stage_is_set_aside(world: World) -> None:
    world.identity.broken = lambda event: event.message_id in ("m3", "m77")
    world.send(*(track(number) for number in range(100)))
    world.send(track(200))
    world.drain()
    assert len(stored(world)) == 99
    rows = world.rows("SELECT message_id, reason, body FROM quarantine ORDER BY message_id")
    assert [row[:2] for row in rows] == [("m3", "processing_error"), ("m77", "processing_error")]
    assert json.loads(rows[0][2]) == track(3)
    assert balance(world.log, world.reads, lambda: (0, {})).balanced


def test_applied_outbox_rows_are_trimmed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from rapport.database import connect

    world.send(track(1))
    world.drain()
    control = connect(world.folder / "control.db")
    control.execute("CREATE TABLE loader (name TEXT PRIMARY KEY, value INT)")
    control.execute("INSERT INTO loader VALUES ('warehouse', 2)")
    world.send(track(2))
    world.drain()
    # Who watches what comes in may not have looked yet.
    assert world.rows("SELECT min(seq) FROM outbox") == [(1,)]
    monkeypatch.setattr("rapport.pipeline.applied.KEEP_SECONDS", 0.0)
    world.send(track(4))
    world.drain()
    # The last row that the warehouse has stays, to be compared with it.
    assert world.rows("SELECT min(seq) FROM outbox") == [(2,)]
    control.execute("UPDATE loader SET value = 9999")  # the number of another history
    world.send(track(3))
    world.drain()
    control.close()
    assert world.rows("SELECT min(seq) FROM outbox") == [(2,)]
