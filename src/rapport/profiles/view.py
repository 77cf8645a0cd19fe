"""From parts to what a person or program reads: traits, names, instants, reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from rapport.clock import to_iso
from rapport.ids import profile_id
from rapport.profiles import survivorship
from rapport.profiles.lens import Lens, Senders
from rapport.profiles.parts import Fragments, Known, Parts
from rapport.profiles.pins import Pin
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
_DEVICES = frozenset(DEVICE_TYPES)
_STRONGEST = ("user_id", "email", "phone")
_STRENGTHS = {
    **{kind: (place, "") for place, kind in enumerate(_STRONGEST)},
    **{kind: (len(_STRONGEST) + 1 + place, "") for place, kind in enumerate(DEVICE_TYPES)},
}
_NAMES = (("name",), ("first_name", "last_name"), ("firstName", "lastName"), ("email",))
_decode = msgspec.json.decode


def traits(lens: Lens, fragments: Fragments, pins: Mapping[str, Pin]) -> dict[str, Any]:
    """Name -> value of the traits that survive, by name."""
    values: dict[str, Any] = {}
    for trait in sorted(fragments.keys() | pins.keys()):
        pin = pins.get(trait)
        if pin is not None and pin.pinned is not None:
            text: str | None = pin.pinned
        else:
            winner = survivorship.pick(lens.rules, trait, fragments[trait], lens.now)
            text = winner.value if winner is not None else None
        if text is not None and text != survivorship.NULL:
            values[trait] = _decode(text)
    return values


def explain(lens: Lens, parts: Parts, pins: Mapping[str, Pin]) -> dict[str, Any]:
    """Trait -> {value, rule, source, time, ..., candidates}, also for traits that were removed."""
    names = {known.node: f"{known.type}:{known.value}" for known in parts.identifiers}
    return {
        trait: _explain(lens, trait, parts.fragments.get(trait, []), pins.get(trait), names)
        for trait in sorted(parts.fragments.keys() | pins.keys())
    }


def _explain(
    lens: Lens,
    trait: str,
    fragments: Sequence[Fragment],
    pin: Pin | None,
    names: Mapping[int, str],
) -> dict[str, Any]:
    verdict = survivorship.decide(lens.rules, trait, fragments, lens.now)
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
    return {**chosen, "rule": lens.rules.of(trait).by, "pinned": False, "candidates": candidates}


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
    """What names a person before what names a device; within a type the first known first."""
    return sorted(identifiers, key=lambda known: (*_strength(known.type), known.node))


def _strength(kind: str) -> tuple[int, str]:
    return _STRENGTHS.get(kind) or (len(_STRONGEST), kind)


def is_known(identifiers: Iterable[Known]) -> bool:
    return any(known.type not in _DEVICES for known in identifiers)


def name(values: Mapping[str, Any], identifiers: Sequence[Known]) -> str:
    """What to call a profile in a list. `identifiers` come by strength."""
    for keys in _NAMES:
        if values.keys().isdisjoint(keys):
            continue
        words = [values[key].strip() for key in keys if isinstance(values.get(key), str)]
        if full := " ".join(word for word in words if word):
            return full
    address = next((known.value for known in identifiers if known.type == "email"), None)
    return address or (identifiers[0].value if identifiers else "")


def iso(instant: int | None) -> str | None:
    return None if instant is None else to_iso(instant)


def summary(
    profile: int, parts: Parts, values: Mapping[str, Any], senders: Senders
) -> dict[str, Any]:
    """One line of a list: the ProfileSummary of the API."""
    identifiers, activity = by_strength(parts.identifiers), parts.activity()
    return {
        "id": profile_id(profile),
        "name": name(values, identifiers),
        "identifiers": [{"type": known.type, "value": known.value} for known in identifiers],
        "first_seen": iso(activity.first),
        "last_seen": iso(activity.last),
        "events": activity.events,
        "brands": senders.brands(activity.sources),
        "known": is_known(identifiers),
    }
