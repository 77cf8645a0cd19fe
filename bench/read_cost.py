"""What one profile read costs: CPU time without sockets, on a folder filled by the real pipeline.

    python -m bench.read_cost [--people 100000] [--events 320000] [--folder DIR] [--profile]

`request` is everything behind the HTTP server: routing, credentials, the read, encoding. `read` is
the read alone, `row` one row of `ProfileReads.many` for the warehouse. Wall time is not looked at,
since the machine may be busy. With `--folder`, what was filled once is used again.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import pstats
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from bench.harness import API_KEY, machine
from bench.stream import Stream
from rapport.clock import SystemClock
from rapport.config import Settings
from rapport.database import connect
from rapport.identity.service import Identity
from rapport.log.base import BATCH, Draft
from rapport.log.sqlite import SqliteLog
from rapport.pipeline import Pipeline
from rapport.profiles.service import Profiles
from rapport.server.composition import Composition, compose
from rapport.server.rooms import Reads
from rapport.server.web.app import App


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=320_000)
    parser.add_argument("--reads", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--profile", action="store_true", help="show where the time goes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        if not (folder / "state.db").exists():
            fill(folder, options)
        measure(folder, options)


def fill(folder: Path, options: argparse.Namespace) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    log, state, stream, clock = (
        SqliteLog(folder / "log.db"),
        connect(folder / "state.db", cache_mb=64),
        Stream(7, options.people),
        SystemClock(),
    )
    for _ in range(0, options.events, 10_000):
        log.append_all([Draft(1, BATCH, 100, clock.now(), stream.batch(100)) for _ in range(100)])
    settings = Settings(data=str(folder))
    pipeline = Pipeline(settings, log, state, Identity(state), Profiles(state), clock)
    while pipeline.step():
        pass
    state.close()
    log.close()


def measure(folder: Path, options: argparse.Namespace) -> None:
    composition = compose(Settings(data=str(folder), api_key=API_KEY), "")
    try:
        composition._context.rooms.sources.ensure_default()
        reads: Reads = composition._context.rooms.new_reads()
        profiles, users = _stored(reads)
        names = random.Random(1).choices(users, k=options.reads)
        print(f"{machine()}; {len(profiles):,} profiles")
        profiles = profiles[:5_000]
        asked: dict[str, tuple[Callable[[], Any], int]] = {
            "request": (lambda: uvloop.run(_ask(composition, names)), len(names)),
            "read": (lambda: _read(reads, names), len(names)),
            "row": (lambda: list(reads.profiles.many(profiles)), len(profiles)),
        }
        for name, (work, times) in asked.items():
            rounds = sorted(cost(work, times, options) for _ in range(options.rounds))
            print(f"{name:<10}{rounds[0]:8.1f} µs CPU at best, {rounds[-1]:.1f} at worst")
    finally:
        composition.close()


def cost(work: Callable[[], Any], times: int, options: argparse.Namespace) -> float:
    """CPU µs of all threads for each of `times`."""
    begun = time.process_time()
    if options.profile:
        with cProfile.Profile() as profile:
            work()
        pstats.Stats(profile).sort_stats("tottime").print_stats(30)
    else:
        work()
    return 1e6 * (time.process_time() - begun) / times


def _stored(reads: Reads) -> tuple[list[int], list[str]]:
    """All profiles, and all user ids as "type:value"."""
    profiles = reads.connection.execute("SELECT DISTINCT profile FROM identifiers")
    users = reads.connection.execute("SELECT value FROM identifiers WHERE type = 'user_id'")
    return [row[0] for row in profiles], [f"user_id:{row[0]}" for row in users]


def _read(reads: Reads, names: list[str]) -> None:
    for name in names:
        reads.profiles.get(reads.profiles.find(name))


class _Scope(msgspec.Struct):
    """A request as Granian gives it."""

    path: str
    headers: dict[str, str]
    method: str = "GET"
    query_string: str = ""
    scheme: str = "http"
    client: str = "127.0.0.1:1"
    server: str = "127.0.0.1:2"
    http_version: str = "1.1"


class _Proto:
    """Keeps what would be sent."""

    def __init__(self) -> None:
        self.answers: dict[int, int] = {}
        self.size = 0

    def response_bytes(self, status: int, _headers: list[tuple[str, str]], body: bytes) -> None:
        self.answers[status] = self.answers.get(status, 0) + 1
        self.size += len(body)


async def _ask(composition: Composition, names: list[str]) -> None:
    app: App = composition.app
    proto: Any = _Proto()
    headers = {
        "host": "127.0.0.1:2",
        "accept-encoding": "identity",
        "authorization": f"Bearer {API_KEY}",
    }
    for name in names:
        scope: Any = _Scope(f"/api/v1/profiles/{name}", headers)
        await asyncio.create_task(app(scope, proto))
    if proto.answers != {200: len(names)}:
        raise RuntimeError(f"answered {proto.answers}")


if __name__ == "__main__":
    main()
