"""What changed in memberships and computed traits, and why."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

MOST_MESSAGES = 5


class Reason(msgspec.Struct, frozen=True, omit_defaults=True):
    """`messages` are ids of the events that gave the occasion, at most `MOST_MESSAGES`."""

    by: Literal["events", "traits", "timer", "identity", "definition", "schedule"]
    messages: tuple[str, ...] = ()
    due: int = 0  # of a timer, µs UTC


class MembershipChange(msgspec.Struct, frozen=True):
    seq: int
    segment: str
    profile: int
    entered: bool
    at: int  # µs UTC
    reason: str  # JSON of `Reason`
    version: int


class AccountChange(msgspec.Struct, frozen=True):
    seq: int
    segment: str
    account: str
    entered: bool
    at: int  # µs UTC
    reason: str  # JSON of `Reason`
    version: int


class TraitChange(msgspec.Struct, frozen=True):
    trait: str
    profile: int
    value: str | None  # JSON; None when it has none any more
    at: int  # µs UTC


class Outcome(msgspec.Struct):
    """In the order in which it happened."""

    memberships: list[MembershipChange] = []
    values: list[TraitChange] = []
    accounts: list[AccountChange] = []

    def add(self, other: Outcome) -> None:
        self.memberships += other.memberships
        self.values += other.values
        self.accounts += other.accounts

    def __bool__(self) -> bool:
        return bool(self.memberships or self.values or self.accounts)


def json_of(value: Any) -> str:
    return msgspec.json.encode(value).decode()
