"""A pipeline with the smallest rooms behind it: enough to see what the pipeline itself does."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import apsw

from rapport.clock import FixedClock
from rapport.config import Settings
from rapport.database import connect
from rapport.errors import Malformed
from rapport.events.model import Event
from rapport.identity.model import Changes, Decision
from rapport.identity.service import Identity
from rapport.log.base import BATCH, CONTROL, Capabilities, Draft, EventLog, Record, Totals
from rapport.pipeline import Pipeline
from rapport.pipeline.ahead import Ahead
from rapport.pipeline_reads import PipelineReads
from rapport.profiles.service import Profiles

RECEIVED = 1_795_304_208_000_000  # 2026-11-21T23:36:48Z


class ListLog(EventLog):
    """A log in memory."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(shared=False, partitions=1)

    def append(self, draft: Draft) -> Any:
        raise NotImplementedError

    def append_all(self, drafts: Sequence[Draft]) -> list[int]:
        start = len(self.records)
        for number, draft in enumerate(drafts, start + 1):
            fields = (draft.source, draft.kind, draft.count, draft.received_at)
            self.records.append(Record(number, *fields, draft.body, draft.meta))
        return list(range(start + 1, len(self.records) + 1))

    def read(self, after: int, *, max_records: int, max_bytes: int) -> list[Record]:
        return self.records[after : after + max_records]

    def wait(self, after: int, timeout: float) -> bool:
        return len(self.records) > after

    def end(self) -> int:
        return len(self.records)

    def pending(self, after: int) -> Mapping[int, int]:
        found: dict[int, int] = {}
        for record in self.records[after:]:
            found[record.source] = found.get(record.source, 0) + record.count
        return {source: count for source, count in found.items() if count}

    def totals(self) -> Mapping[int, Totals]:
        events = self.pending(0)
        return {source: Totals(0, count) for source, count in events.items()}

    def truncate(self, consumed: int, *, older_than: int) -> int:
        return 0

    def ready(self) -> bool:
        return True

    def size(self) -> int:
        return 0

    def close(self) -> None:
        return


class SmallIdentity:
    """One node a user; holds a cache, so that a forgotten reset shows."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS identifiers"
            " (node INTEGER PRIMARY KEY, value TEXT UNIQUE, profile INT)"
        )
        self.decided: list[str] = []
        self.broken: Callable[[Event], bool] = lambda event: False
        self.reset()

    def assign(self, events: Sequence[Event], *, hold: bool = False) -> Changes:
        del hold
        moved = {}
        for event in events:
            if self.broken(event):
                raise ZeroDivisionError
            value = event.user_id or event.anonymous_id or ""
            node = self._known.get(value)
            if node is None:
                self._db.execute("INSERT INTO identifiers (value) VALUES (?)", (value,))
                node = self._known[value] = self._db.last_insert_rowid()
                self._db.execute("UPDATE identifiers SET profile = node WHERE node = ?", (node,))
                moved[node] = node
            event.node = node
        return Changes(moved, set(moved))

    def decide(self, decision: Decision) -> Changes:
        if decision.a == decision.b:
            raise Malformed("both are the same")
        self.decided.append(decision.id)
        return Changes({}, set())

    def set_rules(self, rules: Any) -> Changes:
        self.decided.append("rules")
        return Changes({}, set())

    def settle(self) -> None:
        return

    def reset(self) -> None:
        self._known = dict(self._db.execute("SELECT value, node FROM identifiers"))


class SmallProfiles:
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS counters (node INTEGER PRIMARY KEY, count INTEGER)"
        )

    def absorb(self, events: Sequence[Event], *, hold: bool = False) -> set[int]:
        del hold
        for event in events:
            self._db.execute(
                "INSERT INTO counters VALUES (?, 1) ON CONFLICT (node) DO UPDATE SET"
                " count = count + 1",
                (event.node,),
            )
        return {event.node for event in events if event.type == "identify"}

    def pin(self, control: Mapping[str, Any]) -> set[int]:
        return {1}

    def unpin(self, control: Mapping[str, Any]) -> set[int]:
        return {1}

    def reset(self) -> None:
        return

    settle = reset


class World:
    """Everything for one test, on one folder; `restart` is what a crash leaves."""

    def __init__(self, folder: Path, *, real: bool = False, ahead: Ahead | None = None) -> None:
        self.folder = folder
        self.real = real  # the real identity and profiles behind the line
        self.ahead = ahead
        self.settings = Settings(data=str(folder))
        self.log = ListLog()
        self.open()
        self.reads = PipelineReads(folder / "state.db", self.log)

    def open(self) -> None:
        self.state = connect(self.folder / "state.db")
        self.state.pragma("synchronous", "off")
        self.identity = SmallIdentity(self.state) if not self.real else None
        identity = self.identity or Identity(self.state)
        profiles = Profiles(self.state) if self.real else SmallProfiles(self.state)
        self.pipeline = Pipeline(
            self.settings,
            self.log,
            self.state,
            identity,
            profiles,
            FixedClock(RECEIVED),
            ahead=self.ahead,
        )

    def restart(self) -> None:
        self.state.close()
        self.open()

    def send(self, *events: Any, source: int = 1, meta: Any = None, **batch: Any) -> int:
        """One batch record; returns its offset."""
        body = json.dumps({"batch": events, **batch}).encode()
        text = json.dumps(meta).encode() if meta else b""
        draft = Draft(source, BATCH, len(events), RECEIVED, body, text)
        return self.log.append_all([draft])[0]

    def control(self, **control: Any) -> int:
        body = json.dumps(control).encode()
        return self.log.append_all([Draft(2, CONTROL, 0, RECEIVED, body)])[0]

    def drain(self) -> None:
        end = self.log.end()
        while self.reads.committed() < end:
            self.pipeline.step()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.state.execute(sql).fetchall()


def track(number: int, **fields: Any) -> dict[str, Any]:
    """A small valid event; the same number gives the same event."""
    return {
        "type": "track",
        "event": "Order Completed",
        "messageId": f"m{number}",
        "userId": f"u{number % 7}",
        "timestamp": "2026-11-21T23:36:48.665Z",
        "properties": {"total": number, "currency": "INR"},
        **fields,
    }
