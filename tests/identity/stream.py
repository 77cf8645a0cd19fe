"""A stream of events with a planted truth: who really owns which identifier.

In it: people with several devices, devices that never log in, families that share a device or an
e-mail address, kiosks, info@ addresses, placeholders, recycled phone numbers. Deterministic by
seed. Shares per person are those of the stream that docs/benchmarks.md compares against.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from rapport.events.model import Context, Event

DAY = 86_400_000_000
START = 1_700_000_000_000_000
_LOGS_IN = 0.40  # of devices; the others stay anonymous for ever
_PLACEHOLDERS = ("null", "undefined", "anonymous", "0")


class Seen(NamedTuple):
    at: int
    user: str | None
    anon: str | None
    email: str | None = None
    phone: str | None = None

    def labels(self) -> list[str]:
        named = (
            ("user_id", self.user),
            ("email", self.email),
            ("phone", self.phone),
            ("anonymous_id", self.anon),
        )
        return [f"{kind}:{value}" for kind, value in named if value]


class Stream(NamedTuple):
    events: list[Seen]  # by time
    owner: dict[str, int]  # label → person; shared and placeholder values have none
    ceiling: float  # the recall that evidence about owners allows at all


class _Person(NamedTuple):
    number: int
    user: str
    email: str | None
    phone: str | None
    devices: list[str]
    logs_in: list[bool]


def make(people: int, seed: int = 7, *, hidden: bool = False) -> Stream:
    """`hidden`: people also use devices and addresses of relatives who never log in themselves.

    No evidence can tell that, so that it shows the bound of every rule.
    """
    chance = random.Random(seed)
    crowd = [_person(number, chance) for number in range(people)]
    owner = {f"user_id:{p.user}": p.number for p in crowd}
    owner |= {f"email:{p.email}": p.number for p in crowd if p.email}
    owner |= {f"phone:{p.phone}": p.number for p in crowd if p.phone}
    owner |= {f"anonymous_id:{d}": p.number for p in crowd for d in p.devices}
    events: list[Seen] = []
    for person in crowd:
        relative = crowd[(person.number ^ 1) % people]
        known = relative if hidden or any(relative.logs_in) else None
        events.extend(_life(person, known, chance, people))
    events.sort()
    seen = {label for event in events for label in event.labels()}
    owner = {label: person for label, person in owner.items() if label in seen}
    return Stream(events, owner, _ceiling(events, owner))


def _person(number: int, chance: random.Random) -> _Person:
    devices = [f"a-{chance.getrandbits(64):016x}" for _ in range(chance.choice((1, 2, 2, 3)))]
    return _Person(
        number,
        f"u{number}",
        f"person{number}@mail{number % 7}.example" if chance.random() < 0.85 else None,
        f"+1415{2000000 + number}" if chance.random() < 0.25 else None,
        devices,
        [chance.random() < _LOGS_IN for _ in devices],
    )


def _life(
    person: _Person, relative: _Person | None, chance: random.Random, people: int
) -> Iterable[Seen]:
    email, phone = person.email, person.phone
    luck = chance.random()
    if luck < 0.025 and relative and relative.email:
        email = relative.email  # a couple with one mailbox
    elif luck < 0.030:
        email = f"info@company{chance.randrange(max(1, people // 1000))}.example"
    elif luck < 0.035:
        email = "test@test.com"
    if phone is None and chance.random() < 0.01 and relative and relative.phone:
        phone = relative.phone  # recycled by the operator
    for device, logs_in in zip(person.devices, person.logs_in, strict=True):
        at = START + chance.randrange(300 * DAY)
        yield Seen(at, None, device)
        if logs_in:
            yield Seen(at + 60, person.user, device, email, phone)
            for visit in range(chance.randint(1, 4)):
                yield Seen(at + chance.randrange(1, 60 * DAY) + visit, person.user, device)
        elif chance.random() < 0.7:
            yield Seen(at + chance.randrange(1, 30 * DAY), None, device)
    yield from _trouble(person, relative, chance, people)


def _trouble(
    person: _Person, relative: _Person | None, chance: random.Random, people: int
) -> Iterable[Seen]:
    at = START + chance.randrange(360 * DAY)
    if chance.random() < 0.04 and relative:  # on the device of somebody in the family
        device = relative.devices[
            max(range(len(relative.devices)), key=relative.logs_in.__getitem__)
        ]
        for visit in range(chance.choice((1, 1, 2, 3))):
            yield Seen(at + visit * DAY, person.user, device)
    if chance.random() < 0.02:
        kiosk = f"kiosk-{chance.randrange(max(1, people // 500))}"
        yield Seen(at, person.user, kiosk, person.email)
    if chance.random() < 0.01:
        yield Seen(at, chance.choice(_PLACEHOLDERS), person.devices[0])
    if chance.random() < 0.005:
        yield Seen(at, person.user, "00000000-0000-0000-0000-000000000000")


def events(stream: Iterable[Seen], first: int = 0) -> list[Event]:
    """As the pipeline would hand them to identity."""
    return [_event(seen, number) for number, seen in enumerate(stream, first)]


def _event(seen: Seen, number: int) -> Event:
    traits = {k: v for k, v in (("email", seen.email), ("phone", seen.phone)) if v}
    return Event(
        offset=number,
        index=0,
        source=1,
        type="identify" if traits else "page",
        message_id=f"m{number}",
        event="",
        user_id=seen.user,
        anonymous_id=seen.anon,
        previous_id=None,
        group_id=None,
        timestamp=seen.at,
        original_timestamp=None,
        sent_at=None,
        received_at=seen.at,
        flags=0,
        properties=b'{"path":"/","title":"Home","url":"https://shop.example/"}',
        traits=msgspec.json.encode(traits) if traits else b"",
        context=b"",
        ctx=Context(),
        size=300,
    )


class Score(NamedTuple):
    precision: float
    recall: float
    f1: float
    largest: int


def score(profile: Mapping[str, int], owner: Mapping[str, int]) -> Score:
    """Pairwise: of identifiers put together, how many belong so; of those that belong, how many.

    A value without an owner belongs together with nothing.
    """
    groups: dict[int, Counter[int]] = {}
    for label, group in profile.items():
        person = owner.get(label, -1)
        groups.setdefault(group, Counter())[person] += 1
    right = claimed = largest = 0
    for people in groups.values():
        size = people.total()
        largest = max(largest, size)
        claimed += size * (size - 1) // 2
        right += sum(n * (n - 1) // 2 for person, n in people.items() if person >= 0)
    sizes = Counter(owner.values())
    true = sum(n * (n - 1) // 2 for n in sizes.values())
    precision, recall = right / max(1, claimed), right / max(1, true)
    return Score(precision, recall, 2 * precision * recall / (precision + recall or 1), largest)


def _ceiling(stream: Iterable[Seen], owner: Mapping[str, int]) -> float:
    """Recall of joining exactly the identifiers of one owner that came on one event."""
    parent = {label: label for label in owner}

    def find(label: str) -> str:
        while parent[label] != label:
            parent[label] = parent[parent[label]]
            label = parent[label]
        return label

    for seen in stream:
        labels = [label for label in seen.labels() if label in owner]
        for label in labels[1:]:
            if owner[label] == owner[labels[0]]:
                parent[find(label)] = find(labels[0])
    numbers: dict[str, int] = {}
    profile = {label: numbers.setdefault(find(label), len(numbers)) for label in owner}
    return score(profile, owner).recall
