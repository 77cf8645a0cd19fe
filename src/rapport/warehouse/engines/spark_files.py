"""Tables of Parquet files, and one small file that says which of them count.

A change writes new files first and then the manifest anew, in one rename: so it is seen whole or
not at all, over all tables. Files that no manifest names are swept when the folder is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from uuid import uuid4

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow.dataset import dataset

from rapport.errors import Unavailable
from rapport.warehouse.writing import whole_file


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a folder holds. `next` counts changes, so that later rows are known from earlier."""

    seq: int = 0
    mark: str = ""
    version: str = ""
    next: int = 1
    files: dict[str, list[str]] = {}


class Folder:
    """One writer. Readers follow the manifest that they read last."""

    def __init__(self, path: Path, tables: Mapping[str, pa.Schema]) -> None:
        self._path = path
        self._tables = tables
        self._manifest_path = path / "manifest.json"
        path.mkdir(parents=True, exist_ok=True)
        self.manifest = self._read()
        for name, schema in tables.items():
            (path / name).mkdir(exist_ok=True)
            if not self.manifest.files.get(name):
                self._write(name, schema.empty_table(), "empty")
        self.sweep()

    def paths(self, table: str) -> list[str]:
        """Files of a table; never none, since one without rows says what the columns are."""
        names = self.manifest.files.get(table) or ["empty.parquet"]
        return [str(self._path / table / name) for name in names]

    def rows(self, table: str, *, where: pc.Expression | None = None) -> pa.Table:
        """Rows of a table, without Spark."""
        try:
            held = dataset(self.paths(table), schema=self._tables[table], format="parquet")
            return held.to_table(filter=where)
        except (OSError, pa.ArrowException) as error:
            raise Unavailable("the warehouse could not be read") from error

    def change(
        self,
        added: Mapping[str, pa.Table],
        *,
        replaced: Iterable[str] = (),
        seq: int | None = None,
        mark: str | None = None,
        version: str | None = None,
    ) -> None:
        """Add rows, or put them in the place of all rows of `replaced`. Raises `Unavailable`."""
        held = self.manifest
        files = {name: list(names) for name, names in held.files.items()}
        files.update({name: [] for name in replaced})
        try:
            for name, rows in added.items():
                written = self._write(name, rows, f"{held.next:012d}-{uuid4().hex[:8]}")
                files.setdefault(name, []).append(written)
            self._keep(
                Manifest(
                    seq=held.seq if seq is None else seq,
                    mark=held.mark if mark is None else mark,
                    version=held.version if version is None else version,
                    next=held.next + 1,
                    files=files,
                )
            )
        except (OSError, pa.ArrowException) as error:
            raise Unavailable("the warehouse could not be written") from error

    def size(self) -> int:
        return sum(file.stat().st_size for file in self._path.rglob("*.parquet"))

    def sweep(self) -> None:
        """Delete files that the manifest does not name."""
        for table in self._tables:
            named = {*self.manifest.files.get(table, []), "empty.parquet"}
            for file in (self._path / table).glob("*.parquet"):
                if file.name not in named:
                    file.unlink(missing_ok=True)

    def _read(self) -> Manifest:
        try:
            return msgspec.json.decode(self._manifest_path.read_bytes(), type=Manifest)
        except FileNotFoundError:
            return Manifest()
        except (OSError, msgspec.DecodeError) as error:
            raise Unavailable("the manifest of the warehouse cannot be read") from error

    def _keep(self, manifest: Manifest) -> None:
        with whole_file(self._manifest_path) as path:
            path.write_bytes(msgspec.json.encode(manifest))
        self.manifest = manifest

    def _write(self, table: str, rows: pa.Table, name: str) -> str:
        path = self._path / table / f"{name}.parquet"
        with whole_file(path) as unfinished:
            pq.write_table(rows.cast(self._tables[table]), unfinished, compression="zstd")
        return path.name


def latest(rows: pa.Table, key: str) -> pa.Table:
    """Of each key the row of the highest `version`, in order of keys."""
    held = rows.sort_by([(key, "ascending"), ("version", "ascending")])
    keys = held[key].to_numpy()
    last = np.append(keys[1:] != keys[:-1], True)[: len(keys)]
    return held.filter(pa.array(last))
