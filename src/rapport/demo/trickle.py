"""What goes on in the demo shop while it runs: a visit every few seconds, as busy as the hour."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from random import Random

from rapport.clock import MINUTE, SECOND, Clock
from rapport.demo.lives import sign_up
from rapport.demo.pen import Delivery, Pen
from rapport.demo.people import BB, FF, Person, browser, person
from rapport.demo.rhythm import busy
from rapport.demo.shop import customers, shops
from rapport.demo.shopping import check_out, completed, look_around, put_in_cart
from rapport.demo.sources import FF_GYM

_LONGEST = 20 * MINUTE  # a visit may take
_LEAST = 0.4  # even at four in the morning somebody is awake


class Trickle:
    """Endless live traffic. What it gives is a function of seed and time alone.

    Each second of the clock may start one visit, whose events arrive one by one over the following
    minutes; so any two runs tell the same story of the same minute.
    """

    def __init__(self, seed: int, clock: Clock) -> None:
        self._seed = seed
        # Those who came to know the shop a while ago.
        self._people = [who for who in customers(seed) if who.since > 0.1]
        self._shops = shops()
        self._from = clock.now()
        self._next = (self._from - _LONGEST) // SECOND
        self._coming: list[tuple[int, int, int, Delivery]] = []

    def next(self, now: int) -> list[Delivery]:
        """What arrived since the last call (or since construction) until `now`, in order."""
        while self._next * SECOND <= now:
            for number, delivery in enumerate(self._visit(self._next)):
                entry = (delivery.received_at, self._next, number, delivery)
                heapq.heappush(self._coming, entry)
            self._next += 1
        arrived: list[Delivery] = []
        while self._coming and self._coming[0][0] <= now:
            delivery = heapq.heappop(self._coming)[-1]
            if delivery.received_at > self._from:
                arrived.append(delivery)
        self._from = max(self._from, now)
        return arrived

    def _visit(self, second: int) -> Iterator[Delivery]:
        rng = Random(f"{self._seed}/second/{second}")
        at = second * SECOND + rng.randrange(SECOND)
        kind = "gym" if rng.random() < 0.2 else "shop"
        if rng.random() > 0.22 * max(_LEAST, busy(at, kind)):
            return
        if kind == "gym":
            yield from self._check_in(rng, at)
        elif rng.random() < 0.3:
            yield from self._stranger(rng, at, second)
        else:
            yield from self._customer(rng, at)

    def _check_in(self, rng: Random, at: int) -> Iterator[Delivery]:
        who = self._someone(rng, FF)
        gate = Pen(rng, FF_GYM, at, who=who)
        gate.track("Gym Checked In", gym=f"{who.city} Central")
        yield gate.deliver(0.3)

    def _stranger(self, rng: Random, at: int, second: int) -> Iterator[Delivery]:
        """A new face; one in eight signs up."""
        shop = self._shops[BB if rng.random() < 0.65 else FF]
        newcomer, device = person(self._seed, 10_000 + second % 9_000_000), browser(rng)
        if rng.random() < 0.125:
            yield sign_up(rng, shop, newcomer, at, device)
            return
        pen = shop.pen(rng, at, device, None)
        look_around(pen, shop, newcomer.taste)
        yield from pen.singly()

    def _customer(self, rng: Random, at: int) -> Iterator[Delivery]:
        who = self._someone(rng, None)
        shop = self._shops[rng.choice(who.brands)]
        device = rng.choice((*who.browsers, *((who.app,) if who.app else ())))
        pen = shop.pen(rng, at, device, who)
        seen = look_around(pen, shop, who.taste)
        order = None
        if rng.random() < 0.4:
            put_in_cart(pen, seen[:1])
            if rng.random() < 0.6:
                order = check_out(pen, shop, seen[:1], thrift=who.thrift, pays=rng.random() < 0.7)
        yield from pen.singly()
        if order:
            yield completed(rng, shop, who, order, pen.at)

    def _someone(self, rng: Random, brand: str | None) -> Person:
        while True:
            who = rng.choice(self._people)
            if brand is None or brand in who.brands:
                return who
