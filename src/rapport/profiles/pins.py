"""Values that a person decided: a pin wins over whatever the sources say, until it is taken back.

A pin belongs to an identifier and not to a profile, so it follows that identifier through merges
and splits. All decisions are kept; the newest by (instant, id) counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import apsw
import msgspec

from rapport.errors import Malformed


class Pin(msgspec.Struct, frozen=True):
    """One decision about one trait. `pinned` is JSON; None takes an earlier pin back."""

    id: str
    type: str
    value: str
    trait: str
    pinned: str | None
    at: int  # µs UTC
    by: str
    reason: str


_WRITE = "INSERT INTO pins VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
# Hardly anybody has pins; where nobody has, no identifier is looked up.
_OF_NODES = """
    SELECT i.node, p.id, p.type, p.value, p.trait, p.pinned, p.at, p.by, p.reason
    FROM carray(?) AS n CROSS JOIN identifiers AS i ON i.node = n.value
    CROSS JOIN pins AS p ON p.type = i.type AND p.value = i.value
    WHERE EXISTS (SELECT 1 FROM pins)
"""


def from_control(control: Mapping[str, Any], *, keep: bool) -> Pin:
    """Read the body of a control record `pin` (`keep`) or `unpin`. Raises `Malformed`."""
    kind, colon, value = str(control.get("identifier", "")).partition(":")
    trait, id_, at = control.get("trait"), control.get("id"), control.get("at")
    named = kind and colon and value and isinstance(trait, str) and trait
    if not (named and isinstance(id_, str) and id_ and isinstance(at, int)):
        raise Malformed(
            "a pin names an identifier, a trait, an id and an instant",
            hint='{"identifier": "email:…", "trait": "city", "value": "Mumbai", "id": …, "at": …}',
        )
    pinned = msgspec.json.encode(control.get("value"), order="sorted").decode() if keep else None
    by, reason = str(control.get("by", "")), str(control.get("reason", ""))
    return Pin(id_, kind, value, str(trait), pinned, at, by, reason)


def write(connection: apsw.Connection, pin: Pin) -> None:
    """Keep a decision; the same one twice counts once."""
    connection.execute(_WRITE, msgspec.structs.astuple(pin))


def nodes(connection: apsw.Connection, pin: Pin) -> set[int]:
    """The node that the pin speaks of; empty when its identifier was never seen."""
    rows = connection.execute(
        "SELECT node FROM identifiers WHERE type = ? AND value = ?", (pin.type, pin.value)
    )
    return {row[0] for row in rows}


def of_nodes(connection: apsw.Connection, nodes: apsw.CArrayBinding) -> list[tuple[int, Pin]]:
    """All decisions about these nodes, each with its node."""
    return [(node, Pin(*row)) for node, *row in connection.execute(_OF_NODES, (nodes,))]


def standing(pins: Sequence[Pin]) -> dict[str, Pin]:
    """The pin that counts for each trait of one person; taken-back ones are gone."""
    if not pins:
        return {}
    newest: dict[str, Pin] = {}
    for pin in sorted(pins, key=lambda pin: (pin.at, pin.id)):
        newest[pin.trait] = pin
    return {trait: pin for trait, pin in newest.items() if pin.pinned is not None}
