"""Why a person (or account) is in a segment, or is not: the oracle on the whole history."""

from __future__ import annotations

import json
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from sqlglot import exp

from rapport.audiences.language import writing
from rapport.audiences.language.known import Known
from rapport.audiences.language.model import Condition
from rapport.audiences.meaning import oracle
from rapport.audiences.meaning.oracle import Verdict
from rapport.audiences.meaning.person import Account, Happening, Person
from rapport.audiences.stream.crowd import Crowd
from rapport.audiences.stream.evaluating import plain
from rapport.audiences.stream.memory import Memories
from rapport.errors import Malformed, NotFound
from rapport.profiles.lens import look
from rapport.server.known_sources import KnownSources
from rapport.server.rooms import Reads, Rooms
from rapport.warehouse.dialects import dialect_for
from rapport.warehouse.sqlbuild import E, binary, column

MOST_EVENTS: Final = 20_000  # the latest ones of a person that are looked at
MOST_PEOPLE: Final = 50  # of an account
_HELD: Final = ("properties", "traits", "context")
_FIELDS: Final = ("message_id", "type", "event", "source", "brand", "region", "channel", *_HELD)


def explain(
    rooms: Rooms, reads: Reads, condition: Condition, profile: int, known: Known
) -> dict[str, Any]:
    """The verdict and its parts as JSON; `events` of it are message ids."""
    now = rooms.clock.now()
    verdict = oracle.explain(condition, _person(rooms, reads, profile, now), now, known)
    return _shown(verdict)


def explain_account(
    rooms: Rooms, reads: Reads, condition: Condition, id: str, known: Known
) -> dict[str, Any]:
    """As `explain`, of an account. Raises `NotFound`, or `Malformed` for too many people."""
    now = rooms.clock.now()
    found = reads.profiles.account_summaries([id])
    if not found:
        raise NotFound(f"no account {id!r}", hint="accounts come from group calls")
    people = reads.profiles.account_members(id, MOST_PEOPLE + 1)
    if len(people) > MOST_PEOPLE:
        raise Malformed(f"{id} has more than {MOST_PEOPLE} people: too many to look at each")
    nodes = [known.node for each in people for known in reads.identity.nodes_of(each)]
    account = Account(
        id=id,
        traits=found[0]["traits"],
        members=tuple(_person(rooms, reads, each, now) for each in people),
        events=_events(rooms, _counts_for(id, nodes)),
    )
    return _shown(oracle.explain(condition, account, now, known))


def _counts_for(account: str, nodes: list[int]) -> E:
    named = exp.Coalesce(this=column("group_id"), expressions=[exp.Literal.string("")])
    own = binary(exp.EQ, named, account)
    return exp.or_(own, exp.and_(binary(exp.EQ, named, ""), _of_nodes(nodes))) if nodes else own


def _of_nodes(nodes: list[int]) -> E:
    return exp.or_(*(binary(exp.EQ, column("node"), node) for node in nodes))


def _person(rooms: Rooms, reads: Reads, profile: int, now: int) -> Person:
    sources, rules = KnownSources(rooms.sources), rooms.survivorship()
    with look(reads.connection, sources, rules, now) as lens:
        person = (
            Crowd(lens, Memories(lens.connection), [profile], ZoneInfo("UTC")).facts(profile).person
        )
        held = {
            trait: reads.audiences.of_profile(profile)["computed"].get(trait)
            for trait in reads.audiences.known().traits
        }
    nodes = [known.node for known in reads.identity.nodes_of(profile)]
    traits = {**person.traits, **{key: each for key, each in held.items() if each is not None}}
    return replace(person, traits=traits, events=_events(rooms, _of_nodes(nodes)))


def _events(rooms: Rooms, test: E) -> tuple[Happening, ...]:
    dialect = dialect_for(rooms.warehouse.capabilities.dialect)
    at = dialect.epoch_micros(column("timestamp"))
    query = (
        exp.select(exp.alias_(at, "ts", quoted=True), *(column(name) for name in _FIELDS))
        .from_("events")
        .where(test)
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
