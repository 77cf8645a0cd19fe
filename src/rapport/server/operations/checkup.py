"""The doctor's checks that need the rooms: backlog, lag, balance, and the full recount."""

from __future__ import annotations

import msgspec

from rapport.pipeline.balance import Row
from rapport.server.operations.books import Books
from rapport.server.operations.doctor import FAIL, OK, WARN, Check, examine_folder, guarded
from rapport.server.rooms import Rooms
from rapport.warehouse.outbox import mismatch

LATE_EVENTS = 200_000  # some seconds of work
_FIELDS = Row.__struct_fields__


def examine(rooms: Rooms, books: Books, stuck: str, *, full: bool = False) -> list[Check]:
    """All checks. With `full`, stores are read whole and counted against each other. Blocks.

    `stuck` is `Loading.stuck`.
    """
    checks = examine_folder(rooms.folder, full=full)
    checks += [
        guarded("log", lambda: _log(rooms)),
        guarded("warehouse", lambda: _warehouse(rooms, stuck)),
        guarded("backlog", lambda: _backlog(rooms)),
        guarded("balance", lambda: _balance(books)),
    ]
    if full:
        checks.append(guarded("ledger", lambda: _ledger(rooms, books)))
        checks.append(guarded("uniqueness", lambda: _unique(rooms)))
    return checks


def _log(rooms: Rooms) -> Check:
    if rooms.log.ready():
        return Check("log", OK, f"{rooms.log.size() / 2**20:.1f} MiB, writable")
    return Check("log", FAIL, "cannot be written", "make room on the disk; it recovers by itself")


def _warehouse(rooms: Rooms, stuck: str) -> Check:
    if problem := mismatch(rooms.folder.state, rooms.warehouse):
        hint = "stop, and restore the whole folder from one backup; until then nothing is loaded"
        return Check("warehouse", FAIL, f"does not belong to state.db: {problem}", hint)
    if stuck:
        hint = "it is tried on and on, nothing is lost; see the disk and the server's log"
        return Check("warehouse", FAIL, stuck, hint)
    waiting = rooms.unloaded()
    text = f"{rooms.warehouse.size() / 2**20:.1f} MiB, {waiting} events wait for it"
    return Check("warehouse", OK if waiting < LATE_EVENTS else WARN, text)


def _backlog(rooms: Rooms) -> Check:
    pipeline, warehouse = rooms.waiting()
    waiting, limit = pipeline + warehouse, rooms.settings.max_backlog_events
    text = f"{pipeline} events wait for the pipeline, {warehouse} for the warehouse; {limit} may"
    if waiting > limit:
        return Check("backlog", FAIL, text, "send slower, or give the server more CPU")
    return Check("backlog", OK if waiting < limit // 10 else WARN, text)


def _balance(books: Books) -> Check:
    found = books.balance(fresh=True)
    text = ", ".join(f"{name} {getattr(found.totals, name)}" for name in _FIELDS)
    if found.balanced:
        return Check("balance", OK, text)
    return Check("balance", FAIL, text, "rapport doctor --full says which source")


def _ledger(rooms: Rooms, books: Books) -> Check:
    """What the pipeline counted step by step, against what the stores hold now."""
    counted = books.balance(fresh=True).sources
    wrong = []
    for source, sums in rooms.pipeline.ledger().items():
        row = msgspec.structs.asdict(counted.get(source, Row()))
        row["accepted"] -= row["pending"]
        wrong += [
            f"source {source}: {name} {row[name]} in the stores, {sums[name]} in the ledger"
            for name in sums
            if sums[name] != row[name]
        ]
    if wrong:
        return Check("ledger", FAIL, "; ".join(wrong), "keep the folder and report this")
    return Check("ledger", OK, "the ledger equals the stores")


def _unique(rooms: Rooms) -> Check:
    """No event is stored twice."""
    rows = rooms.warehouse.read(
        "SELECT count(*) - count(DISTINCT (source_id, message_id)) AS n FROM events"
    )
    if rows[0]["n"]:
        return Check("uniqueness", FAIL, f"{rows[0]['n']} events are stored more than once")
    return Check("uniqueness", OK, "every event is stored once")
