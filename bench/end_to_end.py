"""Accepted → identified → profile → warehouse, as fast as the whole keeps up.

    python -m bench.end_to_end [--seconds 300] [--events 0] [--batch 100]

Sends batches over HTTP, which were made before the clock starts, and holds back whenever more than
`--window` events are on their way, so the rate that comes out is sustained. Prints events/s, memory
over time, and checks that the warehouse holds exactly what was acknowledged. With `--events N` it
runs until N events are in.
"""

from __future__ import annotations

import argparse
import json
import os
import threading
import time
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.harness import Client, Progress, Sampler, Server, get, machine, running
from bench.stream import Prepared


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--events", type=int, default=0)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--window", type=int, default=80_000)
    parser.add_argument("--clients", type=int, default=2)
    parser.add_argument(
        "--prepared", type=float, default=22_000, help="batches made before, in events a second"
    )
    options = parser.parse_args()
    with TemporaryDirectory(prefix="rapport-bench-", dir=os.environ.get("BENCH_DIR")) as folder:
        events = options.events or options.seconds * options.prepared
        batches = int(events / options.batch / options.clients)
        made = [
            Prepared(Path(folder), number + 1, batches, options.batch)
            for number in range(options.clients)
        ]
        with running() as server:
            report(server, options, made)


def report(server: Server, options: argparse.Namespace, made: list[Prepared]) -> None:
    progress, sampler = Progress(server.folder), Sampler(server)
    sampler.start()
    stop = threading.Event()
    acknowledged = [0] * options.clients
    gate = threading.Event()
    gate.set()

    def send(number: int) -> None:
        client, bodies = Client(server.port), made[number]
        while not stop.is_set():
            gate.wait(1)
            if client.post(bodies.next()) == 200:
                acknowledged[number] += options.batch

    senders = [threading.Thread(target=send, args=(n,)) for n in range(options.clients)]
    begun, cpu = time.perf_counter(), server.cpu_seconds()
    for sender in senders:
        sender.start()
    marks: list[tuple[float, int]] = []
    while not _done(options, begun, acknowledged):
        time.sleep(0.1)
        lag = progress.lag()
        (gate.clear if lag > options.window else gate.set)()
        marks.append((time.perf_counter() - begun, sum(acknowledged) - lag))
    stop.set()
    gate.set()
    for sender in senders:
        sender.join()
    while progress.lag():
        time.sleep(0.05)
    seconds = time.perf_counter() - begun
    memory = sampler.finish()
    total = sum(acknowledged)
    quarter = max(1, len(memory) // 4)
    print(machine())
    print(f"{total:,} events in {seconds:.1f} s: {total / seconds:,.0f} events/s end to end")
    print(f"server CPU: {(server.cpu_seconds() - cpu) / seconds:.2f} cores")
    print("events/s by tenth of the run: " + " ".join(f"{r:,.0f}" for r in _rates(marks, 10)))
    print(
        f"memory MiB: first quarter {max(memory[:quarter]):.0f}, "
        f"last quarter {max(memory[-quarter:]):.0f}, most {max(memory):.0f}; "
        f"pages that processes share counted once: {max(sampler.shared_once_mb):.0f}"
    )
    balance = json.loads(get(server, "/api/v1/balance")[1])
    stored = balance["totals"]["stored"]
    print(f"balanced: {balance['balanced']}, stored {stored:,}")
    if stored != total or not balance["balanced"]:
        raise SystemExit("the warehouse does not hold exactly what was acknowledged")


def _done(options: argparse.Namespace, begun: float, acknowledged: list[int]) -> bool:
    if options.events:
        return sum(acknowledged) >= int(options.events)
    return time.perf_counter() - begun >= float(options.seconds)


def _rates(marks: list[tuple[float, int]], parts: int) -> list[float]:
    step = max(1, len(marks) // parts)
    picked = marks[::step]
    return [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(picked) if b[0] > a[0]]


if __name__ == "__main__":
    main()
