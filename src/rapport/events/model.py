"""What an event is inside Rapport, once decoded and normalised."""

from __future__ import annotations

from typing import Any

import msgspec

TYPES = ("track", "identify", "page", "screen", "group", "alias")

# Bits of `Event.flags`
FUTURE = 1  # timestamp lay too far after arrival; clamped to arrival
ANCIENT = 2  # timestamp lies very far before arrival; kept
SKEWED = 4  # the client's clock was off and the timestamp was corrected


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


class Event(msgspec.Struct, gc=False, kw_only=True):
    """One accepted event. Instants are microseconds UTC; `None` means the client did not say.

    `properties`, `traits`, `context` are the raw JSON objects as bytes (b"" when absent), so that
    nothing a client sent is lost and nothing is parsed that nobody asks for.
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
    traits: bytes  # for identify and group: `traits`, laid over `context.traits`
    context: bytes
    ctx: Context  # decoded `context`
    size: int  # bytes of the event as sent
    node: int = 0  # set by identity: node of the strongest identifier
