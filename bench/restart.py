"""How soon it is there: on an empty folder, and after SIGKILL under load on a full one.

    python -m bench.restart [--events 1000000] [--kills 3] [--idle 20]

Also measures the CPU that an idle server takes.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
import threading
import time
from pathlib import Path

from bench.harness import Client, Progress, Server, get, machine, start, wait_ready
from bench.stream import Stream
from rapport.clock import SystemClock
from rapport.log.base import BATCH, Draft
from rapport.log.sqlite import SqliteLog

RECORD_EVENTS = 100
RECORDS = 100  # appended at once
MOST_WAITING = 100_000
SHOW_EVERY = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--idle", type=float, default=20, help="seconds")
    options = parser.parse_args()
    at = os.environ.get("BENCH_DIR")
    print(machine())
    with tempfile.TemporaryDirectory(prefix="rapport-restart-", dir=at) as folder:
        empty(Path(folder), options.idle)
    with tempfile.TemporaryDirectory(prefix="rapport-restart-", dir=at) as folder:
        fill(Path(folder), options.events)
        for number in range(options.kills):
            again(Path(folder), number)


def empty(folder: Path, idle: float) -> None:
    server = start(folder)
    try:
        seconds = wait_ready(server)
        print(f"empty folder: ready after {seconds:.2f} s, {server.cpu_seconds():.2f} s of CPU")
        time.sleep(15)  # until it has grown calm
        before, begun = server.cpu_seconds(), time.perf_counter()
        time.sleep(idle)
        share = (server.cpu_seconds() - before) / (time.perf_counter() - begun)
        print(f"idle: {100 * share:.2f} % of one core, {server.rss_mb():.0f} MiB")
    finally:
        server.kill()
        server.process.wait()


def fill(folder: Path, events: int) -> None:
    """Straight into the log of a running server, held back so that not too much waits."""
    server = start(folder)
    try:
        wait_ready(server)
        progress, stream, log = Progress(folder), Stream(), SqliteLog(folder / "log.db")
        begun = time.perf_counter()
        while stream.made < events:
            log.append_all([_record(stream) for _ in range(RECORDS)])
            if stream.made % SHOW_EVERY == 0:
                print(f"  {stream.made:,} events: {_memory(server)}", flush=True)
            while stream.made - progress.processed() + progress.unloaded() > MOST_WAITING:
                time.sleep(0.05)
        log.close()
        while progress.lag():
            time.sleep(0.1)
        seconds = time.perf_counter() - begun
        print(f"filled with {stream.made:,} events in {seconds:.0f} s: {stores(folder)}")
        print(f"memory: {_memory(server)}")
        server.stop()
    finally:
        server.kill()
        server.process.wait()


def _memory(server: Server) -> str:
    main, *workers = server.rss_mb_each()
    rest = sum(workers)
    return f"{main + rest:.0f} MiB = pipeline {main:.0f} + http and warehouse {rest:.0f}"


def _record(stream: Stream) -> Draft:
    body = stream.batch(RECORD_EVENTS)
    return Draft(1, BATCH, RECORD_EVENTS, SystemClock().now(), body)


def stores(folder: Path) -> str:
    sizes = {path.name: path.stat().st_size / 2**20 for path in folder.glob("*.d*b")}
    return ", ".join(f"{name} {size:,.0f} MiB" for name, size in sorted(sizes.items()))


def again(folder: Path, number: int) -> None:
    """Kill a server under load and time its successor."""
    victim = start(folder)
    wait_ready(victim)
    _send_until_killed(victim, seed=1000 + number)
    server = start(folder)
    try:
        begun = time.perf_counter()
        ready = wait_ready(server)
        status, seen = get(server, "/api/v1/profiles?limit=1&known=true")
        served = time.perf_counter() - begun
        found = re.search(rb'"id":"(p_\d+)"', seen)
        if status != 200 or found is None or not _profile(server, found[1].decode()):
            raise SystemExit(f"no profile was served: {status}")
        print(
            f"after SIGKILL: ready after {ready:.2f} s, profiles after {served:.2f} s,"
            f" {_memory(server)}"
        )
    finally:
        server.kill()
        server.process.wait()


def _send_until_killed(server: Server, seed: int) -> None:
    stop = threading.Event()

    def send() -> None:
        client, stream = Client(server.port), Stream(seed=seed)
        while not stop.is_set():
            client.post(stream.batch(100))

    sender = threading.Thread(target=send)
    sender.start()
    time.sleep(2)
    server.kill("all")
    server.process.wait()
    stop.set()
    sender.join()


def _profile(server: Server, reference: str) -> bool:
    return get(server, f"/api/v1/profiles/{reference}")[0] == 200


if __name__ == "__main__":
    main()
