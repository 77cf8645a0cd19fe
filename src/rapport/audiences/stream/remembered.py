"""What is kept of the events of one node: rows, or totals that can be merged in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, TypeAlias

import msgspec

from rapport.audiences.language import paths, values
from rapport.audiences.language.model import FIELDS, HELD
from rapport.audiences.meaning import happenings
from rapport.audiences.meaning.person import Happening
from rapport.audiences.stream.behaviours import Behaviour

# (timestamp, message id, source, Kept as JSON or None)
Row: TypeAlias = tuple[int, str, str, str | None]
Tree: TypeAlias = "dict[str, Tree]"
ELEMENTS: Final = "[]"  # no key can be called so
_KEPT_FIELDS: Final = ("type", "event", "brand", "region", "channel")


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """What of an event is kept beside instant, message id and source."""

    type: str = ""
    event: str = ""
    brand: str = ""
    region: str = ""
    channel: str = ""
    properties: dict[str, Any] = {}
    traits: dict[str, Any] = {}
    context: dict[str, Any] = {}


_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(Kept).decode
_NOTHING: Final = Kept()


class Narrowing:
    """Leaves of an event what conditions look at. Made once for each behaviour."""

    def __init__(self, behaviour: Behaviour) -> None:
        ways = [paths.of_event(path) for path in behaviour.paths]
        fields = {way.head for way in ways} & set(FIELDS)
        self._fields = [
            name
            for name in _KEPT_FIELDS
            if name in fields or (behaviour.whole and name in ("type", "event"))
        ]
        self._trees: dict[str, Tree] = {}
        for way in ways:
            if way.head in HELD:
                lists = way.any_of
                keys = way.keys if lists is None else (*lists, ELEMENTS, *way.keys)
                _grow(self._trees.setdefault(way.head, {}), keys)

    def row(self, event: Happening) -> Row:
        kept: dict[str, Any] = {}
        for name in self._fields:
            if value := getattr(event, name):
                kept[name] = value
        for head, tree in self._trees.items():
            if pruned := _pruned(getattr(event, head), tree):
                kept[head] = pruned
        text = _encode(kept).decode() if kept else None
        return event.timestamp, event.message_id, event.source, text


@lru_cache(maxsize=50_000)  # who is active is asked about again and again
def happening(row: Row) -> Happening:
    """The event, as far as it was kept."""
    timestamp, message_id, source, text = row
    kept = _decode(text) if text else _NOTHING
    return Happening(
        timestamp=timestamp,
        message_id=message_id,
        type=kept.type,
        event=kept.event,
        source=source,
        brand=kept.brand,
        region=kept.region,
        channel=kept.channel,
        properties=kept.properties,
        traits=kept.traits,
        context=kept.context,
    )


class Totals(msgspec.Struct, array_like=True, gc=False):
    """Sums over events, in any order; `merge` adds those of other events.

    Numbers are in millionths, as texts: they may need more than 64 bits.
    """

    count: int = 0
    last: int = 0  # instant of the latest event; means nothing without events
    numbers: int = 0  # events with a number at the path
    total: str = "0"
    least: str = ""
    most: str = ""
    texts: dict[str, int] = {}
    row: Row | None = None  # the first or the last event
    consent: tuple[int, bool] | None = None  # latest instant; whether all said yes then

    def merge(self, other: Totals, behaviour: Behaviour) -> None:
        self.last = max(self.last, other.last) if self.count else other.last
        self.count += other.count
        if other.numbers:
            self.total = str(int(self.total) + int(other.total))
            both = [int(each) for each in (self.least, other.least) if each]
            self.least = str(min(both))
            both = [int(each) for each in (self.most, other.most) if each]
            self.most = str(max(both))
            self.numbers += other.numbers
        for text, count in other.texts.items():
            self.texts[text] = self.texts.get(text, 0) + count
        rows = [row for row in (self.row, other.row) if row is not None]
        if rows:
            first = behaviour.taken in ("first", "first_text")
            self.row = (min if first else max)(rows, key=_order)
        given = [one for one in (self.consent, other.consent) if one is not None]
        if given:
            latest = max(at for at, _ in given)
            self.consent = latest, all(yes for at, yes in given if at == latest)


def totals_of(event: Happening, behaviour: Behaviour, narrowing: Narrowing) -> Totals:
    """Of one event."""
    found = Totals(1, event.timestamp)
    match behaviour.taken:
        case "number":
            for size in happenings.micros([event], behaviour.paths[0]):
                found.numbers, found.total = 1, str(size)
                found.least = found.most = found.total
        case "texts":
            found.texts = dict(Counter(happenings.texts([event], behaviour.paths[0])))
        case "first" | "last":
            found.row = narrowing.row(event)
        case "first_text" | "last_text":
            if happenings.texts([event], behaviour.paths[0]):
                found.row = narrowing.row(event)
        case "consent":
            said = [values.text(raw) for raw in happenings.at_path(event, behaviour.paths[0])]
            found.consent = event.timestamp, said == ["true"]
    return found


def summed(parts: Iterable[Totals], behaviour: Behaviour) -> Totals:
    found = Totals(texts={})
    for part in parts:
        found.merge(part, behaviour)
    return found


def _order(row: Row) -> tuple[int, str, str]:
    return row[0], row[1], row[2]


def _grow(tree: Tree, keys: Iterable[str]) -> None:
    for key in keys:
        tree = tree.setdefault(key, {})


def _pruned(value: Any, tree: Tree) -> Any:
    """The parts of a JSON value to which the tree leads; of others, only what kind they are."""
    if isinstance(value, dict):
        found = {key: _pruned(value[key], below) for key, below in tree.items() if key in value}
        return {key: each for key, each in found.items() if each is not None}
    if isinstance(value, list):
        below = tree.get(ELEMENTS)
        return [] if below is None else [_pruned(each, below) for each in value]
    return value
