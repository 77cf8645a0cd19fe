"""Events in the address of an image, for e-mails and pages without scripts."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from rapport.errors import Malformed

_OBJECTS = ("properties", "traits", "context", "integrations")
_DEEPEST = 8


def pixel_event(query_string: str, kind: str) -> tuple[str, dict[str, Any]]:
    """The write key ("" if none) and the event in a query string.

    Either `data` is the event as JSON in base64 (plain or URL-safe, padded or not), or every
    parameter is a field and dots go one level down: `properties.price=3`. Values of such
    parameters stay text. Raises `Malformed`.
    """
    fields = dict(parse_qsl(query_string, keep_blank_values=True))
    key = fields.pop("writeKey", "")
    data = fields.pop("data", None)
    event = _nest(fields) if data is None else {**_nest(fields), **_decode(data)}
    in_event = event.pop("writeKey", None)
    event["type"] = kind
    return key or (in_event if isinstance(in_event, str) else ""), event


def _decode(data: str) -> dict[str, Any]:
    plain = re.sub(r"[\s=]", "", data.replace("-", "+").replace("_", "/").replace(" ", "+"))
    try:
        event = msgspec.json.decode(b64decode(plain + "=" * (-len(plain) % 4)))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise Malformed(f"`data` is not JSON in base64: {error}", code="invalid_json") from None
    if not isinstance(event, dict):
        raise Malformed("`data` is not one event", code="invalid_request")
    return event


def _nest(fields: dict[str, str]) -> dict[str, Any]:
    event: dict[str, Any] = {}
    for path, text in fields.items():
        names = path.split(".")[:_DEEPEST]
        place = event
        for name in names[:-1]:
            below = place.get(name)
            if not isinstance(below, dict):
                below = place[name] = {}
            place = below
        place[names[-1]] = _object(text) if path in _OBJECTS else text
    return event


def _object(text: str) -> Any:
    """`properties={...}` written as JSON; any other text stays text."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text
