"""Exact de-duplication per (source, messageId), for as long as events are kept.

Table `dedupe_runs`: sorted runs, one written per step, merged by sizes like an LSM tree, with a
bound on the work of one step. Everything is searched in memory, a whole micro-batch at a time.
Table `duplicates`: which arrivals were re-sends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import apsw
import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_128_digest

from rapport.database import migrate
from rapport.events.model import Event
from rapport.events.runs import U32, U64, Filter, Keys, Marks, Run, find, merge

STEPS: Final = (
    "CREATE TABLE dedupe_runs (id INTEGER PRIMARY KEY AUTOINCREMENT, count INTEGER NOT NULL,"
    " body BLOB NOT NULL)",
    "CREATE TABLE duplicates (log_offset INTEGER NOT NULL, log_index INTEGER NOT NULL,"
    " source INTEGER NOT NULL, id_hash INTEGER NOT NULL,"
    " PRIMARY KEY (log_offset, log_index)) WITHOUT ROWID;"
    "CREATE INDEX duplicates_id ON duplicates (id_hash)",
)
FAN_IN: Final = 8  # so many runs of one size become one of the next
LARGEST: Final = 1 << 20  # entries of a merged run: at most 20 MB are written in one step

Places = NDArray[np.int64]  # indices into the micro-batch
Found = NDArray[np.bool_]


class Sifted(NamedTuple):
    """A micro-batch after de-duplication, each list in order of arrival."""

    fresh: list[Event]
    again: list[Event]  # re-sends: same id, same content
    clashing: list[Event]  # same id, other content


class _Hashed(NamedTuple):
    keys: Keys
    marks: Marks
    contents: Keys


class Dedupe:
    """Writes inside the caller's transaction; then wants `committed`, or `reset` if it failed."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        migrate(connection, "dedupe", STEPS)
        self._safe = self._load()
        self._runs = list(self._safe)
        self._filter = self._new_filter()

    def sift(self, events: Sequence[Event]) -> Sifted:
        """Divide a micro-batch; the fresh ones are known from now on."""
        if not events:
            return Sifted([], [], [])
        hashed = _hash(events)
        order = np.argsort(hashed.keys, kind="stable")
        suspects, known, contents = self._suspects(hashed, order)
        if not len(suspects):
            self._add(hashed, order)
            return Sifted(list(events), [], [])
        fresh = np.ones(len(events), bool)
        again, clashing = _judge(hashed, suspects, known, contents)
        fresh[again] = False
        fresh[clashing] = False
        if fresh.any():
            self._add(hashed, order[fresh[order]])
        again_events = [events[i] for i in again]
        self._note(again_events)
        return Sifted(
            [events[i] for i in np.flatnonzero(fresh).tolist()],
            again_events,
            [events[i] for i in clashing],
        )

    def committed(self) -> None:
        self._safe = list(self._runs)

    def reset(self) -> None:
        """Forget what a rolled-back transaction had added."""
        self._runs = list(self._safe)

    def reload(self) -> None:
        """Read again what is in the table."""
        self._safe = self._load()
        self._runs = list(self._safe)
        self._filter = self._new_filter()

    def held(self) -> int:
        """How many events are known."""
        return sum(len(run.keys) for run in self._runs)

    def _load(self) -> list[Run]:
        rows = self._connection.execute("SELECT id, count, body FROM dedupe_runs ORDER BY id")
        return [Run.from_bytes(*row) for row in rows]

    def _new_filter(self) -> Filter:
        made = Filter(self.held() * 5 // 4)
        for run in self._runs:
            made.add(run.keys)
        return made

    def _suspects(self, hashed: _Hashed, order: Places) -> tuple[Places, Found, Keys]:
        """Places whose id was seen before, or stands more than once in this batch.

        Also, for every place, whether a run holds its id, and the content held there.
        """
        count = len(order)
        known = np.zeros(count, bool)
        contents = np.zeros(count, U64)
        maybe = order[self._filter.maybe(hashed.keys[order])]  # sorted by key: searched faster
        if len(maybe):
            keys, marks = hashed.keys[maybe], hashed.marks[maybe]
            found, held = np.zeros(len(maybe), bool), np.zeros(len(maybe), U64)
            for run in self._runs:
                find(run, keys, marks, found, held)
            known[maybe], contents[maybe] = found, held
        suspicious = known.copy()
        ordered = hashed.keys[order]
        same = ordered[1:] == ordered[:-1]
        suspicious[order[1:][same]] = True
        suspicious[order[:-1][same]] = True
        return np.flatnonzero(suspicious), known, contents

    def _add(self, hashed: _Hashed, order: Places) -> None:
        run = Run(0, hashed.keys[order], hashed.marks[order], hashed.contents[order])
        self._filter.add(run.keys)
        if self._filter.full:
            self._filter = self._new_filter()
            self._filter.add(run.keys)
        self._runs.append(self._insert(run))
        self._compact()

    def _insert(self, run: Run) -> Run:
        self._connection.execute(
            "INSERT INTO dedupe_runs (count, body) VALUES (?, ?)", (len(run.keys), run.to_bytes())
        )
        return run.with_id(self._connection.last_insert_rowid())

    def _compact(self) -> None:
        """Merge the smallest size of which there are FAN_IN. At most one merge a step."""
        sizes: dict[int, list[Run]] = {}
        for run in self._runs:
            if len(run.keys) < LARGEST // FAN_IN:
                sizes.setdefault((len(run.keys).bit_length() - 1) // 3, []).append(run)
        for size in sorted(sizes):
            if len(sizes[size]) >= FAN_IN:
                self._replace(sizes[size])
                return

    def _replace(self, old: list[Run]) -> None:
        merged = self._insert(merge(old))
        gone = {run.id for run in old}
        self._connection.executemany(
            "DELETE FROM dedupe_runs WHERE id = ?", [(number,) for number in gone]
        )
        self._runs = [run for run in self._runs if run.id not in gone]
        self._runs.append(merged)

    def _note(self, again: Iterable[Event]) -> None:
        self._connection.executemany(
            "INSERT INTO duplicates VALUES (?, ?, ?, ?)",
            [(e.offset, e.index, e.source, id_hash(e.source, e.message_id)) for e in again],
        )


def id_hash(source: int, message_id: str) -> int:
    """The searched 64 bits of an id, as SQLite's signed integer."""
    return int.from_bytes(xxh3_128_digest(message_id.encode(), source)[:8], "little", signed=True)


def _hash(events: Sequence[Event]) -> _Hashed:
    ids = b"".join([xxh3_128_digest(e.message_id.encode(), e.source) for e in events])
    words = np.frombuffer(ids, U64).reshape(-1, 2)
    contents = np.frombuffer(b"".join([e.content for e in events]), U64)
    return _Hashed(np.ascontiguousarray(words[:, 0]), words[:, 1].astype(U32), contents)


def _judge(
    hashed: _Hashed, suspects: Places, known: Found, contents: Keys
) -> tuple[list[int], list[int]]:
    """Which of the suspects are re-sends and which clash; the first to arrive is the original."""
    first: dict[tuple[int, int], int] = {}
    again: list[int] = []
    clashing: list[int] = []
    for place in suspects.tolist():
        key = (int(hashed.keys[place]), int(hashed.marks[place]))
        content = int(hashed.contents[place])
        original = int(contents[place]) if known[place] else first.get(key)
        if original is None:
            first[key] = content
        else:
            (again if original == content else clashing).append(place)
    return again, clashing
