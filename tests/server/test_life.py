"""Starting, dying and stopping. Each test has a server of its own."""

from __future__ import annotations

import os
import signal
import stat
import time
import uuid
from pathlib import Path

import httpx

from tests.conftest import RunningServer, launch, served


def _identify(server: RunningServer, user: str) -> int:
    with server.tracking() as send:
        return send.post("/v1/identify", json={"userId": user, "traits": {"n": 1}}).status_code


def _knows(server: RunningServer, user: str, timeout: float = 10) -> bool:
    end = time.monotonic() + timeout
    with server.api() as api:
        while time.monotonic() < end:
            if api.get(f"/api/v1/profiles/user_id:{user}").status_code == 200:
                return True
            time.sleep(0.02)
    return False


def _gone(pid: int, timeout: float = 10) -> bool:
    """A killed orphan may linger as a zombie until init collects it."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_a_killed_worker_is_replaced_and_nothing_is_lost(own_server: RunningServer) -> None:
    user, later = f"u-{uuid.uuid4()}", f"u-{uuid.uuid4()}"
    assert _identify(own_server, user) == 200
    worker = own_server.worker()
    os.kill(worker, signal.SIGKILL)
    assert _gone(worker)
    # The socket stays open meanwhile: the call waits instead of being refused.
    assert _identify(own_server, later) == 200
    assert own_server.worker() != worker
    assert _knows(own_server, user)
    assert _knows(own_server, later)
    with own_server.api() as api:
        own_server.settle()
        assert api.get("/api/v1/balance").json()["balanced"]


def test_the_worker_dies_with_a_killed_supervisor(own_server: RunningServer) -> None:
    user = f"u-{uuid.uuid4()}"
    assert _identify(own_server, user) == 200
    worker = own_server.worker()
    own_server.process.kill()
    own_server.process.wait()
    assert _gone(worker)
    with served(own_server.data) as again:
        assert _knows(again, user)


def test_stopping_in_order_keeps_everything(own_server: RunningServer) -> None:
    user = f"u-{uuid.uuid4()}"
    assert _identify(own_server, user) == 200
    assert own_server.stop() == 0
    said = own_server.log.read_text()
    assert "Traceback" not in said
    assert "leaked" not in said, "modules that are torn down have nothing to tell an operator"
    assert not (own_server.data / "server.json").exists()
    with served(own_server.data) as again:
        assert _knows(again, user)
        with again.api() as api:
            again.settle()
            totals = api.get("/api/v1/balance").json()["totals"]
        assert (totals["accepted"], totals["stored"]) == (1, 1)
        assert again.stop() == 0


def test_a_watcher_does_not_hold_up_stopping(own_server: RunningServer) -> None:
    with own_server.api() as api, api.stream("GET", "/api/v1/live") as stream:
        assert next(stream.iter_lines()) == ": watching"
        begun = time.monotonic()
        assert own_server.stop() == 0
        assert time.monotonic() - begun < 8


def test_only_one_server_on_a_folder(own_server: RunningServer) -> None:
    second = launch(own_server.data)
    try:
        assert second.process.wait(20) == 1
        assert "another Rapport is running" in second.log.read_text()
    finally:
        second.kill()
    for ask in (httpx.get, httpx.head):
        answer = ask(f"{own_server.base_url}/health")
        assert (answer.status_code, bool(answer.content)) == (200, ask is httpx.get)


def test_a_port_in_use_is_said_clearly(own_server: RunningServer, tmp_path: Path) -> None:
    second = launch(tmp_path / "other", port=own_server.port)
    try:
        assert second.process.wait(20) == 1
        assert "cannot listen on" in second.log.read_text()
    finally:
        second.kill()


def test_the_folder_belongs_to_its_owner_only(own_server: RunningServer) -> None:
    assert stat.S_IMODE(own_server.data.stat().st_mode) == 0o700
    assert stat.S_IMODE((own_server.data / "server.json").stat().st_mode) == 0o600


def test_logs_hold_no_personal_data_and_no_keys(own_server: RunningServer) -> None:
    person = f"secret-{uuid.uuid4()}@example.org"
    with own_server.tracking() as send, own_server.api() as api:
        send.post("/v1/identify", json={"userId": person, "traits": {"email": person}})
        send.post("/v1/track", content=b'{"userId": "' + person.encode())
        _knows(own_server, person)
        api.get(f"/api/v1/profiles/email:{person}")
        api.get("/api/v1/profiles", params={"q": person, "limit": -1})
        api.post("/api/v1/sql", json={"query": f"SELECT '{person}' FROM nowhere"})
        api.post("/api/v1/session", json={"email": person, "password": person})
    assert own_server.stop() == 0
    log = own_server.log.read_text()
    assert "secret-" not in log
    assert own_server.api_key not in log
    assert own_server.write_key not in log.split("write key", 1)[0]
