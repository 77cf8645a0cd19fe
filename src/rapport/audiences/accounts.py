"""Which accounts are in which segments `of: accounts`, at one instant.

The warehouse is asked of people and events (`sql_accounts`), the rest is what the oracle says of
each account with those answers in hand. For previews and for large accounts; the others are
followed event by event (`account_evaluating`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec
from sqlglot import exp

from rapport.audiences.language import walking
from rapport.audiences.language.known import Known
from rapport.audiences.language.model import Condition, Did, OfMembers, Segment
from rapport.audiences.meaning import oracle
from rapport.audiences.meaning.person import Account
from rapport.audiences.sql import accounts as sql_accounts
from rapport.audiences.sql.belonging import ReadAccounts
from rapport.audiences.sql.snapshot import DEFAULT_ZONE, zones_in_use
from rapport.warehouse.dialect import Dialect

Row: TypeAlias = dict[str, Any]


class Asking(msgspec.Struct, frozen=True):
    """How to ask the warehouse, and when `now` is (µs UTC). Of accounts only id and traits are
    looked at."""

    read: Callable[[str], list[Row]]
    accounts: ReadAccounts
    dialect: Dialect
    now: int
    zone: str = DEFAULT_ZONE  # of accounts, and of people who do not say

    def rows(self, query: exp.Select) -> list[Row]:
        return self.read(self.dialect.sql(query))


def members(segments: Sequence[Segment], known: Known, asking: Asking) -> dict[str, list[str]]:
    """Ids of the accounts in each segment, in the order in which they are read. `known` has
    all definitions that the segments refer to."""
    everything = Known({**known.segments, **{one.key: one for one in segments}}, known.traits)
    family = [one for one in walking.in_order([*segments], everything) if isinstance(one, Segment)]
    of_accounts = [one.when for one in family if one.of == "accounts"]
    nodes = [node for when in of_accounts for node in walking.of_account(when)]
    answers = _Answers(nodes, everything, asking)
    found: dict[str, list[str]] = {one.key: [] for one in segments}
    for account in asking.accounts():
        answered = answers.of(account)
        for one in segments:
            if oracle.holds(one.when, account, asking.now, everything, answered):
                found[one.key].append(account.id)
    return found


class _Answers:
    """What the warehouse says, by account."""

    def __init__(self, nodes: Iterable[Condition], known: Known, asking: Asking) -> None:
        told = [*dict.fromkeys(nodes)]
        self._members = [node for node in told if isinstance(node, OfMembers)]
        self._events = [node for node in told if isinstance(node, Did)]
        self._now = asking.now
        self._of_members = self._ask_members(known, asking)
        self._of_events = self._ask_events(asking)

    def of(self, account: Account) -> dict[Condition, bool]:
        said: dict[Condition, bool] = {}
        counts = self._of_members.get(account.id)
        for n, node in enumerate(self._members):
            everybody, fits = (counts["members"], counts[f"n{n}"]) if counts else (0, 0)
            said[node] = _quantified(node.quantifier, everybody, fits)
        row = self._of_events.get(account.id)
        for n, did in enumerate(self._events):
            nothing = Account(id=account.id)
            said[did] = bool(row[f"d{n}"]) if row else oracle.holds(did, nothing, self._now)
        return said

    def _ask_members(self, known: Known, asking: Asking) -> Mapping[str, Row]:
        if not self._members:
            return {}
        zones = [row["zone"] for row in asking.rows(zones_in_use(asking.dialect))]
        query = sql_accounts.members(
            [node.are for node in self._members],
            known,
            asking.now,
            asking.dialect,
            zones=[zone for zone in zones if zone is not None],
            default_zone=asking.zone,
            accounts=asking.accounts,
        )
        return {row["account"]: row for row in asking.rows(query)}

    def _ask_events(self, asking: Asking) -> Mapping[str, Row]:
        if not self._events:
            return {}
        query = sql_accounts.events(self._events, asking.now, asking.dialect, zone=asking.zone)
        return {row["account"]: row for row in asking.rows(query)}


def _quantified(quantifier: str, everybody: int, fits: int) -> bool:
    if quantifier == "all":
        return everybody > 0 and fits == everybody
    return (fits > 0) == (quantifier == "any")
