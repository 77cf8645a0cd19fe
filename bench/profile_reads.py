"""Profile reads while events arrive, and how soon an accepted identify shows.

    python -m bench.profile_reads [--seconds 60] [--reads 500] [--events 2000]

Prints p50/p95/p99 of `GET /api/v1/profiles/user_id:…` at a fixed rate, then the time from the 200
of an identify until its trait is in the answer, at 1,000 events/s.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import random
import threading
import time

from bench.harness import API_KEY, Client, Progress, Server, machine, percentile, running
from bench.stream import Stream

_UNDER_WAY = 10.0  # seconds until the visits of the stream begin and end as they go on to do


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--reads", type=int, default=500)
    parser.add_argument("--events", type=int, default=2000)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--warm", type=int, default=200_000, help="events stored beforehand")
    options = parser.parse_args()
    with running() as server:
        _warm(server, options)
        print(machine())
        with _Load(server, options.events, options.people):
            time.sleep(_UNDER_WAY)
            times = _read(server, options)
        _line(f"profile reads at {options.reads}/s, {options.events} events/s", times)
        with _Load(server, 1000, options.people):
            seen = [_visible(server, n) for n in range(200)]
        _line("identify accepted → visible at 1,000 events/s", seen)


def _line(what: str, seconds: list[float]) -> None:
    p50, p95, p99 = (1000 * percentile(seconds, share) for share in (0.5, 0.95, 0.99))
    print(f"{what}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms ({len(seconds):,} times)")


def _warm(server: Server, options: argparse.Namespace) -> None:
    client, stream, progress = (
        Client(server.port),
        Stream(7, options.people),
        Progress(server.folder),
    )
    for _ in range(options.warm // 500):
        client.post(stream.batch(500))
    while progress.lag():
        time.sleep(0.1)
    _settle(server)


def _settle(server: Server) -> None:
    """Wait until nothing is left to do of what was stored: rows of profiles come last."""
    used = server.cpu_seconds()
    while True:
        time.sleep(2)
        used, before = server.cpu_seconds(), used
        if used - before < 0.1:
            return


class _Load:
    """`rate` events/s in batches of 20 for as long as the block runs.

    In a process of its own: making events must not hold up the clock that times the reads.
    """

    def __init__(self, server: Server, rate: int, people: int) -> None:
        self._process = multiprocessing.get_context("spawn").Process(
            target=_send, args=(server.port, rate, people), daemon=True
        )

    def __enter__(self) -> None:
        self._process.start()

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.join()


def _send(port: int, rate: int, people: int) -> None:
    client, stream = Client(port), Stream(int(time.time()), people)
    due = time.perf_counter()
    while True:
        client.post(stream.batch(20))
        due += 20 / rate
        time.sleep(max(0.0, due - time.perf_counter()))


def _read(server: Server, options: argparse.Namespace) -> list[float]:
    """Seconds from the moment a read was due, so that one that had to wait its turn counts too."""
    times: list[float] = []
    stop = time.perf_counter() + options.seconds

    def reader(number: int, rate: float) -> None:
        chance = random.Random(number)
        client = Client(server.port)
        due = time.perf_counter() + chance.random() / rate
        while due < stop:
            time.sleep(max(0.0, due - time.perf_counter()))
            person = chance.randrange(options.people // 3) * 3 + 1
            client.get(f"/api/v1/profiles/user_id:u{person}")
            times.append(time.perf_counter() - due)
            due += 1 / rate

    readers = [threading.Thread(target=reader, args=(n, options.reads / 8)) for n in range(8)]
    for thread in readers:
        thread.start()
    for thread in readers:
        thread.join()
    return times


def _get(connection: http.client.HTTPConnection, path: str) -> bytes:
    connection.request("GET", path, headers={"Authorization": f"Bearer {API_KEY}"})
    return connection.getresponse().read()


def _visible(server: Server, number: int) -> float:
    client = Client(server.port)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    event = {"userId": f"v{number}", "traits": {"step": number}, "messageId": f"v-{number}"}
    client.post(json.dumps(event).encode(), "/v1/identify")
    begun = time.perf_counter()
    while time.perf_counter() - begun < 10:
        if json.loads(_get(connection, f"/api/v1/profiles/user_id:v{number}")).get("traits"):
            break
        time.sleep(0.003)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
