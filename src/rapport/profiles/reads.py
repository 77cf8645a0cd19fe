"""Reading profiles. Any number of readers, each with its own read-only connection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeAlias

import apsw
import msgspec
from xxhash import xxh3_64_hexdigest

from rapport.clock import Clock, SystemClock
from rapport.errors import NotFound
from rapport.ids import profile_id
from rapport.profiles import accounts_view, pins, search, view
from rapport.profiles.event_names import EventNames
from rapport.profiles.lens import Lens, Senders, Sources, look
from rapport.profiles.parts import Known, Parts, complete, load
from rapport.profiles.rules import SurvivorshipRules
from rapport.profiles.search import Filters, Seen

_CHUNK = 500
# A search finds no more than this; what begins with one letter may fit a million.
MOST_FOUND = 1_000

# Rows in the order of the API, and the cursor of the next page.
Page: TypeAlias = tuple[list[dict[str, Any]], str | None]
Loaded: TypeAlias = list[tuple[int, Parts, dict[str, Any]]]


class IdentityLike(Protocol):
    """What this room asks of identity: `rapport.identity.reads.IdentityReads`."""

    def profile_named(self, text: str) -> int | None: ...
    def unseen(self, text: str) -> NotFound: ...
    def nodes_of(self, profile: int) -> Sequence[Any]: ...
    def search(self, prefix: str, limit: int) -> Sequence[int]: ...


class ProfileReads:
    """Profiles, lists and accounts as the management API shows them.

    `rules` may be a call that gives the present ones (`RulesFile`); it is made once for each read.
    `also` gives what other rooms know of a profile, which is shown with it.
    """

    def __init__(
        self,
        connection: apsw.Connection,
        identity: IdentityLike,
        sources: Sources,
        rules: SurvivorshipRules | Callable[[], SurvivorshipRules] | None = None,
        clock: Clock | None = None,
        also: Callable[[int], dict[str, Any]] = lambda _: {},
    ) -> None:
        fixed = rules if isinstance(rules, SurvivorshipRules) else SurvivorshipRules()
        self._connection = connection
        self._event_names = EventNames(connection)
        self._identity = identity
        self._sources = sources
        self._rules = rules if callable(rules) else lambda: fixed
        self._clock = clock or SystemClock()
        self._also = also

    def find(self, reference: str) -> int:
        """The profile that `p_42` or `type:value` leads to today. Raises `NotFound`."""
        profile = self._identity.profile_named(reference)
        if profile is None:
            raise self._identity.unseen(reference)
        return profile

    def get(self, profile: int, *, explain: bool = False) -> dict[str, Any]:
        """One profile in full. Raises `NotFound`."""
        with self._look() as lens:
            return self._get(lens, profile, explain)

    def named(self, reference: str, *, explain: bool = False) -> dict[str, Any]:
        """`find` and `get` in one look. Raises `NotFound`."""
        with self._look() as lens:
            return self._get(lens, self.find(reference), explain)

    def _get(self, lens: Lens, profile: int, explain: bool) -> dict[str, Any]:
        identifiers = self._identity.nodes_of(profile)
        if not identifiers:
            raise NotFound(f"no profile {profile_id(profile)}", hint="it may have been erased")
        parts = Parts([Known(each.node, each.type, each.value) for each in identifiers])
        complete(lens, {known.node: parts for known in identifiers})
        pinned = pins.standing(parts.pins)
        values = view.traits(lens, parts.fragments, pinned)
        shown = view.summary(profile, parts, values, lens.senders)
        shown["identifiers"] = [_identifier(known, lens.senders) for known in identifiers]
        shown["traits"] = values
        shown["sources"] = lens.senders.slugs(parts.activity().sources)
        shown["accounts"] = accounts_view.brief(lens, sorted(parts.accounts))
        shown["counters"] = {
            "total": shown.pop("events"),
            "events": self._event_names.counted(parts.counts),
        }
        shown.update(self._also(profile))
        if explain:
            shown["explain"] = view.explain(lens, parts, pinned)
        return shown

    def many(self, profiles: Iterable[int]) -> Iterator[dict[str, Any]]:
        """Rows for the warehouse table `profiles`; instants in µs UTC, nested values as JSON text.

        Profiles that no longer exist (merged away), or to which no event belongs, give no row.
        """
        wanted = list(profiles)
        for start in range(0, len(wanted), _CHUNK):
            with self._look() as lens:
                found = self._load(lens, wanted[start : start + _CHUNK])
            for profile, parts, values in found:
                if parts.counts:
                    yield _row(profile, parts, values, lens.senders)

    def version(self) -> str:
        """Changes whenever rows of `many` may change for another reason than new events."""
        sources = sorted((id, known.slug, known.brand) for id, known in self._sources.items())
        return xxh3_64_hexdigest(msgspec.json.encode((self._rules(), sources)))

    def summaries(self, profiles: Sequence[int]) -> list[dict[str, Any]]:
        """One line for each, in the order asked for; those that no longer exist are left out."""
        with self._look() as lens:
            return self._summaries(lens, profiles)

    def search(
        self,
        q: str,
        *,
        known: bool | None = None,
        brand: str | None = None,
        source: str | None = None,
    ) -> list[Seen]:
        """Up to `MOST_FOUND` profiles, in no order, with when they were seen.

        `q` is an identifier, `p_42`, `trait:value`, or the beginning of either.
        """
        filters = Filters(known, self._source_ids(brand, source))
        with self._look() as lens:
            return search.seen(lens.connection, self._search(q.strip(), MOST_FOUND), filters)

    def accounts(self, limit: int = 50, cursor: str | None = None, q: str = "") -> Page:
        """Accounts by id, each with its traits and number of members, and the next cursor."""
        with self._look() as lens:
            return accounts_view.page(lens, limit, cursor, q)

    def account(self, id: str, *, members: int = 100) -> dict[str, Any]:
        """One account with up to `members` of its people. Raises `NotFound`."""
        with self._look() as lens:
            shown = accounts_view.one(lens, id)
            people = self._load(lens, accounts_view.members(lens, id, members))
        shown["members"] = [view.summary(p, parts, v, lens.senders) for p, parts, v in people]
        return shown

    def account_summaries(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """One line for each, in the order asked for; unknown ones are left out."""
        with self._look() as lens:
            return accounts_view.several(lens, ids)

    def account_members(self, id: str, limit: int) -> list[int]:
        """Profiles that belong to the account, the latest seen first."""
        with self._look() as lens:
            return accounts_view.members(lens, id, limit)

    def account_traits(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Id and traits of every account, by id; new ones may come in meanwhile."""
        last = ""
        while True:
            with self._look() as lens:
                found = accounts_view.traits_after(lens, last, _CHUNK)
            yield from found
            if len(found) < _CHUNK:
                return
            last = found[-1][0]

    def _summaries(self, lens: Lens, profiles: Sequence[int]) -> list[dict[str, Any]]:
        return [
            view.summary(profile, parts, values, lens.senders)
            for profile, parts, values in self._load(lens, profiles)
            if parts.counts
        ]

    def _load(self, lens: Lens, profiles: Sequence[int]) -> Loaded:
        """Parts and surviving traits, in the order asked for."""
        parts = load(lens, profiles)
        return [
            (profile, one, view.traits(lens, one.fragments, pins.standing(one.pins)))
            for profile in profiles
            if (one := parts.get(profile)) is not None
        ]

    def _look(self) -> AbstractContextManager[Lens]:
        return look(self._connection, self._sources, self._rules(), self._clock.now())

    def _source_ids(self, brand: str | None, source: str | None) -> Sequence[int] | None:
        if brand is None and source is None:
            return None
        return [
            id
            for id, known in self._sources.items()
            if brand in (None, known.brand) and source in (None, known.slug)
        ]

    def _search(self, q: str, limit: int) -> Sequence[int]:
        kind, colon, value = q.partition(":")
        profile = self._identity.profile_named(q)
        if profile is not None:
            return [profile]
        found = [*self._identity.search(q, limit), *search.by_trait(self._connection, q, limit)]
        if colon:
            found += search.by_trait(self._connection, value.strip(), limit, trait=kind)
        return [*dict.fromkeys(found)][:limit]


def _identifier(known: Any, senders: Senders) -> dict[str, Any]:
    return {
        "type": known.type,
        "value": known.value,
        "first_seen": view.iso(known.first_seen),
        "last_seen": view.iso(known.last_seen),
        "count": known.count,
        "sources": senders.slugs(frozenset(known.sources)),
        "shared": bool(known.shared),
    }


def _row(profile: int, parts: Parts, values: Mapping[str, Any], senders: Senders) -> dict[str, Any]:
    identifiers, activity = view.by_strength(parts.identifiers), parts.activity()
    strongest: dict[str, str] = {}
    for known in identifiers:
        strongest.setdefault(known.type, known.value)
    return {
        "profile": profile,
        "profile_id": profile_id(profile),
        "name": view.name(values, identifiers),
        "known": view.is_known(identifiers),
        "user_id": strongest.get("user_id"),
        "email": strongest.get("email"),
        "phone": strongest.get("phone"),
        "first_seen": activity.first,
        "last_seen": activity.last,
        "events": activity.events,
        "traits": _json(values),
        "identifiers": _json([{"type": k.type, "value": k.value} for k in identifiers]),
        "accounts": _json(sorted(parts.accounts)),
        "sources": senders.slugs(activity.sources),
        "brands": senders.brands(activity.sources),
    }


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
