"""From parts to what a person or program reads: traits, names, instants, reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from rapport.clock import to_iso
from rapport.ids import profile_id
from rapport.profiles import survivorship
from rapport.profiles.parts import Fragments, Known, Parts, Sources, slug
from rapport.profiles.pins import Pin
from rapport.profiles.rules import SurvivorshipRules
from rapport.profiles.survivorship import Fragment

# Identifiers that name a device or a browser; who has nothing else is anonymous.
DEVICE_TYPES = (
    "anonymous_id",
    "device_id",
    "idfa",
    "idfv",
    "gaid",
    "advertising_id",
    "push_token",
    "ga_client_id",
    "session_id",
)
_STRONGEST = ("user_id", "email", "phone")
_decode = msgspec.json.decode


def traits(
    rules: SurvivorshipRules, fragments: Fragments, pins: Mapping[str, Pin], now: int
) -> dict[str, Any]:
    """Name -> value of the traits that survive, by name."""
    values: dict[str, Any] = {}
    for trait in sorted(fragments.keys() | pins.keys()):
        pin = pins.get(trait)
        if pin is not None and pin.pinned is not None:
            text: str | None = pin.pinned
        else:
            winner = survivorship.pick(rules, trait, fragments[trait], now)
            text = winner.value if winner is not None else None
        if text is not None and text != survivorship.NULL:
            values[trait] = _decode(text)
    return values


def explain(
    rules: SurvivorshipRules,
    parts: Parts,
    pins: Mapping[str, Pin],
    now: int,
) -> dict[str, Any]:
    """Trait -> {value, rule, source, time, ..., candidates}, also for traits that were removed."""
    names = {known.node: f"{known.type}:{known.value}" for known in parts.identifiers}
    return {
        trait: _explain(rules, trait, parts.fragments.get(trait, []), pins.get(trait), names, now)
        for trait in sorted(parts.fragments.keys() | pins.keys())
    }


def _explain(
    rules: SurvivorshipRules,
    trait: str,
    fragments: Sequence[Fragment],
    pin: Pin | None,
    names: Mapping[int, str],
    now: int,
) -> dict[str, Any]:
    verdict = survivorship.decide(rules, trait, fragments, now)
    candidates = [
        _candidate(one, names, None if pin is None else "pinned_over", verdict.lost.get(place))
        for place, one in enumerate(fragments)
    ]
    candidates.sort(key=lambda one: (one["wins"], one["time"], one["message_id"]), reverse=True)
    if pin is not None:
        return {**_pinned(pin), "candidates": candidates}
    winner = next((one for one in candidates if one["wins"]), None)
    shown = ("value", "source", "time", "message_id", "identifier")
    chosen = {key: winner[key] if winner else None for key in shown}
    return {**chosen, "rule": rules.of(trait).by, "pinned": False, "candidates": candidates}


def _candidate(
    one: Fragment, names: Mapping[int, str], pinned: str | None, lost: str | None
) -> dict[str, Any]:
    why = lost or pinned
    return {
        "value": _decode(one.value),
        "source": one.source,
        "time": to_iso(one.last_time),
        "first_time": to_iso(one.first_time),
        "count": one.count,
        "message_id": one.last_message,
        "identifier": names.get(one.node),
        "wins": why is None,
        "why": why or "wins",
    }


def _pinned(pin: Pin) -> dict[str, Any]:
    return {
        "value": _decode(pin.pinned or survivorship.NULL),
        "rule": "pinned",
        "source": None,
        "time": to_iso(pin.at),
        "message_id": None,
        "identifier": f"{pin.type}:{pin.value}",
        "pinned": True,
        "pin": {"decision": pin.id, "by": pin.by, "reason": pin.reason, "at": to_iso(pin.at)},
    }


def by_strength(identifiers: Iterable[Known]) -> list[Known]:
    """What names a person before what names a device; within a type the newest first."""
    return sorted(identifiers, key=rank)


def rank(identifier: Any) -> tuple[tuple[int, str], int, str]:
    """Sort key of anything with type, value and last_seen: the strongest first."""
    return (_strength(identifier.type), -identifier.last_seen, identifier.value)


def _strength(kind: str) -> tuple[int, str]:
    if kind in _STRONGEST:
        return (_STRONGEST.index(kind), "")
    if kind in DEVICE_TYPES:
        return (len(_STRONGEST) + 1 + DEVICE_TYPES.index(kind), "")
    return (len(_STRONGEST), kind)


def is_known(identifiers: Iterable[Known]) -> bool:
    return any(known.type not in DEVICE_TYPES for known in identifiers)


def name(values: Mapping[str, Any], identifiers: Sequence[Known]) -> str:
    """What to call a profile in a list. `identifiers` come by strength."""
    for keys in (("name",), ("first_name", "last_name"), ("firstName", "lastName"), ("email",)):
        words = [values[key].strip() for key in keys if isinstance(values.get(key), str)]
        if full := " ".join(word for word in words if word):
            return full
    address = next((known.value for known in identifiers if known.type == "email"), None)
    return address or (identifiers[0].value if identifiers else "")


def seen(parts: Parts) -> tuple[int, int]:
    """First and last instant of a profile: of its events, else of its identifiers."""
    if parts.activity:
        return min(a.first for a in parts.activity), max(a.last for a in parts.activity)
    known = parts.identifiers
    return min(k.first_seen for k in known), max(k.last_seen for k in known)


def slugs(parts: Parts, sources: Sources) -> list[str]:
    return sorted({slug(sources, activity.source) for activity in parts.activity})


def brands(parts: Parts, sources: Sources) -> list[str]:
    found = (sources.get(activity.source) for activity in parts.activity)
    return sorted({source.brand for source in found if source is not None and source.brand})


def summary(
    profile: int, parts: Parts, values: Mapping[str, Any], sources: Sources
) -> dict[str, Any]:
    """One line of a list: the ProfileSummary of the API."""
    identifiers = by_strength(parts.identifiers)
    first, last = seen(parts)
    return {
        "id": profile_id(profile),
        "name": name(values, identifiers),
        "identifiers": [{"type": known.type, "value": known.value} for known in identifiers],
        "first_seen": to_iso(first),
        "last_seen": to_iso(last),
        "events": sum(activity.events for activity in parts.activity),
        "brands": brands(parts, sources),
        "known": is_known(identifiers),
    }
