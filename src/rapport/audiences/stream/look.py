"""One person at one instant, as compiled conditions see her."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias
from zoneinfo import ZoneInfo

from rapport.audiences.meaning.computed import Value
from rapport.audiences.meaning.person import Person
from rapport.audiences.stream.remembered import Row, Totals

# The next instant at which an answer may change by itself, None when it never will
Turn: TypeAlias = int | None
Verdict: TypeAlias = tuple[bool, Turn]
Check: TypeAlias = "Callable[[Look], Verdict]"
Reading: TypeAlias = "Callable[[Look], tuple[Value, Turn]]"


class Memory(Protocol):
    """What is remembered of the nodes of one person for the behaviour of one number."""

    def times(self, number: int) -> Sequence[int]:
        """Instants of rows, ascending."""
        ...

    def rows(self, number: int) -> Sequence[Row]: ...

    def totals(self, number: int) -> Sequence[Totals]: ...


class Facts(Protocol):
    """What is known of her beside events. Asked only when a condition looks at it."""

    @property
    def profile(self) -> int: ...

    @property
    def zone(self) -> ZoneInfo: ...

    @property
    def traits(self) -> Mapping[str, Any]: ...

    @property
    def person(self) -> Person:
        """Without events."""
        ...

    def held(self, key: str) -> Any:
        """The value of a trait that is worked out elsewhere, None when there is none."""
        ...


class Look:
    """`said` and `totals` keep what was worked out, since several definitions ask the same."""

    __slots__ = ("facts", "memory", "now", "said", "totals")

    def __init__(self, facts: Facts, memory: Memory, now: int) -> None:
        self.facts = facts
        self.memory = memory
        self.now = now
        self.said: dict[int, Any] = {}
        self.totals: dict[int, tuple[Totals, Turn]] = {}


def next_turn(turns: Iterable[Turn], now: int) -> Turn:
    return min((at for at in turns if at is not None and at > now), default=None)
