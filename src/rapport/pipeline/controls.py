"""Decisions of operators, applied where they stand in the log."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import msgspec

from rapport.audiences.changes import Outcome
from rapport.errors import Malformed
from rapport.events.quarantine import Quarantine
from rapport.identity.model import Changes, Decision
from rapport.identity.rules import parse
from rapport.pipeline.rooms import AudiencesRoom, IdentityRoom, ProfilesRoom
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
        audiences: AudiencesRoom,
    ) -> None:
        self._store = store
        self._quarantine = quarantine
        self._identity = identity
        self._profiles = profiles
        self._audiences = audiences
        self._actions: dict[str, Callable[[Control], None]] = {
            "merge": self._decide,
            "split": self._decide,
            "undo": self._decide,
            "rules": self._set_rules,
            "pin": self._pin,
            "unpin": self._unpin,
            "discard_quarantined": self._discard,
            "retire": lambda control: self._happened(audiences.retire(control)),
            "fill": lambda control: self._happened(audiences.fill(control)),
            "values": lambda control: self._happened(audiences.write_values(control)),
            "accounts": lambda control: self._happened(audiences.write_accounts(control)),
        }

    def apply(self, control: Control, offset: int) -> None:
        """Raises `RapportError` when the decision makes no sense; its transaction must then end."""
        if control.get("action") == "define":
            outbox = self._store.last_handed_over()
            self._happened(self._audiences.define(control, offset, outbox))
            return
        action = self._actions.get(str(control.get("action")))
        if action is None:
            raise Malformed(
                f"there is no action {control.get('action')!r}",
                hint=f"use one of {', '.join(sorted([*self._actions, 'define']))}",
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
        self._changed(Changes({}, set()), self._profiles.pin(control))

    def _unpin(self, control: Control) -> None:
        self._changed(Changes({}, set()), self._profiles.unpin(control))

    def _discard(self, control: Control) -> None:
        wanted = control.get("ids", [control.get("quarantined")])
        if type(wanted) is not list or not all(type(number) is int for number in wanted):
            raise Malformed("discard_quarantined needs `ids`, a list of numbers")
        for number in wanted:
            self._quarantine.discard(number, str(control.get("reason", "")))

    def _changed(self, changes: Changes, touched: Collection[int] = ()) -> None:
        """Of who is who, and of the traits of the nodes that were touched."""
        outcome = self._audiences.absorb((), changes, touched)
        self._store.hand_over_identities(changes.moved)
        self._store.hand_over_profiles(changes.touched | self._store.profiles_of(touched))
        self._happened(outcome)

    def _happened(self, outcome: Outcome) -> None:
        self._store.hand_over_outcome(outcome)


def read_control(body: bytes) -> Control:
    """The JSON object of a control record; its `id` is a text. Raises `Malformed`."""
    try:
        control = msgspec.json.decode(body, type=dict[str, Any])
    except (ValueError, RecursionError) as error:
        raise Malformed(f"the decision cannot be read: {error}") from None
    if not isinstance(control.get("id", ""), str):
        raise Malformed("the id of a decision is a text")
    return control
