"""A pipeline with everything real in it, and what the oracle says of its people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa
from msgspec.structs import replace

from rapport.audiences.language.known import Known
from rapport.audiences.language.model import Segment
from rapport.audiences.meaning import oracle
from rapport.audiences.meaning.person import Account, Happening, Person
from rapport.audiences.service import Audiences
from rapport.audiences.stream import plans
from rapport.audiences.stream.crowd import Crowd
from rapport.audiences.stream.evaluating import plain
from rapport.audiences.stream.memory import Memories
from rapport.clock import FixedClock, to_iso
from rapport.config import Settings
from rapport.database import connect
from rapport.identity.service import Identity
from rapport.log.base import BATCH, CONTROL, Draft
from rapport.pipeline import Pipeline
from rapport.profiles import view
from rapport.profiles.lens import Lens, Senders
from rapport.profiles.parts import account_fragments
from rapport.profiles.rules import SurvivorshipRules
from rapport.profiles.service import Profiles
from tests.audiences.strategies import Sent
from tests.pipeline.world import ListLog


class Sender(msgspec.Struct, frozen=True):
    slug: str
    brand: str = ""
    region: str = ""


SOURCES = {1: Sender("web", "north", "eu"), 2: Sender("api")}


class World:
    def __init__(self, folder: Path, now: int) -> None:
        self.folder = folder
        self.clock = FixedClock(now)
        self.log = ListLog()
        self.decided = 0
        self.path: Path | str = folder / "state.db"
        self.open()

    def open(self) -> None:
        self.state = connect(Path(self.path))
        self.state.pragma("synchronous", "off")
        self.audiences = Audiences(
            self.state, SOURCES, SurvivorshipRules, self.clock, self.folder / "parts"
        )
        self.pipeline = Pipeline(
            Settings(data=str(self.folder)),
            self.log,
            self.state,
            Identity(self.state),
            Profiles(self.state),
            self.clock,
            self.audiences,
        )

    def restart(self) -> None:
        self.state.close()
        self.open()

    def close(self) -> None:
        self.state.close()

    def send(self, *events: Mapping[str, Any]) -> None:
        body = json.dumps({"batch": events}).encode()
        self.log.append_all([Draft(1, BATCH, len(events), self.clock.now(), body)])

    def control(self, action: str, **fields: Any) -> tuple[str, str]:
        """Status and detail."""
        self.decided += 1
        body = {"id": f"d{self.decided}", "action": action, "at": self.decided, "by": "ada"}
        raw = json.dumps({**body, "reason": "", **fields}).encode()
        self.log.append_all([Draft(2, CONTROL, 0, self.clock.now(), raw)])
        self.drain()
        row = self.state.execute(
            "SELECT status, detail FROM controls WHERE id = ?", (body["id"],)
        ).fetchone()
        assert row is not None
        return str(row[0]), str(row[1])

    def define(self, document: Mapping[str, Any]) -> tuple[str, str]:
        listed = [
            *({"kind": "segment", "definition": each} for each in document.get("segments", ())),
            *({"kind": "trait", "definition": each} for each in document.get("traits", ())),
        ]
        return self.control("define", definitions=listed)

    def drain(self) -> None:
        offset = -1
        while offset != self.pipeline._offset:
            offset = self.pipeline._offset
            self.pipeline.step()

    def settle(self) -> None:
        self.drain()
        for _ in range(1_000):
            if not self.pipeline.work_off():
                return
        raise AssertionError("the work has no end")

    def events(self) -> list[Sent]:
        """Everything that went to the warehouse."""
        found: list[Sent] = []
        rows = self.state.execute("SELECT payload FROM outbox WHERE kind = 'events' ORDER BY seq")
        for (payload,) in rows:
            stream = pa.ipc.open_stream(payload).read_all().to_pylist()
            found += [Sent(row["node"], _happening(row), row["group_id"] or "") for row in stream]
        return found

    def persons(self) -> list[Person]:
        owners = dict(self.state.execute("SELECT node, profile FROM identifiers"))
        events: dict[int, list[Happening]] = {}
        for each in self.events():
            if each.node:
                events.setdefault(owners[each.node], []).append(each.event)
        lens = Lens(self.state, Senders(SOURCES), SurvivorshipRules(), self.clock.now())
        crowd = Crowd(lens, Memories(self.state), events, ZoneInfo("UTC"))
        return [
            replace(crowd.facts(profile).person, events=tuple(held))
            for profile, held in sorted(events.items())
        ]

    def accounts(self, persons: list[Person]) -> list[Account]:
        owners = dict(self.state.execute("SELECT node, profile FROM identifiers"))
        lens = Lens(self.state, Senders(SOURCES), SurvivorshipRules(), self.clock.now())
        history, found = self.events(), []
        for id in sorted({each.account for each in history} - {""}):
            own = {owners[each.node] for each in history if each.account == id and each.node}
            events = (
                each.event
                for each in history
                if each.account == id or (not each.account and owners[each.node] in own)
            )
            traits = view.traits(lens, account_fragments(lens, [id]).get(id, {}), {})
            members = tuple(person for person in persons if person.profile in own)
            found.append(Account(id=id, traits=traits, members=members, events=tuple(events)))
        return found

    def rows_of(self, query: str) -> list[tuple[Any, ...]]:
        return self.state.execute(query).fetchall()

    def members(self, segment: str) -> set[int]:
        rows = self.state.execute(
            "SELECT profile FROM segment_members WHERE segment = ?", (segment,)
        )
        return {profile for (profile,) in rows}

    def values(self, trait: str) -> dict[int, Any]:
        rows = self.state.execute(
            "SELECT profile, value FROM trait_values WHERE trait = ?", (trait,)
        )
        return {profile: json.loads(value) for profile, value in rows}

    def changes(self, segment: str) -> list[tuple[int, bool]]:
        rows = self.state.execute(
            "SELECT profile, entered FROM membership_changes WHERE segment = ? ORDER BY seq",
            (segment,),
        )
        return [(profile, bool(entered)) for profile, entered in rows]

    def agree(self) -> None:
        """Tables say what the oracle says, and every change leads to the next."""
        plan = plans.load(self.state)
        known = Known.of(one.definition for one in plan.active.values())
        firms = {one.key: one for one in plan.accounts.segments.values()}
        known = Known({**known.segments, **firms}, known.traits)
        persons, now = self.persons(), self.clock.now()
        accounts = self.accounts(persons) if firms else []
        for one in known.segments.values():
            if one.of == "accounts":
                self._agree_accounts(one, accounts, now, known)
            else:
                self._agree_segment(one, persons, now, known)
        for trait in known.traits.values():
            said = {p.profile: plain(oracle.value(trait, p, now, known)) for p in persons}
            expected = {p: value for p, value in said.items() if value is not None and value != []}
            assert self.values(trait.key) == expected, trait.key

    def _agree_accounts(
        self, one: Segment, accounts: list[Account], now: int, known: Known
    ) -> None:
        expected = {each.id for each in accounts if oracle.holds(one.when, each, now, known)}
        found = self.rows_of(f"SELECT account FROM account_members WHERE segment = '{one.key}'")
        assert {account for (account,) in found} == expected, one.key
        inside: set[str] = set()
        for account, entered in self.rows_of(
            f"SELECT account, entered FROM account_changes WHERE segment = '{one.key}' ORDER BY seq"
        ):
            assert (account in inside) != entered
            (inside.add if entered else inside.discard)(account)
        assert inside == expected

    def _agree_segment(self, one: Segment, persons: list[Person], now: int, known: Known) -> None:
        expected = {p.profile for p in persons if oracle.holds(one.when, p, now, known)}
        assert self.members(one.key) == expected, one.key
        inside: set[int] = set()
        for profile, entered in self.changes(one.key):
            assert (profile in inside) != entered
            (inside.add if entered else inside.discard)(profile)
        assert inside == expected


def sent(node: int, event: Happening, account: str = "") -> dict[str, Any]:
    """As an SDK sends it; one browser for each node, none for 0."""
    context = {**event.context, **({"channel": event.channel} if event.channel else {})}
    named = {"groupId": account} if account else {}
    return {
        "type": event.type,
        "event" if event.type == "track" else "name": event.event,
        "messageId": event.message_id,
        **({"anonymousId": f"a{node}"} if node else {}),
        "timestamp": to_iso(event.timestamp),
        "properties": event.properties,
        "context": {**context, **named},
    }


def _happening(row: Mapping[str, Any]) -> Happening:
    sender = SOURCES[row["source"]]
    at = row["timestamp"]
    held = {name: json.loads(row[name] or "{}") for name in ("properties", "traits", "context")}
    return Happening(
        timestamp=int(at.timestamp()) * 1_000_000 + at.microsecond,
        message_id=row["message_id"],
        type=row["type"],
        event=row["event"] or "",
        source=sender.slug,
        brand=sender.brand,
        region=sender.region,
        channel=row["channel"] or "",
        **held,
    )
