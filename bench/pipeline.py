"""The pipeline alone: CPU time per event of each stage, without HTTP, log or warehouse.

    python -m bench.pipeline [--events 160000] [--rooms real|none] [--profile]

`--rooms none` leaves identity and profiles out, so that decode, dedupe, rows and ledger stand
alone. `--known N` fills dedupe with N ids first. `--segments` defines the 50 segments of
bench.segments. `--profile` prints where the time goes.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw
import numpy as np

from bench.segments import live_segments
from bench.stream import Stream
from rapport.audiences.service import Audiences
from rapport.clock import SystemClock
from rapport.config import Settings
from rapport.database import connect
from rapport.events.dedupe import LARGEST, Dedupe
from rapport.events.model import Event
from rapport.events.rows import to_batch
from rapport.events.runs import Run
from rapport.identity.model import Changes
from rapport.identity.service import Identity
from rapport.log.base import BATCH, Draft
from rapport.log.sqlite import SqliteLog
from rapport.pipeline import Pipeline
from rapport.profiles.rules import SurvivorshipRules
from rapport.profiles.service import Profiles


class NoIdentity:
    def __init__(self, state: apsw.Connection) -> None:
        state.execute("CREATE TABLE identifiers (node INTEGER PRIMARY KEY, profile INT)")

    def assign(self, _events: Sequence[Event], *, hold: bool = False) -> Changes:
        del hold
        return Changes({}, set())

    decide = set_rules = assign

    def reset(self) -> None:
        return

    settle = reset


class NoProfiles:
    def absorb(self, _events: Sequence[Event], *, hold: bool = False) -> set[int]:
        del hold
        return set()

    def pin(self, _control: Mapping[str, Any]) -> set[int]:
        return set()

    unpin = pin

    def reset(self) -> None:
        return

    settle = reset


class Stopwatch:
    """CPU seconds of this thread inside wrapped methods. Nested ones are counted in both."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def watch(self, thing: Any, method: str, name: str) -> None:
        inner: Callable[..., Any] = getattr(thing, method)
        self.seconds[name] = 0.0

        def timed(*args: Any, **named: Any) -> Any:
            started = time.thread_time()
            try:
                return inner(*args, **named)
            finally:
                self.seconds[name] += time.thread_time() - started

        setattr(thing, method, timed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=160_000)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--known", type=int, default=0)
    parser.add_argument("--rooms", choices=("real", "none"), default="none")
    parser.add_argument("--segments", action="store_true")
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), options)


def measure(folder: Path, options: argparse.Namespace) -> None:
    log = filled_log(folder / "log.db", options.events, options.batch)
    state = connect(folder / "state.db", cache_mb=64)
    if options.known:
        fill_dedupe(state, options.known)
    real = options.rooms == "real"
    started = time.perf_counter()
    pipeline = Pipeline(
        Settings(data=str(folder)),
        log,
        state,
        Identity(state) if real else NoIdentity(state),
        Profiles(state) if real else NoProfiles(),
        SystemClock(),
        _audiences(folder, state, options.segments) if real else None,
    )
    print(f"start-up {time.perf_counter() - started:.2f} s")
    to_batch([])  # pyarrow imports pandas with its first array, where that is installed
    watch = watched(pipeline)
    with profiled(options.profile):
        begun, cpu = time.perf_counter(), time.process_time()
        while pipeline.step():
            pass
        seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    per_event = 1e6 / options.events
    for name, spent in watch.seconds.items():
        print(f"{name:<12}{spent * per_event:8.2f} µs CPU/event")
    print(f"{'all':<12}{cpu * per_event:8.2f} µs CPU/event, {seconds * per_event:.2f} on the clock")
    print(f"{options.events / seconds:,.0f} events/s; {options.events / cpu:,.0f} with a core")
    state.close()
    log.close()


def _audiences(folder: Path, state: apsw.Connection, filled: bool) -> Audiences:
    made = Audiences(state, {}, SurvivorshipRules, SystemClock(), folder / "parts")
    if filled:
        listed = [{"kind": "segment", "definition": each} for each in live_segments()]
        with state:
            made.define({"definitions": listed}, 0, 0)
            while made.waits():
                made.work()
    return made


def watched(pipeline: Any) -> Stopwatch:
    watch, line = Stopwatch(), pipeline._line
    watch.watch(pipeline._intake, "take", "log")
    watch.watch(line, "decode", "decode")
    watch.watch(line._dedupe, "sift", "dedupe")
    watch.watch(line._identity, "assign", "identify")
    watch.watch(line._profiles, "absorb", "profile")
    watch.watch(line._audiences, "absorb", "audiences")
    watch.watch(line._store, "hand_over", "outbox")
    watch.watch(line._store, "hand_over_identities", "identities")
    watch.watch(line._store, "profiles_of", "dirty")
    watch.watch(line, "settle", "sums")
    watch.watch(line, "process", "in all")
    watch.watch(pipeline, "_transact", "with commit")
    return watch


def filled_log(path: Path, events: int, batch: int) -> SqliteLog:
    log, stream, clock = SqliteLog(path), Stream(), SystemClock()
    for _ in range(0, events, batch * 100):
        bodies = [stream.batch(batch) for _ in range(min(100, events // batch))]
        log.append_all([Draft(1, BATCH, batch, clock.now(), body) for body in bodies])
    return log


def fill_dedupe(state: apsw.Connection, known: int) -> None:
    """As many random ids as if so many events had been processed before."""
    Dedupe(state)
    random = np.random.default_rng(1)
    for _ in range(0, known, LARGEST):
        keys = np.sort(random.integers(0, 1 << 64, LARGEST, dtype=np.uint64))
        run = Run(0, keys, random.integers(0, 1 << 32, LARGEST, dtype=np.uint32), keys)
        state.execute(
            "INSERT INTO dedupe_runs (count, body) VALUES (?, ?)", (LARGEST, run.to_bytes())
        )
    state.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)


@contextmanager
def profiled(wanted: bool) -> Iterator[None]:
    if not wanted:
        yield
        return
    profile = cProfile.Profile()
    with profile:
        yield
    pstats.Stats(profile).sort_stats("tottime").print_stats(40)


if __name__ == "__main__":
    main()
