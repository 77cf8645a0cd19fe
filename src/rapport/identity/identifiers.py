"""Event → identifiers: taken from where the SDKs put them, and normalised.

| type | from |
|---|---|
| user_id, anonymous_id | userId, anonymousId; previousId of an alias counts as an anonymous id |
| email, phone | traits of identify, context.traits, properties of other events |
| device_id, push_token | context.device.{id, token} |
| idfa, gaid | context.device.advertisingId on Apple, Android; not when ad tracking is off |
| any other | context.externalIds [{id, type, collection: "users"}] |

A group id names an account, not a person, and is never an identifier.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec
import phonenumbers

from rapport.events.model import Event
from rapport.identity.model import USER, Key

Keys = tuple[Key, ...]
RawKey = tuple[str | None, ...]

_EMAIL = re.compile(r"[^\s@,;<>\"()\[\]]{1,64}@[^\s@,;<>\"()\[\]]+\.[^\s@.,;<>\"()\[\]\d]{2,63}")
_TYPE = re.compile(r"[a-z][a-z0-9_.\-]{0,63}")
# "Invite Sent {email}" carries the address of somebody else.
_ABOUT_OTHERS = re.compile(r"invit|refer|gift|forward|recipient|friend|share", re.IGNORECASE)
_APPLE = ("ios", "ipados", "tvos", "watchos", "visionos", "macos")
_SEGMENT_NAMES = {
    "android.id": "device_id",
    "ios.id": "device_id",
    "android.idfa": "gaid",
    "ios.idfa": "idfa",
    "android.push_token": "push_token",
    "ios.push_token": "push_token",
}
_NOT_A_PERSON = ("group_id", "account_id")
_MOST_EXTERNAL = 10  # of one event; more is a mistake of the sender
_MOST_CHARACTERS = 256


class Contacts(msgspec.Struct, gc=False):
    """The two traits that name a person, picked out of a JSON object without decoding the rest."""

    email: Any = None
    phone: Any = None


class Normaliser:
    """Gives every spelling of one identifier the same value. `region`: of phones without prefix."""

    def __init__(self, region: str = "US") -> None:
        self._region = region.upper()
        self.phone = lru_cache(maxsize=50_000)(self._phone)

    def __call__(self, type: str, value: Any) -> str | None:
        """The normalised value, or None when it cannot be an identifier of that type."""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return None
        text = value if isinstance(value, str) else _number(value)
        if type == "email":
            return email(text)
        if type == "phone":
            return self.phone(text)
        normal = plain(text)
        return normal.lower() if normal and type in ("idfa", "gaid") else normal

    def _phone(self, text: str) -> str | None:
        if not 6 <= sum(c.isdigit() for c in text) <= 20:
            return None
        try:
            number = phonenumbers.parse(text, self._region)
        except phonenumbers.NumberParseException:
            return None
        if not phonenumbers.is_valid_number(number):
            return None
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _number(value: int | float) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value != value else str(value)


def email(text: str) -> str | None:
    """Lower-case NFC address, or None when the text is not one. Checked by shape, not by DNS.

    >>> email(" Neha@Example.com "), email("nobody")
    ('neha@example.com', None)
    """
    text = text.strip().lower().removeprefix("mailto:")
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return text if len(text) <= 254 and _EMAIL.fullmatch(text) else None


def plain(text: str) -> str | None:
    """An opaque id: trimmed, NFC, of bounded length; None when nothing is left."""
    text = text.strip()
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if len(text) > _MOST_CHARACTERS:
        digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        text = f"{text[:200]}~{digest}"
    return text or None


def parse_key(text: str, normalise: Normaliser) -> Key | None:
    """`"type:value"` as an operator writes it → a key; None when it cannot be one."""
    kind, colon, value = text.partition(":")
    kind = _SEGMENT_NAMES.get(kind.lower(), kind.lower())
    if not colon or not _TYPE.fullmatch(kind):
        return None
    normal = normalise(kind, value)
    return (kind, normal) if normal else None


class Extractor:
    """Event → its identifiers, without repetition, in one fixed order per set."""

    def __init__(self, normalise: Normaliser) -> None:
        self._normalise = normalise
        self._contacts = msgspec.json.Decoder(Contacts)

    def __call__(self, event: Event) -> Keys:
        found = {key for key in self._each(event) if key is not None}
        if not found:
            # Nothing on it names anybody, yet it needs a home that no other event shares.
            return (("message_id", event.message_id),)
        return tuple(sorted(found))

    def raw_key(self, event: Event) -> RawKey | None:
        """What `__call__` would look at, unread: equal raw keys have equal identifiers.

        None when it cannot be had cheaply, or would be the key of this event alone.
        """
        ctx = event.ctx
        if ctx.device is not None or ctx.traits is not None or ctx.external_ids is not None:
            return None
        user, anonymous = event.user_id, event.anonymous_id
        if event.previous_id is not None or (user is None and anonymous is None):
            return None
        raw = event.traits if event.type == "identify" else event.properties
        if b'"email"' not in raw and b'"phone"' not in raw:
            return (user, anonymous)
        if event.type != "identify":
            return None
        try:
            contacts = self._contacts.decode(raw)
        except (msgspec.DecodeError, msgspec.ValidationError):
            return (user, anonymous)
        if isinstance(contacts.email, str | None) and isinstance(contacts.phone, str | None):
            return (user, anonymous, contacts.email, contacts.phone)
        return None

    def _each(self, event: Event) -> Iterator[Key | None]:
        yield self._key(USER, event.user_id)
        yield self._key("anonymous_id", event.anonymous_id)
        if event.previous_id is not None and event.previous_id != event.user_id:
            yield self._key("anonymous_id", event.previous_id)
        ctx = event.ctx
        if event.type == "identify":
            yield from self._of_json(event.traits)
        elif ctx.traits is not None:
            yield from self._of_traits(ctx.traits)
        if event.type in ("track", "page", "screen") and not _ABOUT_OTHERS.search(event.event):
            yield from self._of_json(event.properties)
        if isinstance(ctx.device, dict):
            yield from self._of_device(ctx.device)
        if isinstance(ctx.external_ids, list):
            for external in ctx.external_ids[:_MOST_EXTERNAL]:
                yield self._of_external(external)

    def _key(self, type: str, value: Any) -> Key | None:
        if value is None:
            return None
        normal = self._normalise(type, value)
        return (type, normal) if normal else None

    def _of_json(self, raw: bytes) -> Iterator[Key | None]:
        if b'"email"' not in raw and b'"phone"' not in raw:
            return
        try:
            contacts = self._contacts.decode(raw)
        except (msgspec.DecodeError, msgspec.ValidationError):
            return
        yield self._key("email", contacts.email)
        yield self._key("phone", contacts.phone)

    def _of_traits(self, traits: Any) -> Iterator[Key | None]:
        if isinstance(traits, dict):
            yield self._key("email", traits.get("email"))
            yield self._key("phone", traits.get("phone"))

    def _of_device(self, device: dict[str, Any]) -> Iterator[Key | None]:
        yield self._key("device_id", device.get("id"))
        yield self._key("push_token", device.get("token"))
        system = str(device.get("type") or "").lower()
        tracking = device.get("adTrackingEnabled")
        if system in _APPLE and tracking is not False:
            yield self._key("idfa", device.get("advertisingId"))
        elif system == "android" and tracking is True:
            yield self._key("gaid", device.get("advertisingId"))

    def _of_external(self, external: Any) -> Key | None:
        if not isinstance(external, dict) or external.get("collection", "users") != "users":
            return None
        kind = external.get("type")
        if not isinstance(kind, str):
            return None
        kind = _SEGMENT_NAMES.get(kind.lower(), kind.lower())
        if not _TYPE.fullmatch(kind) or kind in _NOT_A_PERSON:
            return None
        return self._key(kind, external.get("id"))
