"""A backup taken under load is one moment: restored, the books balance and nothing is twice."""

from __future__ import annotations

import threading
import time
import uuid
from pathlib import Path

import pytest

from rapport.errors import BadRequest, Conflict, NotFound
from rapport.server.operations.backup import restore, verify
from tests.conftest import RunningServer, launch


def _event(n: int) -> dict[str, str]:
    return {"type": "track", "event": "E", "userId": f"u{n}", "messageId": str(uuid.uuid4())}


class _Load:
    """Sends batches until told to stop; counts what was answered 200."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.accepted = 0

    def __enter__(self) -> _Load:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        with self._server.tracking() as send:
            while not self._stop.is_set():
                batch = [
                    {
                        "type": "track",
                        "event": "E",
                        "userId": f"u{n}",
                        "messageId": str(uuid.uuid4()),
                    }
                    for n in range(20)
                ]
                if send.post("/v1/batch", json={"batch": batch}).status_code == 200:
                    self.accepted += len(batch)
                time.sleep(0.01)


def test_backup_under_load_and_restore(tmp_path: Path) -> None:
    server = launch(tmp_path / "data")
    again: RunningServer | None = None
    try:
        server.wait_ready()
        with server.api() as api, _Load(server) as load:
            while load.accepted < 500:
                time.sleep(0.02)
            before = load.accepted
            made = api.post("/api/v1/backups", json={}).json()
            after = load.accepted + 40
        assert {f["name"] for f in made["manifest"]["files"]} >= {
            "log.db",
            "state.db",
            "control.db",
            "warehouse.duckdb",
        }
        server.settle()
        with server.api() as api:
            assert api.get("/api/v1/balance").json()["balanced"]
        assert server.stop() == 0
        restore(Path(made["path"]), tmp_path / "restored")
        again = launch(tmp_path / "restored")
        again.wait_ready()
        again.settle()
        with again.api() as api:
            checks = api.get("/api/v1/doctor", params={"full": "true"}).json()["checks"]
            totals = api.get("/api/v1/balance").json()["totals"]
        failed = [check for check in checks if check["status"] == "fail"]
        assert not failed
        assert {"balance", "ledger", "uniqueness", "disk"} <= {check["name"] for check in checks}
        assert before <= totals["accepted"] <= after
        assert totals["stored"] == totals["accepted"]
        assert again.stop() == 0
    finally:
        server.kill()
        if again is not None:
            again.kill()


def _backup(folder: Path, running_server: RunningServer) -> Path:
    with running_server.api() as api:
        return Path(api.post("/api/v1/backups", json={}).json()["path"])


def test_restore_overwrites_nothing_and_checks_first(
    running_server: RunningServer, tmp_path: Path
) -> None:
    made = _backup(tmp_path, running_server)
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine").write_text("x")
    with pytest.raises(Conflict):
        restore(made, full)
    with pytest.raises(NotFound):
        restore(tmp_path / "nothing", tmp_path / "target")
    with (made / "state.db").open("r+b") as file:
        file.seek(5000)
        file.write(b"damage")
    with pytest.raises(BadRequest) as damaged:
        restore(made, tmp_path / "target")
    assert damaged.value.error_code == "backup_damaged"
    assert not (tmp_path / "target").exists()
    (made / "log.db").unlink()
    with pytest.raises(BadRequest):
        verify(made)
