"""Why a person is in a segment, or is not: the oracle on her whole history."""

from __future__ import annotations

import json
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from sqlglot import exp

from rapport.audiences import oracle, writing
from rapport.audiences.evaluating import plain
from rapport.audiences.facts import ProfileFacts
from rapport.audiences.known import Known
from rapport.audiences.model import Condition
from rapport.audiences.oracle import Verdict
from rapport.audiences.person import Happening, Person
from rapport.profiles.lens import look
from rapport.server.known_sources import KnownSources
from rapport.server.rooms import Reads, Rooms
from rapport.warehouse.dialects import dialect_for
from rapport.warehouse.sqlbuild import binary, column

MOST_EVENTS: Final = 20_000  # the latest ones of a person that are looked at
_HELD: Final = ("properties", "traits", "context")
_FIELDS: Final = ("message_id", "type", "event", "source", "brand", "region", "channel", *_HELD)


def explain(
    rooms: Rooms, reads: Reads, condition: Condition, profile: int, known: Known
) -> dict[str, Any]:
    """The verdict and its parts as JSON; `events` of it are message ids."""
    now = rooms.clock.now()
    verdict = oracle.explain(condition, _person(rooms, reads, profile, now), now, known)
    return _shown(verdict)


def _person(rooms: Rooms, reads: Reads, profile: int, now: int) -> Person:
    sources, rules = KnownSources(rooms.sources), rooms.survivorship()
    with look(reads.connection, sources, rules, now) as lens:
        person = ProfileFacts(lens, profile, ZoneInfo("UTC")).person
        held = {
            trait: reads.audiences.of_profile(profile)["computed"].get(trait)
            for trait in reads.audiences.known().traits
        }
    nodes = [known.node for known in reads.identity.nodes_of(profile)]
    traits = {**person.traits, **{key: each for key, each in held.items() if each is not None}}
    return replace(person, traits=traits, events=_events(rooms, nodes))


def _events(rooms: Rooms, nodes: list[int]) -> tuple[Happening, ...]:
    dialect = dialect_for(rooms.warehouse.capabilities.dialect)
    at = dialect.epoch_micros(column("timestamp"))
    query = (
        exp.select(exp.alias_(at, "ts", quoted=True), *(column(name) for name in _FIELDS))
        .from_("events")
        .where(exp.or_(*(binary(exp.EQ, column("node"), node) for node in nodes)))
        .order_by(exp.Ordered(this=column("timestamp"), desc=True))
        .limit(MOST_EVENTS)
    )
    rows = rooms.warehouse.read(dialect.sql(query))
    return tuple(_happening(row) for row in rows)


def _happening(row: dict[str, Any]) -> Happening:
    fields: dict[str, Any] = {name: row[name] or "" for name in _FIELDS if name not in _HELD}
    for name in _HELD:
        held = json.loads(row[name]) if row[name] else {}
        fields[name] = held if isinstance(held, dict) else {}
    return Happening(timestamp=int(row["ts"]), **fields)


def _shown(verdict: Verdict) -> dict[str, Any]:
    value = verdict.value
    if isinstance(value, list):
        value = [plain(each) for each in value]
    return {
        "holds": verdict.holds,
        "condition": writing.condition(verdict.condition),
        "value": plain(value),
        "events": list(verdict.witnesses),
        "parts": [_shown(part) for part in verdict.parts],
    }
