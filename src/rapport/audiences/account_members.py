"""Which accounts are in which segment, and their changes in order: tables of this room in state.db.

The pipeline works it out event by event (`account_evaluating`). Accounts with very many people are
counted by the http process on schedule (`accounts`), which tells what differs; to be told the same
twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import apsw

from rapport.audiences.changes import AccountChange, Outcome, Reason, json_of
from rapport.audiences.stream import plans
from rapport.audiences.stream.plans import Plans, Stored
from rapport.errors import Malformed

STEPS: Final = (
    """
    CREATE TABLE account_members (
        segment TEXT NOT NULL,
        account TEXT NOT NULL,
        since INTEGER NOT NULL,
        PRIMARY KEY (segment, account)
    ) WITHOUT ROWID;
    CREATE INDEX account_members_account ON account_members (account, segment);
    CREATE TABLE account_changes (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        segment TEXT NOT NULL,
        account TEXT NOT NULL,
        entered INTEGER NOT NULL,
        at INTEGER NOT NULL,
        reason TEXT NOT NULL,         -- JSON of changes.Reason
        version INTEGER NOT NULL
    );
    CREATE INDEX account_changes_segment ON account_changes (segment, seq);
    """,
    """
    ALTER TABLE account_changes ADD COLUMN sent INTEGER NOT NULL DEFAULT 0;  -- to the warehouse
    CREATE INDEX account_changes_unsent ON account_changes (seq) WHERE NOT sent;
    """,
    """
    CREATE TABLE account_timers (
        account TEXT PRIMARY KEY,
        due INTEGER NOT NULL,         -- when to look at the account again
        reason TEXT                   -- JSON of changes.Reason; NULL: a window may end then
    ) WITHOUT ROWID;
    CREATE INDEX account_timers_due ON account_timers (due);
    """,
)


def write(connection: apsw.Connection, control: Mapping[str, Any], plan: Plans, now: int) -> None:
    """Let accounts enter and leave that were counted elsewhere.

    What was worked out for a version that is not in force is passed over.
    """
    key, version = str(control.get("segment")), control.get("version")
    for number in plan.accounts.segments:
        one = plan.stored[number]
        if (one.key, one.version) == (key, version):
            for entered in (False, True):
                for account in _ids(control, "entered" if entered else "left"):
                    move(connection, one, account, now, Reason("schedule"), entered)


def of(connection: apsw.Connection, accounts: Iterable[str]) -> dict[str, set[str]]:
    """Segments that each is in; those in none are left out."""
    rows: Any = connection.execute(
        "SELECT m.account, m.segment FROM json_each(?) AS a CROSS JOIN account_members AS m"
        " ON m.account = a.value",
        (json_of([*accounts]),),
    )
    found: dict[str, set[str]] = {}
    for account, segment in rows:
        found.setdefault(account, set()).add(segment)
    return found


def sweep(connection: apsw.Connection, plan: Plans, now: int) -> None:
    """Let all accounts be looked at, if a definition has just come into force."""
    fresh = [(number,) for number in sweeping(plan) if not plan.stored[number].swept]
    if fresh:
        connection.execute(
            "INSERT INTO account_timers SELECT id, ?, ? FROM accounts WHERE true"
            " ON CONFLICT DO UPDATE SET due = excluded.due, reason = excluded.reason",
            (now, json_of(Reason("definition"))),
        )
        connection.executemany("UPDATE definitions SET swept = 1 WHERE number = ?", fresh)


def sweeping(plan: Plans) -> list[int]:
    """Definitions for which all accounts have to be looked at."""
    segments = plan.accounts.segments
    return [each for each in segments if plan.stored[each].status == plans.SWEEPING]


def swept(connection: apsw.Connection, plan: Plans) -> None:
    """All were looked at: the definitions are live."""
    connection.executemany(
        "UPDATE definitions SET status = 'live', swept = ? WHERE number = ?",
        [(plans.END, number) for number in sweeping(plan)],
    )


def unsent(connection: apsw.Connection) -> Outcome:
    """Changes that the warehouse has not been told of, in order; from now on it has."""
    rows: list[Any] = connection.execute(
        "UPDATE account_changes SET sent = 1 WHERE NOT sent"
        " RETURNING seq, segment, account, entered, at, reason, version"
    ).fetchall()
    changes = [
        AccountChange(seq, segment, account, bool(entered), at, reason, version)
        for seq, segment, account, entered, at, reason, version in sorted(rows)
    ]
    return Outcome(accounts=changes)


def end(connection: apsw.Connection, one: Stored, now: int) -> None:
    """Everybody leaves."""
    rows = connection.execute("SELECT account FROM account_members WHERE segment = ?", (one.key,))
    for (account,) in rows.fetchall():
        move(connection, one, str(account), now, Reason("definition"), False)


def move(
    connection: apsw.Connection, one: Stored, account: str, now: int, reason: Reason, entered: bool
) -> None:
    """Into the segment or out of it; nothing where that is so already."""
    if entered:
        connection.execute(
            "INSERT OR IGNORE INTO account_members VALUES (?, ?, ?)", (one.key, account, now)
        )
    else:
        connection.execute(
            "DELETE FROM account_members WHERE segment = ? AND account = ?", (one.key, account)
        )
    if connection.changes():
        connection.execute(
            "INSERT INTO account_changes (segment, account, entered, at, reason, version)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (one.key, account, entered, now, json_of(reason), one.version),
        )


def _ids(control: Mapping[str, Any], name: str) -> list[str]:
    raw = control.get(name, [])
    if not isinstance(raw, list) or not all(isinstance(each, str) for each in raw):
        raise Malformed(f"accounts needs `{name}`, a list of ids")
    return raw
