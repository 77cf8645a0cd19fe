"""Both rooms on one database, as the pipeline joins them."""

from __future__ import annotations

import apsw
import msgspec

from rapport.clock import FixedClock
from rapport.events.model import Event
from rapport.identity.model import Decision
from rapport.identity.reads import IdentityReads
from rapport.identity.service import Identity
from rapport.profiles.reads import ProfileReads
from rapport.profiles.service import Profiles

from .profile_world import NOW, SOURCES, event, identify


def person(made: Event, user: str | None, anonymous: str | None = None) -> Event:
    return msgspec.structs.replace(made, user_id=user, anonymous_id=anonymous)


def test_a_login_joins_and_a_decision_parts() -> None:
    connection = apsw.Connection(":memory:")
    identity, profiles = Identity(connection), Profiles(connection)
    reads = ProfileReads(connection, IdentityReads(connection), SOURCES, clock=FixedClock(NOW))
    events = [
        person(event(0, name="Product Viewed", message="1"), None, "a-1"),
        person(identify(0, {"name": "Sarah"}, at=1, message="2"), "u-1", "a-1"),
        person(identify(0, {"name": "Neha"}, at=2, message="3"), "u-2"),
    ]
    with connection:
        identity.assign(events)
        assert profiles.absorb(events) == {events[1].node, events[2].node}
    sarah = reads.get(reads.find("anonymous_id:a-1"))
    assert (sarah["name"], sarah["counters"]["total"]) == ("Sarah", 2)
    assert [one["type"] for one in sarah["identifiers"]] == ["user_id", "anonymous_id"]
    [sarah] = reads.search("sar")
    assert [row["name"] for row in reads.summaries([sarah.profile])] == ["Sarah"]
    with connection:
        identity.decide(
            Decision(id="d", at=NOW, action="split", a="user_id:u-1", b="anonymous_id:a-1")
        )
    assert reads.get(reads.find("user_id:u-1"))["counters"]["total"] == 1
    assert reads.get(reads.find("anonymous_id:a-1"))["name"] == "a-1"
