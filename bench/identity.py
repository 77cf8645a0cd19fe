"""How well and how fast are people recognised? One command: python bench/identity.py

Prints precision, recall and F1 over pairs of identifiers, the largest profile and events per
second, for plain union-find, for limits and priorities in order of arrival (the usual way), and
for Rapport with its writes to SQLite.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import apsw

from rapport.database import connect
from rapport.events.model import Event
from rapport.identity.rules import DEFAULTS, RuleBook
from rapport.identity.service import Identity
from tests.identity import stream as planted

Profiles = dict[str, int]
BATCH = 2_000


class UnionFind:
    def __init__(self) -> None:
        self.parent: dict[str, str] = {}

    def find(self, label: str) -> str:
        parent = self.parent
        parent.setdefault(label, label)
        while parent[label] != label:
            parent[label] = parent[parent[label]]
            label = parent[label]
        return label

    def profiles(self) -> Profiles:
        numbers: dict[str, int] = {}
        return {x: numbers.setdefault(self.find(x), len(numbers)) for x in list(self.parent)}


def naive(events: Sequence[planted.Seen]) -> Profiles:
    sets = UnionFind()
    for seen in events:
        first, *others = (sets.find(label) for label in seen.labels())
        for other in others:
            sets.parent[sets.find(other)] = sets.find(first)
    return sets.profiles()


def limits_in_order_of_arrival(events: Sequence[planted.Seen]) -> Profiles:
    """Block, merge all matching profiles, demote the weakest identifier while a limit breaks."""
    book = RuleBook(DEFAULTS)
    sets = UnionFind()
    held: dict[str, dict[str, int]] = {}
    for seen in events:
        labels = [x for x in seen.labels() if not book.blocked(*x.split(":", 1))]
        while labels:
            roots = {sets.find(x) for x in labels}
            counts: dict[str, int] = {}
            for root in roots:
                for kind, n in held.setdefault(root, {root.split(":")[0]: 1}).items():
                    counts[kind] = counts.get(kind, 0) + n
            if all(n <= book.limit(kind) for kind, n in counts.items()):
                target, *others = sorted(roots)
                for other in others:
                    sets.parent[other] = target
                    held.pop(other)
                held[target] = counts
                break
            labels.pop()
    return sets.profiles()


def ours(connection: apsw.Connection, events: Sequence[Event], batch: int = BATCH) -> Identity:
    identity = Identity(connection)
    for start in range(0, len(events), batch):
        with connection:
            identity.assign(events[start : start + batch])
    return identity


def profiles_of(connection: apsw.Connection) -> Profiles:
    return dict(connection.execute("SELECT type || ':' || value, profile FROM identifiers"))


def quality(people: int, seed: int, folder: Path, *, hidden: bool) -> None:
    stream = planted.make(people, seed, hidden=hidden)
    if hidden:
        print("The same with people on devices and addresses whose owner never logs in:")
    events = planted.events(stream.events)
    print(f"{people} people, {len(events)} events, {len(stream.owner)} identifiers with an owner,")
    print(f"recall that the evidence allows: {stream.ceiling:.3f}\n")
    print(
        f"{'':28}{'precision':>10}{'recall':>8}{'F1':>7}{'largest':>9}{'events/s':>11}{'CPU us':>8}"
    )

    def row(name: str, run: Callable[[], object], read: Callable[[object], Profiles]) -> None:
        began, busy = time.perf_counter(), time.process_time()
        result = run()
        seconds, busy = time.perf_counter() - began, time.process_time() - busy
        s = planted.score(read(result), stream.owner)
        print(
            f"{name:28}{s.precision:10.4f}{s.recall:8.3f}{s.f1:7.3f}{s.largest:9}"
            f"{len(events) / seconds:11,.0f}{busy * 1e6 / len(events):8.1f}"
        )

    row("union-find", lambda: naive(stream.events), lambda r: r)
    row("limits, order of arrival", lambda: limits_in_order_of_arrival(stream.events), lambda r: r)
    memory = apsw.Connection(":memory:")
    row("ours, in memory", lambda: ours(memory, events), lambda _: profiles_of(memory))
    if hidden:
        return
    file = connect(folder / "quality.db", cache_mb=64)
    row("ours, file", lambda: ours(file, events), lambda _: profiles_of(file))
    shuffled = list(events)
    random.Random(seed).shuffle(shuffled)
    other = connect(folder / "shuffled.db", cache_mb=64)
    row("ours, file, shuffled", lambda: ours(other, shuffled, 500), lambda _: profiles_of(other))


def speed(users: int, count: int, folder: Path) -> None:
    """10 % identify, 90 % page; every user has two browsers; once to meet, once known."""
    connection = connect(folder / "speed.db", cache_mb=64)
    identity = Identity(connection)
    for round_, name in enumerate(("first meeting and after", "all known")):
        chance = random.Random(3)
        spent = busy = 0.0
        for start in range(0, count, BATCH):
            seen = [_visit(chance, users, start + i + round_ * count) for i in range(BATCH)]
            events = planted.events(seen, start + round_ * count)
            began, busy_before = time.perf_counter(), time.process_time()
            with connection:
                identity.assign(events)
            spent += time.perf_counter() - began
            busy += time.process_time() - busy_before
        rate, cpu = count / spent, busy * 1e6 / count
        print(f"{users} users, {name}: {rate:,.0f} events/s, {cpu:.1f} us CPU an event")


def _visit(chance: random.Random, users: int, number: int) -> planted.Seen:
    user = chance.randrange(users)
    device = f"d{user}-{chance.randrange(2)}-0000-4000-8000-000000000000"
    at = planted.START + number * 1000
    if chance.random() < 0.1:
        return planted.Seen(at, f"user-{user}", device, f"user{user}@mail.example")
    return planted.Seen(at, f"user-{user}" if chance.random() < 0.5 else None, device)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=50_000)
    options.add_argument("--users", type=int, default=100_000)
    options.add_argument("--events", type=int, default=600_000)
    options.add_argument("--seed", type=int, default=7)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for hidden in (False, True):
            quality(given.people, given.seed, Path(folder), hidden=hidden)
            print()
        speed(given.users, given.events, Path(folder))


if __name__ == "__main__":
    main()
