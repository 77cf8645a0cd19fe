"""What is known of one person beside events, read from the profile when a condition looks at it."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from rapport.audiences import instants
from rapport.audiences.person import Account, Person
from rapport.profiles import pins, view
from rapport.profiles.lens import Lens
from rapport.profiles.parts import Parts, account_fragments, load

ZONE_TRAIT = "timezone"


class ProfileFacts:
    """A `stream.Facts`. `default_zone` is where people live who do not say."""

    def __init__(self, lens: Lens, profile: int, default_zone: ZoneInfo) -> None:
        self._lens = lens
        self._default_zone = default_zone
        self.profile = profile

    @cached_property
    def zone(self) -> ZoneInfo:
        said = self._traits.get(ZONE_TRAIT)
        known = instants.zone_named(said) if isinstance(said, str) else None
        return known or self._default_zone

    @cached_property
    def person(self) -> Person:
        identifiers: dict[str, tuple[str, ...]] = {}
        for known in self._parts.identifiers:
            identifiers[known.type] = (*identifiers.get(known.type, ()), known.value)
        return Person(
            profile=self.profile,
            traits=self._traits,
            identifiers=identifiers,
            accounts=self._accounts(),
            zone=self.zone.key,
        )

    def held(self, key: str) -> Any:
        row = self._lens.connection.execute(
            "SELECT value FROM trait_values WHERE profile = ? AND trait = ?", (self.profile, key)
        ).fetchone()
        return None if row is None else msgspec.json.decode(str(row[0]))

    @cached_property
    def _parts(self) -> Parts:
        return load(self._lens, [self.profile]).get(self.profile) or Parts()

    @cached_property
    def _traits(self) -> dict[str, Any]:
        parts = self._parts
        return view.traits(self._lens, parts.fragments, pins.standing(parts.pins))

    def _accounts(self) -> tuple[Account, ...]:
        names = sorted(self._parts.accounts)
        if not names:
            return ()
        found = account_fragments(self._lens, names)
        return tuple(
            Account(id=name, traits=view.traits(self._lens, found.get(name, {}), {}))
            for name in names
        )
