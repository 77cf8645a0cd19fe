from __future__ import annotations

import msgspec

from rapport.clock import DAY, HOUR, MINUTE, SECOND, FixedClock
from rapport.demo.pen import Delivery
from rapport.demo.shop import SOURCES
from rapport.demo.trickle import Trickle

EVENING = 1_795_000_000_000_000 // DAY * DAY + 15 * HOUR  # half past eight in India


def run(start: int, end: int, step: int) -> list[Delivery]:
    clock = FixedClock(start)
    trickle = Trickle(7, clock)
    arrived: list[Delivery] = []
    for now in range(start + step, end + 1, step):
        arrived += trickle.next(now)
    return arrived


def test_it_does_not_matter_how_often_one_asks() -> None:
    end = EVENING + 10 * MINUTE
    often = run(EVENING, end, SECOND)
    assert run(EVENING, end, 30 * SECOND) == often
    assert [one.received_at for one in often] == sorted(one.received_at for one in often)
    assert all(EVENING < one.received_at <= end for one in often)


def test_a_restart_goes_on_with_the_same_story() -> None:
    whole = run(EVENING, EVENING + 6 * MINUTE, SECOND)
    later = run(EVENING + 3 * MINUTE, EVENING + 6 * MINUTE, SECOND)
    assert [one for one in whole if one.received_at > EVENING + 3 * MINUTE] == later


def test_the_evening_is_busier_than_the_night_but_nobody_waits_long() -> None:
    evening = run(EVENING, EVENING + HOUR, MINUTE)
    night = run(EVENING - 16 * HOUR, EVENING - 15 * HOUR, MINUTE)
    assert HOUR / SECOND / 4 < sum(one.count for one in evening) < HOUR / SECOND * 2
    assert 30 < len(night) < len(evening) / 2


def test_no_event_is_sent_twice() -> None:
    seen: set[str] = set()
    for one in run(EVENING, EVENING + 30 * MINUTE, MINUTE):
        for event in msgspec.json.decode(one.body)["batch"]:
            assert event["messageId"] not in seen
            seen.add(event["messageId"])
    assert seen


def test_sources_are_complete_and_distinct() -> None:
    assert len({source["name"] for source in SOURCES}) == len(SOURCES) == 12
    assert {source["brand"] for source in SOURCES} == {"Fitness Forever", "Brands Bazaar"}
