"""The demo shop with two customers, so that a test fills it in a second."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from operator import attrgetter

from rapport.demo.edges import mistakes
from rapport.demo.pen import Delivery
from rapport.demo.people import BB, FF
from rapport.demo.shop import shops
from rapport.demo.stories import neha, sarah


def generate(seed: int, now: int) -> Iterator[Delivery]:
    """Sarah, Neha, and the mistakes that end up in quarantine; as `rapport.demo.shop.generate`."""
    where = shops()
    told = chain(sarah(now, where[FF]), neha(now, where[BB]), mistakes(seed, now))
    arrived = [delivery for delivery in told if delivery.received_at <= now]
    yield from sorted(arrived, key=attrgetter("received_at"))
