"""Trait values as they were seen: at a node (or account), from a source, between two instants."""

from __future__ import annotations

from typing import Any, TypeAlias

import apsw
import msgspec
import xxhash

from rapport.events.model import Event

# (owner, source, trait, value hash): owner is a node, or the id of an account.
Key: TypeAlias = tuple[Any, int, str, int]
# [value, first time, its message, last time, its message, count]
Seen: TypeAlias = list[Any]

_SIGNED = 1 << 63
LONGEST_SEARCHED = 64
_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def _upsert(into: str, values: str) -> str:
    """Two sightings of one value become one row; written so that either may come first."""
    return f"""
        INSERT INTO {into} VALUES ({values}) ON CONFLICT DO UPDATE SET
        count = count + excluded.count,
        first_message = CASE WHEN excluded.first_time > first_time THEN first_message
            WHEN excluded.first_time < first_time THEN excluded.first_message
            ELSE min(first_message, excluded.first_message) END,
        first_time = min(first_time, excluded.first_time),
        last_message = CASE WHEN excluded.last_time < last_time THEN last_message
            WHEN excluded.last_time > last_time THEN excluded.last_message
            ELSE max(last_message, excluded.last_message) END,
        last_time = max(last_time, excluded.last_time)
    """


_SEEN = "value, first_time, first_message, last_time, last_message, count"
_NODES = _upsert(
    f"fragments (node, source, trait, value_hash, {_SEEN}, search)",
    "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?",
)
_ACCOUNTS = _upsert(
    f"account_traits (account, source, trait, value_hash, {_SEEN})", "?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
)


def canonical(raw: msgspec.Raw) -> str:
    """One text per JSON value: the same value written differently must not count as two.

    Numbers stay as they were written, so that 1 and 1.0 remain what the client said.
    """
    text = str(raw, "utf-8", "replace")
    lead = text[0]
    if lead in "{[" or (lead == '"' and ("\\" in text or "\ufffd" in text)):
        try:
            return msgspec.json.encode(msgspec.json.decode(text), order="sorted").decode()
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return text  # a number too long or a nesting too deep for Python: keep what was sent
    return text


def beginning(value: str) -> str | None:
    """What a search by the beginning of a value looks at; None for values that are not searched.

    Only short texts are. E-mails and telephone numbers are left out, because they are identifiers
    already, and instants: their scattered values would cost the hot path an index page each.
    """
    if value[0] != '"' or not 3 < len(value) <= LONGEST_SEARCHED + 2:
        return None
    if value[1] == "+" or "@" in value or (value[1].isdigit() and value[5:6] == "-"):
        return None
    return value[1:-1].casefold()


def fingerprint(value: str) -> int:
    """64 signed bits of a canonical value."""
    return xxhash.xxh3_64_intdigest(value.encode()) - _SIGNED


class Fragments:
    """Gathers the trait values of one micro-batch; `write` puts them down."""

    def __init__(self) -> None:
        self._nodes: dict[Key, Seen] = {}
        self._accounts: dict[Key, Seen] = {}

    def of_node(self, event: Event) -> bool:
        """Take the traits of an identify event. True if there were any."""
        return _gather(self._nodes, event.node, event)

    def of_account(self, event: Event) -> bool:
        """Take the traits of a group event for its account."""
        return _gather(self._accounts, event.group_id, event)

    def write(self, connection: apsw.Connection) -> None:
        # In key order, so that neighbours in the table are touched one after the other.
        if nodes := self._nodes:
            rows = [(*key, *(seen := nodes[key]), beginning(seen[0])) for key in sorted(nodes)]
            connection.executemany(_NODES, rows)
            nodes.clear()
        if accounts := self._accounts:
            connection.executemany(_ACCOUNTS, [(*key, *accounts[key]) for key in sorted(accounts)])
            accounts.clear()


def _gather(rows: dict[Key, Seen], owner: Any, event: Event) -> bool:
    """False when there are no traits; decode.py lets nothing pass that is not a JSON object."""
    try:
        traits = _object(event.traits) if event.traits else None
    except (msgspec.MsgspecError, ValueError):
        return False
    if not traits:
        return False
    time, message, source = event.timestamp, event.message_id, event.source
    for trait, raw in traits.items():
        value = canonical(raw)
        key = (owner, source, trait, fingerprint(value))
        seen = rows.get(key)
        if seen is None:
            rows[key] = [value, time, message, time, message, 1]
        else:
            _see_again(seen, time, message)
    return True


def _see_again(seen: Seen, time: int, message: str) -> None:
    if (time, message) < (seen[1], seen[2]):
        seen[1], seen[2] = time, message
    if (time, message) > (seen[3], seen[4]):
        seen[3], seen[4] = time, message
    seen[5] += 1
