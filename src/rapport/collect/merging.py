"""RudderStack's merge call, said as an identify: these identifiers are one person."""

from __future__ import annotations

from typing import Any

import msgspec

from rapport.errors import Malformed

_FIELDS = {"userid": "userId", "anonymousid": "anonymousId"}


class _Property(msgspec.Struct):
    type: str
    value: str | int | float


class _Merge(msgspec.Struct, rename="camel"):
    merge_properties: list[_Property]
    message_id: Any = None
    timestamp: Any = None
    original_timestamp: Any = None
    sent_at: Any = None
    integrations: Any = None


def merge_to_identify(body: bytes) -> bytes:
    """`{"mergeProperties": [{"type", "value"}, ...]}` as one identify event. Raises `Malformed`."""
    try:
        merge = msgspec.json.decode(body, type=_Merge)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Malformed(f"this is no merge call: {error}", code="invalid_request") from None
    event: dict[str, Any] = {
        "type": "identify",
        "messageId": merge.message_id,
        "timestamp": merge.timestamp,
        "originalTimestamp": merge.original_timestamp,
        "sentAt": merge.sent_at,
        "integrations": merge.integrations,
    }
    externals = []
    for found in merge.merge_properties:
        name = _FIELDS.get(found.type.replace("_", "").lower())
        if name and name not in event:
            event[name] = str(found.value)
        else:
            externals.append(
                {
                    "id": str(found.value),
                    "type": found.type,
                    "collection": "users",
                    "encoding": "none",
                }
            )
    event["context"] = {"externalIds": externals}
    return msgspec.json.encode({key: value for key, value in event.items() if value is not None})
