"""What goes wrong, or nearly, in any shop: shared things, retries, events that are not right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

import msgspec

from rapport.clock import DAY, HOUR, MINUTE
from rapport.demo.lives import YEAR
from rapport.demo.pen import Delivery, Pen
from rapport.demo.people import BB, FF, Person, browser, phone
from rapport.demo.rhythm import moments
from rapport.demo.shopping import Shop, look_around, visit
from rapport.demo.sources import BB_SHOP, BB_WEB, FF_APP, FF_DESK, FF_WEB

SHARED_ADDRESS = "info@lotus-yoga.example"
_TASTES = ("jewellery", "ethnic", "western", "footwear", "bags", "home")


def strangers(seed: int, count: int, shops: dict[str, Shop], now: int) -> Iterator[Delivery]:
    """People who look around and never say who they are."""
    for number in range(count):
        rng = Random(f"{seed}/stranger/{number}")
        shop = shops[BB if rng.random() < 0.65 else FF]
        device = phone(rng) if rng.random() < 0.15 else browser(rng)
        first = now - int(rng.random() ** 1.4 * YEAR)
        for at in moments(rng, first, min(now, first + 10 * DAY), 1.6):
            pen = shop.pen(rng, at, device, None)
            look_around(pen, shop, rng.choice(_TASTES))
            yield pen.deliver()


def households(
    seed: int, people: Sequence[Person], shops: dict[str, Shop], now: int
) -> Iterator[Delivery]:
    """Two people with one tablet, each signed in by turns."""
    shoppers = [who for who in people if who.brands == (BB,) and who.since > 0.3]
    for first, second in zip(shoppers[::40], shoppers[1::40], strict=False):
        rng = Random(f"{seed}/household/{first.number}")
        tablet = browser(rng)
        for at in moments(rng, now - int(0.25 * YEAR), now, 0.8):
            who = first if rng.random() < 0.5 else second
            yield from visit(rng, shops[BB], at, tablet, who)


def shared_address(seed: int, people: Sequence[Person], now: int) -> Iterator[Delivery]:
    """Five trainers of a studio write to the helpdesk from one address."""
    rng = Random(f"{seed}/address")
    trainers = [who for who in people if who.brands == (FF,)][:5]
    for number, who in enumerate(trainers * 3):
        desk = Pen(rng, FF_DESK, now - (number * 16 + 5) * DAY - rng.randint(0, 9) * HOUR, who=who)
        desk.identify(email=SHARED_ADDRESS, first_name=who.first)
        desk.track(
            "Ticket Created", ticket_id=f"T-{90_000 + number}", channel="email", subject="Hall hire"
        )
        yield desk.deliver(2)


def retried(seed: int, delivery: Delivery, number: int, now: int) -> Iterator[Delivery]:
    """The delivery, and sometimes the same body again, because the answer got lost on the way."""
    yield delivery
    if (number * 2_654_435_761 + seed) % 331 == 0:
        again = min(delivery.received_at + MINUTE // 2, now)
        yield msgspec.structs.replace(delivery, received_at=again)


def mistakes(seed: int, now: int) -> Iterator[Delivery]:
    """A release of the shop's server that forgets ids; a form that sends whole pictures; ..."""
    rng = Random(f"{seed}/mistakes")
    for number in range(24):
        till = Pen(rng, BB_SHOP, now - 9 * DAY + number * 11 * MINUTE)
        till.track("Order Completed", order_id=f"BB-LOST-{number:03d}", total=499, currency="INR")
        yield till.deliver()
    for number in range(9):
        web = Pen(rng, BB_WEB, now - 30 * DAY + number * DAY, on=browser(rng))
        web.page("Home", "/", BB)
        web.track("Review Submitted", picture="data:image/png;base64," + "A" * 34_000)
        yield web.deliver()
    for number in range(14):
        app = Pen(rng, FF_APP, now - 3 * DAY + number * 2 * HOUR, on=phone(rng))
        app.write({"type": "trak", "event": "Class Booked", "properties": {}})
        app.track("Application Opened", from_background=False)
        yield app.deliver()
    for number in range(11):
        web = Pen(rng, FF_WEB, now - 14 * DAY + number * 5 * HOUR, on=browser(rng))
        web.write({"type": "track", "properties": {"button": "book"}})
        yield web.deliver()
