"""Pieces that conditions and computed traits share: objects, event selections, filters, windows.

Each takes what was decoded from JSON or YAML and the name of its node, and raises `Malformed`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Sequence as Items
from difflib import get_close_matches
from typing import Any, Final

from rapport.audiences.language import duration, operands, paths
from rapport.audiences.language.model import (
    ANY_EVENT,
    CALENDAR_UNITS,
    INSTANTS,
    MOVING,
    Between,
    Calendar,
    Filter,
    Last,
    Selection,
    Span,
    Window,
)
from rapport.audiences.language.operands import refuse
from rapport.events.model import TYPES

WIDEST: Final = 200  # items of all, any, where
Object = dict[str, Any]


def mapping(raw: Any, at: str) -> Object:
    if not isinstance(raw, Mapping) or not all(isinstance(key, str) for key in raw):
        raise refuse(at, f"has to be an object, not {operands.shown(raw)}")
    return dict(raw)


def items(raw: Any, at: str, most: int = WIDEST) -> Items[Any]:
    if not isinstance(raw, list) or not 0 < len(raw) <= most:
        raise refuse(at, f"has to be a list of 1 to {most} items, not {operands.shown(raw)}")
    return raw


def only(node: Object, at: str, *keys: str) -> None:
    """Refuse keys that mean nothing here: a typing mistake must not widen an audience."""
    for key in node:
        if key not in keys:
            close = get_close_matches(key, keys, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"use {', '.join(keys)}"
            raise refuse(at, f"{key!r} means nothing here", hint=hint)


def choice(raw: Any, at: str, allowed: tuple[str, ...]) -> str:
    if not isinstance(raw, str) or raw not in allowed:
        raise refuse(at, f"{operands.shown(raw)} is none of {', '.join(allowed)}")
    return raw


def event_path(raw: Any, at: str) -> str:
    return _path(raw, at, paths.of_event)


def single_path(raw: Any, at: str) -> str:
    """A path that leads to one value, with which can be calculated."""
    path = text_path(raw, at)
    if "[]" in path:
        raise refuse(at, "leads to many values: [] can stand in filters and lists only")
    return path


def text_path(raw: Any, at: str) -> str:
    """A path that leads to texts, one or several."""
    path = event_path(raw, at)
    if path == "timestamp":
        raise refuse(at, "an instant cannot be measured", hint="use days_since, or a window")
    return path


def trait_path(raw: Any, at: str) -> str:
    return _path(raw, at, paths.of_trait)


def selection(raw: Any, node: Object, at: str, head: str) -> Selection:
    """Of the event names at `head`, and `type` and `where` beside them."""
    names = raw if isinstance(raw, list) else [raw]
    here = f"{at}.{head}"
    events = tuple(operands.text(name, here, longest=300) for name in items(names, here))
    kind = "" if ANY_EVENT in events else "track"
    if "type" in node:
        kind = choice(node["type"], f"{at}.type", TYPES)
    if ANY_EVENT in events:
        events = (ANY_EVENT,)
    return Selection(events, kind, filters(node.get("where", []), f"{at}.where", event_path))


def filters(raw: Any, at: str, path: Callable[[Any, str], str]) -> tuple[Filter, ...]:
    """A list of `{path, op, value?}`; `event_path` or `trait_path` says what a path may be."""
    if not isinstance(raw, list) or len(raw) > WIDEST:
        raise refuse(at, f"has to be a list of at most {WIDEST} filters")
    return tuple(_filter(each, f"{at}[{place}]", path) for place, each in enumerate(raw))


def window(raw: Any, at: str) -> Window | None:
    """None when there is none."""
    if raw is None:
        return None
    node = mapping(raw, at)
    head = next((key for key in node if key in WINDOWS), None)
    if head is None:
        raise refuse(at, "is no window", hint=f"use one of {', '.join(WINDOWS)}")
    return WINDOWS[head](node, at)


def _path(raw: Any, at: str, read: Callable[[str], paths.Path]) -> str:
    try:
        read(operands.text(raw, at))
    except ValueError as error:
        raise refuse(at, str(error)) from None
    return str(raw)


def _filter(raw: Any, at: str, path: Callable[[Any, str], str]) -> Filter:
    node = mapping(raw, at)
    only(node, at, "path", "op", "value")
    where = path(node.get("path"), f"{at}.path")
    allowed = MOMENT if where == "timestamp" else None
    op = operator(node, at, allowed)
    return Filter(where, op, operands.operand(op, node.get("value"), f"{at}.value"))


def operator(node: Object, at: str, allowed: tuple[str, ...] | None = None) -> str:
    raw = node.get("op", "eq")
    return (
        operands.operator(raw, f"{at}.op", allowed)
        if allowed
        else operands.operator(raw, f"{at}.op")
    )


def _last(node: Object, at: str) -> Window:
    only(node, at, "last")
    return Last(operands.length(node["last"], f"{at}.last"))


def _between(node: Object, at: str) -> Window:
    only(node, at, "between")
    here = f"{at}.between"
    pair = items(node["between"], here, most=2)
    if len(pair) != 2:
        raise refuse(here, "has to be two durations, the longer first")
    oldest, newest = (operands.length(each, f"{here}[{n}]") for n, each in enumerate(pair))
    if duration.micros(oldest) <= duration.micros(newest):
        raise refuse(here, f"is empty: {oldest} is not longer than {newest}")
    return Between(oldest, newest)


def _span(node: Object, at: str) -> Window:
    only(node, at, "from", "to")
    start, end = (
        operands.instant(node[key], f"{at}.{key}") if node.get(key) is not None else ""
        for key in ("from", "to")
    )
    if not start and not end:
        raise refuse(at, "needs from or to")
    return Span(start, end)


def _calendar(node: Object, at: str) -> Window:
    only(node, at, "calendar", "ago")
    unit = choice(node["calendar"], f"{at}.calendar", CALENDAR_UNITS)
    return Calendar(unit, operands.whole(node.get("ago", 0), f"{at}.ago", 1_000))


MOMENT: Final = (*INSTANTS, *MOVING)  # operators on the instant of an event
WINDOWS: Final[dict[str, Callable[[Object, str], Window]]] = {
    "last": _last,
    "between": _between,
    "calendar": _calendar,
    "from": _span,
    "to": _span,
}
