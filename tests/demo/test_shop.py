from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from rapport.clock import DAY, HOUR, MINUTE
from rapport.collect.slugs import free_slug
from rapport.config import Settings
from rapport.demo.pen import Delivery
from rapport.demo.shop import SOURCES, generate
from rapport.events.decode import Decoder
from rapport.events.model import SKEWED, Event
from rapport.log.base import BATCH, Record

NOW = 1_795_000_000_000_000
COUNT = 400
SLUGS = [free_slug(source["name"], []) for source in SOURCES]


@pytest.fixture(scope="module")
def deliveries() -> list[Delivery]:
    return list(generate(7, NOW, COUNT))


@pytest.fixture(scope="module")
def decoded(deliveries: list[Delivery]) -> list[Any]:
    """Events and rejections as the pipeline would have them."""
    decoder, found = Decoder(Settings()), []
    for offset, one in enumerate(deliveries, start=1):
        source = SLUGS.index(one.source)
        record = Record(offset, source, BATCH, one.count, one.received_at, one.body, b"")
        found += decoder.decode(record)
    return found


@pytest.fixture(scope="module")
def events(decoded: list[Any]) -> list[Event]:
    return [one for one in decoded if isinstance(one, Event)]


def test_the_same_seed_and_instant_give_the_same_bytes(deliveries: list[Delivery]) -> None:
    assert list(generate(7, NOW, COUNT)) == deliveries
    assert next(generate(8, NOW, 5)) != deliveries[0]


def kept(sent: Delivery) -> tuple[str, int, bytes]:
    """What must not depend on the day of seeding."""
    return sent.source, sent.count, re.sub(rb'"\d{4}-\d\d-\d\d', b'"', sent.body)


@pytest.mark.parametrize("later", [1, 7 * HOUR + 13 * MINUTE, 23 * HOUR, 5 * DAY, 200 * DAY + HOUR])
def test_whenever_it_is_seeded_the_same_things_happen(
    deliveries: list[Delivery], later: int
) -> None:
    moved = list(generate(7, NOW + later, COUNT))
    assert max(one.received_at for one in moved) <= NOW + later
    assert Counter(map(kept, moved)) == Counter(map(kept, deliveries))
    # a delivery and its retry have the same dates: else it would not be a duplicate
    assert len({one.body for one in moved}) == len({one.body for one in deliveries})


def test_a_year_in_order_of_arrival_that_ends_now(deliveries: list[Delivery]) -> None:
    arrived = [one.received_at for one in deliveries]
    assert arrived == sorted(arrived)
    assert NOW - 366 * DAY < arrived[0] < NOW - 330 * DAY
    assert NOW - DAY < arrived[-1] <= NOW


def test_bodies_are_what_they_say(deliveries: list[Delivery]) -> None:
    for one in deliveries[::50]:
        body = msgspec.json.decode(one.body)
        assert len(body["batch"]) == one.count
        assert body["sentAt"].endswith("Z")
        assert len(one.body) < Settings().max_request_bytes
        assert one.source in SLUGS


def test_every_event_keeps_its_true_time_whatever_the_clock_of_the_device(
    events: list[Event],
) -> None:
    assert all(event.timestamp <= event.received_at <= NOW for event in events)
    late = [event for event in events if event.received_at - event.timestamp > 2 * 3600 * 10**6]
    assert 0 < len(late) < len(events) / 50
    skewed = sum(1 for event in events if event.flags & SKEWED)
    assert 0 < skewed < len(events) / 20


def test_some_events_are_not_right_and_some_come_twice(decoded: list[Any]) -> None:
    reasons = Counter(one.reason for one in decoded if not isinstance(one, Event))
    assert reasons == {
        "missing_identity": 24,
        "unknown_type": 14,
        "missing_event_name": 11,
        "event_too_large": 9,
    }
    contents: dict[tuple[int, str], set[bytes]] = {}
    times: Counter[tuple[int, str]] = Counter()
    for one in decoded:
        if isinstance(one, Event):
            times[one.source, one.message_id] += 1
            contents.setdefault((one.source, one.message_id), set()).add(one.content)
    assert sum(1 for count in times.values() if count == 2) > 20
    assert max(times.values()) == 2
    assert all(len(content) == 1 for content in contents.values())


def test_strangers_become_known(events: list[Event]) -> None:
    first_known: dict[str, int] = {}
    for event in events:
        if event.user_id and event.anonymous_id:
            known = first_known.setdefault(event.anonymous_id, event.timestamp)
            first_known[event.anonymous_id] = min(known, event.timestamp)
    before = {
        event.anonymous_id
        for event in events
        if not event.user_id
        and event.timestamp < first_known.get(event.anonymous_id or "", 0) - MINUTE
    }
    assert len(before) > COUNT / 4


def test_devices_are_shared_by_families_and_by_everybody_at_the_kiosk(events: list[Event]) -> None:
    users: dict[str, set[str]] = {}
    for event in events:
        if event.user_id and event.anonymous_id:
            users.setdefault(event.anonymous_id, set()).add(event.user_id)
    sizes = Counter(len(who) for who in users.values())
    assert sizes[2] >= 1
    assert max(sizes) >= 3


def properties(event: Event) -> Mapping[str, Any]:
    return msgspec.json.decode(event.properties)


def story(events: list[Event], user: str) -> list[Event]:
    mine = [event for event in events if event.user_id == user]
    return sorted(mine, key=lambda event: event.timestamp)


def test_sarah_asks_for_no_calls_is_called_and_still_sees_ads(events: list[Event]) -> None:
    told = story(events, "u_1042")
    names = [event.event for event in told]
    asked = names.index("Email Received")
    assert "no calls" in properties(told[asked])["text"]
    assert asked < names.index("Call Placed") < names.index("Order Refunded")
    after = names[names.index("Order Refunded") :]
    assert after.count("Ad Impression") == 7
    assert "Order Completed" not in after
    traits = [msgspec.json.decode(event.traits) for event in told if event.traits]
    assert {"email": "sarah@inbox.example", "age": 30, "city": "Mumbai"}.items() <= traits[
        0
    ].items()


def test_neha_bought_a_knife_once_and_cheap_jewellery_ever_since(events: list[Event]) -> None:
    told = story(events, "u_2071")
    orders = [properties(event) for event in told if event.event == "Order Completed"]
    bought = [[line["category"] for line in order["products"]] for order in orders]
    assert bought[0] == ["kitchen"]
    assert len(bought) > 20
    assert {category for order in bought[1:] for category in order} == {"jewellery"}
    assert max(order["total"] for order in orders[1:]) < 700
    assert sum("coupon" in order for order in orders[1:]) > len(orders) * 0.7
    traits = [msgspec.json.decode(event.traits) for event in told if event.traits]
    assert {"email": "neha@mail.example", "age": 20, "city": "Bangalore"}.items() <= traits[
        0
    ].items()


def test_nobody_in_it_can_be_written_to_or_called(events: list[Event]) -> None:
    for event in events:
        if b'"email"' in event.traits:
            assert msgspec.json.decode(event.traits)["email"].endswith(".example")
        if b'"phone"' in event.traits:
            assert msgspec.json.decode(event.traits)["phone"].startswith("+91140")
