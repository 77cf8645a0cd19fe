"""Names of events that nobody ever sent: usually a typing mistake, and then the answer is zero."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Final

from rapport.cli.access import Api
from rapport.cli.output import note

_NAMING: Final = ("event", "did", "did_not", "first", "last")


def tell_unheard(api: Api, asked: Any) -> None:
    """A remark for each event in a question or condition that never arrived."""
    named = dict.fromkeys(_named(asked))
    if not named:
        return
    known = [each["event"] for each in api.get("/events", days=1)["items"] if each["event"]]
    lowered = {name.lower(): name for name in known}
    for name in named if known else ():
        if name not in known:
            [*near] = get_close_matches(name.lower(), lowered, 1)
            meant = f"; did you mean {lowered[near[0]]!r}?" if near else ""
            note(f"no event {name!r} ever arrived{meant}")


def _named(asked: Any) -> Iterator[str]:
    """
    >>> list(_named({"steps": [{"event": "A"}, {"event": ["B", "*"]}], "rule": "first"}))
    ['A', 'B']
    >>> list(_named({"any": [{"did": "A"}, {"first": "B", "has": []}], "first": 0.4}))
    ['A', 'B']
    """
    if isinstance(asked, list):
        for each in asked:
            yield from _named(each)
    for key, value in asked.items() if isinstance(asked, dict) else ():
        names = [value] if isinstance(value, str) else value
        if key in _NAMING and isinstance(names, list):
            yield from (name for name in names if isinstance(name, str) and name != "*")
        else:
            yield from _named(value)
