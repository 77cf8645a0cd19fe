"""The data folder: where each store lies, who may be in it, and who is running on it."""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path

import msgspec

from rapport.errors import Conflict, Unavailable


class Running(msgspec.Struct, frozen=True):
    """What DATA/server.json says about the server that runs on the folder. `token` stands for an
    administrator on this machine; the file is readable by its owner only."""

    pid: int
    host: str
    port: int
    token: str

    @property
    def url(self) -> str:
        return local_url(self.host, self.port)


class Folder:
    """Names every file. Makes none by itself except through `create`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.log = root / "log.db"
        self.state = root / "state.db"
        self.control = root / "control.db"
        self.warehouse = root / "warehouse.duckdb"
        self.archive = root / "archive"
        self.backups = root / "backups"
        self.running = root / "server.json"
        self.pulse = root / "pipeline.json"
        self.hold = root / "hold.json"
        self.survivorship = root / "survivorship.yaml"
        self.parts = root / "parts"  # of the history, on their way from the warehouse to state.db

    def create(self) -> None:
        """Make the folder, readable by its owner only. Raises `Unavailable` when that fails."""
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.root.chmod(0o700)
        except OSError as error:
            raise Unavailable(
                f"cannot use the data folder {self.root}: {error.strerror}",
                hint="choose another with --data, or change its owner",
            ) from error

    def stores(self) -> dict[str, Path]:
        return {
            "log": self.log,
            "state": self.state,
            "control": self.control,
            "warehouse": self.warehouse,
        }

    def write_running(self, host: str, port: int) -> Running:
        """Publish the address of this process, with a fresh token."""
        running = Running(os.getpid(), host, port, secrets.token_hex(20))
        write_private(self.running, msgspec.json.encode(running))
        return running

    def read_running(self) -> Running | None:
        """The server on this folder, or None when none runs."""
        try:
            running = msgspec.json.decode(self.running.read_bytes(), type=Running)
            os.kill(running.pid, 0)
        except (OSError, msgspec.MsgspecError):
            return None
        return running if is_locked(self.root / "up.lock") else None


def local_url(host: str, port: int) -> str:
    """An address under which this machine reaches a server that listens on `host`.

    >>> local_url("0.0.0.0", 8000), local_url("::1", 80)
    ('http://127.0.0.1:8000', 'http://[::1]:80')
    """
    near = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - no bind
    return f"http://[{near}]:{port}" if ":" in near and near[0] != "[" else f"http://{near}:{port}"


def write_private(path: Path, content: bytes) -> None:
    """Replace a file in one step; only its owner may read it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    draft.replace(path)


class Lock:
    """An exclusive lock on the folder that ends with its process, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def take(self) -> None:
        """Raises `Conflict` when another process holds it."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise Conflict(
                f"another Rapport is running on {self._path.parent}",
                hint="stop it first, or choose another folder with --data",
                code="already_running",
            ) from None

    def release(self) -> None:
        os.close(self._descriptor)


def is_locked(path: Path) -> bool:
    """Whether some process holds the lock on `path`."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
