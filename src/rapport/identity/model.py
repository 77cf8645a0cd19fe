"""The words of identity: identifier, evidence, link, refusal, decision."""

from __future__ import annotations

from typing import Literal

import msgspec

USER = "user_id"  # the one type that names a person by itself

# State of an identifier: does it join what it is seen with?
OPEN = 0  # joins
OWNED = 1  # seen with several users, one of them clearly its owner: joins only that one
SHARED = 2  # seen with several users, none clearly the owner: joins nobody; may change
PUBLIC = 3  # seen with more people than could ever share one person's: joins nobody
CROWDED = 4  # seen with more identifiers than any person has: joins nobody
BLOCKED = 5  # the rules say that this value means nothing: joins nobody

STATE_NAMES = ("open", "owned", "shared", "shared", "crowded", "blocked")

Key = tuple[str, str]  # (type, normalised value)


class Member(msgspec.Struct, gc=False):
    """One identifier. `profile` is the smallest node of its part; `owner` a user's node or 0."""

    node: int
    type: str
    value: str
    state: int
    owner: int
    profile: int

    @property
    def joins(self) -> bool:
        return self.state <= OWNED

    @property
    def settled(self) -> bool:
        """True when no further evidence can change the state."""
        return self.state >= PUBLIC

    @property
    def label(self) -> str:
        return f"{self.type}:{self.value}"


class Evidence(msgspec.Struct, gc=False):
    """All events that carried exactly these identifiers, as sums that need no order.

    `source` and `message_id` are of the canonical first event: smallest (time, source, messageId).
    """

    id: int
    nodes: tuple[int, ...]  # ascending
    first_seen: int  # µs UTC
    last_seen: int
    count: int
    source: int
    message_id: str


class Link(msgspec.Struct, frozen=True, gc=False):
    """What people decided about a pair: the latest decision that was not undone."""

    a: int
    b: int
    same: bool
    at: int
    decision: str


class Refusal(msgspec.Struct, frozen=True, gc=False, order=True):
    """An edge that evidence or a decision proposed and a rule refused."""

    a: int
    b: int
    rule: str  # blocked, shared, crowded, owned, not_the_same, limit:<type>


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One decision of a person, as written in the log. `a`, `b` are "type:value"."""

    id: str
    at: int  # µs UTC
    action: Literal["merge", "split", "undo"]
    a: str = ""
    b: str = ""
    decision: str = ""  # the decision that an undo takes back
    by: str = ""
    reason: str = ""


class Changes(msgspec.Struct, frozen=True):
    """What a step changed.

    `moved`: node → profile for every new node and every node whose profile changed.
    `touched`: profiles whose set of identifiers changed, old and new ones.
    """

    moved: dict[int, int]
    touched: set[int]
