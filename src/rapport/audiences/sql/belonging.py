"""Who belongs to which accounts, and of how many accounts of hers a condition holds.

Who belongs to an account is read from the events: whoever sent one that names it by groupId. What
is known of an account is decided by the rules of profiles, which no SQL repeats: so its traits are
read where they are kept, Python says which accounts pass, and SQL is handed the names of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, TypeAlias

from sqlglot import exp

from rapport.audiences.language.model import Filter, OfAccounts, Quantifier
from rapport.audiences.language.operands import refuse
from rapport.audiences.meaning import oracle
from rapport.audiences.meaning.person import Account, Person
from rapport.audiences.sql.values import there
from rapport.warehouse.dialect import Dialect
from rapport.warehouse.sqlbuild import E, binary, column, equals, integer

ReadAccounts: TypeAlias = Callable[[], Iterable[Account]]  # id and traits of all there are
TABLE: Final = "of_her_accounts"


class _Told(NamedTuple):
    """The accounts that pass, or those that do not."""

    names: list[str]
    passes: bool


class Accounts:
    """What conditions on accounts ask for; equal ones share a column. `read` is called once, when
    the first of them comes."""

    def __init__(self, dialect: Dialect, now: int, read: ReadAccounts | None) -> None:
        self._dialect = dialect
        self._now = now
        self._read = read
        self._known: list[Account] | None = None
        self._passing: dict[tuple[Filter, ...], _Told] = {}

    @property
    def held(self) -> list[str]:
        """Columns of the table."""
        return ["accounts", *(f"n{place}" for place in range(len(self._passing)))]

    def condition(self, one: OfAccounts) -> E:
        """TRUE or FALSE, of a row to which the table was joined under its name."""
        if one.where not in self._passing:
            self._passing[one.where] = self._passes(one.where)
        place = [*self._passing].index(one.where)
        return _quantified(one.quantifier, _number("accounts"), _number(f"n{place}"))

    def table(self) -> exp.Select:
        """`profile`, how many accounts she has (`accounts`), how many pass (`n0`, `n1`, ...)."""
        everything = exp.alias_(exp.Count(this=exp.Star()), "accounts", quoted=True)
        profile = column("profile", "hers")
        query = exp.select(exp.alias_(profile, "profile", quoted=True), everything)
        query = query.from_(pairs().subquery("hers")).group_by(profile)
        for place, told in enumerate(self._passing.values()):
            named = f"told{place}"
            name = column("text", named)
            query = query.join(
                self._dialect.texts(told.names).subquery(named),
                on=equals(name, column("account", "hers")),
                join_type="left",
            )
            test = there(name) if told.passes else exp.not_(there(name))
            count = self._dialect.count_if(test)
            query = query.select(exp.alias_(count, f"n{place}", quoted=True))
        return query

    def _passes(self, where: tuple[Filter, ...]) -> _Told:
        one = OfAccounts("any", where)
        names: tuple[list[str], list[str]] = ([], [])
        for account in self._accounts():
            person = Person(profile=0, accounts=(account,))
            names[oracle.holds(one, person, self._now)].append(account.id)
        passes = len(names[True]) <= len(names[False])
        return _Told(names[passes], passes)

    def _accounts(self) -> list[Account]:
        if self._read is None:
            raise refuse("when", "conditions on accounts cannot be asked here")
        if self._known is None:
            self._known = [*self._read()]
        return self._known


def pairs() -> exp.Select:
    """`account` and `profile`: each person of each account, once."""
    return (
        exp.select(
            exp.alias_(column("group_id", "e"), "account", quoted=True),
            exp.alias_(column("profile", "i"), "profile", quoted=True),
        )
        .distinct()
        .from_(exp.to_table("events", alias="e"))
        .join(
            exp.to_table("identities", alias="i"),
            on=equals(column("node", "i"), column("node", "e")),
        )
        .where(names_one(column("group_id", "e")))
    )


def names_one(account: E) -> E:
    return exp.and_(there(account), binary(exp.NEQ, account, ""))


def _number(name: str) -> E:
    """0 for who has no account, and so no row."""
    return exp.Coalesce(this=column(f"{TABLE}_{name}"), expressions=[integer(0)])


def _quantified(quantifier: Quantifier, everything: E, fits: E) -> E:
    if quantifier == "all":
        return exp.paren(exp.and_(binary(exp.GT, everything, 0), equals(fits, everything)))
    return binary(exp.GT, fits, 0) if quantifier == "any" else equals(fits, 0)
