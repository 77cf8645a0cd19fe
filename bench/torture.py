"""Kill the server at random points under load; nothing acknowledged may be lost or counted twice.

    python -m bench.torture [--kills 200] [--seed 1]

Each round starts the server on the same folder, sends batches, and kills the main process, the
worker or both with SIGKILL after a random time, sometimes while it is still recovering. A batch
without an answer is sent again with the same messageIds, as an SDK would.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import threading
import time
from pathlib import Path

import duckdb

from bench.harness import Client, Progress, Server, Stream, machine, start, wait_ready


class Ledger:
    """What was answered 200, by batch, across all rounds."""

    def __init__(self, seed: int, size: int) -> None:
        self.stream = Stream(seed=seed, people=2_000)
        self.size = size
        self.acknowledged = 0
        self.resent = 0
        self._open: bytes | None = None

    def send(self, port: int, stop: threading.Event) -> None:
        client = Client(port)
        while not stop.is_set():
            if self._open is None:
                self._open = self.stream.batch(self.size)
            else:
                self.resent += 1
            if client.post(self._open) == 200:
                self.acknowledged += self.size
                self._open = None
            else:
                time.sleep(0.02)


def torture(
    folder: Path, kills: int, seed: int, *, senders: int = 2, size: int = 20
) -> list[Ledger]:
    """Run `kills` rounds on `folder`, end with a clean drain; returns the senders' ledgers."""
    chance = random.Random(seed)
    ledgers = [Ledger(seed * 100 + n, size) for n in range(senders)]
    for number in range(kills):
        server = start(folder)
        stop = threading.Event()
        threads = [threading.Thread(target=one.send, args=(server.port, stop)) for one in ledgers]
        for thread in threads:
            thread.start()
        if chance.random() < 0.8:
            wait_ready(server)
        time.sleep(chance.uniform(0.0, 1.5))
        server.kill(chance.choice(["all", "all", "main", "worker"]))
        time.sleep(chance.uniform(0.0, 0.3))
        stop.set()
        server.kill("all")
        server.process.wait()
        for thread in threads:
            thread.join()
        if number % 20 == 19:
            acknowledged = sum(one.acknowledged for one in ledgers)
            print(f"{number + 1} kills, {acknowledged:,} events acknowledged")
    drain(folder, ledgers)
    return ledgers


def drain(folder: Path, ledgers: list[Ledger]) -> None:
    """Send what is still open, wait until everything is in the warehouse, stop cleanly."""
    server: Server = start(folder)
    wait_ready(server)
    for ledger in ledgers:
        stop = threading.Event()
        thread = threading.Thread(target=ledger.send, args=(server.port, stop))
        thread.start()
        time.sleep(0.5)
        stop.set()
        thread.join()
    progress = Progress(folder)
    until = time.monotonic() + 120
    while progress.lag() and time.monotonic() < until:
        time.sleep(0.05)
    server.stop()


def verdict(folder: Path, ledgers: list[Ledger]) -> tuple[int, int, int]:
    """(acknowledged, lost, counted twice), from the warehouse file itself."""
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute("SELECT message_id, count(*) FROM events GROUP BY 1").fetchall()
    stored = dict(rows)
    lost = 0
    for ledger in ledgers:
        sent = ledger.acknowledged
        lost += sum(f"m-{ledger.stream.seed}-{n}" not in stored for n in range(1, sent + 1))
    twice = sum(count - 1 for count in stored.values())
    return sum(one.acknowledged for one in ledgers), lost, twice


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rapport-torture-") as at:
        begun = time.perf_counter()
        ledgers = torture(Path(at), options.kills, options.seed)
        acknowledged, lost, twice = verdict(Path(at), ledgers)
    resent = sum(one.resent for one in ledgers)
    print(machine())
    print(
        f"{options.kills} SIGKILLs in {time.perf_counter() - begun:.0f} s, {acknowledged:,} events "
        f"acknowledged, {resent:,} batches sent again: {lost} lost, {twice} counted twice"
    )
    if lost or twice:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
