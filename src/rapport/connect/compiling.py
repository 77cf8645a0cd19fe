"""A mapping as SQL that turns a slab of rows into events: JSON text, or the reason why not.

Names from the mapping only ever appear quoted as identifiers or string literals.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from rapport.connect.mapping import (
    EPOCHS,
    Aggregate,
    Column,
    Const,
    FileMapping,
    Object,
    Rows,
    Template,
    Time,
    Value,
)
from rapport.connect.reading import KEY, ROW
from rapport.warehouse.naming import literal, quote

_CASTS = {"integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "json": "JSON"}
_SAID = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "json": "JSON",
    "time": "a time",
}
_NUMERIC = frozenset(  # of DuckDB
    (
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "HUGEINT",
        "FLOAT",
        "DOUBLE",
        "UINTEGER",
        "UBIGINT",
    )
)
_ISO = "'%Y-%m-%dT%H:%M:%S.%fZ'"


class Compiler:
    """`types` are the SQL types of the columns; JSON for every column of JSON lines."""

    def __init__(self, mapping: FileMapping, types: dict[str, str], *, jsonl: bool) -> None:
        self._mapping = mapping
        self._types = types
        self._jsonl = jsonl
        self._grouped = bool(mapping.group_by)

    def sql(self) -> str:
        """Over a table `slab`: row, rows, reason, content (event without id), key text."""
        problem = self._problem()
        if not self._grouped:
            return (
                f"SELECT {quote(ROW)} AS row, 1 AS rows, {self._whole(problem)} AS reason,"
                f" {self._content()} AS content, {self._id_text()} AS id_text FROM slab"
            )
        first = f"arg_min({problem}, {quote(ROW)})"
        return (
            f"SELECT min({quote(ROW)}) AS row, count(*) AS rows, {self._whole(first)} AS reason,"
            f" {self._content()} AS content, {self._id_text()} AS id_text"
            f" FROM slab GROUP BY {quote(KEY)} ORDER BY row"
        )

    def _content(self) -> str:
        members: dict[str, str] = {"type": _json(literal(self._mapping.type))}
        if self._mapping.event is not None:
            members["event"] = _json(self._text_value(self._mapping.event))
        for sent, value in self._mapping.ids.items():
            members[sent] = _json(self._text_value(value))
        if self._mapping.timestamp is not None:
            instant = f"min({self._instant()})" if self._grouped else self._instant()
            members["timestamp"] = _json(_iso(instant))
        for name, held in self._mapping.fields.items():
            members[name] = self._value(held, self._grouped)
        return _document(members)

    def _id_text(self) -> str:
        """What makes the event the same event when the file is imported again."""
        parts = [literal(self._mapping.source), literal(self._mapping.type)]
        if self._mapping.event is not None:
            parts.append(self._text_value(self._mapping.event))
        keys = self._mapping.message_id or self._mapping.group_by
        parts += [self._text_value(Column(name)) for name in keys]
        if not keys:
            parts.append(f"CAST({quote(ROW)} AS VARCHAR)")
        if not keys or self._mapping.kind == "customers":  # a changed customer is a new event
            parts.append(self._content())
        return f"concat_ws(chr(31), {', '.join(f'coalesce({part}, chr(30))' for part in parts)})"

    def _whole(self, problem: str) -> str:
        """The reason of a row or group, when its values are fine but nobody did it."""
        given = [
            self._text_value(self._mapping.ids[i])
            for i in ("userId", "anonymousId")
            if i in self._mapping.ids
        ]
        nobody = " AND ".join(f"coalesce({one}, '') = ''" for one in given)
        return f"coalesce({problem}, CASE WHEN {nobody} THEN 'user_id: is empty' END)"

    def _problem(self) -> str:
        """First thing that is wrong with one row, NULL when nothing is."""
        cases = [*self._key_problems(), *self._time_problems()]
        for path, value in self._mapping.values():
            cases += self._value_problems(value, path)
        line = f"WHEN {quote('#line')} IS NULL OR NOT starts_with(ltrim({quote('#line')}), '{{')"
        bad = f"OR TRY_CAST({quote('#line')} AS JSON) IS NULL THEN 'not a JSON object'"
        if self._jsonl:
            cases.insert(0, f"{line} {bad}")
        return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"

    def _key_problems(self) -> Iterator[str]:
        for key in ("group_by", "message_id"):
            for name in getattr(self._mapping, key):
                yield f"WHEN {self._text(name)} IS NULL THEN {literal(f'{key}: {name} is empty')}"

    def _time_problems(self) -> Iterator[str]:
        time = self._mapping.timestamp
        if time is None:
            return
        text = self._text(time.column)
        yield f"WHEN {text} IS NULL THEN {literal(f'timestamp: {time.column} is empty')}"
        yield (
            f"WHEN {self._instant()} IS NULL THEN"
            f" {_not_a('timestamp', text, time.format or 'a time')}"
        )

    def _value_problems(self, value: Value, path: str) -> Iterator[str]:
        if isinstance(value, Column) and value.convert in _SAID:
            text = self._text(value.name)
            yield (
                f"WHEN {text} IS NOT NULL AND {self._converted(value)} IS NULL THEN"
                f" {_not_a(path, text, _SAID[value.convert])}"
            )
        elif isinstance(value, Aggregate) and value.function == "sum":
            text = self._text(value.column)
            yield (
                f"WHEN {text} IS NOT NULL AND {self._decimal(value.column)} IS NULL THEN"
                f" {_not_a(f'{path}.sum', text, 'a number')}"
            )
        elif isinstance(value, Rows):
            yield from self._value_problems(value.of, f"{path}.list")
        elif isinstance(value, Object):
            for name, member in value.members.items():
                yield from self._value_problems(member, f"{path}.{name}")

    def _value(self, value: Value, grouped: bool) -> str:
        """JSON text, NULL for nothing."""
        if isinstance(value, Const):
            return literal(json.dumps(value.value)) if value.value is not None else "NULL"
        if isinstance(value, Object):
            return _document({k: self._value(v, grouped) for k, v in value.members.items()})
        if isinstance(value, Rows):
            one = self._value(value.of, False)
            return f"'[' || string_agg({one}, ',' ORDER BY {quote(ROW)}) || ']'"
        if isinstance(value, Aggregate):
            return self._aggregate(value)
        plain = self._template(value) if isinstance(value, Template) else self._converted(value)
        return _json(f"arg_min({plain}, {quote(ROW)})" if grouped else plain)

    def _text_value(self, value: Value) -> str:
        if isinstance(value, Const):
            return literal(str(value.value))
        if isinstance(value, Column):
            return self._over_rows(self._text(value.name))
        if isinstance(value, Template):
            return self._over_rows(self._template(value))
        return self._value(value, self._grouped)

    def _over_rows(self, expression: str) -> str:
        return f"arg_min({expression}, {quote(ROW)})" if self._grouped else expression

    def _aggregate(self, value: Aggregate) -> str:
        if value.function == "count":
            return _json("count(*)" if value.column == "*" else f"count({quote(value.column)})")
        if value.function == "first":
            return _json(f"arg_min({self._plain(value.column)}, {quote(ROW)})")
        if value.function == "sum":  # decimal: the same whatever the order of the rows
            return _json(f"CAST(sum({self._decimal(value.column)}) AS DOUBLE)")
        text = self._text(value.column)
        number = f"TRY_CAST({text} AS DOUBLE)"
        return (
            f"CASE WHEN count({number}) = count({text}) THEN {_json(f'{value.function}({number})')}"
            f" ELSE {_json(f'{value.function}({text})')} END"
        )

    def _decimal(self, name: str) -> str:
        plain = quote(name) if self._types[name] in _NUMERIC else self._text(name)
        return f"TRY_CAST({plain} AS DECIMAL(28, 6))"

    def _template(self, value: Template) -> str:
        parts = value.parts()
        return " || ".join(
            self._text(part) if i % 2 else literal(part) for i, part in enumerate(parts)
        )

    def _converted(self, value: Column) -> str:
        text = self._text(value.name)
        if value.convert == "time":
            return _iso(f"TRY_CAST({text} AS TIMESTAMPTZ)")
        if value.convert == "string":
            return text
        if value.convert == "number":
            number = f"TRY_CAST({text} AS DOUBLE)"
            return f"CASE WHEN isfinite({number}) THEN {number} END"
        if value.convert:
            return f"TRY_CAST({text} AS {_CASTS[value.convert]})"
        return self._plain(value.name)

    def _plain(self, name: str) -> str:
        column = quote(name)
        if self._types[name] in ("FLOAT", "DOUBLE"):  # JSON has no NaN and no infinity
            return f"CASE WHEN isfinite({column}) THEN {column} END"
        # A slab comes through Arrow, where JSON is text.
        return f"CAST({column} AS JSON)" if self._types[name] == "JSON" else column

    def _text(self, name: str) -> str:
        if self._types[name] == "JSON":
            return f"json_extract_string({quote(name)}, '$')"
        return f"CAST({quote(name)} AS VARCHAR)"

    def _instant(self) -> str:
        time = self._mapping.timestamp or Time("")
        text = self._text(time.column)
        if self._types[time.column].startswith(("TIMESTAMP", "DATE")):
            return f"CAST({quote(time.column)} AS TIMESTAMPTZ)"
        if time.format in EPOCHS:
            micros = f"TRY_CAST({text} AS DOUBLE) * {EPOCHS[time.format]}"
            return f"make_timestamptz(TRY_CAST({micros} AS BIGINT))"
        if time.format:
            return f"TRY_CAST(TRY_STRPTIME({text}, {literal(time.format)}) AS TIMESTAMPTZ)"
        return f"TRY_CAST({text} AS TIMESTAMPTZ)"


def _iso(instant: str) -> str:
    return f"strftime({instant} AT TIME ZONE 'UTC', {_ISO})"


def _json(expression: str) -> str:
    """JSON text of a value; NULL for NULL and for the null of JSON."""
    return f"nullif(CAST(to_json({expression}) AS VARCHAR), 'null')"


def _document(members: dict[str, str]) -> str:
    """JSON text of an object without the members that are NULL: concat_ws leaves those out."""
    parts = [f"{literal(json.dumps(name) + ':')} || {value}" for name, value in members.items()]
    return f"'{{' || concat_ws(',', {', '.join(parts)}) || '}}'"


def _not_a(path: str, text: str, what: str) -> str:
    return f"{literal(f'{path}: ')} || to_json(left({text}, 60)) || {literal(f' is not {what}')}"
