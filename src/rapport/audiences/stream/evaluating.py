"""Evaluating definitions of some profiles, and writing down what changed."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable, Set
from decimal import Decimal
from itertools import islice
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import apsw
import msgspec

from rapport.audiences.changes import (
    MembershipChange,
    Outcome,
    Reason,
    TraitChange,
    json_of,
)
from rapport.audiences.stream import plans
from rapport.audiences.stream.crowd import Crowd
from rapport.audiences.stream.look import Look
from rapport.audiences.stream.memory import Memories
from rapport.audiences.stream.plans import Plans, Stored
from rapport.clock import MINUTE
from rapport.profiles.lens import Lens

# profile → numbers of definitions, and why they may have changed
Work: TypeAlias = dict[int, tuple[set[int], Reason]]
logger = logging.getLogger("rapport.audiences")
_CROWD: Final = 500  # profiles whose tables are read together
_AGAIN: Final = 5 * MINUTE  # until an evaluation that failed is tried again
_BY_DEFINITION: Final = Reason("definition")


class Evaluator:
    """Of one instant; all evaluations in it see the same state of the tables."""

    def __init__(
        self, lens: Lens, memories: Memories, plan: Plans, zone: ZoneInfo, now: int
    ) -> None:
        self._connection = connection = lens.connection
        self._lens = lens
        self._memories = memories
        self._plans = plan
        self._zone = zone
        self._now = now
        self._timers: list[tuple[int, int, int]] = []
        last = "SELECT seq FROM sqlite_sequence WHERE name = 'membership_changes'"
        self._last_change = int(connection.execute(last).get or 0)

    def evaluate(self, work: Work, changed: Set[int] | None = None) -> Outcome:
        """With `changed`, the profiles whose identity is another, the rest was only sent events:
        what those cannot change is not evaluated."""
        outcome = Outcome()
        self._failed = 0
        items = iter(work.items())
        while some := dict(islice(items, _CROWD)):
            crowd = Crowd(self._lens, self._memories, some, self._zone)
            for profile, (numbers, reason) in some.items():
                if changed is not None and profile not in changed:
                    numbers = self._open(crowd, profile, numbers)
                self._one(crowd, profile, numbers, reason, outcome)
        if self._failed:
            logger.error("%s evaluations failed", self._failed)
        self._write(outcome)
        return outcome

    def due_timers(self, most: int) -> Work:
        """Those that are due, taken out."""
        rows: list[Any] = self._connection.execute(
            "DELETE FROM audience_timers WHERE (profile, definition) IN (SELECT profile, definition"
            " FROM audience_timers WHERE due <= ? ORDER BY due LIMIT ?)"
            " RETURNING profile, definition, due",
            (self._now, most),
        ).fetchall()
        work: Work = {}
        for profile, number, due in rows:
            work.setdefault(profile, (set(), Reason("timer", due=due)))[0].add(number)
        return work

    def catch_up(self, most: int) -> Outcome:
        """Of profiles that had to wait."""
        rows: list[Any] = self._connection.execute(
            "DELETE FROM audience_dirty WHERE (profile, definition) IN"
            " (SELECT profile, definition FROM audience_dirty LIMIT ?)"
            " RETURNING profile, definition, reason",
            (most,),
        ).fetchall()
        work: Work = {}
        for profile, number, text in rows:
            reason = msgspec.json.decode(text, type=Reason)
            work.setdefault(profile, (set(), reason))[0].add(number)
        return self.evaluate(work)

    def sweep(self, profiles: int, most: int) -> Outcome:
        """Some profiles for definitions that are new; some members of those that have ended."""
        outcome = Outcome()
        for one in self._plans.retiring:
            outcome.add(self._dismiss(one, profiles))
        sweeping = [one for one in self._plans.standing if one.status == plans.SWEEPING]
        if not sweeping:
            return outcome
        after = min(one.swept for one in sweeping)
        together = {one.number for one in sweeping if one.swept == after}
        limit = max(50, min(profiles, most // len(together)))
        rows: list[Any] = self._connection.execute(
            "SELECT DISTINCT profile FROM identifiers WHERE profile > ? ORDER BY profile LIMIT ?",
            (after, limit),
        ).fetchall()
        found = [int(profile) for (profile,) in rows]
        outcome.add(self.evaluate({each: (together, _BY_DEFINITION) for each in found}))
        status = plans.SWEEPING if len(found) == limit else plans.LIVE
        self._mark(together, status, found[-1] if found else after)
        return outcome

    def _open(self, crowd: Crowd, profile: int, numbers: Set[int]) -> set[int]:
        """Those of which more events may change what was said."""
        members, active, lasting = crowd.segments(profile), self._plans.active, self._plans.lasting
        return {each for each in numbers if each not in lasting or active[each].key not in members}

    def _one(
        self, crowd: Crowd, profile: int, numbers: Set[int], reason: Reason, outcome: Outcome
    ) -> None:
        members = crowd.segments(profile)
        if not crowd.exists(profile):
            self._vanished(profile, members, reason, outcome)
            return
        look = Look(crowd.facts(profile), crowd.memory(profile), self._now)
        held = crowd.behaviours(profile)
        plan = self._plans
        for number in numbers:
            turn = None
            try:
                if check := plan.checks.get(number):
                    one, holds = plan.active[number], False
                    if number not in plan.silent or not held.isdisjoint(plan.needs[number]):
                        holds, turn = check(look)
                    if holds != (one.key in members):
                        self._move(profile, one, holds, reason, outcome)
                elif reading := plan.readings.get(number):
                    value, turn = reading(look)
                    self._set_value(profile, plan.active[number].key, plain(value), outcome)
            except apsw.Error:
                raise
            except Exception as error:  # noqa: BLE001 - no definition may stop the events
                turn = self._now + _AGAIN
                self._note(error)
            if turn is not None:
                self._timers.append((profile, number, turn))

    def _note(self, error: Exception) -> None:
        self._failed += 1
        if self._failed == 1:
            place = "".join(traceback.format_tb(error.__traceback__)[-3:])
            logger.error("an evaluation failed: %s\n%s", type(error).__name__, place)

    def _move(
        self, profile: int, one: Stored, entered: bool, reason: Reason, outcome: Outcome
    ) -> None:
        self._last_change += 1
        seq, written = self._last_change, json_of(reason)
        outcome.memberships.append(
            MembershipChange(seq, one.key, profile, entered, self._now, written, one.version)
        )

    def _write(self, outcome: Outcome) -> None:
        many = self._connection.executemany
        changes = outcome.memberships
        many(
            "INSERT INTO segment_members VALUES (?, ?, ?)",
            [(each.profile, each.segment, each.at) for each in changes if each.entered],
        )
        many(
            "DELETE FROM segment_members WHERE profile = ? AND segment = ?",
            [(each.profile, each.segment) for each in changes if not each.entered],
        )
        many(
            "INSERT INTO membership_changes (seq, segment, profile, entered, at, reason, version)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            map(msgspec.structs.astuple, changes),
        )
        many(
            "INSERT INTO audience_timers VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET"
            " due = excluded.due WHERE excluded.due < due",
            self._timers,
        )
        self._timers = []

    def _set_value(self, profile: int, key: str, value: Any, outcome: Outcome) -> None:
        text = None if value is None or value == [] else json_of(value)
        execute = self._connection.execute
        at = (profile, key)
        known = execute("SELECT value FROM trait_values WHERE profile = ? AND trait = ?", at).get
        if text == known:
            return
        if text is None:
            execute("DELETE FROM trait_values WHERE profile = ? AND trait = ?", at)
        else:
            execute(
                "INSERT OR REPLACE INTO trait_values VALUES (?, ?, ?, ?)", (*at, text, self._now)
            )
        outcome.values.append(TraitChange(key, profile, text, self._now))

    def _vanished(
        self, profile: int, members: Iterable[str], reason: Reason, outcome: Outcome
    ) -> None:
        """Merged into another, or never one: nothing is said of it any more."""
        versions = {one.key: one for one in self._plans.active.values() if one.kind == "segment"}
        for key in members:
            if key in versions:
                self._move(profile, versions[key], False, reason, outcome)
        rows: list[Any] = self._connection.execute(
            "SELECT trait FROM trait_values WHERE profile = ?", (profile,)
        ).fetchall()
        for (key,) in rows:
            self._set_value(profile, str(key), None, outcome)
        self._connection.execute("DELETE FROM audience_timers WHERE profile = ?", (profile,))

    def _dismiss(self, one: Stored, most: int) -> Outcome:
        outcome = Outcome()
        table = "segment_members" if one.kind == "segment" else "trait_values"
        column = "segment" if one.kind == "segment" else "trait"
        rows: list[Any] = self._connection.execute(
            f"SELECT profile FROM {table} WHERE {column} = ? LIMIT ?", (one.key, most)
        ).fetchall()
        for (profile,) in rows:
            if one.kind == "segment":
                self._move(int(profile), one, False, _BY_DEFINITION, outcome)
            else:
                self._set_value(int(profile), one.key, None, outcome)
        self._write(outcome)
        if len(rows) < most:
            self._mark({one.number}, plans.RETIRED, 0)
        return outcome

    def _mark(self, numbers: Iterable[int], status: str, swept: int) -> None:
        self._connection.executemany(
            "UPDATE definitions SET status = ?, swept = ? WHERE number = ?",
            [(status, swept, number) for number in numbers],
        )


def plain(value: Any) -> Any:
    """A value of a computed trait as JSON has it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
