"""What an event is inside Rapport, once decoded and normalised."""

from __future__ import annotations

from typing import Any

import msgspec

TYPES = ("track", "identify", "page", "screen", "group", "alias")

# Bits of `Event.flags`
FUTURE = 1  # timestamp lay too far after arrival; clamped to arrival
ANCIENT = 2  # timestamp lies very far before arrival; kept
SKEWED = 4  # the client's clock was off and the timestamp was corrected
UNREADABLE = 8  # a timestamp was sent that could not be read; arrival stands in for it


class Context(msgspec.Struct, gc=False, rename="camel"):
    """The parts of `context` that get their own column. Everything else stays in the raw JSON."""

    ip: Any = None
    locale: Any = None
    timezone: Any = None
    user_agent: Any = None
    group_id: Any = None
    session_id: Any = None
    channel: Any = None
    page: Any = None  # {url, path, referrer, search, title}
    campaign: Any = None  # {name, source, medium, term, content}
    library: Any = None  # {name, version}
    app: Any = None  # {name, version, build}
    device: Any = None  # {id, type, manufacturer, model, advertisingId, adTrackingEnabled, token}
    os: Any = None  # {name, version}
    screen: Any = None
    location: Any = None  # {country, city}
    traits: Any = None
    external_ids: Any = msgspec.field(default=None, name="externalIds")


class Event(msgspec.Struct, gc=False, array_like=True):
    """One accepted event. Instants are microseconds UTC; `None` means the client did not say.

    `properties`, `traits`, `context` and `integrations` are the raw JSON objects as bytes (b"" when
    absent), so that nothing a client sent is lost and nothing is parsed that nobody asks for.
    """

    offset: int  # of its record in the log
    index: int  # inside that record
    source: int
    type: str  # one of TYPES
    message_id: str
    event: str  # name of a track event, of a page or screen; "" where there is none
    user_id: str | None
    anonymous_id: str | None
    previous_id: str | None
    group_id: str | None
    timestamp: int  # corrected for clock skew: when it happened
    original_timestamp: int | None
    sent_at: int | None
    received_at: int
    flags: int
    properties: bytes
    traits: bytes  # `traits`; for identify laid over `context.traits`. Of a group: the account's
    context: bytes
    ctx: Context  # decoded `context`
    size: int  # bytes of the event as sent
    channel: str | None = None
    content: bytes = b""  # 8-byte digest of what was sent, the same for every re-send
    integrations: bytes = b""  # which destinations the client asked for; raw JSON like `context`
    node: int = 0  # set by identity: node of the strongest identifier


class Rejection(msgspec.Struct, gc=False, kw_only=True, array_like=True):
    """One event that cannot be used as it is; it goes to quarantine."""

    offset: int
    index: int
    source: int
    message_id: str | None  # None when the event did not carry a usable one
    reason: str  # a key of events.reasons.REASONS
    detail: str
    body: bytes  # the event as sent
    received_at: int
    content: bytes  # 8-byte digest, as in Event
    redrive: int | None = None  # id of the quarantined event that this one corrects
