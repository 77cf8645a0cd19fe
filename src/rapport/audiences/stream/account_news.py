"""What some events say of accounts, and which accounts that concerns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Set
from typing import Any, Final, TypeAlias

import apsw

from rapport.audiences.changes import MOST_MESSAGES, Reason, json_of
from rapport.audiences.stream import store
from rapport.audiences.stream.account_plans import AccountPlans
from rapport.audiences.stream.behaviours import account_node
from rapport.audiences.stream.matching import Collected
from rapport.audiences.stream.seeing import Seer
from rapport.events.model import Event
from rapport.profiles.parts import numbers

AccountWork: TypeAlias = dict[str, Reason]
_OF_PROFILES: Final = (
    "SELECT DISTINCT i.profile, m.account FROM carray(?) AS p CROSS JOIN identifiers AS i"
    " ON i.profile = p.value CROSS JOIN memberships AS m ON m.node = i.node"
)
_MEMBERSHIPS: Final = (
    "SELECT m.account, m.node, m.count FROM json_each(?) AS p CROSS JOIN memberships AS m"
    " ON m.account = p.value ->> 0 AND m.node = p.value ->> 1"
)
_SENT: Final = (
    "SELECT a.id, a.count FROM json_each(?) AS p CROSS JOIN accounts AS a ON a.id = p.value"
)
_PROFILES: Final = (
    "SELECT DISTINCT i.profile FROM json_each(?) AS a CROSS JOIN memberships AS m"
    " ON m.account = a.value CROSS JOIN identifiers AS i ON i.node = m.node"
)


class AccountNews:
    """Of one micro-batch."""

    def __init__(self, plan: AccountPlans, connection: apsw.Connection) -> None:
        self._plan = plan
        self._connection = connection
        self._accounts: dict[str, list[str]] = {}  # what was sent of them: ids of messages
        self._nodes: dict[int, list[str]] = {}  # the same of people
        self._speaking: Counter[tuple[str, int]] = Counter()
        self._described: set[str] = set()
        self._latest: dict[str, str] = {}

    def take(self, event: Event, seer: Seer, collected: Collected) -> None:
        """Remember an event for the accounts that it counts for."""
        account, node = event.group_id or "", event.node
        if account:
            self._speaking[account, node] += 1
            self._latest[account] = event.message_id
            if event.type == "group":
                self._described.add(account)
                self._note(self._accounts, account, event)
        bucket = self._plan.matcher.bucket(event.event)
        if bucket is None or not (account or node):
            return
        place = account_node(account) if account else node
        if collected.add(place, seer.happening(event, bucket.heads), bucket):
            if account:
                self._note(self._accounts, account, event)
            else:
                self._note(self._nodes, node, event)

    def heard(self, event: Event, taken: Iterable[int]) -> None:
        """It was remembered of its person for these behaviours."""
        if not self._plan.of_members.isdisjoint(taken):
            self._note(self._nodes, event.node, event)

    def concerned(self, changed: Set[int], touched: Collection[int]) -> AccountWork:
        """`changed` profiles are others than before, of the nodes `touched` traits were spoken of.
        Call it once what was sent has been written down."""
        people = dict.fromkeys(changed, Reason("identity"))
        if self._plan.of_facts:
            facts = {*store.profiles_of(self._connection, touched).values()}
            if self._plan.of_their_accounts and self._described:
                described = (json_of(sorted(self._described)),)
                facts |= {each for (each,) in self._connection.execute(_PROFILES, described)}
            people.update(dict.fromkeys(facts, Reason("traits")))
        owners = store.profiles_of(self._connection, self._nodes)
        for node, said in self._nodes.items():
            people[owners[node]] = _both(_events(said), people.get(owners[node]))
        found = of_profiles(self._connection, people)
        for account in self._first():
            self._accounts.setdefault(account, [self._latest[account]])
        for account, said in self._accounts.items():
            found[account] = _both(_events(said), found.get(account))
        return found

    def _first(self) -> set[str]:
        """Accounts of which nothing was sent before, or nothing by one of these people."""
        if not self._speaking:
            return set()
        pairs: Any = self._connection.execute(_MEMBERSHIPS, (json_of([*self._speaking]),))
        found = {str(each) for each, node, count in pairs if count == self._speaking[each, node]}
        sent: Counter[str] = Counter()
        for (account, _), count in self._speaking.items():
            sent[account] += count
        totals: Any = self._connection.execute(_SENT, (json_of([*sent]),))
        return found | {str(each) for each, count in totals if count == sent[each]}

    @staticmethod
    def _note(where: dict[Any, list[str]], key: Any, event: Event) -> None:
        said = where.setdefault(key, [])
        if len(said) < MOST_MESSAGES and event.message_id not in said:
            said.append(event.message_id)


def of_profiles(connection: apsw.Connection, reasons: Mapping[int, Reason]) -> AccountWork:
    """The accounts of these people, each with their reasons in one."""
    found: AccountWork = {}
    rows: Any = connection.execute(_OF_PROFILES, (numbers(reasons),)) if reasons else ()
    for profile, account in rows:
        found[account] = _both(reasons[profile], found.get(account))
    return found


def _both(one: Reason, other: Reason | None) -> Reason:
    """The first; of two that are events, the messages of both."""
    if other is None or other.by != "events":
        return one
    if one.by != "events":
        return other
    return _events([*dict.fromkeys((*one.messages, *other.messages))][:MOST_MESSAGES])


def _events(messages: Iterable[str]) -> Reason:
    return Reason("events", tuple(messages))
