"""A person, or an account, as every evaluator sees her: a set of events, traits, identifiers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

Object = Mapping[str, Any]
_NOTHING: Object = {}


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One event. `properties`, `traits` and `context` are decoded JSON."""

    timestamp: int  # µs UTC
    message_id: str
    type: str = "track"
    event: str = ""
    source: str = ""
    brand: str = ""
    region: str = ""
    channel: str = ""
    properties: Object = _NOTHING
    traits: Object = _NOTHING
    context: Object = _NOTHING


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """`events` are those that count for the account: the ones that name it by groupId, and of what
    its members sent those that name no account at all."""

    id: str
    traits: Object = _NOTHING
    members: tuple[Person, ...] = ()
    events: tuple[Happening, ...] = ()
    zone: str = "UTC"  # an IANA name


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """`events` in any order: what is said of her depends on the set of them only."""

    profile: int
    events: tuple[Happening, ...] = ()
    traits: Object = _NOTHING
    identifiers: Mapping[str, tuple[str, ...]] = {}
    accounts: tuple[Account, ...] = ()
    zone: str = "UTC"  # an IANA name
