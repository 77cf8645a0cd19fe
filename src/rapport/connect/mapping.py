"""mapping.yaml: how the rows of a file become events. See docs/import.md.

A value is one of
    column                      the value of that column
    {column: c, as: integer}    converted; integer, number, boolean, string, time or json
    {const: 3}                  always this
    {template: "shop-{store}"}  text around columns; nothing when one of them is empty
    {sum: c} {min: c} {max: c} {first: c} {count: "*"}      over the rows of a group
    {list: {name: value, ...}}  one object per row of a group
    {name: value, ...}          an object; {object: {...}} when a name is one of the words above
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from rapport import yaml12
from rapport.errors import Malformed
from rapport.events.model import TYPES

AGGREGATES = ("sum", "min", "max", "first", "count")
CONVERSIONS = ("integer", "number", "boolean", "string", "time", "json")
EPOCHS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
PLACE = re.compile(r"\{([^{}]+)\}")


class Column(msgspec.Struct, frozen=True):
    name: str
    convert: str = ""


class Const(msgspec.Struct, frozen=True):
    value: Any


class Template(msgspec.Struct, frozen=True):
    text: str

    def parts(self) -> list[str]:
        """Text and column names in turn, text first."""
        return PLACE.split(self.text)


class Aggregate(msgspec.Struct, frozen=True):
    function: str
    column: str


class Rows(msgspec.Struct, frozen=True):
    """One object per row of the group."""

    of: Object


class Object(msgspec.Struct, frozen=True):
    members: dict[str, Value]


Value = Column | Const | Template | Aggregate | Rows | Object


class Time(msgspec.Struct, frozen=True):
    """`format` is ISO 8601 when empty, else one of `EPOCHS` or a strptime pattern."""

    column: str
    format: str = ""


class Join(msgspec.Struct, frozen=True):
    """A second file whose columns are added to every row; `on`: column of the row → of the file."""

    file: Path
    on: dict[str, str]
    prefix: str = ""


class Csv(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    nulls: tuple[str, ...] = ("",)  # cells that mean "nothing"


class FileMapping(msgspec.Struct, frozen=True, kw_only=True):
    source: str  # slug
    kind: str  # events or customers
    type: str
    event: Value | None
    ids: dict[str, Value]  # userId, anonymousId, groupId, previousId
    fields: dict[str, Object]  # properties, traits, context
    timestamp: Time | None
    timezone: str
    message_id: tuple[str, ...]
    group_by: tuple[str, ...]
    joins: tuple[Join, ...]
    csv: Csv
    format: str  # csv, jsonl, parquet; "" goes by the name of the file

    def values(self) -> Iterator[tuple[str, Value]]:
        """Every value with the key under which it stands."""
        if self.event is not None:
            yield "event", self.event
        yield from self.ids.items()
        yield from self.fields.items()

    def columns(self) -> dict[str, str]:
        """Every column that is asked for, and the key that first does so."""
        found: dict[str, str] = {}
        for path, value in self.values():
            for where, name in _columns_of(value, path):
                found.setdefault(name, where)
        for name in self.message_id:
            found.setdefault(name, "message_id")
        for name in self.group_by:
            found.setdefault(name, "group_by")
        if self.timestamp is not None:
            found.setdefault(self.timestamp.column, "timestamp.column")
        return found


_IDS = {
    "user_id": "userId",
    "anonymous_id": "anonymousId",
    "group_id": "groupId",
    "previous_id": "previousId",
}
_HELD = ("properties", "traits", "context")
_KEYS = {
    *("source", "kind", "type", "event", "timestamp", "timezone", "message_id", "group_by"),
    *("join", "csv", "format"),
    *_IDS,
    *_HELD,
}


def load(path: Path) -> FileMapping:
    """Read and check a mapping. Raises `Malformed` that names the key and what is wrong with it."""
    try:
        raw = yaml12.loaded(path.read_text("utf-8"))
    except OSError as error:
        raise Malformed(f"cannot read {path.name}: {error.strerror}") from error
    except (Malformed, UnicodeDecodeError) as error:
        raise Malformed(f"{path.name}: {error}", hint="see docs/import.md") from error
    return parse(raw, path.parent)


def parse(raw: Any, folder: Path) -> FileMapping:
    """Check a mapping that was read already; files of joins are relative to `folder`."""
    if not isinstance(raw, Mapping):
        _wrong("", "has to be a mapping of keys to values")
    for key in raw:
        if key not in _KEYS:
            _wrong(str(key), f"is not a key of a mapping; there are {', '.join(sorted(_KEYS))}")
    kind = _one_of(raw, "kind", ("events", "customers"), "events")
    group_by = _names(raw, "group_by")
    type = _one_of(raw, "type", TYPES, "identify" if kind == "customers" else "track")
    mapping = FileMapping(
        source=_text(raw, "source"),
        kind=kind,
        type=type,
        event=_event(raw, type, bool(group_by)),
        ids={sent: _value(raw[k], k, bool(group_by)) for k, sent in _IDS.items() if k in raw},
        fields={key: _object(raw[key], key, bool(group_by)) for key in _HELD if key in raw},
        timestamp=_time(raw.get("timestamp")),
        timezone=str(raw.get("timezone", "UTC")),
        message_id=_names(raw, "message_id"),
        group_by=group_by,
        joins=tuple(_join(one, f"join[{i}]", folder) for i, one in enumerate(_list(raw, "join"))),
        csv=_csv(raw.get("csv", {})),
        format=_one_of(raw, "format", ("csv", "jsonl", "parquet", ""), ""),
    )
    if not {"userId", "anonymousId"} & set(mapping.ids):
        _wrong("user_id", "is missing: say which column tells who it was, or anonymous_id")
    return mapping


def _event(raw: Mapping[str, Any], type: str, grouped: bool) -> Value | None:
    if "event" not in raw:
        if type == "track":
            _wrong("event", "is missing: a track event needs a name")
        return None
    event = raw["event"]
    return Const(event) if isinstance(event, str) else _value(event, "event", grouped)


def _value(raw: Any, path: str, grouped: bool) -> Value:
    if isinstance(raw, str):
        return Column(raw)
    if not isinstance(raw, Mapping):
        _wrong(path, f"is {raw!r}; write a column, or {{const: {raw!r}}} for a fixed value")
    word = next(iter(raw), "")
    if word == "column":
        return _column(raw, path)
    if len(raw) == 1 and word in ("const", "template", "list", "object", *AGGREGATES):
        return _special(str(word), raw[word], path, grouped)
    return _object(raw, path, grouped)


def _special(word: str, inner: Any, path: str, grouped: bool) -> Value:
    if word == "const":
        return Const(inner)
    if word == "object":
        return _object(inner, f"{path}.object", grouped)
    if word == "template":
        if not isinstance(inner, str) or not PLACE.search(inner):
            _wrong(f"{path}.template", 'has to be text with a {column} in it, like "shop-{store}"')
        return Template(inner)
    if not grouped:
        _wrong(f"{path}.{word}", "needs group_by: there is only one row")
    if word == "list":
        return Rows(_object(inner, f"{path}.list", False))
    if not isinstance(inner, str):
        _wrong(f"{path}.{word}", "has to be the name of a column")
    return Aggregate(word, inner)


def _column(raw: Mapping[str, Any], path: str) -> Column:
    if extra := set(raw) - {"column", "as"}:
        _wrong(f"{path}.{min(map(str, extra))}", "is not known beside `column`; there is `as`")
    if not isinstance(raw["column"], str):
        _wrong(f"{path}.column", "has to be the name of a column")
    return Column(raw["column"], _one_of(raw, "as", ("", *CONVERSIONS), "", path))


def _object(raw: Any, path: str, grouped: bool) -> Object:
    if not isinstance(raw, Mapping) or not raw:
        _wrong(path, "has to have names with values")
    return Object({str(k): _value(v, f"{path}.{k}", grouped) for k, v in raw.items()})


def _time(raw: Any) -> Time | None:
    if raw is None:
        return None
    if isinstance(raw, str):
        return Time(raw)
    if not isinstance(raw, Mapping) or not isinstance(raw.get("column"), str):
        _wrong("timestamp", "has to be a column, or {column: c, format: f}")
    if extra := set(raw) - {"column", "format"}:
        _wrong(f"timestamp.{min(map(str, extra))}", "is not known; there are column and format")
    return Time(raw["column"], str(raw.get("format", "")))


def _join(raw: Any, path: str, folder: Path) -> Join:
    if not isinstance(raw, Mapping):
        _wrong(path, "has to be {file: f, on: {column: column of f}}")
    if extra := set(raw) - {"file", "on", "prefix"}:
        _wrong(f"{path}.{min(map(str, extra))}", "is not known; there are file, on and prefix")
    on = raw.get("on")
    if isinstance(on, str):
        on = {on: on}
    if not isinstance(on, Mapping) or not on:
        _wrong(f"{path}.on", "has to be a column, or {column: column of the file}")
    if not isinstance(raw.get("file"), str):
        _wrong(f"{path}.file", "is missing")
    keys = {str(mine): str(theirs) for mine, theirs in on.items()}
    return Join(folder / raw["file"], keys, str(raw.get("prefix", "")))


def _csv(raw: Any) -> Csv:
    try:
        return msgspec.convert(raw, Csv)
    except msgspec.ValidationError as error:
        _wrong("csv", str(error))


def _text(raw: Mapping[str, Any], key: str) -> str:
    if not isinstance(raw.get(key), str) or not raw[key]:
        _wrong(key, "is missing" if key not in raw else "has to be text")
    return str(raw[key])


def _one_of(
    raw: Mapping[str, Any], key: str, allowed: Sequence[str], default: str, path: str = ""
) -> str:
    value = raw.get(key, default)
    if value not in allowed:
        known = ", ".join(one for one in allowed if one)
        _wrong(f"{path}.{key}".lstrip("."), f"is {value!r}; it can be {known}")
    return str(value)


def _names(raw: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = raw.get(key, [])
    found = [found] if isinstance(found, str) else found
    if not isinstance(found, list) or not all(isinstance(one, str) and one for one in found):
        _wrong(key, "has to be a column or a list of columns")
    return tuple(found)


def _list(raw: Mapping[str, Any], key: str) -> list[Any]:
    found = raw.get(key, [])
    return found if isinstance(found, list) else [found]


def _columns_of(value: Value, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Column):
        yield path, value.name
    elif isinstance(value, Template):
        for name in value.parts()[1::2]:
            yield f"{path}.template", name
    elif isinstance(value, Aggregate):
        if value.column != "*":
            yield f"{path}.{value.function}", value.column
    elif isinstance(value, Rows):
        yield from _columns_of(value.of, f"{path}.list")
    elif isinstance(value, Object):
        for name, member in value.members.items():
            yield from _columns_of(member, f"{path}.{name}")


def _wrong(path: str, problem: str) -> NoReturn:
    raise Malformed(
        f"mapping: {path} {problem}" if path else f"mapping {problem}",
        hint="docs/import.md describes every key",
        details={"key": path},
    )
