"""Kill the server at random points under load; nothing acknowledged may be lost or counted twice.

    python -m bench.torture [--kills 200] [--seed 1]

Each round starts the server on the same folder, sends batches, and kills the main process, the
worker or both with SIGKILL after a random time: under load, while it is still recovering, or twice
in a row. A batch without an answer is sent again with the same messageIds, as an SDK would. In the
end everything sent is looked for in the warehouse, and the server's own books are read.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bench.harness import Client, Progress, Server, get, machine, start, wait_ready
from bench.stream import Stream


class Ledger:
    """What was answered 200, by batch, across all rounds."""

    def __init__(self, seed: int, size: int) -> None:
        self.stream = Stream(seed=seed, people=2_000)
        self.size = size
        self.acknowledged = 0
        self.resent = 0
        self._open: bytes | None = None

    def send(self, port: int, stop: threading.Event) -> None:
        with closing(Client(port)) as client:
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


@dataclass
class Verdict:
    acknowledged: int
    lost: int
    twice: int
    resent: int  # batches
    complaints: list[str]  # of the server's own balance and doctor

    @property
    def clean(self) -> bool:
        return not (self.lost or self.twice or self.complaints)


def torture(folder: Path, kills: int, seed: int, *, senders: int = 2, size: int = 20) -> Verdict:
    """Kill at least `kills` times on `folder`, then let it finish its work, stop and count."""
    chance = random.Random(seed)
    ledgers = [Ledger(seed * 100 + n, size) for n in range(senders)]
    done = 0
    while done < kills:
        server = start(folder)
        stop = threading.Event()
        threads = [threading.Thread(target=one.send, args=(server.port, stop)) for one in ledgers]
        for thread in threads:
            thread.start()
        if chance.random() < 0.7:
            wait_ready(server)
        time.sleep(chance.uniform(0.0, 1.5))
        for _ in range(chance.choice([1, 1, 2, 3])):
            server.kill(chance.choice(["all", "main", "worker", "worker"]))
            done += 1
            time.sleep(chance.uniform(0.0, 0.6))
            if server.process.poll() is not None:
                break
        stop.set()
        server.kill("all")
        server.process.wait()
        for thread in threads:
            thread.join()
        acknowledged = sum(one.acknowledged for one in ledgers)
        print(f"{done} kills, {acknowledged:,} events acknowledged", flush=True)
    return verdict(folder, ledgers, drain(folder, ledgers))


def drain(folder: Path, ledgers: list[Ledger]) -> list[str]:
    """Send what is still open, wait until everything is in the warehouse, stop cleanly.

    Returns what the server finds wrong with its stores.
    """
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
    found = complaints(server)
    if (code := server.stop()) != 0:
        found.append(f"it ended with {code}")
    return found


def complaints(server: Server) -> list[str]:
    """What balance and doctor, who count the stores against each other, say is wrong."""
    balance = json.loads(get(server, "/api/v1/balance")[1])
    doctor = json.loads(get(server, "/api/v1/doctor?full=true")[1])
    failed = [f"{c['name']}: {c['detail']}" for c in doctor["checks"] if c["status"] == "fail"]
    totals = balance["totals"]
    if not balance["balanced"] or totals["pending"]:
        failed.append(f"the books do not balance: {totals}")
    return [text for text in failed if not text.startswith("disk:")]


def verdict(folder: Path, ledgers: list[Ledger], complaints: list[str]) -> Verdict:
    """Looks for every acknowledged event in the warehouse file itself."""
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute("SELECT message_id, count(*) FROM events GROUP BY 1").fetchall()
    stored = dict(rows)
    lost = 0
    for ledger in ledgers:
        sent = ledger.acknowledged
        lost += sum(f"m-{ledger.stream.seed}-{n}" not in stored for n in range(1, sent + 1))
    twice = sum(count - 1 for count in stored.values())
    return Verdict(
        sum(one.acknowledged for one in ledgers),
        lost,
        twice,
        sum(one.resent for one in ledgers),
        complaints,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rapport-torture-") as at:
        begun = time.perf_counter()
        found = torture(Path(at), options.kills, options.seed)
    print(machine())
    print(
        f"{options.kills} SIGKILLs in {time.perf_counter() - begun:.0f} s, "
        f"{found.acknowledged:,} events acknowledged, {found.resent:,} batches sent again: "
        f"{found.lost} lost, {found.twice} counted twice"
    )
    print("\n".join(found.complaints) or "the books balance")
    if not found.clean:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
