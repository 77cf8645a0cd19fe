"""What a client may have meant: a field under a name that is nearly the one that is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from rapport.events.wire import decode_any

# Other names of a field, as `_plain` writes them; beside its own in another spelling.
_ALSO: Final = {
    "userId": ("uid", "user"),
    "anonymousId": ("anonid", "anonymous"),
    "previousId": ("previous",),
    "event": ("eventname", "name"),
}
_INSIDE: Final = ("properties", "traits", "context")


def guess(body: bytes, expected: Sequence[str]) -> str:
    """A question to put behind the reason, or "" when nothing looks like an expected field.

    >>> guess(b'{"type": "track", "user_id": "u-1"}', ("userId", "anonymousId"))
    '; `user_id` is there: did you mean `userId`?'
    >>> guess(b'{"properties": {"USERID": 7}}', ("userId",))
    '; `properties.USERID` is there: did you mean `userId` beside `properties`?'
    >>> guess(b'{"user_id": null}', ("userId",)), guess(b"[]", ("userId",))
    ('', '')
    """
    try:
        event = decode_any(body)
    except (ValueError, RecursionError):
        return ""
    for name in expected:
        names = {_plain(name), *_ALSO.get(name, ())}
        if found := next((key for key in _named(event, names) if key not in expected), ""):
            return f"; `{found}` is there: did you mean `{name}`?"
    for place in _INSIDE if type(event) is dict else ():
        for name in expected:
            if found := next(_named(event.get(place), {_plain(name)}), ""):
                said = f"; `{place}.{found}` is there"
                return f"{said}: did you mean `{name}` beside `{place}`?"
    return ""


def _named(members: Any, names: set[str]) -> Iterator[str]:
    for key, value in members.items() if type(members) is dict else ():
        if _plain(key) in names and type(value) in (str, int) and value != "":
            yield key


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()
