"""What has to be remembered of events, so that conditions can be evaluated without the history.

Each leaf that speaks of events (a count, a sequence, a computed trait) needs one behaviour: which
events, and what of them. Equal needs have equal behaviours, so definitions share them.

`totals` are kept where no window moves: a few numbers a node, however many events. `rows` are kept
where an event may leave again, or where its place among others counts; those behind the horizon
can never matter again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import msgspec
from msgspec import structs
from msgspec.structs import replace
from xxhash import xxh3_128_hexdigest

from rapport.audiences.language import duration
from rapport.audiences.language.model import (
    ANY_EVENT,
    MOVING,
    Aggregate,
    Between,
    Calendar,
    Condition,
    Consent,
    DaysSince,
    Definition,
    Did,
    Extreme,
    Filter,
    Last,
    Rate,
    Segment,
    Selection,
    Sequence,
    Span,
    Window,
)
from rapport.audiences.language.walking import nodes
from rapport.audiences.meaning import oracle
from rapport.clock import DAY

Leaf: TypeAlias = Did | Extreme | Sequence | Consent | Aggregate | DaysSince | Rate
Taken: TypeAlias = Literal[
    "", "number", "texts", "first", "last", "first_text", "last_text", "consent"
]

LOW_BITS: Final = 29
OF_CONDITIONS: Final = (Did, Extreme, Sequence, Consent)
OF_TRAITS: Final = (Aggregate, DaysSince, Rate)
ALL_EVENTS: Final = Selection((ANY_EVENT,), "")
_LONGEST_DAYS: Final = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}
_TAKEN: Final[dict[str, Taken]] = {
    **dict.fromkeys(("sum", "avg", "min", "max"), "number"),
    **dict.fromkeys(("unique", "unique_count", "unique_list", "most_frequent"), "texts"),
    "first": "first_text",
    "last": "last_text",
}


class Behaviour(msgspec.Struct, frozen=True):
    """Events that one of `selections` takes, with their values at `paths`.

    `whole` rows know name and type too, for leaves that select among them again.
    """

    selections: tuple[Selection, ...]
    paths: tuple[str, ...] = ()
    keep: Literal["rows", "totals"] = "rows"
    taken: Taken = ""  # of totals, beside count and last instant; *_text: of events with a text
    horizon: int = 0  # µs; rows that are older can be forgotten; 0 is never
    whole: bool = False

    @property
    def digest(self) -> str:
        """By which it is known again. JSON would not do: it writes the number 1 as the text "1"."""
        return xxh3_128_hexdigest(repr(self).encode())


class ByAccount(Behaviour, frozen=True):
    """Of events as they count for accounts: those that name one are remembered at its node, and
    only the others at that of their person."""


class Need(msgspec.Struct, frozen=True):
    """What a leaf needs, and the leaf as it is asked of what is remembered: events that are not
    selected anew need no selection."""

    behaviour: Behaviour
    leaf: Leaf


def need(leaf: Leaf) -> Need:
    match leaf:
        case Consent(purpose):
            path = f"context.consent.categoryPreferences.{purpose}"
            chosen = Selection((ANY_EVENT,), "", (Filter(path, "exists"),))
            return Need(Behaviour((chosen,), (path,), "totals", "consent"), leaf)
        case Sequence(steps, _, during):
            selections = tuple(dict.fromkeys(step.selection for step in steps))
            found = [*_filter_paths(selections), *(path for step in steps for path in step.same)]
            return Need(_whole(selections, _sorted(found), during), leaf)
        case Aggregate(selection=selection, session=session) if session:
            selections = (ALL_EVENTS, selection)
            found = [*_filter_paths(selections), *_paths_of(leaf)]
            return Need(_whole(selections, _sorted(found), leaf.during), leaf)
    selection = leaf.selection
    moving = tuple(each for each in selection.where if each.op in MOVING)
    during = None if isinstance(leaf, DaysSince) else leaf.during
    paths = _sorted([*(each.path for each in moving), *_paths_of(leaf)])
    stripped = replace(leaf, selection=replace(ALL_EVENTS, where=moving))
    if during is None and not moving and not _by_days(leaf):
        return Need(Behaviour((selection,), paths, "totals", _taken(leaf)), stripped)
    return Need(Behaviour((selection,), paths, horizon=horizon(during)), stripped)


def need_of_account(leaf: Leaf) -> Need:
    wanted = need(leaf)
    return Need(ByAccount(**structs.asdict(wanted.behaviour)), wanted.leaf)


@lru_cache(maxsize=50_000)
def account_node(account: str) -> int:
    """Where events that name the account are remembered. Below zero, where no person has a node;
    a hash, so that SQL can tell it (`backfill.named`). Two alike are as good as impossible: of a
    million accounts, once in millions of installations."""
    high, low = oracle.fraction("account", account), oracle.fraction("of", account)
    return -1 - (int(high * (1 << 32)) << LOW_BITS) - int(low * (1 << LOW_BITS))


def leaves(one: Definition) -> Iterator[Leaf]:
    """Of the definition itself; not of those that it refers to."""
    if isinstance(one, Segment):
        yield from leaves_of(one.when)
    elif isinstance(one.trait, OF_TRAITS):
        yield one.trait


def leaves_of(condition: Condition) -> Iterator[Leaf]:
    for _, node in nodes(condition):
        if isinstance(node, OF_CONDITIONS):
            yield node


def horizon(window: Window | None) -> int:
    """How old an event may be that lies in the window, 0 when there is no bound."""
    match window:
        case Last(length):
            return duration.micros(length)
        case Between(oldest):
            return duration.micros(oldest)
        case Calendar(unit, ago):
            return ((ago + 1) * _LONGEST_DAYS[unit] + 2) * DAY
        case _:
            return 0


def _whole(
    selections: tuple[Selection, ...], paths: tuple[str, ...], during: Window | None
) -> Behaviour:
    """For leaves that select among the rows again."""
    return Behaviour(selections, paths, horizon=horizon(during), whole=True)


def is_local(leaf: Leaf) -> bool:
    """Whether it depends on her time zone, which may change."""
    return _by_days(leaf) or isinstance(getattr(leaf, "during", None), Calendar | Span)


def _by_days(leaf: Leaf) -> bool:
    return isinstance(leaf, Did) and leaf.measure.kind == "days"


def _taken(leaf: Leaf) -> Taken:
    match leaf:
        case Did(measure=measure):
            return _TAKEN.get(measure.kind, "")
        case Extreme(which):
            return which
        case Aggregate(kind):
            return _TAKEN.get(kind, "")
        case _:
            return ""


def _paths_of(leaf: Leaf) -> Iterator[str]:
    """What is looked at in the events that were selected."""
    match leaf:
        case Did(measure=measure) if measure.path:
            yield measure.path
        case Extreme(has=has):
            yield from (each.path for each in has)
        case Aggregate(path=path) if path:
            yield path


def _filter_paths(selections: Iterable[Selection]) -> Iterator[str]:
    for selection in selections:
        yield from (each.path for each in selection.where)


def _sorted(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(paths)))
