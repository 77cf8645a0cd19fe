"""Files of definitions as a whole: segments, traits, kept insights and dashboards."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, Final

import msgspec

from rapport import yaml12
from rapport.audiences.language import definitions, diffing, parts, writing
from rapport.audiences.language.diffing import Change
from rapport.audiences.language.model import ComputedTrait, Definition, Segment
from rapport.audiences.language.operands import refuse
from rapport.insights import written
from rapport.insights.written import HINT, Board, Insight, Kept, Object

One = Definition | Kept
KINDS: Final[dict[str, type[One]]] = {
    "segment": Segment,
    "trait": ComputedTrait,
    "insight": Insight,
    "dashboard": Board,
}
_KEPT: Final[dict[str, Callable[[Any, str, int], Kept]]] = {
    "insights": written.insight,
    "dashboards": written.dashboard,
}


def read(raw: Any, now: int) -> list[One]:
    """Of `{segments: [...], traits: [...], insights: [...], dashboards: [...]}`, each of which may
    be missing. `now` in µs UTC. Raises `Malformed`, which names the node."""
    node = parts.mapping(raw, "definitions")
    parts.only(node, "", *(f"{kind}s" for kind in KINDS))
    audiences = {name: node.get(name) for name in node if name not in _KEPT}
    return [*definitions.document(audiences), *kept(node, now)]


def kept(node: Object, now: int) -> list[Kept]:
    """The insights and dashboards among them. Raises `Malformed`, which names the node."""
    found: list[Kept] = []
    for name, reader in _KEPT.items():
        listed = node.get(name) or []
        if not isinstance(listed, list):
            raise refuse(name, "has to be a list", HINT)
        found += [reader(each, f"{name}[{place}]", now) for place, each in enumerate(listed)]
    return found


def from_yaml(text: str, now: int) -> list[One]:
    """Raises `Malformed`, also for what is not YAML."""
    return read(yaml12.loaded(text, hint="see docs/files.md") or {}, now)


def held(raw: Any) -> list[One]:
    """What the server holds, which it has checked itself when it was kept."""
    found: list[One] = list(definitions.document({k: raw[k] for k in raw if k not in _KEPT}))
    found += msgspec.convert(raw["insights"], list[Insight])
    return found + msgspec.convert(raw["dashboards"], list[Board])


def document(everything: Iterable[One]) -> Object:
    """What `read` reads; lists by key, so that files differ little."""
    listed = sorted(everything, key=lambda one: one.key)
    return {
        f"{kind}s": [plain(one) for one in listed if isinstance(one, each)]
        for kind, each in KINDS.items()
    }


def plain(one: One) -> Object:
    """As files have it."""
    if isinstance(one, Insight | Board):
        return written.written(one)
    return writing.definition(one)


def kind_of(one: One) -> str:
    return next(kind for kind, each in KINDS.items() if isinstance(one, each))


def changes(before: Iterable[One], after: Iterable[One]) -> list[Change[One]]:
    """What would have to be done, so that `after` is."""
    return diffing.changes(before, after, plain)


def check(fresh: Iterable[Kept], segments: Collection[str], insights: Collection[str]) -> None:
    """Whether what they look at is there. Raises `Malformed`, which names key and node."""
    for one in fresh:
        for at, kind, key in _looked_at(one):
            if key not in (segments if kind == "segment" else insights):
                words = f"there is no {kind} {key!r}"
                raise refuse(f"{one.sort} {one.key}: {at}", words, "define it in the same files")


def _looked_at(one: Kept) -> Iterator[tuple[str, str, str]]:
    for at, key in written.segments_of(one):
        yield at, "segment", key
    if isinstance(one, Board):
        for place, card in enumerate(one.cards):
            yield f"cards[{place}].insight", "insight", card.insight
