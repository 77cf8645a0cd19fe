"""What the pipeline asks of the rooms behind dedupe."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from rapport.audiences.changes import Outcome
from rapport.errors import Malformed
from rapport.events.model import Event
from rapport.identity.model import Changes, Decision
from rapport.identity.rules import Rules


class IdentityRoom(Protocol):
    """Works inside the pipeline's transaction; `reset` drops its caches after a rollback."""

    def assign(self, events: Sequence[Event], *, hold: bool = False) -> Changes: ...
    def settle(self) -> None: ...
    def decide(self, decision: Decision) -> Changes: ...
    def set_rules(self, rules: Rules) -> Changes: ...
    def reset(self) -> None: ...


class ProfilesRoom(Protocol):
    """Works inside the pipeline's transaction; `reset` drops its caches after a rollback."""

    def absorb(self, events: Sequence[Event], *, hold: bool = False) -> set[int]: ...
    def settle(self) -> None: ...
    def pin(self, control: Mapping[str, Any]) -> set[int]: ...
    def unpin(self, control: Mapping[str, Any]) -> set[int]: ...
    def reset(self) -> None: ...


class AudiencesRoom(Protocol):
    """Works inside the pipeline's transaction; `reset` drops its caches after a rollback."""

    def absorb(
        self, events: Sequence[Event], changes: Changes, touched: Collection[int]
    ) -> Outcome: ...
    def listens(self) -> bool: ...
    def work(self) -> Outcome: ...
    def waits(self) -> bool: ...
    def define(self, control: Mapping[str, Any], offset: int, outbox: int) -> Outcome: ...
    def retire(self, control: Mapping[str, Any]) -> Outcome: ...
    def fill(self, control: Mapping[str, Any]) -> Outcome: ...
    def write_values(self, control: Mapping[str, Any]) -> Outcome: ...
    def write_accounts(self, control: Mapping[str, Any]) -> Outcome: ...
    def reset(self) -> None: ...


class NoAudiences:
    """Where nobody defines anything."""

    def absorb(
        self, events: Sequence[Event], changes: Changes, touched: Collection[int]
    ) -> Outcome:
        del events, changes, touched
        return Outcome()

    def listens(self) -> bool:
        return False

    def waits(self) -> bool:
        return False

    def work(self) -> Outcome:
        return Outcome()

    def define(self, control: Mapping[str, Any], offset: int = 0, outbox: int = 0) -> Outcome:
        del offset, outbox
        raise Malformed(f"there are no audiences here for {control.get('action')!r}")

    retire = fill = write_values = write_accounts = define

    def reset(self) -> None:
        return
