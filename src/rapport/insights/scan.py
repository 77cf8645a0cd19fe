"""Events read from the warehouse with their fields: for filters, breakdowns and values.

The warehouse leaves out other names and other times; filters are then asked of each event by the
functions that define them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from rapport.audiences import paths, values
from rapport.audiences.model import ANY_EVENT, Filter, Selection
from rapport.audiences.person import Happening
from rapport.insights.identities import of_nodes
from rapport.insights.rows import Ints, Rows, Values, sort
from rapport.warehouse.base import Warehouse
from rapport.warehouse.timeline import instant

_PLAIN = ("message_id", "type", "event", "source", "brand", "region", "channel")
_JSON = ("properties", "traits", "context")
_FETCH = 100_000


def rows(
    warehouse: Warehouse,
    owner: Ints,
    selections: Sequence[Selection],
    low: int,
    high: int,
    *,
    now: int,
    wanted: Sequence[str] = (),
) -> tuple[Rows, Values]:
    """All events in low <= at < high that match some of `selections`, and of each the text at every
    path of `wanted` (the alphabetically first where `[]` leads to several)."""
    people, instants, bits = [], [], []
    texts: list[list[str | None]] = [[] for _ in wanted]
    ways = [paths.of_event(path) for path in wanted]
    for node, happening in _events(warehouse, selections, low, high, wanted):
        matched = matches(happening, selections, now)
        if matched:
            people.append(node)
            instants.append(happening.timestamp)
            bits.append(matched)
            for held, way in zip(texts, ways, strict=True):
                held.append(text_at(happening, way))
    coded = [_coded(held) for held in texts]
    found = Rows(
        of_nodes(owner, np.array(people, np.int64)),
        np.array(instants, np.int64),
        np.array(bits, np.uint8 if len(selections) <= 8 else np.uint64),
        tuple(codes for codes, _ in coded),
    )
    return sort(found), Values(tuple(known for _, known in coded))


def matches(event: Happening, selections: Sequence[Selection], now: int) -> int:
    """Bit n is set when the event matches selection n."""
    return sum(1 << n for n, each in enumerate(selections) if selects(each, event, now))


def selects(selection: Selection, event: Happening, now: int) -> bool:
    named = selection.events == (ANY_EVENT,) or event.event in selection.events
    return (
        named
        and selection.type in ("", event.type)
        and all(passes(each, event, now) for each in selection.where)
    )


def passes(filter: Filter, event: Happening, now: int) -> bool:
    found = reach(event, paths.of_event(filter.path))
    return values.satisfies(found, filter.op, filter.value, now)


def reach(event: Happening, way: paths.Path) -> list[Any]:
    """The values at a path of an event, without missing ones."""
    if way.head in _JSON:
        return values.reach(getattr(event, way.head), way)
    found = getattr(event, way.head)
    return [] if found in (None, "") else [found]


def text_at(event: Happening, way: paths.Path) -> str | None:
    """The value as text; of several the alphabetically first."""
    found = [text for each in reach(event, way) if (text := values.text(each)) is not None]
    return min(found, default=None)


def of_profile(warehouse: Warehouse, nodes: Sequence[int]) -> list[Happening]:
    """Every event of these nodes, in order of time."""
    everything = [Selection((ANY_EVENT,), "")]
    found = _events(warehouse, everything, None, None, _JSON, nodes)
    return sorted((each for _, each in found), key=lambda e: (e.timestamp, e.message_id))


def _events(
    warehouse: Warehouse,
    selections: Sequence[Selection],
    low: int | None,
    high: int | None,
    wanted: Iterable[str],
    nodes: Sequence[int] | None = None,
) -> Iterator[tuple[int, Happening]]:
    read = {path.partition(".")[0] for path in wanted}
    read |= {each.path.partition(".")[0] for one in selections for each in one.where}
    held = [name for name in _JSON if name in read]
    where, params = _condition(selections, low, high, nodes)
    sql = f"SELECT node, epoch_us(timestamp), {', '.join((*_PLAIN, *held))} FROM events {where}"
    for batch in warehouse.stream(sql, params=params, rows_per_batch=_FETCH):
        for node, at, *fields in zip(*(c.to_pylist() for c in batch.columns), strict=True):
            plain = dict(zip(_PLAIN, (text or "" for text in fields), strict=False))
            decoded = {name: _decoded(raw) for name, raw in zip(held, fields[7:], strict=True)}
            yield node, Happening(timestamp=at, **plain, **decoded)


def _condition(
    selections: Sequence[Selection], low: int | None, high: int | None, nodes: Sequence[int] | None
) -> tuple[str, list[Any]]:
    """Leaves out what cannot match; the rest is decided by `matches`."""
    parts, params = [], []
    if low is not None:
        parts.append("timestamp >= ?")
        params.append(instant(low))
    if high is not None:
        parts.append("timestamp < ?")
        params.append(instant(high))
    if nodes is not None:
        parts.append("node IN (SELECT unnest(?::BIGINT[]))")
        params.append(list(nodes))
    names = {name for each in selections for name in each.events}
    if ANY_EVENT not in names:
        parts.append("event IN (SELECT unnest(?::VARCHAR[]))")
        params.append(sorted(names))
    return f"WHERE {' AND '.join(parts)}" if parts else "", params


def _decoded(raw: str | None) -> Mapping[str, Any]:
    found = msgspec.json.decode(raw) if raw else {}
    return found if isinstance(found, dict) else {}


def _coded(texts: list[str | None]) -> tuple[Ints, list[str]]:
    """Numbers in alphabetical order, -1 for None, and the texts that they stand for."""
    known = sorted({text for text in texts if text is not None})
    number = {text: n for n, text in enumerate(known)}
    return np.array([-1 if text is None else number[text] for text in texts], np.int64), known
