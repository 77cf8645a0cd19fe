"""All SQL of identity. Nothing here begins or ends a transaction."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import apsw
import msgspec

from rapport.identity.model import USER, Decision, Evidence, Key, Link, Member
from rapport.identity.tables import MIGRATIONS, pack, unpack

__all__ = ["MIGRATIONS", "Store", "pack", "unpack"]

_MEMBER = "node, type, value, state, owner, profile"
_EVIDENCE = "e.id, e.nodes, e.first_seen, e.last_seen, e.count, e.source, e.message_id"
_CHUNK = 20_000


class Store:
    """Reads and writes through one connection. Chunked, so that memory stays bounded."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._sql = connection
        # Evidence → (count, last_seen), not written yet; what is read here knows of it.
        self._held: dict[int, tuple[int, int]] = {}

    def last_node(self) -> int:
        return self._number("SELECT coalesce(max(node), 0) FROM identifiers")

    def last_evidence(self) -> int:
        return self._number("SELECT coalesce(max(id), 0) FROM evidence")

    def members(self, nodes: Collection[int]) -> Iterator[Member]:
        for part in _chunks(nodes):
            for row in self._sql.execute(
                f"SELECT {_MEMBER} FROM identifiers WHERE node IN carray(?)", (part,)
            ):
                yield Member(*row)

    def find(self, keys: Collection[Key]) -> dict[Key, Member]:
        by_type: dict[str, list[str]] = {}
        for kind, value in keys:
            by_type.setdefault(kind, []).append(value)
        found: dict[Key, Member] = {}
        for kind, values in by_type.items():
            for row in self._sql.execute(
                f"SELECT {_MEMBER} FROM identifiers"
                " WHERE type = ? AND value IN (SELECT value FROM json_each(?))",
                (kind, msgspec.json.encode(values).decode()),
            ):
                found[kind, row[2]] = Member(*row)
        return found

    def add_members(self, members: Iterable[Member]) -> None:
        self._sql.executemany(
            f"INSERT INTO identifiers ({_MEMBER}) VALUES (?, ?, ?, ?, ?, ?)",
            ((m.node, m.type, m.value, m.state, m.owner, m.profile) for m in members),
        )

    def profile_members(self, profile: int, limit: int) -> list[Member]:
        select = f"SELECT {_MEMBER} FROM identifiers WHERE profile = ?"
        rows: list[Any] = self._sql.execute(f"{select} LIMIT ?", (profile, limit)).fetchall()
        if len(rows) == limit:  # SQLite needs a table to sort in, even for three rows
            rows = self._sql.execute(f"{select} ORDER BY node LIMIT ?", (profile, limit)).fetchall()
        return [Member(*row) for row in sorted(rows)]

    def set_profiles(self, profiles: Iterable[tuple[int, int]]) -> None:
        """Rows are (profile, node)."""
        self._sql.executemany("UPDATE identifiers SET profile = ? WHERE node = ?", profiles)

    def set_states(self, states: Iterable[tuple[int, int, int]]) -> None:
        """Rows are (state, owner, node)."""
        self._sql.executemany("UPDATE identifiers SET state = ?, owner = ? WHERE node = ?", states)

    def open_all(self) -> None:
        self._sql.execute("UPDATE identifiers SET state = 0, owner = 0 WHERE state > 0")

    def in_state(self, states: Sequence[int]) -> set[int]:
        rows = self._sql.execute(
            "SELECT node FROM identifiers WHERE state > 0 AND state IN carray(?)", (_ints(states),)
        )
        return {row[0] for row in rows}

    def stored(self, node_sets: Collection[bytes]) -> dict[bytes, Evidence]:
        """Evidence by its packed set of nodes."""
        found: dict[bytes, Evidence] = {}
        for start in range(0, len(sets := list(node_sets)), _CHUNK):
            part = apsw.carray(tuple(sets[start : start + _CHUNK]))
            for row in self._sql.execute(
                f"SELECT {_EVIDENCE} FROM evidence e WHERE e.nodes IN carray(?)", (part,)
            ):
                found[row[1]] = self._evidence(*row)
        return found

    def seen_with(self, nodes: Collection[int]) -> Iterator[tuple[int, Evidence]]:
        """(node, evidence) for every set of two and more that holds one of `nodes`."""
        for part in _chunks(nodes):
            for row in self._sql.execute(
                f"SELECT s.node, {_EVIDENCE} FROM sightings s JOIN evidence e ON e.id = s.evidence"
                " WHERE s.node IN carray(?)",
                (part,),
            ):
                yield row[0], self._evidence(*row[1:])

    def some_seen_with(self, node: int, most: int) -> list[Evidence]:
        """At most `most` of the sets that hold `node`: a kiosk is in very many."""
        rows = self._sql.execute(
            f"SELECT {_EVIDENCE} FROM sightings s JOIN evidence e ON e.id = s.evidence"
            " WHERE s.node = ? LIMIT ?",
            (node, most),
        )
        return [self._evidence(*row) for row in rows]

    def seen_more_than(self, nodes: Collection[int], most: int) -> set[int]:
        """Those of `nodes` that are in more than `most` sets of two and more."""
        rows = self._sql.execute(
            "SELECT n.value FROM carray(?) n WHERE (SELECT count(*) FROM"
            " (SELECT 1 FROM sightings s WHERE s.node = n.value LIMIT ?)) > ?",
            (_ints(nodes), most + 1, most),
        )
        return {row[0] for row in rows}

    def spans(self, nodes: Collection[int]) -> Iterator[tuple[int, int, int, int, int]]:
        """(node, source, first_seen, last_seen, events): what each source said of each node, up to
        two rows for each pair.
        """
        yield from self._sql.execute(
            "SELECT s.node, e.source, min(e.first_seen), max(e.last_seen), sum(e.count)"
            " FROM sightings s JOIN evidence e ON e.id = s.evidence"
            " WHERE s.node IN carray(?) GROUP BY s.node, e.source",
            (_ints(nodes),),
        )
        alone = {pack((node,)): node for node in nodes}
        for start in range(0, len(packed := list(alone)), _CHUNK):
            for blob, *rest in self._sql.execute(
                "SELECT e.nodes, e.source, e.first_seen, e.last_seen, e.count"
                " FROM carray(?) n CROSS JOIN evidence e ON e.nodes = n.value",
                (apsw.carray(tuple(packed[start : start + _CHUNK])),),
            ):
                yield alone[blob], *rest

    def heard_from(self, nodes: Collection[int]) -> Iterator[tuple[int, int]]:
        """(node, source) beyond what `spans` tells: of sets that several sources sent."""
        if not self._several_sources():
            return
        yield from self._sql.execute(
            "SELECT s.node, x.source FROM sightings s"
            " JOIN evidence_sources x ON x.evidence = s.evidence WHERE s.node IN carray(?)",
            (_ints(nodes),),
        )
        alone = {pack((node,)): node for node in nodes}
        for start in range(0, len(packed := list(alone)), _CHUNK):
            for blob, source in self._sql.execute(
                "SELECT e.nodes, x.source FROM carray(?) n CROSS JOIN evidence e"
                " ON e.nodes = n.value JOIN evidence_sources x ON x.evidence = e.id",
                (apsw.carray(tuple(packed[start : start + _CHUNK])),),
            ):
                yield alone[blob], source

    def _several_sources(self) -> bool:
        try:
            return self._number("SELECT EXISTS (SELECT 1 FROM evidence_sources)") > 0
        except apsw.SQLError:  # a folder of an earlier release, read before the pipeline ran
            return False

    def add_sources(self, rows: Iterable[tuple[int, int]]) -> None:
        """Rows are (evidence, source)."""
        self._sql.executemany("INSERT OR IGNORE INTO evidence_sources VALUES (?, ?)", rows)

    def add_evidence(self, items: Sequence[Evidence]) -> None:
        self._sql.executemany(
            "INSERT INTO evidence VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (e.id, pack(e.nodes), e.first_seen, e.last_seen, e.count, e.source, e.message_id)
                for e in items
            ),
        )
        self._sql.executemany(
            "INSERT INTO sightings VALUES (?, ?)",
            sorted((node, e.id) for e in items if len(e.nodes) > 1 for node in e.nodes),
        )

    def hold_sums(self, sums: Iterable[tuple[int, tuple[int, int]]]) -> None:
        """Of evidence: (id, (count, last_seen)), written by `settle`."""
        self._held.update(sums)

    def settle(self) -> None:
        rows = [(*self._held[id], id) for id in sorted(self._held)]
        self._sql.executemany("UPDATE evidence SET count = ?, last_seen = ? WHERE id = ?", rows)
        self._held.clear()

    def forget_held(self) -> None:
        self._held.clear()

    def predate_evidence(self, rows: Iterable[tuple[int, int, str, int]]) -> None:
        """Rows are (first_seen, source, message_id, id): an earlier first event was seen."""
        self._sql.executemany(
            "UPDATE evidence SET first_seen = ?, source = ?, message_id = ? WHERE id = ?", rows
        )

    def add_decision(self, decision: Decision, low: int, high: int) -> bool:
        """False when a decision of that id is already there."""
        self._sql.execute(
            "INSERT OR IGNORE INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                decision.id,
                decision.at,
                decision.action,
                decision.a,
                decision.b,
                decision.decision,
                decision.by,
                decision.reason,
                low,
                high,
            ),
        )
        return self._sql.changes() > 0

    def decision(self, id: str) -> tuple[Decision, int, int] | None:
        """The decision and its pair of nodes (low, high); 0, 0 for an undo."""
        rows = self._decisions("id = ?", (id,))
        return rows[0] if rows else None

    def decisions_on(self, low: int, high: int) -> list[Decision]:
        return [row[0] for row in self._decisions("low = ? AND high = ?", (low, high))]

    def decisions_touching(self, nodes: Collection[int]) -> list[tuple[Decision, int, int]]:
        either = _ints(nodes)
        return self._decisions("low IN carray(?) OR high IN carray(?)", (either, either))

    def undos_of(self, ids: Sequence[str]) -> dict[str, list[Decision]]:
        """All undos that name one of `ids`, and the undos of those, by what they name."""
        undos: dict[str, list[Decision]] = {}
        names = list(ids)
        while names:
            named = msgspec.json.encode(names).decode()
            rows = self._decisions(
                "decision <> '' AND decision IN (SELECT value FROM json_each(?))", (named,)
            )
            for undo, _, _ in rows:
                undos.setdefault(undo.decision, []).append(undo)
            names = [undo.id for undo, _, _ in rows if undo.id not in undos]
        return undos

    def _decisions(self, where: str, values: tuple[object, ...]) -> list[tuple[Decision, int, int]]:
        rows = self._sql.execute(
            "SELECT id, at, action, a, b, decision, author, reason, low, high"
            f" FROM decisions WHERE {where} ORDER BY at, id",
            values,
        )
        return [
            (
                Decision(
                    id=row[0],
                    at=row[1],
                    action=row[2],
                    a=row[3],
                    b=row[4],
                    decision=row[5],
                    by=row[6],
                    reason=row[7],
                ),
                row[8],
                row[9],
            )
            for row in rows
        ]

    def set_link(self, low: int, high: int, link: Link | None) -> None:
        self._sql.execute("DELETE FROM links WHERE a = ? AND b = ?", (low, high))
        if link:
            self._sql.execute(
                "INSERT INTO links VALUES (?, ?, ?, ?, ?)",
                (link.a, link.b, link.same, link.at, link.decision),
            )

    def any_links(self) -> bool:
        return self._number("SELECT EXISTS (SELECT 1 FROM links)") > 0

    def links(self, nodes: Collection[int]) -> set[Link]:
        array = _ints(nodes)
        rows = self._sql.execute(
            "SELECT a, b, same, at, decision FROM links WHERE a IN carray(?1)"
            " UNION SELECT a, b, same, at, decision FROM links WHERE b IN carray(?1)",
            (array,),
        )
        return {Link(a, b, bool(same), at, decision) for a, b, same, at, decision in rows}

    def merged_users(self) -> list[tuple[int, int]]:
        """Pairs of user nodes that people merged."""
        return list(
            self._sql.execute(
                "SELECT l.a, l.b FROM links l JOIN identifiers x ON x.node = l.a"
                " JOIN identifiers y ON y.node = l.b"
                " WHERE l.same AND x.type = ?1 AND y.type = ?1",
                (USER,),
            )
        )

    def rules(self) -> tuple[int, str] | None:
        """(version, rules as JSON) of the latest rules."""
        return self._sql.execute(
            "SELECT version, rules FROM identity_rules ORDER BY version DESC LIMIT 1"
        ).fetchone()

    def rules_version(self) -> int:
        """Of the latest rules; 0 without any."""
        return self._number("SELECT coalesce(max(version), 0) FROM identity_rules")

    def add_rules(self, text: str) -> None:
        self._sql.execute("INSERT INTO identity_rules (rules) VALUES (?)", (text,))

    def _evidence(
        self, id: int, nodes: bytes, first: int, last: int, count: int, source: int, message: str
    ) -> Evidence:
        if (held := self._held.get(id)) is not None:
            count, last = held
        return Evidence(id, unpack(nodes), first, last, count, source, message)

    def _number(self, sql: str) -> int:
        ((number,),) = self._sql.execute(sql)
        return int(number)


def _ints(numbers: Iterable[int]) -> apsw.CArrayBinding:
    # carray refuses an empty buffer; no node has the number 0.
    return apsw.carray(array("q", sorted(numbers) or (0,)))


def _chunks(numbers: Iterable[int]) -> Iterator[apsw.CArrayBinding]:
    ordered = sorted(numbers)
    for start in range(0, len(ordered), _CHUNK):
        yield _ints(ordered[start : start + _CHUNK])
