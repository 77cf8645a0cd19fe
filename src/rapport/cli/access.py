"""One way to the data: the management API, spoken to a running server or inside this process.

A command asks `api_for` and does not know which of the two it got, so both give the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from rapport.config import Settings
from rapport.ids import parse_profile_id


class Transport(Protocol):
    """Carries one management call. Raises the `RapportError` that the API answered with.

    `concurrent`: several threads may call at the same time.
    """

    concurrent: bool

    def call(self, method: str, path: str, body: Any = None) -> Any: ...

    def lines(self, path: str, body: Any, hear: Callable[[dict[str, Any]], None]) -> None:
        """POST; `hear` gets every line of the answer as it comes."""
        ...


class Api:
    """The management API as plain calls. Paths are below /api/v1."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.concurrent = transport.concurrent

    def get(self, path: str, **query: Any) -> Any:
        return self._transport.call("GET", _with_query(path, query))

    def post(self, path: str, body: Any = None, **query: Any) -> Any:
        return self._transport.call("POST", _with_query(path, query), body)

    def put(self, path: str, body: Any, **query: Any) -> Any:
        return self._transport.call("PUT", _with_query(path, query), body)

    def patch(self, path: str, body: Any) -> Any:
        return self._transport.call("PATCH", path, body)

    def lines(self, path: str, body: Any, hear: Callable[[dict[str, Any]], None]) -> None:
        self._transport.lines(path, body, hear)

    def delete(self, path: str) -> Any:
        return self._transport.call("DELETE", path)

    def pages(self, path: str, *, limit: int, **query: Any) -> Iterator[dict[str, Any]]:
        """The items of a list, up to `limit`, following its cursor."""
        left, cursor = limit, None
        while left > 0:
            answer = self.get(path, limit=min(left, 200), cursor=cursor, **query)
            items = answer["items"]
            yield from items[:left]
            left -= len(items)
            cursor = answer.get("next")
            if not cursor or not items:
                return


@contextmanager
def api_for(settings: Settings) -> Iterator[Api]:
    """The API of the server that runs on the data folder, or of the stores themselves."""
    from rapport.cli.transport import OverHttp, in_process
    from rapport.server.folder import Folder

    running = Folder(settings.folder).read_running()
    if running is not None:
        yield Api(OverHttp(running))
        return
    with in_process(settings) as transport:
        yield Api(transport)


def identifier(text: str) -> str:
    """What a person types for a customer, as the API wants it.

    >>> identifier("ada@example.org"), identifier("+4917012345"), identifier("u-17")
    ('email:ada@example.org', 'phone:+4917012345', 'user_id:u-17')
    >>> identifier("p_42"), identifier("device_id:abc")
    ('p_42', 'device_id:abc')
    """
    if parse_profile_id(text) or ":" in text:
        return text
    if "@" in text:
        return f"email:{text}"
    return f"phone:{text}" if text.startswith("+") else f"user_id:{text}"


def segment(text: str) -> str:
    """One path segment: everything that is not plain is escaped, the slash too."""
    return quote(text, safe=":@")


def profile_path(text: str, rest: str = "") -> str:
    return f"/profiles/{segment(identifier(text))}{rest}"


def _with_query(path: str, query: dict[str, Any]) -> str:
    given = {k.rstrip("_"): _text(v) for k, v in query.items() if v not in (None, "", False)}
    return f"{path}?{urlencode(given)}" if given else path


def _text(value: Any) -> str:
    return "true" if value is True else str(value)
