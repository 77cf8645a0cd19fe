"""The whole demo shop: everything its customers did in a year, in the order in which it arrived."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from operator import attrgetter

from rapport.demo.catalogue import Catalogue
from rapport.demo.dates import WRITTEN, Dates
from rapport.demo.edges import households, mistakes, retried, shared_address, strangers
from rapport.demo.letters import letters
from rapport.demo.lives import life
from rapport.demo.pen import Delivery
from rapport.demo.people import BB, FF, Person, person
from rapport.demo.shopping import Shop
from rapport.demo.sources import SOURCES
from rapport.demo.stories import NEHA, SARAH, neha, sarah

__all__ = ["CUSTOMERS", "SOURCES", "Delivery", "customers", "generate", "shops"]

CUSTOMERS = 4_000
_FIRST_NUMBER = 1_001
_STRANGERS = 0.65  # for each customer, so many people who never say who they are


def shops() -> dict[str, Shop]:
    catalogue = Catalogue()
    return {brand: Shop(brand, catalogue) for brand in (FF, BB)}


def customers(seed: int, count: int = CUSTOMERS) -> list[Person]:
    """Everybody but Sarah and Neha, whose lives are written out in stories.py."""
    numbers = range(_FIRST_NUMBER, _FIRST_NUMBER + count)
    told = (SARAH.number, NEHA.number)
    return [person(seed, number) for number in numbers if number not in told]


def generate(seed: int, now: int, count: int = CUSTOMERS) -> Iterator[Delivery]:
    """A year of request bodies that ends at `now` (µs UTC), by instant of arrival.

    Some 55 events for each of `count` customers. The same arguments give the same bytes, and the
    same seed gives the same events whenever it is: only their dates differ.
    """
    people, where = customers(seed, count), shops()
    told = chain(
        sarah(WRITTEN, where[FF]),
        neha(WRITTEN, where[BB]),
        chain.from_iterable(life(seed, who, where, WRITTEN) for who in people),
        letters(seed, people, WRITTEN),
        strangers(seed, int(count * _STRANGERS), where, WRITTEN),
        households(seed, people, where, WRITTEN),
        shared_address(seed, people, WRITTEN),
        mistakes(seed, WRITTEN),
    )
    to_now = Dates(now)
    arrived = [
        sent
        for number, delivery in enumerate(told)
        if delivery.received_at < WRITTEN
        for sent in retried(seed, to_now.moved(delivery), number, now)
    ]
    arrived.sort(key=attrgetter("received_at"))
    yield from arrived
