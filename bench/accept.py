"""Durable accept: how many requests a second are answered after their fsync.

    python -m bench.accept [--batch 100] [--seconds 15] [--connections 128] [--alone]

Drives a real `rapport up` with wrk (apt-get install wrk) on the same machine, or with own sockets
where wrk is not there. Prints requests/s, events/s, p50 and p99, and checks that the log holds
what was acknowledged. `--alone` measures the tracking API without pipeline and warehouse beside it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from bench.harness import WRITE_KEY, free_port, machine, running
from bench.load import Load, Result, drive

ALONE = Path(__file__).parents[1] / "tests" / "sdk" / "tracking_server.py"
WARM_UP_SECONDS = 2.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=1, help="events a request")
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--alone", action="store_true")
    options = parser.parse_args()
    load = Load(options.batch, options.connections, WRITE_KEY)
    with alone() if options.alone else whole() as (port, folder):
        warm = drive(load, port, min(WARM_UP_SECONDS, options.seconds))
        result = drive(load, port, options.seconds)
        time.sleep(1)  # requests that were on their way when the generator stopped
        stored = events_in(folder / "log.db")
    report(load, result, options.alone)
    verify(load, warm, result, stored)


@contextmanager
def whole() -> Iterator[tuple[int, Path]]:
    with running() as server:
        yield server.port, server.folder


@contextmanager
def alone() -> Iterator[tuple[int, Path]]:
    """The tracking API on Granian, and nothing else."""
    port = free_port()
    with tempfile.TemporaryDirectory(
        prefix="rapport-bench-", dir=os.environ.get("BENCH_DIR")
    ) as folder:
        process = subprocess.Popen([sys.executable, str(ALONE), folder, str(port), "", WRITE_KEY])
        try:
            _await(f"http://127.0.0.1:{port}/ready")
            yield port, Path(folder)
        finally:
            process.terminate()
            process.wait(20)


def _await(url: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the server did not answer")


def events_in(log: Path) -> int:
    """All events ever accepted, counted from the records where none was truncated yet."""
    connection = apsw.Connection(str(log), flags=apsw.SQLITE_OPEN_READONLY)
    connection.set_busy_timeout(10_000)
    totals = int(next(connection.execute("SELECT coalesce(sum(events), 0) FROM totals"))[0])
    first = next(connection.execute("SELECT min(offset) FROM records"))[0]
    if first == 1:
        counted = int(next(connection.execute("SELECT sum(count) FROM records"))[0])
        if counted != totals:
            sys.exit(f"FAILED: totals say {totals}, the records hold {counted}")
    connection.close()
    return totals


def report(load: Load, result: Result, is_alone: bool) -> None:
    what = "tracking API alone" if is_alone else "rapport up"
    tool = "wrk" if shutil.which("wrk") else "sockets"
    print(f"{what}, {machine()}, {tool} with {load.connections} connections beside it")
    print(f"{load.batch} event(s) a request, {result.seconds:.1f} s")
    print(f"{result.acknowledged / result.seconds:12,.0f} requests/s")
    print(f"{result.acknowledged * load.batch / result.seconds:12,.0f} events/s, durable")
    print(f"{result.p50:12.1f} ms p50\n{result.p99:12.1f} ms p99")
    if result.refused:
        print(f"{result.refused:12,} refused")


def verify(load: Load, warm: Result, result: Result, stored: int) -> None:
    """What was on its way when the generator stopped may be stored without an answer seen."""
    acknowledged = (warm.acknowledged + result.acknowledged) * load.batch
    on_the_way = 2 * load.connections * load.batch
    if not acknowledged <= stored <= acknowledged + on_the_way:
        sys.exit(f"FAILED: {acknowledged:,} events acknowledged, {stored:,} in the log")
    print(f"{acknowledged:12,} events acknowledged, {stored:,} in the log: none is missing")


if __name__ == "__main__":
    main()
