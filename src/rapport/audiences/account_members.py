"""Which accounts are in which segment, and their changes in order: tables of this room in state.db.

The http process works it out on schedule (`accounts`) and tells the pipeline what differs, which
writes it down inside of its transaction. To be told the same twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import apsw

from rapport.audiences.changes import AccountChange, Outcome, Reason, json_of
from rapport.audiences.stream import plans
from rapport.audiences.stream.plans import Plans
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
)


def write(connection: apsw.Connection, control: Mapping[str, Any], plan: Plans, now: int) -> bool:
    """Let accounts enter and leave. True when that made a new version the one in force.

    What was worked out for a version that is no longer the latest is passed over.
    """
    key, version = str(control.get("segment")), control.get("version")
    standing = [
        one for one in plan.standing if one.key == key and plans.of_accounts(one.definition)
    ]
    if not standing or standing[-1].version != version:
        return False
    one = standing[-1]
    fresh = one.status == plans.FILLING
    reason = Reason("definition" if fresh else "schedule")
    for entered in (False, True):
        named = _ids(control, "entered" if entered else "left")
        _move(connection, key, one.version, named, now, reason, entered=entered)
    if fresh and control.get("complete"):
        connection.execute(
            "UPDATE definitions SET status = CASE number WHEN ?1 THEN 'live' ELSE 'replaced' END"
            " WHERE kind = 'segment' AND key = ?2 AND number <= ?1"
            " AND status NOT IN ('retired', 'retiring')",
            (one.number, key),
        )
        return True
    return False


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


def end(connection: apsw.Connection, key: str, version: int, now: int) -> None:
    """Everybody leaves."""
    rows = connection.execute("SELECT account FROM account_members WHERE segment = ?", (key,))
    left = [str(account) for (account,) in rows.fetchall()]
    _move(connection, key, version, left, now, Reason("definition"), entered=False)


def _move(
    connection: apsw.Connection,
    key: str,
    version: int,
    accounts: Iterable[str],
    now: int,
    reason: Reason,
    *,
    entered: bool,
) -> None:
    written = json_of(reason)
    for account in accounts:
        if entered:
            query = "INSERT OR IGNORE INTO account_members VALUES (?1, ?2, ?3)"
        else:
            query = "DELETE FROM account_members WHERE segment = ?1 AND account = ?2"
        connection.execute(query, (key, account, now) if entered else (key, account))
        if connection.changes():
            connection.execute(
                "INSERT INTO account_changes (segment, account, entered, at, reason, version)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (key, account, entered, now, written, version),
            )


def _ids(control: Mapping[str, Any], name: str) -> list[str]:
    raw = control.get(name, [])
    if not isinstance(raw, list) or not all(isinstance(each, str) for each in raw):
        raise Malformed(f"accounts needs `{name}`, a list of ids")
    return raw
