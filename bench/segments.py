"""Segments: how soon an event changes a membership, and how fast a new definition knows the past.

    python -m bench.segments [--part live|accounts|past|all] [--rate 2000] [--seconds 60]
                             [--events 10000000] [--people 500000]

`live` starts a server with 50 segments (windows and sequences among them), sends events at a steady
rate and reads the changes from state.db: the age of the oldest event that a change names, from the
moment before it was sent until the change could be read. Of windows that end: from when it was due.
`accounts` sends events at that rate and, twice a second, one that lets a new account enter two
segments of accounts, and takes the time until the change could be read.
`past` fills a warehouse and then defines 20 segments; it ends when all of them are live.
"""

from __future__ import annotations

import argparse
import http.client
import json
import threading
import time
from pathlib import Path
from typing import Any

import apsw
import duckdb

from bench.harness import (
    API_KEY,
    Client,
    Sampler,
    Server,
    get,
    machine,
    percentile,
    running,
    start,
    wait_ready,
)
from bench.stream import Stream

NAMES = ("Product Viewed", "Product Added", "Order Completed")
PAST_NAMES = (*NAMES, "Signed In", "Searched", "Cart Viewed", "Coupon Used", "Wishlisted")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("live", "accounts", "past", "all"), default="all")
    parser.add_argument("--rate", type=int, default=2_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--people", type=int, default=500_000)
    options = parser.parse_args()
    print(machine())
    for name, part in (("live", live), ("accounts", accounts), ("past", past)):
        if options.part in (name, "all"):
            with running() as server:
                part(server, options)


def live(server: Server, options: argparse.Namespace) -> None:
    wanted = live_segments()
    define(server, wanted)
    until_live(server, len(wanted))
    sent: dict[str, float] = {}
    ages: list[float] = []
    late: list[float] = []
    stop = threading.Event()
    watcher = threading.Thread(target=watch, args=(server.folder, sent, ages, late, stop))
    watcher.start()
    client, stream = Client(server.port), Stream()
    cpu, begun, size = server.cpu_seconds(), time.perf_counter(), 20
    while (passed := time.perf_counter() - begun) < options.seconds:
        if stream.made >= passed * options.rate:
            time.sleep(0.001)
            continue
        now = time.time()
        before = stream.made
        body = stream.batch(size)
        sent.update((f"m-1-{number}", now) for number in range(before + 1, stream.made + 1))
        if client.post(body) != 200:
            raise RuntimeError("an event was not accepted")
    seconds = time.perf_counter() - begun
    time.sleep(3)
    stop.set()
    watcher.join()
    print(f"{len(wanted)} segments, {stream.made / seconds:,.0f} events/s for {seconds:.0f} s")
    print(f"{len(ages):,} changes by events: {spread(ages)}")
    print(f"{len(late):,} changes by time:   {spread(late)}")
    print(f"{(server.cpu_seconds() - cpu) / seconds:.2f} cores, {server.rss_mb():.0f} MB")


def watch(
    folder: Path,
    sent: dict[str, float],
    ages: list[float],
    late: list[float],
    stop: threading.Event,
) -> None:
    state = apsw.Connection(str(folder / "state.db"), flags=apsw.SQLITE_OPEN_READONLY)
    last = 0
    while not stop.wait(0.005):
        rows: list[Any] = state.execute(
            "SELECT seq, reason FROM membership_changes WHERE seq > ? ORDER BY seq", (last,)
        ).fetchall()
        now = time.time()
        for seq, text in rows:
            last, reason = seq, json.loads(text)
            if reason["by"] == "timer":
                late.append(now - reason["due"] / 1e6)
            known = [sent[each] for each in reason.get("messages", ()) if each in sent]
            if known:
                ages.append(now - min(known))
    state.close()


def spread(values: list[float]) -> str:
    if not values:
        return "none"
    parts = ((share, percentile(values, share)) for share in (0.5, 0.95, 0.99))
    shown = ", ".join(f"p{share * 100:.0f} {value * 1000:.0f} ms" for share, value in parts)
    return f"{shown}, most {max(values) * 1000:.0f} ms"


def live_segments() -> list[dict[str, Any]]:
    found: list[Any] = []
    for place, name in enumerate(NAMES * 4):
        found.append({"did": name, "op": "gte", "value": place + 1})
        last = {"last": ("10s", "20s", "1h", "30d")[place % 4]}
        found.append({"did": name, "during": last, "op": "gte", "value": 1 + place % 3})
        price = [{"path": "properties.price", "op": "gt", "value": 70 * place}]
        found.append({"did": name, "where": price, "during": {"last": "30d"}})
    for total in (500, 1_000, 2_000, 4_000):
        spent = {"did": NAMES[2], "measure": {"sum": "properties.price"}, "value": total}
        found.append({**spent, "during": {"last": "7d"}})
    viewed, added = {"did": NAMES[0]}, {"did": NAMES[1]}
    same = {"same": ["properties.product_id"]}
    for length in ("10s", "1h"):
        found.append({"sequence": [viewed, {**added, "within": length}]})
        found.append({"sequence": [viewed, {**added, "within": length, **same}]})
        found.append({"sequence": [added, {"did_not": NAMES[2], "within": length}]})
    found.append({"not": {"did": NAMES[2]}})
    gold = {"trait": "plan", "op": "eq", "value": "gold"}
    found.append({"all": [gold, {"did": NAMES[0], "during": {"calendar": "day"}}]})
    dear = [{"path": "properties.price", "op": "gte", "value": 450}]
    found.append({"last": NAMES[0], "has": dear})
    found.append({"any": [gold, {"did": "*", "measure": "days", "value": 3}]})
    return [{"key": f"s{place}", "when": when} for place, when in enumerate(found)]


def accounts(server: Server, options: argparse.Namespace) -> None:
    signed = {"did": "Contract Signed"}
    people = {"members": "any", "are": signed}
    define(
        server,
        [
            {"key": f"s{n}", "of": "accounts", "when": when}
            for n, when in enumerate((signed, people))
        ],
    )
    client, stream = Client(server.port), Stream()
    state = apsw.Connection(str(server.folder / "state.db"), flags=apsw.SQLITE_OPEN_READONLY)
    sent: dict[str, float] = {}
    ages: list[float] = []
    last, cpu, begun = 0, server.cpu_seconds(), time.perf_counter()
    while (passed := time.perf_counter() - begun) < options.seconds + 5:
        if passed < options.seconds and stream.made < passed * options.rate:
            client.post(stream.batch(20))
            if len(sent) < passed * 2:
                firm = f"firm-{len(sent)}"
                sent[firm] = time.time()
                event = {
                    "type": "track",
                    "event": "Contract Signed",
                    "userId": f"of-{firm}",
                    "messageId": firm,
                    "context": {"groupId": firm},
                }
                client.post(json.dumps({"batch": [event]}).encode())
        else:
            time.sleep(0.005)
        rows: list[Any] = state.execute(
            "SELECT seq, account FROM account_changes WHERE seq > ? ORDER BY seq", (last,)
        ).fetchall()
        for seq, account in rows:
            last = seq
            ages.append(time.time() - sent[account])
    state.close()
    print(f"{len(sent)} accounts, {stream.made / options.seconds:,.0f} events/s")
    print(f"{len(ages)} changes of accounts: {spread(ages)}")
    print(f"{(server.cpu_seconds() - cpu) / options.seconds:.2f} cores")


def past(server: Server, options: argparse.Namespace) -> None:
    begun = time.perf_counter()
    server.stop()
    fill(server.folder, options.events, options.people)
    print(f"{options.events:,} events of {options.people:,} people, made in {since(begun)}")
    again = start(server.folder)
    try:
        wait_ready(again)
        sampler = Sampler(again)
        sampler.start()
        wanted = past_segments()
        begun, cpu = time.perf_counter(), again.cpu_seconds()
        define(again, wanted)
        until_live(again, len(wanted))
        print(f"{len(wanted)} segments live after {since(begun)}, with the past of all events")
        print(f"{again.cpu_seconds() - cpu:.0f} s of CPU, {max(sampler.finish()):.0f} MB at most")
        _, body = get(again, "/api/v1/segments")
        print({one["key"]: one["count"] for one in json.loads(body)["items"]})
    finally:
        again.kill()
        again.process.wait()


def past_segments() -> list[dict[str, Any]]:
    found: list[Any] = []
    for place, name in enumerate(PAST_NAMES):
        found.append({"did": name, "op": "gte", "value": 2 + place})
        found.append({"did": name, "during": {"last": "30d"}, "op": "gte", "value": 2})
    big = [{"path": "properties.total", "op": "gt", "value": 900}]
    found.append({"did": NAMES[2], "where": big})
    found.append({"did": NAMES[2], "measure": {"sum": "properties.total"}, "value": 2_000})
    found.append({"all": [{"did": NAMES[1]}, {"not": {"did": NAMES[2]}}]})
    steps = [{"did": NAMES[0]}, {"did": NAMES[2], "within": "1d"}]
    found.append({"sequence": steps, "during": {"last": "30d"}})
    return [{"key": f"s{place}", "when": when} for place, when in enumerate(found)]


def fill(folder: Path, events: int, people: int) -> None:
    """Events of a year, as if they had been loaded before; one node a person."""
    names = ", ".join(f"'{name}'" for name in PAST_NAMES)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as warehouse:
        warehouse.execute(
            "INSERT INTO events (node, message_id, type, event, timestamp, received_at, source_id,"
            " source, flags, log_offset, log_index, properties)"
            " SELECT 1 + (hash(i) % ?)::BIGINT, 'm' || i, 'track',"
            f" [{names}][1 + (hash(i * 7) % {len(PAST_NAMES)})::INT],"
            " now()::TIMESTAMP - to_seconds((hash(i * 3) % 31536000)::BIGINT),"
            " now()::TIMESTAMP, 1, 'default', 0, 0, 0,"
            ' \'{"total":\' || (hash(i * 5) % 1000) || \',"currency":"INR","product_id":"p\''
            " || (hash(i * 11) % 5000) || '\"}' FROM range(?) t(i)",
            [people, events],
        )
        warehouse.execute("INSERT INTO identities SELECT i, i FROM range(1, ?) t(i)", [people + 1])
    state = apsw.Connection(str(folder / "state.db"))
    with state:
        numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {people})"
        state.execute(
            "INSERT INTO identifiers (node, type, value, profile, state)"
            f" {numbers} SELECT i, 'user_id', 'u' || i, i, 0 FROM n"
        )
        state.execute(f"INSERT INTO counters {numbers} SELECT i, 1, 1, 20, 0, 0 FROM n")
    state.close()


def define(server: Server, wanted: list[dict[str, Any]]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"Authorization": f"Bearer {API_KEY}", "Content-Type": "application/json"}
    connection.request("POST", "/api/v1/definitions", json.dumps({"segments": wanted}), headers)
    response = connection.getresponse()
    if response.status != 200:
        raise RuntimeError(response.read().decode())
    connection.close()


def until_live(server: Server, count: int) -> None:
    while True:
        _, body = get(server, "/api/v1/segments")
        if sum(one["status"] == "live" for one in json.loads(body)["items"]) == count:
            return
        time.sleep(0.5)  # counting members is work too


def since(begun: float) -> str:
    return f"{time.perf_counter() - begun:.1f} s"


if __name__ == "__main__":
    main()
