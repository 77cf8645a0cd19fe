"""Newsletters of both brands: sent to those who take them, opened by some, clicked by few."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from rapport.clock import DAY, HOUR
from rapport.demo.lives import YEAR
from rapport.demo.pen import Delivery, Pen
from rapport.demo.people import BB, FF, Person
from rapport.demo.sources import BB_MAIL, FF_MAIL

_EVERY = 24 * DAY
_PER_BODY = 100
_SUBJECTS = {
    BB: ("Kitchen week", "New in jewellery", "Festive sale", "Under ₹299", "Last chance"),
    FF: ("Train together", "Protein week", "Your month in steps", "Bring a friend", "Yoga days"),
}


def letters(seed: int, people: Sequence[Person], now: int) -> Iterator[Delivery]:
    """All newsletters of the year."""
    for brand, source in ((BB, BB_MAIL), (FF, FF_MAIL)):
        readers = [who for who in people if brand in who.brands and who.letters]
        rng = Random(f"{seed}/letters/{brand}")
        gone: set[int] = set()
        for number, sent in enumerate(range(now - YEAR + _EVERY, now - DAY, _EVERY)):
            at = sent // DAY * DAY + 4 * HOUR + HOUR // 2  # ten in the morning in India
            subject = _SUBJECTS[brand][number % len(_SUBJECTS[brand])]
            known = [
                who
                for who in readers
                if now - who.since * YEAR + 13 * DAY < at and who.number not in gone
            ]
            yield from _issue(rng, source, known, at, f"{brand} letter {number + 1}", subject, gone)


def _issue(
    rng: Random,
    source: str,
    readers: Sequence[Person],
    at: int,
    campaign: str,
    subject: str,
    gone: set[int],
) -> Iterator[Delivery]:
    for start in range(0, len(readers), _PER_BODY):
        pen = Pen(rng, source, at + start * 2_000_000)
        for who in readers[start : start + _PER_BODY]:
            pen.user_id = who.user_id
            pen.track("Email Sent", campaign=campaign, subject=subject, email=who.email)
        yield pen.deliver(1)
    for who in readers:
        if rng.random() < 0.12 + 0.35 * min(1.0, who.eager):
            yield from _reaction(rng, source, who, at, campaign, gone)


def _reaction(
    rng: Random, source: str, who: Person, at: int, campaign: str, gone: set[int]
) -> Iterator[Delivery]:
    pen = Pen(rng, source, at + int(rng.expovariate(1 / (6 * HOUR))), who=who)
    pen.track("Email Opened", campaign=campaign)
    if rng.random() < 0.2:
        pen.wait(3, 60)
        pen.track("Email Clicked", campaign=campaign, link="/offers")
    elif rng.random() < 0.02:
        pen.wait(3, 60)
        pen.track("Email Unsubscribed", campaign=campaign)
        pen.identify(newsletter=False)
        gone.add(who.number)
    yield pen.deliver(1)
