"""Events as conditions see them: from the pipeline, or from rows of the warehouse."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import msgspec

from rapport.audiences.meaning.person import Happening
from rapport.events.model import Event
from rapport.profiles.lens import Sources

_NOTHING: Final[dict[str, Any]] = {}
_decode: Final = msgspec.json.decode


class Seer:
    """Remembers slug, brand and region of sources for as long as it lives."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._known: dict[int, tuple[str, str, str]] = {}

    def happening(self, event: Event, heads: Collection[str]) -> Happening:
        """`heads` are those of properties, traits and context that have to be decoded."""
        slug, brand, region = self._known.get(event.source) or self._source(event.source)
        return Happening(
            timestamp=event.timestamp,
            message_id=event.message_id,
            type=event.type,
            event=event.event,
            source=slug,
            brand=brand,
            region=region,
            channel=event.channel or "",
            properties=_object(event.properties) if "properties" in heads else _NOTHING,
            traits=_object(event.traits) if "traits" in heads else _NOTHING,
            context=_object(event.context) if "context" in heads else _NOTHING,
        )

    def _source(self, number: int) -> tuple[str, str, str]:
        found = self._sources.get(number)
        if found is None:
            return f"source-{number}", "", ""
        known = found.slug, found.brand, str(getattr(found, "region", ""))
        self._known[number] = known
        return known


def _object(raw: bytes | str | None) -> dict[str, Any]:
    """{} for what is no JSON object."""
    if not raw:
        return _NOTHING
    try:
        found = _decode(raw)
    except (ValueError, RecursionError):
        return _NOTHING
    return found if isinstance(found, dict) else _NOTHING
