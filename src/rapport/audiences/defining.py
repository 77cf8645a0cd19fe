"""New definitions, new versions and the end of definitions; inside the pipeline's transaction.

filling → sweeping → live. While a version is filling, what has to be remembered of earlier events
comes in. A first version is asked of those whose past is there already. A later one waits; until it
sweeps, the version before stays in force.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import apsw

from rapport.audiences import account_members
from rapport.audiences.changes import json_of
from rapport.audiences.language import checks, walking, writing
from rapport.audiences.language.definitions import computed_trait, segment
from rapport.audiences.language.known import Known
from rapport.audiences.language.model import Definition, Segment
from rapport.audiences.language.operands import refuse
from rapport.audiences.stream import plans
from rapport.audiences.stream.behaviours import ByAccount
from rapport.audiences.stream.plans import Plans, Stored
from rapport.errors import Conflict, Malformed, NotFound

_REPLACED_BY_NEWER = (
    "UPDATE definitions SET status = 'replaced' WHERE kind = ? AND key = ? AND number < ?"
    " AND status IN ('filling', 'sweeping', 'live', 'retiring')"
)
_ANYTHING_SENT = "SELECT 1 FROM counters UNION ALL SELECT 1 FROM accounts LIMIT 1"


def read_all(raw: Any) -> list[Definition]:
    """Of `[{"kind": "segment", "definition": {...}}, ...]`. Raises `Malformed`."""
    if not isinstance(raw, list) or not all(isinstance(each, dict) for each in raw):
        raise Malformed("define needs `definitions`, a list", hint="see docs/segments.md")
    return [read(each.get("kind"), each.get("definition")) for each in raw]


def read(kind: Any, raw: Any) -> Definition:
    if kind not in ("segment", "trait"):
        raise Malformed(f"there is no kind of definition {kind!r}", hint="segment or trait")
    return segment(raw) if kind == "segment" else computed_trait(raw)


def fit(fresh: Iterable[Definition], latest: Known) -> Known:
    """All definitions with the fresh ones among them. Raises `Malformed` when they do not fit."""
    fresh = list(fresh)
    everything = [*latest.segments.values(), *latest.traits.values(), *fresh]
    known = Known.of(everything)  # the later one of a key counts
    checks.check(known)
    for one in fresh:
        checks.check_spans(one)
        before = latest.segments.get(one.key)
        if isinstance(one, Segment) and before is not None and one.of != before.of:
            raise refuse(f"{one.key}: of", f"it is a segment of {before.of}", hint="make another")
    return known


def define(
    connection: apsw.Connection, control: Mapping[str, Any], plan: Plans, offset: int, outbox: int
) -> None:
    fresh = read_all(control.get("definitions"))
    known = fit(fresh, plan.latest)
    complete = connection.execute(_ANYTHING_SENT).fetchone() is None
    for one in fresh:
        if one not in (each.definition for each in plan.standing):
            _insert(connection, one, control)
    for one in fresh:
        for behaviour in plans.wanted(one, known):
            first = -plans.END if isinstance(behaviour, ByAccount) else 0
            connection.execute(
                "INSERT OR IGNORE INTO behaviours (digest, since, outbox, filled, complete)"
                " VALUES (?, ?, ?, ?, ?)",
                (behaviour.digest, offset, outbox, first, complete),
            )


def retire(connection: apsw.Connection, control: Mapping[str, Any], plan: Plans) -> None:
    kind, key = control.get("kind"), str(control.get("key"))
    ending = [one for one in plan.standing if (one.kind, one.key) == (kind, key)]
    if not ending:
        raise NotFound(f"there is no {kind} {key!r}", hint="GET /api/v1/segments lists them")
    for one in plan.standing:
        used = {each.key for _, each in walking.references(one.definition, plan.latest)}
        if key in used and one.key != key:
            raise Conflict(f"{one.key} looks at {key}", hint=f"change or retire {one.key} first")
    connection.execute(
        "UPDATE definitions SET status = 'retiring', swept = 0 WHERE number = ?",
        (ending[-1].number,),
    )
    connection.execute(_REPLACED_BY_NEWER, (kind, key, ending[-1].number))
    if plans.of_accounts(ending[-1].definition):
        account_members.end(connection, ending[-1], int(control.get("at", 0)))


def promote(connection: apsw.Connection, plan: Plans) -> None:
    """Let those sweep for which everything is remembered, and forget what nobody needs."""
    rows = connection.execute("SELECT digest FROM behaviours WHERE complete").fetchall()
    complete = {digest for (digest,) in rows}
    for one in plan.standing:
        if one.status != plans.FILLING:
            continue
        if all(each.digest in complete for each in plans.wanted(one.definition, plan.latest)):
            _take_over(connection, one, plan)
    wanted = {
        each.digest for one in plan.standing for each in plans.wanted(one.definition, plan.latest)
    }
    connection.execute(
        "DELETE FROM behaviours WHERE digest NOT IN (SELECT value FROM json_each(?))",
        (json_of(sorted(wanted)),),
    )


def sweep_again(connection: apsw.Connection, numbers: Collection[int]) -> None:
    connection.executemany(
        "UPDATE definitions SET status = iif(status = 'live', 'sweeping', status), swept = 0"
        " WHERE number = ? AND status IN ('filling', 'sweeping', 'live')",
        [(number,) for number in sorted(numbers)],
    )


def _take_over(connection: apsw.Connection, one: Stored, plan: Plans) -> None:
    """It is in force from now on; whoever looks at it has to be asked again, too, unless a newer
    version of that has taken over just now. A first version was in force, and goes on."""
    connection.execute("UPDATE definitions SET status = 'sweeping' WHERE number = ?", (one.number,))
    if one.number in plan.active:
        return
    connection.execute(_REPLACED_BY_NEWER, (one.kind, one.key, one.number))
    users = plan.users_of([one.key]) | plan.accounts.users_of([one.key])
    sweep_again(connection, {each for each in users if plan.stored[each].key != one.key})


def _insert(connection: apsw.Connection, one: Definition, control: Mapping[str, Any]) -> None:
    kind = "segment" if isinstance(one, Segment) else "trait"
    connection.execute(
        "INSERT INTO definitions (kind, key, version, body, status, swept, by, reason, at)"
        " SELECT ?1, ?2, coalesce(max(version), 0) + 1, ?3, 'filling', 0, ?4, ?5, ?6"
        " FROM definitions WHERE kind = ?1 AND key = ?2",
        (
            kind,
            one.key,
            json_of(writing.definition(one)),
            str(control.get("by", "")),
            str(control.get("reason", "")),
            int(control.get("at", 0)),
        ),
    )
