"""Events of one person: which are selected, and what they hold at a path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any, Final

from rapport.audiences.language import paths, values, windows
from rapport.audiences.language.model import ANY_EVENT, FIELDS, MOVING, Filter, Selection, Window
from rapport.audiences.language.windows import Bounds
from rapport.audiences.meaning.person import Account, Happening, Person
from rapport.clock import to_iso

SUMMABLE: Final = 10**24  # in millionths


def at_path(event: Happening, path: str) -> list[Any]:
    """Values there; several only through `[]`, none when missing. Empty fields are missing."""
    way = paths.of_event(path)
    if way.head in FIELDS:
        raw = getattr(event, way.head)
        return [to_iso(raw) if way.head == "timestamp" else raw] if raw != "" else []
    return values.reach(getattr(event, way.head), way)


def passes(event: Happening, filters: tuple[Filter, ...], now: int) -> bool:
    return not filters or all(
        values.satisfies(at_path(event, each.path), each.op, each.value, now) for each in filters
    )


def named(event: Happening, selection: Selection) -> bool:
    """Whether name and type fit, whatever the filters say."""
    return selection.type in ("", event.type) and (
        ANY_EVENT in selection.events or event.event in selection.events
    )


def selected(
    who: Person | Account, selection: Selection, bounds: Bounds, now: int
) -> list[Happening]:
    """In order of time; equal times in order of message ids."""
    start, end = bounds
    return in_order(
        event
        for event in who.events
        if start <= event.timestamp < end
        and named(event, selection)
        and passes(event, selection.where, now)
    )


# Ids of messages are unique within a source.
order: Final = attrgetter("timestamp", "message_id", "source")


def in_order(events: Iterable[Happening]) -> list[Happening]:
    return sorted(events, key=order)


def texts(events: list[Happening], path: str) -> list[str]:
    """The text of each event that has one at `path`, in their order."""
    found = (values.text(raw) for event in events for raw in at_path(event, path))
    return [text for text in found if text is not None]


def micros(events: list[Happening], path: str) -> list[int]:
    """The number of each event that has one at `path`, in millionths.

    Numbers of 10^18 and more are left out, so that no sum can be more than an engine holds.
    """
    found = (values.micro(raw) for event in events for raw in at_path(event, path))
    return [size for size in found if size is not None and abs(size) < SUMMABLE]


def turns(who: Person | Account, selection: Selection, window: Window | None) -> Iterator[int]:
    """Instants at which an event may join or leave the selected ones; calendars left out."""
    steady = tuple(each for each in selection.where if each.op not in MOVING)
    moving = [each for each in selection.where if each.op in MOVING]
    for event in who.events:
        if named(event, selection) and passes(event, steady, 0):
            yield from windows.turns(window, event.timestamp)
            yield from filter_turns(event, moving)


def filter_turns(event: Happening, filters: Iterable[Filter]) -> Iterator[int]:
    """Instants at which the event may begin or cease to pass the filters."""
    for each in filters:
        yield from values.turns(at_path(event, each.path), each.op, each.value)
