"""Ids, types and names of events, read as clients mean them."""

from __future__ import annotations

from typing import Any, Final

from rapport.events import reasons
from rapport.events.model import TYPES, Context
from rapport.events.wire import RAW, Item, decode_any
from rapport.ids import sent_message_id

MAX_MESSAGE_ID: Final = 100
MAX_TEXT: Final = 512  # characters of any other id or name
Ids = tuple[str | None, str | None, str | None, str | None]  # user, anonymous, previous, group
_TYPES: Final = frozenset(TYPES)


class Refused(Exception):
    """An event cannot be used. Never leaves the room `events`: it becomes a `Rejection`."""

    def __init__(self, reason: str, detail: str, *, expected: tuple[str, ...] = ()) -> None:
        """`expected`: names of fields of which one should have been there."""
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.expected = expected


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
    kind: str = path if path in _TYPES else said
    if kind in _TYPES:
        return kind
    if type(said) is str and (lowered := said.strip().lower()) in _TYPES:
        return lowered
    named = repr(said[:40]) if type(said) is str else "missing or not text"
    raise Refused(reasons.UNKNOWN_TYPE, f"type is {named}")


def name_of(kind: str, item: Item) -> str:
    """Name of a track event, of a page or a screen; "" for the others. Raises `Refused`."""
    if kind == "track":
        name = item.event
        if type(name) is str and 0 < len(name) <= MAX_TEXT:
            return name
        name = to_id("event", name) if name is not None else None
        if name is None:
            raise Refused(reasons.MISSING_EVENT_NAME, "track needs `event`", expected=("event",))
        return name
    if kind == "page" or kind == "screen":
        name = item.name if item.name is not None else item.category
        if type(name) is str and len(name) <= MAX_TEXT:
            return name
        return str(name) if type(name) is int else ""
    return ""


def ids_of(kind: str, item: Item, context: Context) -> Ids:
    """Who is meant. Raises `Refused` when an id cannot be used, or nobody is meant."""
    user, anonymous = item.user_id, item.anonymous_id
    if user is not None and (type(user) is not str or not 0 < len(user) <= MAX_TEXT):
        user = to_id("userId", user)
    if anonymous is not None and (type(anonymous) is not str or not 0 < len(anonymous) <= MAX_TEXT):
        anonymous = to_id("anonymousId", anonymous)
    previous = None if item.previous_id is None else to_id("previousId", item.previous_id)
    group = item.group_id if item.group_id is not None else context.group_id
    if group is not None:
        group = to_id("groupId", group)
    if kind == "alias":
        previous = previous or anonymous
        if (user is None or previous is None) and not context.external_ids:
            raise Refused(
                reasons.MISSING_IDENTITY,
                "alias needs previousId and userId",
                expected=("previousId", "userId"),
            )
    elif user is None and anonymous is None and not _named_otherwise(item, context):
        raise Refused(
            reasons.MISSING_IDENTITY,
            "userId or anonymousId is needed, or an external id, an e-mail, a phone or a device",
            expected=("userId", "anonymousId"),
        )
    return user, anonymous, previous, group


def _named_otherwise(item: Item, context: Context) -> bool:
    """Whether identity can find somebody without userId and anonymousId, as in a merge call, a
    server that knows an e-mail, or a message from a device."""
    external = context.external_ids if isinstance(context.external_ids, list) else ()
    if any(_is_personal(one) for one in external) or _names(context.traits):
        return True
    if isinstance(context.device, dict) and context.device.get("id"):
        return True
    return any(_names(decode_any(raw)) for raw in (item.traits, item.properties) if raw is not RAW)


def _is_personal(external: Any) -> bool:
    if type(external) is not dict or external.get("collection", "users") != "users":
        return False
    return type(external.get("type")) is str and external.get("id") not in (None, "")


def _names(traits: Any) -> bool:
    return type(traits) is dict and bool(traits.get("email") or traits.get("phone"))


def message_id_of(item: Item) -> str | None:
    """The id under which the event is known; None when the client gave none. Raises `Refused`."""
    found = item.message_id
    if type(found) is str and 0 < len(found) <= MAX_MESSAGE_ID:
        return sent_message_id(found)
    found = None if found is None else to_id("messageId", found)
    if found is not None and len(found) > MAX_MESSAGE_ID:
        raise Refused(reasons.MESSAGE_ID_TOO_LONG, f"{len(found)} characters")
    return found
