"""The published Node client of Segment, unchanged."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path

import pytest

from .conftest import WRITE_KEY, TrackingServer

pytestmark = [pytest.mark.node, pytest.mark.xdist_group("sdk")]
SCRIPT = Path(__file__).parent / "node" / "everything.cjs"


def run(server: TrackingServer, node_env: dict[str, str], node_modules: Path) -> None:
    more = {"WRITE_KEY": WRITE_KEY, "HOST": server.url, "NODE_PATH": str(node_modules)}
    done = subprocess.run(
        ["node", str(SCRIPT)],
        env={**node_env, **more},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_everything(server: TrackingServer, node_env: dict[str, str], node_modules: Path) -> None:
    run(server, node_env, node_modules)
    found = server.wait_for_count(7)
    assert [event["type"] for event in found] == [
        *("identify", "track", "page", "screen", "group", "alias", "track")
    ]
    identify, track, page, _, group, alias, cut = found
    assert identify["traits"] == {"email": "neha@example.com"}
    assert track["properties"] == {"total": 499.5, "note": "👗"}
    assert page["name"] == "Home"
    assert (group["groupId"], alias["previousId"]) == ("acme", "anon-1")
    assert cut["properties"]["text"] == "\ufffd", "half an emoji must not cost the batch"
    assert all(event["messageId"].startswith("node-next-") for event in found)
    assert all("nodeVersion" in event["_metadata"] for event in found)


def test_it_comes_back_after_503(
    server: TrackingServer, node_env: dict[str, str], node_modules: Path
) -> None:
    server.break_()
    threading.Timer(1.5, server.mend).start()
    run(server, node_env, node_modules)
    assert len({event["messageId"] for event in server.wait_for_count(7)}) == 7
