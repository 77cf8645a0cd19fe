"""Parts of the history, and values worked out elsewhere, from files that control records name.

A file holds what the http process made from the warehouse for a range of nodes (or profiles). A
part is added only where the one before it ended, so that no crash adds it twice or leaves it out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import apsw
import msgspec
import numpy as np

from rapport.audiences.backfill.flagged import Rows
from rapport.audiences.backfill.sums import Sums
from rapport.audiences.changes import Outcome, TraitChange, json_of
from rapport.audiences.stream import store
from rapport.audiences.stream.matching import Collected
from rapport.audiences.stream.plans import Plans
from rapport.audiences.stream.remembered import Totals
from rapport.audiences.stream.store import spliced
from rapport.audiences.stream.verdicts import Measured, Verdicts
from rapport.errors import Malformed, Unavailable

_NAME: Final = re.compile(r"[a-z0-9-]{1,100}\.part")


class Part(msgspec.Struct, array_like=True):
    """What was collected of the events of some nodes."""

    rows: list[tuple[int, int, int, str, str, str | None]] = []
    flagged: Rows = Rows()
    totals: list[tuple[int, str]] = []  # JSON, as the table has them
    measured: Measured = Measured()


_key: Final = itemgetter(0, 1, 2, 3, 4)  # as the table is ordered
_read_part: Final = msgspec.msgpack.Decoder(Part).decode
_read_values: Final = msgspec.msgpack.Decoder(list[tuple[int, str]]).decode


def part_of(collected: Collected, flagged: Rows, summed: Sums | None) -> bytes:
    held: dict[int, dict[int, Totals]] = {}
    for (node, number), (_, totals) in collected.totals.items():
        held.setdefault(node, {})[number] = totals
    texts, measured = {}, Measured()
    if summed is not None:
        texts = dict(zip(summed.nodes, summed.texts, strict=True))
        measured = Measured(summed.nodes, summed.measures)
    for node, by_number in held.items():
        texts[node] = spliced(texts.get(node, "{}"), json_of(by_number))
    known = [(node, text) for node, text in sorted(texts.items()) if text != "{}"]
    part = Part(sorted(collected.rows, key=_key), flagged, known, measured)
    return msgspec.msgpack.encode(part)


def fill(
    connection: apsw.Connection,
    control: Mapping[str, Any],
    plan: Plans,
    verdicts: Verdicts,
    folder: Path,
) -> bool:
    """Add one part, and note what its totals say of its people. True when what was filled is
    complete now."""
    known = {number: each for each, number in plan.numbers.items()}
    numbers = [each for each in _numbers(control.get("behaviours")) if each in known]
    after, to, complete = (
        _node(control, "after"),
        _node(control, "to"),
        bool(control.get("complete")),
    )
    rows: list[Any] = connection.execute(
        "SELECT number FROM behaviours WHERE NOT complete AND filled = ?"
        " AND number IN (SELECT value FROM json_each(?))",
        (after, json_of(numbers)),
    ).fetchall()
    waiting = {number for (number,) in rows}
    if not waiting:
        return False
    part = _read_part(_content(folder, control))
    if len(waiting) < len(control["behaviours"]):
        part = _only(part, waiting)
    store.remember_rows(connection, [*part.rows, *_rows(part.flagged)])
    heard = store.remember_totals(connection, after, to, part.totals, known, waiting)
    verdicts.learn(plan, after, to, part.measured, heard)
    connection.executemany(
        "UPDATE behaviours SET filled = ?, complete = ? WHERE number = ?",
        [(to, complete, number) for number in sorted(waiting)],
    )
    return complete


def values(
    connection: apsw.Connection, control: Mapping[str, Any], plan: Plans, folder: Path, now: int
) -> Outcome:
    """Replace the values of a trait of profiles in (after, to]."""
    key, after, to = str(control.get("trait")), control.get("after"), control.get("to")
    if not any(one.kind == "trait" and one.key == key for one in plan.active.values()):
        return Outcome()
    fresh: dict[int, str] = dict(_read_values(_content(folder, control)))
    rows: list[Any] = connection.execute(
        "SELECT profile, value FROM trait_values WHERE trait = ? AND profile > ? AND profile <= ?",
        (key, after, to),
    ).fetchall()
    before: dict[int, str] = {int(profile): str(value) for profile, value in rows}
    gone = [profile for profile in before if profile not in fresh]
    written = [(each, text) for each, text in fresh.items() if before.get(each) != text]
    connection.executemany(
        "DELETE FROM trait_values WHERE profile = ? AND trait = ?", [(each, key) for each in gone]
    )
    connection.executemany(
        "INSERT OR REPLACE INTO trait_values VALUES (?, ?, ?, ?)",
        [(each, key, text, now) for each, text in written],
    )
    changed: list[tuple[int, str | None]] = [*written, *((each, None) for each in gone)]
    return Outcome(values=[TraitChange(key, each, text, now) for each, text in sorted(changed)])


def _only(part: Part, numbers: Set[int]) -> Part:
    """Of a part, what belongs to these behaviours."""
    held = ((node, store.to_totals(text)) for node, text in part.totals)
    kept = (
        (node, {number: one for number, one in totals.items() if number in numbers})
        for node, totals in held
    )
    totals = [(node, json_of(some)) for node, some in kept if some]
    rows = [*part.rows, *_rows(part.flagged)]
    return Part([row for row in rows if row[1] in numbers], totals=totals)


def _rows(held: Rows) -> Iterator[tuple[int, int, int, str, str, str | None]]:
    columns = (held.nodes, held.behaviours, held.instants)
    numbers = (np.frombuffer(each, np.int64).tolist() for each in columns)
    return zip(*numbers, held.message_ids, held.sources, held.kept, strict=True)


def _content(folder: Path, control: Mapping[str, Any]) -> bytes:
    name = str(control.get("file"))
    if not _NAME.fullmatch(name):
        raise Malformed(f"{name!r} is no file of a part")
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError:
        raise Malformed(f"the part {name} is gone", hint="it will be made again") from None
    except OSError as error:
        raise Unavailable(f"the part {name} cannot be read") from error


def _node(control: Mapping[str, Any], name: str) -> int:
    node = control.get(name)
    if type(node) is not int:
        raise Malformed(f"fill needs `{name}`, a node")
    return node


def _numbers(raw: Any) -> Iterable[int]:
    if not isinstance(raw, list) or not all(type(each) is int for each in raw):
        raise Malformed("fill needs `behaviours`, a list of numbers")
    return raw
