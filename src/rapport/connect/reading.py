"""A file, and the files joined to it, as one query over the columns that a mapping asks for.

Everything is read by DuckDB in memory, in a connection of its own that may open these files and
nothing else; what does not fit into its memory is sorted on disk.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from rapport.connect.mapping import Csv, FileMapping, Join
from rapport.errors import Malformed, NotFound
from rapport.warehouse.naming import literal, pointer, quote

ROW, KEY = "#row", "#key"  # number of the row, 1 = first; text of its group
LINE = "#line"  # of JSON lines: the row as it is in the file
_ENDINGS = {
    "csv": "csv",
    "tsv": "csv",
    "txt": "csv",
    "json": "jsonl",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "parquet": "parquet",
}
_MOST_LINE_BYTES = 4 * 1024 * 1024
_MOST_REJECTED_LINES = 100_000
_SEPARATOR = "\x1f"


class Reading(msgspec.Struct, frozen=True):
    """`sql` gives ROW, KEY (for groups) and the mapping's columns; `types` are those columns'."""

    connection: duckdb.DuckDBPyConnection
    sql: str
    types: dict[str, str]


def open_files(
    file: Path, mapping: FileMapping, *, memory_mb: int, spill: Path, threads: int = 2
) -> Reading:
    """Open `file` and its joins. Raises `NotFound` for a file, `Malformed` for a column."""
    paths = [file, *(join.file for join in mapping.joins)]
    for path in paths:
        if not path.is_file():
            raise NotFound(f"there is no file {path}")
    connection = _connect(paths, memory_mb, spill, threads)
    set_zone(connection, mapping.timezone)
    format = _format(file, mapping.format)
    main = _columns(connection, file, format, mapping.csv)
    lookups = [_lookup(connection, join, i, mapping.csv) for i, join in enumerate(mapping.joins)]
    return _query(connection, file, format, mapping, main, lookups)


def rejected_lines(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Lines of a CSV file that could not be taken apart at all."""
    there = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE table_name = 'reject_errors'"
    ).fetchall()
    if not there:
        return []
    rows = connection.execute(
        "SELECT line, any_value(csv_line), any_value(error_message) FROM reject_errors"
        " GROUP BY line ORDER BY line LIMIT ?",
        [_MOST_REJECTED_LINES],
    ).fetchall()
    return [
        {"line": int(line), "reason": f"not a row: {_first_line(why)}", "text": text}
        for line, text, why in rows
    ]


def _connect(
    paths: list[Path], memory_mb: int, spill: Path, threads: int
) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{memory_mb}MB",
            "threads": str(threads),
            "temp_directory": str(spill),
            "autoload_known_extensions": "false",
            "autoinstall_known_extensions": "false",
            "python_enable_replacements": "false",
        },
    )
    allowed = ", ".join(literal(str(path)) for path in paths)
    connection.execute(f"SET allowed_paths = [{allowed}]")
    connection.execute("SET enable_external_access = false")
    return connection


def set_zone(connection: duckdb.DuckDBPyConnection, zone: str) -> None:
    """Times without an offset are of this zone. Raises `Malformed` for a zone nobody knows."""
    try:
        connection.execute(f"SET TimeZone = {literal(zone)}")
    except duckdb.Error as error:
        raise Malformed(
            f"mapping: timezone {zone!r} is not known",
            hint="write it like Asia/Kolkata",
            details={"key": "timezone"},
        ) from error


def _format(file: Path, given: str) -> str:
    if given:
        return given
    endings = [ending.lstrip(".").lower() for ending in file.suffixes]
    ending = endings[-2] if endings[-1:] in (["gz"], ["zst"]) and len(endings) > 1 else ""
    known = _ENDINGS.get(ending or (endings[-1] if endings else ""))
    if known is None:
        raise Malformed(
            f"cannot tell what {file.name} is",
            hint="add `format: csv`, jsonl or parquet to the mapping",
            details={"key": "format"},
        )
    return known


def _scan(file: Path, format: str, csv: Csv, *, rejects: bool = False) -> str:
    name = literal(str(file))
    if format == "parquet":
        return f"read_parquet({name})"
    if format == "jsonl":  # each line as it is, so that a bad one costs only itself
        return (
            f"read_csv({name}, columns = {{'line': 'VARCHAR'}}, header = false,"
            " auto_detect = false, delim = chr(1), quote = '', escape = '', nullstr = '',"
            f" max_line_size = {_MOST_LINE_BYTES})"
        )
    nulls = ", ".join(map(literal, csv.nulls)) or "''"
    kept = f", store_rejects = true, rejects_limit = {_MOST_REJECTED_LINES}" if rejects else ""
    return (
        f"read_csv({name}, all_varchar = true, header = true, delim = {literal(csv.delimiter)},"
        f" quote = {literal(csv.quote)}, encoding = {literal(csv.encoding)}, nullstr = [{nulls}],"
        f" max_line_size = {_MOST_LINE_BYTES}, ignore_errors = true{kept})"
    )


def _columns(
    connection: duckdb.DuckDBPyConnection, file: Path, format: str, csv: Csv
) -> dict[str, str]:
    """Column → type; empty for JSON lines, whose columns are whatever is asked for."""
    try:
        rows = connection.execute(f"DESCRIBE SELECT * FROM {_scan(file, format, csv)}").fetchall()
    except duckdb.Error as error:
        raise Malformed(
            f"cannot read {file.name} as {format}: {_first_line(str(error))}",
            hint="check `format` and `csv` in the mapping",
        ) from error
    return {} if format == "jsonl" else {str(row[0]): str(row[1]) for row in rows}


def _lookup(
    connection: duckdb.DuckDBPyConnection, join: Join, number: int, csv: Csv
) -> dict[str, str]:
    """Load a joined file, the first row of each key; returns its columns with their types."""
    format = _format(join.file, "")
    types = _columns(connection, join.file, format, csv)
    if format == "jsonl":
        raise Malformed(f"mapping: join[{number}].file has to be CSV or Parquet")
    for theirs in join.on.values():
        if theirs not in types:
            _unknown(f"join[{number}].on", theirs, list(types))
    keys = ", ".join(f"CAST({quote(theirs)} AS VARCHAR)" for theirs in join.on.values())
    named = ", ".join(f"{quote(c)} AS {quote(join.prefix + c)}" for c in types)
    marked = ", ".join(
        f"CAST({quote(c)} AS VARCHAR) AS {quote(f'#on{i}')}" for i, c in enumerate(join.on.values())
    )
    connection.execute(
        f"CREATE TABLE {quote(f'lookup{number}')} AS SELECT DISTINCT ON ({keys}) {marked}, {named}"
        f" FROM {_scan(join.file, format, csv)}"
    )
    return {join.prefix + name: kind for name, kind in types.items()}


def _query(
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    format: str,
    mapping: FileMapping,
    main: dict[str, str],
    lookups: list[dict[str, str]],
) -> Reading:
    wanted = mapping.columns()
    for number, join in enumerate(mapping.joins):
        for mine in join.on:
            wanted.setdefault(mine, f"join[{number}].on")
    types: dict[str, str] = {}
    select = [f"m.{quote(ROW)}"]
    for name, key in wanted.items():
        at = next((i for i, found in enumerate(lookups) if name in found), None)
        if name in main or (at is None and format == "jsonl"):
            types[name] = main.get(name, "JSON")
            select.append(f"{_mine(name, format)} AS {quote(name)}")
        elif at is not None:
            types[name] = lookups[at][name]
            select.append(f"l{at}.{quote(name)} AS {quote(name)}")
        else:
            _unknown(key, name, [*main, *(c for found in lookups for c in found)])
    if mapping.group_by:
        select.append(f"{_key(mapping, format)} AS {quote(KEY)}")
    if format == "jsonl":
        select.append(f"m.line AS {quote(LINE)}")
    joined = "".join(_join(join, i, format) for i, join in enumerate(mapping.joins))
    raw = "line, TRY_CAST(line AS JSON) AS raw" if format == "jsonl" else "*"
    sql = (
        f"SELECT {', '.join(select)} FROM (SELECT row_number() OVER () AS {quote(ROW)}, {raw}"
        f" FROM {_scan(file, format, mapping.csv, rejects=True)}) m{joined}"
    )
    order = f" ORDER BY {quote(KEY)}, {quote(ROW)}" if mapping.group_by else ""
    return Reading(connection, sql + order, types)


def _mine(name: str, format: str) -> str:
    return f"json_extract(m.raw, {literal(pointer(name))})" if format == "jsonl" else _own(name)


def _own(name: str) -> str:
    return f"m.{quote(name)}"


def _text(name: str, format: str) -> str:
    if format == "jsonl":
        return f"json_extract_string(m.raw, {literal(pointer(name))})"
    return f"CAST({_own(name)} AS VARCHAR)"


def _key(mapping: FileMapping, format: str) -> str:
    """Rows without a key stand alone, to be rejected one by one."""
    parts = [_text(name, format) for name in mapping.group_by]
    missing = " OR ".join(f"{part} IS NULL" for part in parts)
    alone = f"chr(2) || CAST(m.{quote(ROW)} AS VARCHAR)"
    together = f"concat_ws({literal(_SEPARATOR)}, {', '.join(parts)})"
    return f"CASE WHEN {missing} THEN {alone} ELSE {together} END"


def _join(join: Join, number: int, format: str) -> str:
    same = " AND ".join(
        f"l{number}.{quote(f'#on{i}')} = {_text(mine, format)}" for i, mine in enumerate(join.on)
    )
    return f" LEFT JOIN {quote(f'lookup{number}')} l{number} ON {same}"


def _unknown(key: str, name: str, known: list[str]) -> None:
    near = difflib.get_close_matches(name, known, n=1)
    raise Malformed(
        f"mapping: {key} asks for a column {name!r} that the file does not have",
        hint=f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known[:30])}",
        details={"key": key, "columns": known},
    )


def _first_line(text: str) -> str:
    return str(text).strip().split("\n", 1)[0]
