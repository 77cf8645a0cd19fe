"""Ids, types and names of events, read as clients mean them."""

from __future__ import annotations

from typing import Any, Final

from rapport.events import reasons
from rapport.events.model import TYPES, Context
from rapport.events.wire import Item

MAX_MESSAGE_ID: Final = 100
MAX_TEXT: Final = 512  # characters of any other id or name
_TYPES: Final = frozenset(TYPES)


class Refused(Exception):
    """An event cannot be used. Never leaves the room `events`: it becomes a `Rejection`."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def to_id(field: str, value: Any) -> str | None:
    """An id as text; numbers are written as JavaScript writes them. None for "".

    Raises `Refused` when the value cannot be an id.
    """
    if type(value) is not str:
        if type(value) is float and value.is_integer() and abs(value) < 1e21:
            value = int(value)
        if type(value) is not int and type(value) is not float:
            raise Refused(reasons.INVALID_FIELD, f"{field} must be text or a number")
        value = str(value)
    if len(value) > MAX_TEXT:
        raise Refused(reasons.INVALID_FIELD, f"{field} has {len(value)} characters; at most 512")
    return value or None


def type_of(path: str, said: Any) -> str:
    """The type of an event; that of the path wins. Raises `Refused`."""
    if path in _TYPES:
        return path
    if said in _TYPES:
        return str(said)
    if type(said) is str and (lowered := said.strip().lower()) in _TYPES:
        return lowered
    named = repr(said[:40]) if type(said) is str else "missing or not text"
    raise Refused(reasons.UNKNOWN_TYPE, f"type is {named}")


def name_of(kind: str, item: Item) -> str:
    """Name of a track event, of a page or a screen; "" for the others. Raises `Refused`."""
    if kind == "track":
        name = item.event
    elif kind == "page" or kind == "screen":
        name = item.name if _is_text(item.name) else item.category
        if not _is_text(name):
            return ""
    else:
        return ""
    if type(name) is not str:
        name = to_id("event", name) if name is not None else None
    if not name:
        raise Refused(reasons.MISSING_EVENT_NAME, "track needs `event`")
    if len(name) > MAX_TEXT:
        raise Refused(reasons.INVALID_FIELD, f"the event name has {len(name)} characters")
    return name


def check_identity(
    kind: str,
    user_id: str | None,
    anonymous_id: str | None,
    previous_id: str | None,
    context: Context,
) -> None:
    """Raises `Refused` when nobody can be meant."""
    if kind == "alias":
        if (user_id is None or previous_id is None) and not context.external_ids:
            raise Refused(reasons.MISSING_IDENTITY, "alias needs previousId and userId")
    elif user_id is None and anonymous_id is None:
        raise Refused(reasons.MISSING_IDENTITY, "userId or anonymousId is needed")


def _is_text(value: Any) -> bool:
    return (type(value) is str and value != "") or type(value) is int
