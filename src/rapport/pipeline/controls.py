"""Decisions of operators, applied where they stand in the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from rapport.errors import Malformed
from rapport.events.quarantine import Quarantine
from rapport.identity.model import Changes, Decision
from rapport.identity.rules import parse
from rapport.pipeline.rooms import IdentityRoom, ProfilesRoom
from rapport.pipeline.store import PipelineStore

Control = Mapping[str, Any]


class Controls:
    """Knows which room a decision belongs to."""

    def __init__(
        self,
        store: PipelineStore,
        quarantine: Quarantine,
        identity: IdentityRoom,
        profiles: ProfilesRoom,
    ) -> None:
        self._store = store
        self._quarantine = quarantine
        self._identity = identity
        self._profiles = profiles
        self._actions: dict[str, Callable[[Control], None]] = {
            "merge": self._decide,
            "split": self._decide,
            "undo": self._decide,
            "rules": self._set_rules,
            "pin": self._pin,
            "unpin": self._unpin,
            "discard_quarantined": self._discard,
        }

    def apply(self, control: Control) -> None:
        """Raises `RapportError` when the decision makes no sense; its transaction must then end."""
        action = self._actions.get(str(control.get("action")))
        if action is None:
            raise Malformed(
                f"there is no action {control.get('action')!r}",
                hint=f"use one of {', '.join(sorted(self._actions))}",
            )
        action(control)

    def _decide(self, control: Control) -> None:
        try:
            decision = msgspec.convert(control, Decision)
        except msgspec.ValidationError as error:
            raise Malformed(f"the decision cannot be read: {error}") from None
        self._changed(self._identity.decide(decision))

    def _set_rules(self, control: Control) -> None:
        self._changed(self._identity.set_rules(parse(control.get("rules") or {})))

    def _pin(self, control: Control) -> None:
        self._store.hand_over_profiles(self._store.profiles_of(self._profiles.pin(control)))

    def _unpin(self, control: Control) -> None:
        self._store.hand_over_profiles(self._store.profiles_of(self._profiles.unpin(control)))

    def _discard(self, control: Control) -> None:
        wanted = control.get("ids", [control.get("quarantined")])
        if type(wanted) is not list or not all(type(number) is int for number in wanted):
            raise Malformed("discard_quarantined needs `ids`, a list of numbers")
        for number in wanted:
            self._quarantine.discard(number, str(control.get("reason", "")))

    def _changed(self, changes: Changes) -> None:
        self._store.hand_over_identities(changes.moved)
        self._store.hand_over_profiles(changes.touched)


def read_control(body: bytes) -> Control:
    """The JSON object of a control record; its `id` is a text. Raises `Malformed`."""
    try:
        control = msgspec.json.decode(body, type=dict[str, Any])
    except (ValueError, RecursionError) as error:
        raise Malformed(f"the decision cannot be read: {error}") from None
    if not isinstance(control.get("id", ""), str):
        raise Malformed("the id of a decision is a text")
    return control
