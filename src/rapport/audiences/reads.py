"""Segments and computed traits as the http process reads them from state.db."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

import apsw
import msgspec

from rapport.audiences.language import writing
from rapport.audiences.language.known import Known
from rapport.audiences.language.model import Definition
from rapport.audiences.stream import plans
from rapport.audiences.stream.behaviours import Behaviour
from rapport.audiences.stream.plans import Stored
from rapport.errors import NotFound

_SHOWN: Final = (
    "SELECT number, kind, key, version, body, status, swept, by, reason, at FROM definitions"
    " WHERE status IN ('filling', 'sweeping', 'live', 'retiring')"
)


class Shown(msgspec.Struct, frozen=True):
    """A definition as it is or will be in force. `progress` runs from 0 to 1."""

    kind: str
    key: str
    version: int
    definition: Definition
    status: str
    progress: float
    by: str
    reason: str
    at: int  # µs UTC
    count: int  # members, or profiles with a value


class Version(msgspec.Struct, frozen=True):
    """A definition as it was written down once, and by whom."""

    version: int
    definition: Definition
    status: str  # also replaced and retired
    by: str
    reason: str
    at: int  # µs UTC


class Change(msgspec.Struct, frozen=True):
    seq: int
    segment: str
    profile: int
    entered: bool
    at: int  # µs UTC
    reason: Any
    version: int


class AccountChange(msgspec.Struct, frozen=True):
    seq: int
    segment: str
    account: str
    entered: bool
    at: int  # µs UTC
    reason: Any
    version: int


class Gap(msgspec.Struct, frozen=True):
    """Behaviours whose past is not remembered yet: events up to the log offset `since`, of nodes
    behind `filled`. The warehouse has them once it has loaded the outbox row `outbox`."""

    since: int
    outbox: int
    filled: int
    behaviours: dict[int, Behaviour]


class AudienceReads:
    """Belongs to one thread, with its connection."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._made = False  # whether the pipeline has made the tables

    def definitions(self, kind: str) -> list[Shown]:
        """By key; of two versions of one the later."""
        if not self._there():
            return []
        rows = self._connection.execute(f"{_SHOWN} AND kind = ? ORDER BY key, number", (kind,))
        latest = {row[2]: row for row in rows.fetchall()}
        known = self.known()
        return [self._shown(row, known) for row in latest.values()]

    def definition(self, kind: str, key: str) -> Shown:
        """Raises `NotFound`."""
        row = None
        if self._there():
            query = f"{_SHOWN} AND kind = ? AND key = ? ORDER BY number DESC LIMIT 1"
            row = self._connection.execute(query, (kind, key)).fetchone()
        if row is None:
            raise NotFound(f"there is no {kind} {key!r}", hint="the list names them all")
        return self._shown(row, self.known())

    def versions(self, kind: str, key: str) -> list[Version]:
        """All that ever were, also of what has ended; the latest first. Raises `NotFound`."""
        query = (
            "SELECT version, body, status, by, reason, at FROM definitions"
            " WHERE kind = ? AND key = ? ORDER BY version DESC"
        )
        rows: list[Any] = []
        if self._there():
            rows = self._connection.execute(query, (kind, key)).fetchall()
        if not rows:
            raise NotFound(f"there never was a {kind} {key!r}", hint="the list names them all")
        return [
            Version(version, _read(kind, body), status, by, reason, at)
            for version, body, status, by, reason, at in rows
        ]

    def in_force(self, kind: str) -> list[Stored]:
        """Those that hold now, without counting anything: cheap enough to be asked all the time."""
        if not self._there():
            return []
        rows = self._connection.execute(
            "SELECT number, kind, key, version, body, status, swept FROM definitions"
            " WHERE kind = ? AND status IN ('sweeping', 'live') ORDER BY key, number",
            (kind,),
        )
        return [
            Stored(number, kind, key, version, _read(kind, body), status, swept)
            for number, kind, key, version, body, status, swept in rows
        ]

    def of_accounts(self) -> list[Stored]:
        """Segments of accounts that are in force."""
        if not self._there():
            return []
        rows = self._connection.execute(
            "SELECT number, kind, key, version, body, status, swept FROM definitions"
            " WHERE kind = 'segment' AND status IN ('sweeping', 'live') ORDER BY number"
        )
        found: dict[str, Stored] = {}
        for number, kind, key, version, body, status, swept in rows:
            definition = _read(kind, body)
            if plans.of_accounts(definition):
                found[key] = Stored(number, kind, key, version, definition, status, swept)
        return [*found.values()]

    def large_accounts(self, identifiers: int) -> list[str]:
        """Those to which more identifiers belong."""
        rows = self._connection.execute(
            "SELECT account FROM memberships GROUP BY account HAVING count(*) > ?", (identifiers,)
        )
        return [account for (account,) in rows]

    def accounts_in(self, key: str, limit: int, after: str = "") -> list[str]:
        """Accounts behind `after`, in order."""
        rows = self._connection.execute(
            "SELECT account FROM account_members WHERE segment = ? AND account > ?"
            " ORDER BY account LIMIT ?",
            (key, after, limit),
        )
        return [account for (account,) in rows]

    def account_since(self, key: str, account: str) -> int | None:
        """Since when the account is in the segment (µs UTC), None when it is not."""
        query = "SELECT since FROM account_members WHERE segment = ? AND account = ?"
        found = self._connection.execute(query, (key, account)).get
        return None if found is None else int(found)

    def account_changes(
        self, key: str, limit: int, before: int | None = None, account: str | None = None
    ) -> list[AccountChange]:
        """The latest first; those before the number `before`."""
        rows = self._connection.execute(
            "SELECT seq, segment, account, entered, at, reason, version FROM account_changes"
            " WHERE segment = ?1 AND (?2 IS NULL OR seq < ?2) AND (?3 IS NULL OR account = ?3)"
            " ORDER BY seq DESC LIMIT ?4",
            (key, before, account, limit),
        )
        return [
            AccountChange(seq, segment, who, bool(entered), at, msgspec.json.decode(why), version)
            for seq, segment, who, entered, at, why, version in rows
        ]

    def known(self) -> Known:
        """All definitions in their latest version, for those that refer to them."""
        if not self._there():
            return Known()
        rows = self._connection.execute(
            "SELECT kind, body FROM definitions WHERE status IN (?, ?, ?) ORDER BY number",
            plans.STANDING,
        )
        return Known.of(_read(kind, body) for kind, body in rows)

    def members(self, key: str, limit: int, after: int = 0) -> list[int]:
        """Profiles behind `after`, in order."""
        rows = self._connection.execute(
            "SELECT profile FROM segment_members WHERE segment = ? AND profile > ?"
            " ORDER BY profile LIMIT ?",
            (key, after, limit),
        )
        return [profile for (profile,) in rows]

    def since(self, key: str, profile: int) -> int | None:
        """Since when the profile is in the segment (µs UTC), None when it is not."""
        query = "SELECT since FROM segment_members WHERE profile = ? AND segment = ?"
        found = self._connection.execute(query, (profile, key)).get
        return None if found is None else int(found)

    def changes(
        self, key: str, limit: int, before: int | None = None, profile: int | None = None
    ) -> list[Change]:
        """The latest first; those before the number `before`."""
        rows = self._connection.execute(
            "SELECT seq, segment, profile, entered, at, reason, version FROM membership_changes"
            " WHERE segment = ?1 AND (?2 IS NULL OR seq < ?2) AND (?3 IS NULL OR profile = ?3)"
            " ORDER BY seq DESC LIMIT ?4",
            (key, before, profile, limit),
        )
        return [
            Change(seq, segment, who, bool(entered), at, msgspec.json.decode(reason), version)
            for seq, segment, who, entered, at, reason, version in rows
        ]

    def of_profile(self, profile: int) -> dict[str, Any]:
        """`segments` she is in and `computed` traits, for the view of a profile."""
        if not self._there():
            return {"segments": [], "computed": {}}
        segments = self._connection.execute(
            "SELECT segment FROM segment_members WHERE profile = ? ORDER BY segment", (profile,)
        )
        values = self._connection.execute(
            "SELECT trait, value FROM trait_values WHERE profile = ? ORDER BY trait", (profile,)
        )
        return {
            "segments": [segment for (segment,) in segments],
            "computed": {trait: msgspec.json.decode(value) for trait, value in values},
        }

    def value(self, key: str, profile: int) -> tuple[Any, int] | None:
        """The value of a computed trait, and since when it is this one (µs UTC)."""
        query = "SELECT value, at FROM trait_values WHERE profile = ? AND trait = ?"
        row = self._connection.execute(query, (profile, key)).fetchone()
        return None if row is None else (msgspec.json.decode(str(row[0])), int(str(row[1])))

    def gap(self) -> Gap | None:
        """The oldest of what has to be filled from the warehouse."""
        if not self._there():
            return None
        rows: list[Any] = self._connection.execute(
            "SELECT number, since, outbox, filled FROM behaviours WHERE NOT complete"
            " ORDER BY number"
        ).fetchall()
        if not rows:
            return None
        known = {number: each for each, number in plans.load(self._connection).numbers.items()}
        # What no definition needs any more is left.
        found = [(known[number], number, gap) for number, *gap in rows if number in known]
        if not found:
            return None
        first, _, gap = found[0]
        alike = {n: each for each, n, its in found if its == gap and type(each) is type(first)}
        since, outbox, filled = gap
        return Gap(since, outbox, filled, alike)

    def filled(self, number: int) -> int | None:
        """How far a behaviour was filled; None when it is complete or gone."""
        query = "SELECT filled FROM behaviours WHERE number = ? AND NOT complete"
        found = self._connection.execute(query, (number,)).get
        return None if found is None else int(found)

    def last_node(self) -> int:
        return int(self._connection.execute("SELECT max(node) FROM identifiers").get or 0)

    def _shown(self, row: tuple[Any, ...], known: Known) -> Shown:
        _, kind, key, version, body, status, swept, by, reason, at = row
        definition = _read(kind, body)
        table = "segment_members WHERE segment" if kind == "segment" else "trait_values WHERE trait"
        if plans.of_accounts(definition):
            table = "account_members WHERE segment"
        count = self._connection.execute(f"SELECT count(*) FROM {table} = ?", (key,)).get
        progress = self._progress(status, swept, definition, known)
        return Shown(
            kind, key, version, definition, status, progress, by, reason, at, int(count or 0)
        )

    def _progress(self, status: str, swept: int, definition: Definition, known: Known) -> float:
        """To know the past is one half of the work, to look at everybody the other."""
        if status not in (plans.FILLING, plans.SWEEPING):
            return 1.0
        last = self.last_node() or 1
        wanted = plans.wanted(definition, known) if status == plans.FILLING else ()
        filled = [self._filled_of(each) for each in wanted]
        share = min([1.0, *(max(each, 0) / last for each in filled if each is not None)])
        return (share + min(1.0, swept / last)) / 2

    def _filled_of(self, behaviour: Behaviour) -> int | None:
        query = "SELECT filled FROM behaviours WHERE digest = ? AND NOT complete"
        found = self._connection.execute(query, (behaviour.digest,)).get
        return None if found is None else int(found)

    def _there(self) -> bool:
        if not self._made:
            query = "SELECT 1 FROM sqlite_master WHERE name = 'definitions'"
            self._made = self._connection.execute(query).fetchone() is not None
        return self._made


@lru_cache(maxsize=1024)
def _read(kind: str, body: str) -> Definition:
    return plans.read(kind, body)


def written(shown: Iterator[Shown]) -> dict[str, Any]:
    """The definitions as files have them."""
    return writing.document(one.definition for one in shown)
