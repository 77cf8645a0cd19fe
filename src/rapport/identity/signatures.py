"""The hot path's memory: sets of identifiers seen lately, with their home node and their sums."""

from __future__ import annotations

from typing import Generic, TypeVar

from rapport.identity.identifiers import Keys

K = TypeVar("K")
V = TypeVar("V")

_NEVER = 2**62


class Signature:
    """One set of identifiers as it comes on events; the in-memory twin of one evidence row.

    The pipeline is the only writer, so the sums here are the truth and are written as they are.
    """

    __slots__ = (
        "count", "dirty", "earlier", "first_seen", "home", "id", "keys", "last_seen", "message_id",
        "nodes", "source", "sources",
    )  # fmt: skip

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self.id = 0  # of its evidence row; 0 while not looked up
        self.home = 0  # node of the strongest identifier
        self.nodes: tuple[int, ...] = ()
        self.count = 0
        self.first_seen = _NEVER
        self.last_seen = -_NEVER
        self.source = 0
        self.sources: tuple[int, ...] = ()  # all that were heard since it is held in memory
        self.message_id = ""
        self.dirty = False
        self.earlier = False  # an earlier first event came in this batch

    def first(self) -> tuple[int, int, str]:
        return (self.first_seen, self.source, self.message_id)

    def predate(self, first_seen: int, source: int, message_id: str) -> None:
        """Take an event as the canonical first one if it sorts before the present one."""
        if (first_seen, source, message_id) < self.first():
            self.first_seen, self.source, self.message_id = first_seen, source, message_id
            self.earlier = True


class Recent(Generic[K, V]):
    """A dict that forgets: two generations, so that a hit costs nothing but the look-up.

    Holds up to twice `cap` entries; what was not asked for lately goes first.
    """

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self.young: dict[K, V] = {}
        self._old: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        value = self.young.get(key)
        if value is None and (value := self._old.pop(key, None)) is not None:
            self.young[key] = value
        return value

    def put(self, key: K, value: V) -> None:
        self.young[key] = value

    def age(self) -> bool:
        """Called between batches, so that nothing is forgotten in the middle of one.

        True when entries were forgotten.
        """
        if len(self.young) <= self._cap:
            return False
        self._old, self.young = self.young, {}
        return True

    def clear(self) -> None:
        self.young, self._old = {}, {}
