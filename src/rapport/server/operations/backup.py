"""Copies of all stores that belong together, taken while everything runs; and putting one back.

The order makes any copy consistent, whatever happens between its parts:

1. control: what it says was loaded, the warehouse (copied later) surely has;
2. warehouse, with loading paused: what it lacks is still in the outbox;
3. state, loading still paused: so the pipeline has not trimmed what the warehouse copy lacks;
4. log, with truncation held: it has every record behind the offset in the state copy.

After a restore the pipeline goes on from the offset in the state, the loader from the number in
the warehouse.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from rapport import __version__
from rapport.clock import to_iso
from rapport.database import connect
from rapport.errors import BadRequest, Conflict, NotFound, Unavailable
from rapport.server.background.loading import Loading
from rapport.server.folder import Folder
from rapport.server.operations.hold import holding
from rapport.server.rooms import Rooms

MANIFEST = "manifest.json"
FORMAT = 1
Progress = Callable[[str, int, int], None]  # file, step, of how many


class File(msgspec.Struct, frozen=True):
    name: str  # relative, with slashes
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    format: int
    rapport: str
    created_at: str
    files: list[File]


class Backup(msgspec.Struct, frozen=True):
    path: str
    seconds: float
    manifest: Manifest


def backup(
    rooms: Rooms, loading: Loading, target: Path, progress: Progress | None = None
) -> Backup:
    """Copy everything into the new folder `target`. Blocks for as long as the disk needs.

    The folder appears under its name only when it is complete. Raises `Conflict` when it is there
    already, `Unavailable` when it cannot be written.
    """
    if target.exists():
        raise Conflict(f"{target} is there already", hint="name a folder that does not exist")
    begun, draft = time.monotonic(), target.with_name(f"{target.name}.partial")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True, mode=0o700)
        with holding(rooms.folder.hold):
            _copy_stores(rooms, loading, Folder(draft), progress or (lambda *_: None))
        manifest = _seal(draft, to_iso(rooms.clock.now()))
        draft.rename(target)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise Unavailable(f"the backup could not be written: {error.strerror}") from error
    return Backup(str(target), round(time.monotonic() - begun, 2), manifest)


def _copy_stores(rooms: Rooms, loading: Loading, into: Folder, progress: Progress) -> None:
    progress("control", 1, 5)
    _copy_sqlite(rooms.folder.control, into.control)
    with loading.paused():
        progress("warehouse", 2, 5)
        _copy_warehouse(rooms, into.warehouse)
        progress("state", 3, 5)
        _copy_sqlite(rooms.folder.state, into.state)
    progress("log", 4, 5)
    _copy_sqlite(rooms.folder.log, into.log)
    if rooms.folder.survivorship.exists():
        shutil.copyfile(rooms.folder.survivorship, into.survivorship)
    progress("archive", 5, 5)
    if rooms.folder.archive.is_dir():
        shutil.copytree(rooms.folder.archive, into.archive)


def _copy_sqlite(source: Path, target: Path) -> None:
    """In one step: a backup in portions starts over whenever somebody writes."""
    reading, writing = connect(source, readonly=True), connect(target)
    try:
        with writing.backup("main", reading, "main") as copy:
            copy.step(-1)
    finally:
        writing.close()
        reading.close()


def _copy_warehouse(rooms: Rooms, target: Path) -> None:
    """The file of an embedded warehouse; one that is shared has backups of its own."""
    if rooms.warehouse.capabilities.shared:
        return
    rooms.warehouse.read("CHECKPOINT")
    for suffix in ("", ".wal"):
        source = Path(f"{rooms.folder.warehouse}{suffix}")
        if source.exists():
            shutil.copyfile(source, f"{target}{suffix}")


def _seal(folder: Path, created_at: str) -> Manifest:
    files = [_describe(folder, path) for path in _files(folder)]
    manifest = Manifest(FORMAT, __version__, created_at, files)
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    return manifest


def _files(folder: Path) -> Iterator[Path]:
    return (p for p in sorted(folder.rglob("*")) if p.is_file() and p.name != MANIFEST)


def _describe(folder: Path, path: Path) -> File:
    """Flushes the file to the disk on the way."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return File(path.relative_to(folder).as_posix(), path.stat().st_size, digest)


def verify(archive: Path) -> Manifest:
    """Check every file of a backup. Raises `NotFound` or `BadRequest` saying what is wrong."""
    try:
        content = (archive / MANIFEST).read_bytes()
        manifest = msgspec.json.decode(content, type=Manifest)
    except (OSError, msgspec.MsgspecError):
        raise NotFound(
            f"{archive} is not a complete backup", hint="name the folder that rapport backup made"
        ) from None
    if manifest.format > FORMAT:
        raise BadRequest(
            f"this backup was made by a later Rapport ({manifest.rapport})",
            hint="update Rapport first",
        )
    found = {file.name: file for file in (_describe(archive, path) for path in _files(archive))}
    for file in manifest.files:
        if found.get(file.name) != file:
            raise BadRequest(
                f"{file.name} is missing or not as it was when the backup was made",
                hint="use another backup",
                code="backup_damaged",
            )
    return manifest


def restore(archive: Path, target: Path, progress: Progress | None = None) -> Manifest:
    """Put a backup into the empty or missing folder `target`. Checks everything beforehand.

    Raises `Conflict` when the folder has something in it.
    """
    manifest = verify(archive)
    if target.exists() and any(target.iterdir()):
        raise Conflict(
            f"{target} is not empty", hint="move it away first; nothing is ever overwritten"
        )
    Folder(target).create()
    for number, file in enumerate(manifest.files, start=1):
        if progress is not None:
            progress(file.name, number, len(manifest.files))
        copy = target / file.name
        copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(archive / file.name, copy)
        with copy.open("rb") as written:
            os.fsync(written.fileno())
    return manifest
