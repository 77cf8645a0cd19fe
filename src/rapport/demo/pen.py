"""Writing events down as the SDKs do, and putting them into request bodies."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import msgspec

from rapport.clock import SECOND, to_iso
from rapport.demo.people import Device, Person, uuid

_encode = msgspec.json.Encoder().encode


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """One request body: `count` events of one source, as received at an instant (µs UTC)."""

    source: str  # slug
    received_at: int
    body: bytes
    count: int


class Pen:
    """Writes what one person does on one device, one thing after the other.

    `at` is the true instant in µs; a device with a wrong clock writes down a wrong one, and sends
    along when it believes to be sending, from which the true one can be had back.
    """

    def __init__(
        self,
        rng: Random,
        source: str,
        at: int,
        *,
        who: Person | None = None,
        on: Device | None = None,
    ) -> None:
        self.rng, self.source, self.at = rng, source, at
        self.who, self.on = who, on
        self.user_id = who.user_id if who else None
        self.events: list[dict[str, Any]] = []
        self._instants: list[int] = []

    def wait(self, least: float, most: float) -> None:
        """Let time pass, in seconds."""
        self.at += int(self.rng.uniform(least, most) * SECOND)

    def track(self, name: str, /, **properties: Any) -> None:
        self._write({"type": "track", "event": name, "properties": properties})

    def page(self, name: str, path: str, title: str) -> None:
        self._write(
            {
                "type": "page",
                "name": name,
                "properties": {"path": path, "title": title},
                "context": {"page": {"path": path, "title": title}},
            }
        )

    def screen(self, name: str) -> None:
        self._write({"type": "screen", "name": name, "properties": {}})

    def identify(self, **traits: Any) -> None:
        self._write({"type": "identify", "traits": traits})

    def group(self, group_id: str, **traits: Any) -> None:
        self._write({"type": "group", "groupId": group_id, "traits": traits})

    def write(self, event: dict[str, Any]) -> None:
        """Any event, such as one that is not right."""
        self._write(event)

    def deliver(self, delay: float = 1.5) -> Delivery:
        """Everything written so far in one body, received `delay` seconds after the last event."""
        return self._body(self.events, self.at + int(delay * SECOND))

    def singly(self) -> Iterator[Delivery]:
        """Each event in a body of its own, sent at once."""
        for at, event in zip(self._instants, self.events, strict=True):
            yield self._body([event], at + SECOND // 4)

    def _body(self, events: list[dict[str, Any]], received: int) -> Delivery:
        body = {
            "batch": events,
            "sentAt": _iso(received + self._skew()),
            "context": self._context(),
        }
        return Delivery(self.source, received, _encode(body), len(events))

    def _write(self, event: dict[str, Any]) -> None:
        event.setdefault("messageId", uuid(self.rng))
        event["timestamp"] = _iso(self.at + self._skew())
        if self.user_id is not None:
            event["userId"] = self.user_id
        if self.on is not None:
            event["anonymousId"] = self.on.anonymous_id
        self.events.append(event)
        self._instants.append(self.at)
        self.at += SECOND

    def _skew(self) -> int:
        return self.on.skew if self.on is not None else 0

    def _context(self) -> dict[str, Any]:
        on = self.on
        if on is None:
            return {"library": {"name": "analytics-python", "version": "2.4.0"}}
        common = {"locale": "en-IN", "timezone": "Asia/Kolkata"}
        system = {"name": on.os[0], "version": on.os[1]}
        if not on.id:
            library = {"name": "analytics.js", "version": "npm:next-1.84.3"}
            return {**common, "library": library, "userAgent": on.agent, "os": system}
        return {
            **common,
            "library": {"name": "analytics-kotlin", "version": "1.19.2"},
            "app": {"name": "Shop", "version": "4.2.0"},
            "device": {
                "id": on.id,
                "type": "ios" if on.os[0] == "iOS" else "android",
                "manufacturer": on.model[0],
                "model": on.model[1],
            },
            "os": system,
        }


def _iso(at: int) -> str:
    """Milliseconds, as JavaScript writes them."""
    return f"{to_iso(at)[:-4]}Z"
