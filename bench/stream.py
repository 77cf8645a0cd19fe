"""A repeatable stream of events, as batches that a browser or server SDK would send."""

from __future__ import annotations

import random
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path


class Visit:
    """One person on one device for some events; may log in on the way.

    `said` is the part that all her events share, written once, so that making events costs little
    beside the server that is measured.
    """

    def __init__(self, person: int, device: int, left: int) -> None:
        self.person = person
        self.device = device
        self.left = left
        self.logged_in = False
        self.said = self._said(b"null")

    def log_in(self) -> None:
        self.logged_in = True
        self.said = self._said(b'"u%d"' % self.person)

    @property
    def identify(self) -> bytes:
        """The event of logging in; still to be filled in: seed, number, timestamp."""
        person = self.person
        return (
            b'{"type":"identify","traits":{"email":"u%d@shop.example","name":"Person %d",'
            b'"plan":"%b","city":"Mumbai"},"messageId":"m-%%d-%%d","timestamp":"%%b"%b}'
        ) % (person, person, b"gold" if person % 7 else b"free", self.said)

    def _said(self, user: bytes) -> bytes:
        page = self.person % 500
        return (
            b',"anonymousId":"a-%d","userId":%b,'
            b'"context":{"library":{"name":"analytics.js","version":"1"},"locale":"en-IN",'
            b'"userAgent":"Mozilla/5.0 (X11; Linux x86_64)","page":{"path":"/p/%d",'
            b'"url":"https://shop.example/p/%d","title":"Product","referrer":""}}'
        ) % (self.device, user, page, page)


@dataclass
class Stream:
    """A repeatable stream of events as a browser or server SDK sends them.

    `visits` people are there at once, each for twelve events on average; then others come, out of
    `people`, who have one or two devices. A third never logs in. About 5 % of the events are
    identifies, 60 % pages, 35 % tracks.
    """

    seed: int = 1
    people: int = 100_000
    visits: int = 2_000
    made: int = 0
    _random: random.Random = field(init=False)
    _present: list[Visit] = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._present = [self._arrive() for _ in range(self.visits)]

    def batch(self, size: int, now: bytes = b"") -> bytes:
        """The body of one /v1/batch request of `size` events, each with its own messageId.

        They happened and were sent at `now`, which is the present unless given.
        """
        now = now or _now()
        events = b",".join([self._event(now) for _ in range(size)])
        return b'{"batch":[%b],"sentAt":"%b"}' % (events, now)

    def _arrive(self) -> Visit:
        person = int(self._random.random() * self.people)
        device = person * 2 + (self._random.random() < 0.3)
        return Visit(person, device, 1 + int(self._random.random() * 23))

    def _event(self, now: bytes) -> bytes:
        pick = self._random.random
        self.made += 1
        slot = int(pick() * self.visits)
        visit = self._present[slot]
        if not visit.left:
            visit = self._present[slot] = self._arrive()
        visit.left -= 1
        kind = pick()
        head = b'"messageId":"m-%d-%d","timestamp":"%b"%b' % (
            self.seed,
            self.made,
            now,
            visit.said,
        )
        if kind < 0.2 and not visit.logged_in and visit.person % 3 != 0:
            visit.log_in()
            return visit.identify % (self.seed, self.made, now)
        if kind < 0.65:
            return b'{"type":"page","name":"Product","properties":{"path":"/p/%d"},%b}' % (
                visit.person % 500,
                head,
            )
        return (
            b'{"type":"track","event":"%b","properties":{"product_id":"%d","price":%d.5,'
            b'"currency":"INR"},%b}'
        ) % (
            (b"Product Viewed", b"Product Added", b"Order Completed")[self.made % 3],
            visit.person % 500,
            visit.person % 900,
            head,
        )


class Prepared:
    """Batches made beforehand and kept in a file, so that sending them costs next to nothing.

    When they are used up, further ones are made as they are asked for. For one thread.
    """

    _UNSET = b"2000-01-01T00:00:00.000Z"  # where the present is put in when a batch is sent

    def __init__(self, folder: Path, seed: int, batches: int, size: int) -> None:
        self._stream, self._size = Stream(seed=seed), size
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - lives as long as this
        self._lengths: deque[int] = deque()
        for _ in range(batches):
            self._lengths.append(self._file.write(self._stream.batch(size, self._UNSET)))
        self._file.seek(0)

    def next(self) -> bytes:
        if not self._lengths:
            return self._stream.batch(self._size)
        return self._file.read(self._lengths.popleft()).replace(self._UNSET, _now())


def _now() -> bytes:
    at = time.time()
    return b"%b.%03dZ" % (
        time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)).encode(),
        int(at * 1000) % 1000,
    )
