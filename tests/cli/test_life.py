"""The command line against real stores: with a server, without one, and after a restore."""

from __future__ import annotations

import json
import re
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Rapport
from tests.conftest import served

ORDERS = """order,customer,when,total
1,u-1,2026-01-02T03:04:05Z,12.5
2,u-2,2026-01-03T03:04:05Z,9.5
3,u-2,never,9.5
"""
MAPPING = """
source: orders
kind: events
type: track
event: {const: Order Completed}
user_id: customer
timestamp: {column: when}
message_id: [order]
properties: {order_id: order, total: {column: total, as: number}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Rapport:
    return Rapport(tmp_path / "data")


def answer(rapport: Rapport, *arguments: str) -> Any:
    return json.loads(rapport(*arguments, "--json").stdout)


def test_what_the_server_took_is_there_without_it_and_after_a_restore(
    folder: Rapport, tmp_path: Path
) -> None:
    with served(folder.folder) as server:
        sent = answer(folder, "send", "Signed up", "--user", "ada@example.org", "-t", "name=Ada")
        assert [event["status"] for event in sent["events"]] == ["accepted", "accepted"]
        with_server = answer(folder, "profile", "ada@example.org")
        assert with_server["traits"]["name"] == "Ada"
        trace = answer(folder, "trace", sent["events"][1]["messageId"])
        assert [stage["stage"] for stage in trace["stages"]][:2] == ["log", "decode"]
        assert _stored(folder) == 2
        key = answer(folder, "keys", "create", "report")
        assert key["secret"].startswith("rk_")
        folder("backup", str(tmp_path / "backup"))
        server.stop()
    assert answer(folder, "profile", "ada@example.org") == with_server
    other = Rapport(tmp_path / "other")
    other("restore", str(tmp_path / "backup"))
    assert answer(other, "profile", "ada@example.org") == with_server
    assert all(check["status"] != "fail" for check in answer(other, "doctor", "--full"))
    assert "not empty" in other("restore", str(tmp_path / "backup"), code=1).stderr


def _stored(rapport: Rapport) -> int:
    """Rows in the warehouse, once it has caught up (it may lag by two seconds)."""
    query, end = "SELECT count(*) FROM events", time.monotonic() + 20
    while (rows := answer(rapport, "sql", query)["rows"]) != [[2]] and time.monotonic() < end:
        time.sleep(0.1)
    return int(rows[0][0])


def test_import_without_a_server(folder: Rapport, tmp_path: Path) -> None:
    file, mapping = tmp_path / "orders.csv", tmp_path / "orders.yaml"
    file.write_text(ORDERS)
    mapping.write_text(MAPPING)
    dry = answer(folder, "import", str(file), "--map", str(mapping), "--dry-run")
    assert (dry["rows"], dry["events"], dry["rejected"]) == (3, 2, 1)
    assert not folder.folder.exists(), "a dry run writes nothing"
    told = [answer(folder, "import", str(file), "--map", str(mapping)) for _ in range(2)]
    assert [(one["stored"], one["duplicate"]) for one in told] == [(2, 0), (0, 2)]
    rejected = (tmp_path / "orders.csv.rejected.jsonl").read_text().splitlines()
    assert [json.loads(line)["row"] for line in rejected] == [3]
    profile = answer(folder, "profile", "u-2", "--events", "5")
    assert [event["event"] for event in profile["timeline"]] == ["Order Completed"]
    balance = next(c for c in answer(folder, "doctor") if c["name"] == "balance")
    assert "accepted 4, stored 2, duplicate 2" in balance["detail"]


def test_import_waits_for_the_server_and_tells_what_became_of_the_events(
    folder: Rapport, tmp_path: Path
) -> None:
    file, mapping = tmp_path / "orders.csv", tmp_path / "orders.yaml"
    file.write_text(ORDERS)
    mapping.write_text(MAPPING)
    command = ("import", str(file), "--map", str(mapping))
    with served(folder.folder) as server:
        first = answer(folder, *command)
        assert (first["stored"], first["duplicate"], first["pending"]) == (2, 0, 0)
        rows = answer(folder, "sql", "SELECT count(*) FROM events")["rows"]
        assert rows == [[2]], "the warehouse has them when the command ends"
        file.write_text(ORDERS.replace("9.5", "8.5", 1))
        again = answer(folder, *command)
        assert (again["stored"], again["duplicate"], again["quarantined"]) == (0, 1, 1)
        assert again["quarantine_reasons"] == {"message_id_conflict": 1}
        file.write_text(ORDERS.replace("9.5", "7.5", 1))
        shown = folder(*command).output
        assert re.search(r"message_id_conflict +1\b", shown), shown
        server.process.send_signal(signal.SIGSTOP)  # it takes nothing from the log any more
        try:
            stuck = answer(folder, *command, "--wait", "0.3")
        finally:
            server.process.send_signal(signal.SIGCONT)
        assert (stuck["stored"], stuck["duplicate"], stuck["pending"]) == (0, 0, 2)
        server.stop()


def test_a_decision_without_a_server_takes_effect_and_can_be_taken_back(folder: Rapport) -> None:
    folder.folder.mkdir()
    sources = answer(folder, "sources", "list")
    assert {source["slug"] for source in sources} >= {"default", "api"}
    with served(folder.folder) as server:
        for user in ("u-1", "u-2"):
            folder("send", "Signed up", "--user", user)
        server.stop()
    decided = answer(folder, "identity", "merge", "u-1", "u-2", "--reason", "she told us")
    assert decided["status"] == "done"
    one, two = (answer(folder, "profile", user) for user in ("u-1", "u-2"))
    assert one["id"] == two["id"]
    folder("identity", "undo", decided["decision"], "--reason", "mistake")
    one, two = (answer(folder, "profile", user) for user in ("u-1", "u-2"))
    assert one["id"] != two["id"]
