"""Evaluating definitions of some profiles, and writing down what changed."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Collection, Iterable, Mapping, Set
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
from rapport.audiences.stream.crowd import Crowd, HerMemory
from rapport.audiences.stream.look import Look
from rapport.audiences.stream.memory import Memories
from rapport.audiences.stream.plans import Plans, Stored
from rapport.audiences.stream.verdicts import Verdicts
from rapport.clock import MINUTE
from rapport.profiles.lens import Lens

# profile → numbers of definitions, and why they may have changed
Work: TypeAlias = dict[int, tuple[Set[int], Reason]]
logger = logging.getLogger("rapport.audiences")
_CROWD: Final = 500  # profiles whose tables are read together
AGAIN: Final = 5 * MINUTE  # until an evaluation that failed is tried again
_BY_DEFINITION: Final = Reason("definition")
_NONE: Final[frozenset[int]] = frozenset()


class Evaluator:
    """Of one instant; all evaluations in it see the same state of the tables.

    `reach` says of definitions that are still filled up to which node all is remembered. Whoever
    has a later one is left to the sweep, which comes to her when her past is there.
    """

    def __init__(
        self,
        lens: Lens,
        memories: Memories,
        plan: Plans,
        verdicts: Verdicts,
        reach: Mapping[int, int],
        zone: ZoneInfo,
        now: int,
    ) -> None:
        self._connection = connection = lens.connection
        self._lens = lens
        self._memories = memories
        self._plans = plan
        self._verdicts = verdicts
        self._reach = reach
        self._zone = zone
        self._now = now
        self._timers: list[tuple[int, int, int]] = []
        self._said: tuple[Reason, str] = _BY_DEFINITION, json_of(_BY_DEFINITION)
        last = "SELECT seq FROM sqlite_sequence WHERE name = 'membership_changes'"
        self._last_change = int(connection.execute(last).get or 0)

    def evaluate(
        self,
        work: Work,
        changed: Set[int] | None = None,
        reach: Mapping[int, int] | None = None,
    ) -> Outcome:
        """With `changed`, the profiles whose identity is another, the rest was only sent events:
        what those cannot change is not evaluated."""
        outcome = Outcome()
        reach = self._reach if reach is None else reach
        nearest = min(reach.values(), default=plans.END)
        self._failed = 0
        items = iter(work.items())
        while some := dict(islice(items, _CROWD)):
            crowd = Crowd(self._lens, self._memories, some, self._zone)
            for profile, (numbers, reason) in some.items():
                if changed is not None and profile not in changed:
                    numbers = self._open(crowd, profile, numbers)
                if (last := crowd.last_node(profile)) > nearest:
                    numbers = {each for each in numbers if last <= reach.get(each, last)}
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
        work: dict[int, tuple[set[int], Reason]] = {}
        for profile, number, due in rows:
            work.setdefault(profile, (set(), Reason("timer", due=due)))[0].add(number)
        return {**work}

    def catch_up(self, most: int) -> Outcome:
        """Of profiles that had to wait."""
        rows: list[Any] = self._connection.execute(
            "DELETE FROM audience_dirty WHERE (profile, definition) IN"
            " (SELECT profile, definition FROM audience_dirty LIMIT ?)"
            " RETURNING profile, definition, reason",
            (most,),
        ).fetchall()
        work: dict[int, tuple[set[int], Reason]] = {}
        for profile, number, text in rows:
            reason = msgspec.json.decode(text, type=Reason)
            work.setdefault(profile, (set(), reason))[0].add(number)
        return self.evaluate({**work})

    def sweep(self, nodes: int, most: int) -> Outcome:
        """Go on by some nodes for definitions that are new, with those whose last node this is;
        before that with some members of those that have ended: a new one may have the same key."""
        outcome = Outcome()
        for one in self._plans.retiring:
            outcome.add(self._dismiss(one, nodes))
        unswept = plans.unswept(self._connection, self._plans, self._reach)
        if self._plans.retiring or not unswept:
            return outcome
        after = min(unswept.values())
        together = {number for number, swept in unswept.items() if swept == after}
        end = min(self._reach.get(each, plans.END) for each in together)
        told = self._verdicts.about(after + 1)
        left = len(together - told.segments) + 1 if told else len(together)
        limit = max(50, min(nodes, most // left))
        found: list[Any] = self._connection.execute(
            "SELECT node, profile FROM identifiers WHERE node > ? AND node <= ?"
            " ORDER BY node LIMIT ?",
            (after, end, limit),
        ).fetchall()
        to = end if len(found) < limit else int(found[-1][0])
        work: Work = {int(profile): (together, _BY_DEFINITION) for _, profile in found}
        outcome.add(self.evaluate(work, reach=dict.fromkeys(together, to)))
        self._mark(together, to)
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
        memory, plan = crowd.memory(profile), self._plans
        node = crowd.only_node(profile)
        if told := self._verdicts.about(node, memory.behaviours_of_rows()):
            holding = told.of(node)
            for number in numbers & (told.segments if members else holding):
                one = plan.active.get(number)
                if one is not None and (number in holding) != (one.key in members):
                    self._move(profile, one, number in holding, reason, outcome)
            numbers = numbers - told.segments
        numbers = self._not_silent(memory, numbers, members)
        if not numbers:
            return
        look = Look(crowd.facts(profile), memory, self._now)
        checks, silent, keys = plan.checks, plan.silent, plan.keys
        by_rows = numbers <= plan.by_rows
        held = memory.behaviours_of_rows() if by_rows else memory.behaviours()
        for number in numbers:
            turn = None
            try:
                if check := checks.get(number):
                    needs, holds = silent.get(number), False
                    if needs is None or not held.isdisjoint(needs):
                        holds, turn = check(look)
                    if holds != (keys[number] in members):
                        self._move(profile, plan.active[number], holds, reason, outcome)
                elif reading := plan.readings.get(number):
                    value, turn = reading(look)
                    self._set_value(profile, plan.active[number].key, plain(value), outcome)
            except apsw.Error:
                raise
            except Exception as error:  # noqa: BLE001 - no definition may stop the events
                turn = self._now + AGAIN
                self._note(error)
            if turn is not None:
                self._timers.append((profile, number, turn))

    def _not_silent(
        self, memory: HerMemory, numbers: Set[int], members: Collection[str]
    ) -> Set[int]:
        """Without those that look at rows only of which she has none, unless she is a member."""
        plan = self._plans
        found = numbers - plan.by_rows
        for each in memory.behaviours_of_rows():
            found |= numbers & plan.of_behaviour.get(each, _NONE)
        if members:
            found |= {each for each in numbers if plan.keys.get(each) in members}
        return found

    def _note(self, error: Exception) -> None:
        self._failed += 1
        if self._failed == 1:
            place = "".join(traceback.format_tb(error.__traceback__)[-3:])
            logger.error("an evaluation failed: %s\n%s", type(error).__name__, place)

    def _move(
        self, profile: int, one: Stored, entered: bool, reason: Reason, outcome: Outcome
    ) -> None:
        self._last_change += 1
        if self._said[0] is not reason:  # most moves of a sweep have the same
            self._said = reason, json_of(reason)
        seq, written = self._last_change, self._said[1]
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
            self._connection.execute(
                "UPDATE definitions SET status = 'retired' WHERE number = ?", (one.number,)
            )
        return outcome

    def _mark(self, numbers: Iterable[int], swept: int) -> None:
        self._connection.executemany(
            "UPDATE definitions SET swept = ?, status = iif(? = ?, 'live', status)"
            " WHERE number = ?",
            [(swept, swept, plans.END, number) for number in numbers],
        )


def plain(value: Any) -> Any:
    """A value of a computed trait as JSON has it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
