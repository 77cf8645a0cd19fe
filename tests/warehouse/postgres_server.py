"""A PostgreSQL server of our own for tests, from Debian's packages, in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOW = "needs PostgreSQL's server programs: apt-get install postgresql"
_SETTINGS = (
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB"),
    *("max_connections=20", "listen_addresses=127.0.0.1", "timezone=Asia/Kolkata"),
)


def programs() -> Path | None:
    """The folder of initdb and postgres, the newest of Debian's versions."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_version)
    if found:
        return found[-1].parent
    there = shutil.which("initdb")
    return Path(there).parent if there else None


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """The address of a running server. PostgreSQL refuses root, so root lends it to another."""
    bins = programs()
    assert bins is not None, HOW
    user = _user()
    data, port = folder / "pg", _free_port()
    data.mkdir(parents=True)
    if user is not None:
        os.chown(data, user.pw_uid, user.pw_gid)
        for parent in data.parents:
            if parent.stat().st_uid == 0 and parent != Path("/"):
                parent.chmod(parent.stat().st_mode | 0o011)
    as_user = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid}
    env = {"PATH": str(bins), "LC_ALL": "C.UTF-8", "HOME": str(data)}
    subprocess.run(
        [bins / "initdb", "-D", data, "-U", "rapport", "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True,
        cwd="/",
        env=env,
        stdout=subprocess.DEVNULL,
        **as_user,
    )
    flags = [part for setting in _SETTINGS for part in ("-c", setting)]
    process = subprocess.Popen(
        [bins / "postgres", "-D", data, "-p", str(port), "-k", "", *flags],
        cwd="/",
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **as_user,
    )
    try:
        _wait(bins, port)
        yield f"postgresql://rapport@127.0.0.1:{port}/postgres"
    finally:
        process.terminate()
        process.wait(20)


def _version(path: Path) -> float:
    return float(path.parent.parent.name)


def _user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(bins: Path, port: int) -> None:
    """Until it takes connections: it listens for a moment before it does."""
    for _ in range(200):
        asked = [bins / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
        if subprocess.run(asked, check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise TimeoutError("PostgreSQL did not start")
