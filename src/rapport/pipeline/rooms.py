"""What the pipeline asks of the rooms behind dedupe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from rapport.events.model import Event
from rapport.identity.model import Changes, Decision
from rapport.identity.rules import Rules


class IdentityRoom(Protocol):
    """Works inside the pipeline's transaction; `reset` drops its caches after a rollback."""

    def assign(self, events: Sequence[Event]) -> Changes: ...
    def decide(self, decision: Decision) -> Changes: ...
    def set_rules(self, rules: Rules) -> Changes: ...
    def reset(self) -> None: ...


class ProfilesRoom(Protocol):
    """Works inside the pipeline's transaction; `reset` drops its caches after a rollback."""

    def absorb(self, events: Sequence[Event]) -> set[int]: ...
    def pin(self, control: Mapping[str, Any]) -> set[int]: ...
    def unpin(self, control: Mapping[str, Any]) -> set[int]: ...
    def reset(self) -> None: ...
