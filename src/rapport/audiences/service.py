"""Segments and computed traits, kept up to date inside the transaction of the pipeline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import apsw
from xxhash import xxh3_64_hexdigest

from rapport.audiences import account_members, defining
from rapport.audiences.account_evaluating import AccountEvaluator
from rapport.audiences.backfill import filling
from rapport.audiences.changes import MOST_MESSAGES, Outcome, Reason, json_of
from rapport.audiences.stream import plans, store
from rapport.audiences.stream.account_news import AccountNews, AccountWork, of_profiles
from rapport.audiences.stream.evaluating import Evaluator, Work
from rapport.audiences.stream.matching import Collected
from rapport.audiences.stream.memory import Memories
from rapport.audiences.stream.seeing import Seer
from rapport.audiences.stream.verdicts import Verdicts
from rapport.clock import Clock
from rapport.database import migrate
from rapport.events.model import Event
from rapport.identity.model import Changes
from rapport.profiles import parts
from rapport.profiles.lens import Lens, Senders, Sources
from rapport.profiles.rules import SurvivorshipRules

MOST: Final = 60_000  # evaluations in one portion, some 0.6 s; the rest waits in a table
IDLE_MOST: Final = 30_000  # in one transaction while nothing arrives
ACCOUNTS_MOST: Final = 5_000  # looks at accounts and their people in one portion, some 0.3 s
_TIMERS: Final = 5_000
_SLICE: Final = 2_000  # nodes of one round of forgetting
_SWEPT: Final = 4_000  # nodes of one sweep, at most
NOTHING: Final = Outcome()


class Audiences:
    """Definitions, what is remembered for them, members and values.

    Construct it outside of a transaction (it brings its tables up to date); call every method
    inside one, after identity and profiles have done their part. After a rollback call `reset`.
    `folder` is where files of the http process lie that control records name.
    """

    def __init__(
        self,
        connection: apsw.Connection,
        sources: Sources,
        rules: Callable[[], SurvivorshipRules],
        clock: Clock,
        folder: Path,
        *,
        zone: str = "UTC",
    ) -> None:
        migrate(connection, "audiences", store.STEPS)
        migrate(connection, "account_segments", account_members.STEPS)
        self._connection = connection
        self._sources = sources
        self._rules = rules
        self._clock = clock
        self._folder = folder
        self._zone = ZoneInfo(zone)
        self.reset()

    def reset(self) -> None:
        """Forget everything held in memory and start from the tables again."""
        self._memories = Memories(self._connection)
        self._verdicts = Verdicts()
        self._seer = Seer(self._sources)
        self._look_again()
        self._forgotten = -plans.END  # nodes up to this one were looked at for what can go

    def absorb(
        self, events: Sequence[Event], changes: Changes, touched: Collection[int]
    ) -> Outcome:
        """Take accepted events whose `node` is set, what identity changed, and the nodes whose
        traits or accounts were spoken of."""
        if not self._plans:
            return NOTHING
        now = self._clock.now()
        plan = self._plans.accounts
        news = AccountNews(plan, self._connection) if plan.follows else None
        work = self._collect(events, now, news)
        changed = changes.touched | self._heard_first(events)
        self._concern(work, changed, touched)
        groups = {each.group_id for each in events if each.type == "group" and each.group_id}
        if groups and self._plans.of_account:
            self._concern_members(groups)
        outcome = self._evaluate(work, now, MOST, changed)
        if news is not None and plan.segments:
            concerned = news.concerned(changes.touched, touched)
            outcome.add(self._evaluate_accounts(concerned, now, ACCOUNTS_MOST))
        return outcome

    def work(self) -> Outcome:
        """What waits: timers that are due, profiles left over from floods, sweeps."""
        now = self._clock.now()
        self._follow_rules()
        outcome = self._evaluate({}, now, IDLE_MOST)
        outcome.add(self._evaluate_accounts({}, now, ACCOUNTS_MOST))
        if not self._waiting:
            self._forget(now)
        return outcome

    def listens(self) -> bool:
        """Whether anything is defined, so that `absorb` reads what other rooms wrote."""
        return bool(self._plans)

    def waits(self) -> bool:
        """Whether `work` has something to do. Costs microseconds."""
        if not self._plans:
            return False
        now = self._clock.now()
        due = self._waiting or self._due(now) or self._accounts_due(now)
        return due or self._sweeps_accounts or self._rules_changed()

    def define(self, control: Mapping[str, Any], offset: int, outbox: int) -> Outcome:
        """Take new definitions, or new versions. `outbox` is the last row that was written there.

        Raises `Malformed` when they cannot be read or do not fit the others.
        """
        defining.define(self._connection, control, self._plans, offset, outbox)
        return self._redefined()

    def retire(self, control: Mapping[str, Any]) -> Outcome:
        """End definitions; their members leave. Raises `Conflict` while others look at them."""
        defining.retire(self._connection, control, self._plans)
        self._redefined()
        return account_members.unsent(self._connection)

    def fill(self, control: Mapping[str, Any]) -> Outcome:
        """Add a part of the history to what is remembered."""
        self._memories.clear()
        if filling.fill(self._connection, control, self._plans, self._verdicts, self._folder):
            return self._redefined()
        self._reach = plans.reached(self._connection, self._plans)
        self._waiting = self._is_waiting()
        return NOTHING

    def write_values(self, control: Mapping[str, Any]) -> Outcome:
        """Values of a trait that were worked out elsewhere, for a range of profiles."""
        now = self._clock.now()
        outcome = filling.values(self._connection, control, self._plans, self._folder, now)
        key, reason = str(control.get("trait")), Reason("traits")
        users = self._plans.users_of([key])
        self._put_off({each.profile: (set(users), reason) for each in outcome.values})
        if self._plans.accounts.users_of([key]):
            people = {each.profile: reason for each in outcome.values}
            self._accounts(now).put_off(of_profiles(self._connection, people))
        return outcome

    def write_accounts(self, control: Mapping[str, Any]) -> Outcome:
        """Which accounts entered and left a segment of accounts; worked out elsewhere."""
        account_members.write(self._connection, control, self._plans, self._clock.now())
        return account_members.unsent(self._connection)

    def _redefined(self) -> Outcome:
        defining.promote(self._connection, plans.load(self._connection))
        self._look_again()
        account_members.sweep(self._connection, self._plans, self._clock.now())
        return NOTHING

    def _look_again(self) -> None:
        self._plans = plans.load(self._connection)
        self._reach = plans.reached(self._connection, self._plans)
        self._waiting = self._is_waiting()
        self._sweeps_accounts = bool(account_members.sweeping(self._plans))

    def _collect(self, events: Sequence[Event], now: int, news: AccountNews | None) -> Work:
        """Remember the events; which definitions they concern, by profile."""
        matcher, collected = self._plans.matcher, Collected(now)
        behaviours: dict[int, set[int]] = {}
        messages: dict[int, list[str]] = {}
        for event in events:
            if news is not None:
                news.take(event, self._seer, collected)
            bucket = matcher.bucket(event.event) if event.node else None
            if bucket is None:
                continue
            taken = collected.add(event.node, self._seer.happening(event, bucket.heads), bucket)
            if taken:
                behaviours.setdefault(event.node, set()).update(taken)
                messages.setdefault(event.node, []).append(event.message_id)
                if news is not None:
                    news.heard(event, taken)
        self._memories.remember(collected.rows, collected.totals)
        self._verdicts.forget({node for node, _ in collected.totals})
        work: Work = {}
        owners = store.profiles_of(self._connection, behaviours)
        for node, found in behaviours.items():
            users = {u for number in found for u in self._plans.of_behaviour.get(number, ())}
            numbers, reason = work.get(owners[node], (set(), Reason("events")))
            said = (*reason.messages, *messages[node])[:MOST_MESSAGES]
            work[owners[node]] = numbers | users, Reason("events", said)
        return work

    def _heard_first(self, events: Sequence[Event]) -> set[int]:
        """Profiles of nodes that were known, but of which no event had come before these."""
        sent = Counter(event.node for event in events if event.node)
        rows = self._connection.execute(
            "SELECT c.node, sum(c.count) FROM carray(?) AS n"
            " CROSS JOIN counters AS c ON c.node = n.value GROUP BY c.node",
            (parts.numbers(sent),),
        )
        first = [node for node, count in rows if count == sent[node]]
        return set(store.profiles_of(self._connection, first).values())

    def _concern(self, work: Work, changed: Set[int], touched: Collection[int]) -> None:
        """Add those whose identity or traits changed."""
        plan = self._plans
        if plan.of_facts and touched:
            for profile in set(store.profiles_of(self._connection, touched).values()):
                numbers, reason = work.get(profile, (set(), Reason("traits")))
                work[profile] = numbers | plan.of_facts, reason
        for profile in changed:
            _, reason = work.get(profile, (set(), Reason("identity")))
            work[profile] = set(plan.all), reason

    def _concern_members(self, accounts: Collection[str]) -> None:
        rows: list[Any] = self._connection.execute(
            "SELECT DISTINCT i.profile FROM json_each(?) AS a CROSS JOIN memberships AS m"
            " ON m.account = a.value CROSS JOIN identifiers AS i ON i.node = m.node",
            (json_of(sorted(accounts)),),
        ).fetchall()
        concerned = set(self._plans.of_account), Reason("traits")
        self._put_off({profile: concerned for (profile,) in rows})

    def _evaluate(
        self, work: Work, now: int, most: int, changed: Set[int] = frozenset()
    ) -> Outcome:
        """The new work first, then what has waited; what is too much waits on."""
        left = most - sum(len(numbers) for numbers, _ in work.values())
        if left < 0:
            work = self._cut(work, most // 2)
            left = most // 2
        evaluator = Evaluator(
            self._lens(now),
            self._memories,
            self._plans,
            self._verdicts,
            self._reach,
            self._zone,
            now,
        )
        outcome = evaluator.evaluate(work, changed)
        if self._due(now):
            timers = evaluator.due_timers(_TIMERS)
            left -= sum(len(numbers) for numbers, _ in timers.values())
            outcome.add(evaluator.evaluate(timers))
        if self._waiting and left > 0:
            outcome.add(evaluator.catch_up(left))
            outcome.add(evaluator.sweep(_SWEPT, left))
            if self._plans.retiring:
                self._look_again()
            self._waiting = self._is_waiting()
            if not self._waiting and not self._reach:
                self._verdicts.clear()
        return outcome

    def _evaluate_accounts(self, work: AccountWork, now: int, most: int) -> Outcome:
        """The new work first, then what is due."""
        evaluator = self._accounts(now)
        left = evaluator.evaluate(work, most)
        done = evaluator.catch_up(left) if self._accounts_due(now) else left > 0
        if done and self._sweeps_accounts:
            account_members.swept(self._connection, self._plans)
            self._look_again()
        return account_members.unsent(self._connection)

    def _accounts(self, now: int) -> AccountEvaluator:
        return AccountEvaluator(self._lens(now), self._memories, self._plans, self._zone, now)

    def _cut(self, work: Work, most: int) -> Work:
        """The first of it; the rest is put off."""
        kept: Work = {}
        rest: Work = {}
        for profile, (numbers, reason) in work.items():
            (kept if most > 0 else rest)[profile] = numbers, reason
            most -= len(numbers)
        self._put_off(rest)
        return kept

    def _put_off(self, work: Work) -> None:
        if work:
            self._connection.executemany(
                "INSERT OR REPLACE INTO audience_dirty VALUES (?, ?, ?)",
                [
                    (profile, number, written)
                    for profile, (numbers, reason) in sorted(work.items(), key=lambda one: one[0])
                    for written in (json_of(reason),)
                    for number in numbers
                ],
            )
            self._waiting = True

    def _due(self, now: int) -> bool:
        first = self._connection.execute("SELECT min(due) FROM audience_timers").get
        return first is not None and first <= now

    def _accounts_due(self, now: int) -> bool:
        first = self._connection.execute("SELECT min(due) FROM account_timers").get
        return first is not None and first <= now

    def _is_waiting(self) -> bool:
        if self._plans.retiring or plans.unswept(self._connection, self._plans, self._reach):
            return True
        dirty = self._connection.execute("SELECT 1 FROM audience_dirty LIMIT 1").fetchone()
        return dirty is not None

    def _forget(self, now: int) -> None:
        """One round a call, over a slice of the nodes."""
        horizons = {number: each.horizon for each, number in self._plans.numbers.items()}
        to = store.end_of_slice(self._connection, self._forgotten, _SLICE)
        store.forget(self._connection, self._forgotten, to, horizons, now)
        last = self._connection.execute("SELECT max(node) FROM identifiers").get or 0
        self._forgotten = to if to < last else -plans.END
        if to >= last:
            self._memories.clear()

    def _lens(self, now: int) -> Lens:
        return Lens(self._connection, Senders(self._sources), self._rules(), now)

    def _rules_changed(self) -> bool:
        of_facts = bool(self._plans.of_facts or self._plans.accounts.segments)
        return of_facts and self._rules_mark() != self._stored_mark()

    def _follow_rules(self) -> None:
        """Other survivorship rules, or another default zone: traits may be others."""
        if self._rules_changed():
            mark = self._rules_mark()
            self._connection.execute(
                "INSERT INTO audience_marks VALUES ('rules', ?)"
                " ON CONFLICT DO UPDATE SET value = excluded.value",
                (mark,),
            )
            concerned = self._plans.of_facts.union(self._plans.accounts.segments)
            defining.sweep_again(self._connection, concerned)
            self._redefined()

    def _rules_mark(self) -> str:
        return xxh3_64_hexdigest(json_of((self._rules(), self._zone.key)).encode())

    def _stored_mark(self) -> str | None:
        query = "SELECT value FROM audience_marks WHERE name = 'rules'"
        found = self._connection.execute(query).get
        return None if found is None else str(found)
