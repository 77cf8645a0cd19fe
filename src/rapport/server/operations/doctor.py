"""Is everything well? A list of checks, each with what to do about it."""

from __future__ import annotations

import platform
import shutil
import stat
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import apsw
import msgspec

from rapport import __version__
from rapport.database import SAFE_SQLITE, connect
from rapport.errors import RapportError
from rapport.server.background.pulse import read_pulse
from rapport.server.folder import Folder

OK, WARN, FAIL = "ok", "warn", "fail"
SCARCE_BYTES, TIGHT_BYTES = 500 * 2**20, 2 * 2**30
# A clock before this was never set: the year in which this was written began.
EARLIEST = 1_767_225_600


class Check(msgspec.Struct):
    name: str
    status: str  # ok, warn or fail
    detail: str
    hint: str = ""


def examine_folder(folder: Folder, *, full: bool = False) -> list[Check]:
    """What can be seen from outside, whether or not a server runs. Never raises."""
    return [
        _versions(),
        _sqlite(),
        _clock(),
        _permissions(folder.root),
        _disk(folder.root),
        *(_store(path, full=full) for path in folder.stores().values() if path.suffix == ".db"),
        _pipeline(folder),
    ]


def guarded(name: str, look: Callable[[], Check]) -> Check:
    """A check that fails instead of raising."""
    try:
        return look()
    except RapportError as error:
        return Check(name, FAIL, error.message, error.hint)
    except Exception as error:  # noqa: BLE001 - a doctor reports whatever he meets
        return Check(name, FAIL, type(error).__name__, "see the server's log")


def _versions() -> Check:
    parts = {"python": platform.python_version(), "rapport": __version__}
    parts |= {name: version(name) for name in ("duckdb", "granian", "pyarrow")}
    return Check("versions", OK, ", ".join(f"{k} {v}" for k, v in parts.items()))


def _sqlite() -> Check:
    text = f"SQLite {apsw.sqlite_lib_version()}"
    if apsw.SQLITE_VERSION_NUMBER < SAFE_SQLITE:
        return Check("sqlite", FAIL, f"{text} can corrupt its log", "pip install -U apsw")
    return Check("sqlite", OK, text)


def _clock() -> Check:
    now = time.time()
    shown = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now))
    if now < EARLIEST:
        return Check("clock", FAIL, f"{shown} lies in the past", "set the clock, e.g. with NTP")
    return Check("clock", OK, shown)


def _permissions(root: Path) -> Check:
    if not root.is_dir():
        return Check("folder", FAIL, f"{root} is not there", "rapport up makes it")
    mode = stat.S_IMODE(root.stat().st_mode)
    if mode & 0o077:
        hint = f"chmod 700 {root}"
        return Check("folder", WARN, f"others may read it (mode {mode:o})", hint)
    return Check("folder", OK, f"{root}, mode {mode:o}")


def _disk(root: Path) -> Check:
    free = shutil.disk_usage(root if root.is_dir() else root.parent).free
    text = f"{free / 2**30:.1f} GiB free"
    if free < SCARCE_BYTES:
        return Check("disk", FAIL, text, "make room: without it, events are refused with 503")
    if free < TIGHT_BYTES:
        return Check("disk", WARN, text, "make room soon")
    return Check("disk", OK, text)


def _store(path: Path, *, full: bool) -> Check:
    """`full` reads every page; otherwise only the structure of the file is looked at."""
    label = f"store {path.name}"
    if not path.exists():
        return Check(label, WARN, "not made yet", "rapport up makes it")

    def look() -> Check:
        connection = connect(path, readonly=True, cache_mb=2)
        try:
            pragma = "quick_check(5)" if full else "schema_version"
            row = connection.execute(f"PRAGMA {pragma}").fetchone()
        finally:
            connection.close()
        if full and (row is None or row[0] != "ok"):
            return Check(label, FAIL, str(row and row[0]), "rapport restore an earlier backup")
        size = path.stat().st_size / 2**20
        return Check(label, OK, f"{size:.1f} MiB{', every page read' if full else ''}")

    return guarded(label, look)


def _pipeline(folder: Folder) -> Check:
    pulse = read_pulse(folder.pulse)
    if pulse.failures:
        return Check(
            "pipeline",
            WARN,
            f"failed and started again {pulse.failures} times",
            "its log says why",
        )
    return Check("pipeline", OK, f"{pulse.events} events since its start")
