"""The condition language as a tree of frozen, hashable structs; docs/conditions.md explains it.

A tree comes from `reading`, which lets nothing pass that cannot be meant, and goes back to JSON
through `writing`. Durations stay as they were written (`duration.micros` reads them).
Numbers are decimals of at most six places. A boolean operand is the text `true` or `false`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal, TypeAlias

import msgspec

Number: TypeAlias = Decimal
Operand: TypeAlias = str | Number | tuple[str | Number, ...] | None
Quantifier: TypeAlias = Literal["any", "all", "none"]

COMPARISONS: Final = ("eq", "ne", "gt", "gte", "lt", "lte")
TEXTUAL: Final = ("contains", "not_contains", "starts_with", "ends_with")
LISTED: Final = ("in", "not_in")
BARE: Final = ("exists", "not_exists")
INSTANTS: Final = ("before", "after")
MOVING: Final = ("in_last", "in_next")
OPERATORS: Final = (*COMPARISONS, *LISTED, *TEXTUAL, *BARE, *INSTANTS, *MOVING)
# Each is the exact opposite of its partner, also for what is missing and for `[]` paths.
OPPOSITES: Final = {
    "ne": "eq",
    "not_in": "in",
    "not_contains": "contains",
    "not_exists": "exists",
}

ANY_EVENT: Final = "*"
# Fields of an event beside those inside of properties, traits and context
FIELDS: Final = (
    *("type", "event", "timestamp", "source", "brand", "region", "channel"),
    "message_id",
)
HELD: Final = ("properties", "traits", "context")
CALENDAR_UNITS: Final = ("day", "week", "month", "quarter", "year")


class Filter(msgspec.Struct, frozen=True):
    """`path op value`; of an event, or of the traits of an account."""

    path: str
    op: str
    value: Operand = None


class Last(msgspec.Struct, frozen=True):
    """now - length < timestamp <= now"""

    length: str


class Between(msgspec.Struct, frozen=True):
    """now - oldest < timestamp <= now - newest"""

    oldest: str
    newest: str


class Span(msgspec.Struct, frozen=True):
    """start <= timestamp < end; a date alone is midnight in her time zone, "" is open."""

    start: str
    end: str


class Calendar(msgspec.Struct, frozen=True):
    """The present day, week, ... in her time zone, or the one `ago` before."""

    unit: str
    ago: int = 0


Window: TypeAlias = Last | Between | Span | Calendar


class Selection(msgspec.Struct, frozen=True):
    """Events of one of the names (`*` is any) and of the type ("" is any) that pass each filter."""

    events: tuple[str, ...]
    type: str = "track"
    where: tuple[Filter, ...] = ()


class Measure(msgspec.Struct, frozen=True):
    """What is taken of the selected events. `count` and `days` have no path."""

    kind: str  # one of MEASURES
    path: str = ""


MEASURES: Final = ("count", "sum", "avg", "min", "max", "unique", "days")
COUNT: Final = Measure("count")
ONE: Final = Decimal(1)


class AllOf(msgspec.Struct, frozen=True):
    items: tuple[Condition, ...]


class AnyOf(msgspec.Struct, frozen=True):
    items: tuple[Condition, ...]


class Not(msgspec.Struct, frozen=True):
    item: Condition


class Trait(msgspec.Struct, frozen=True):
    """A described or computed trait; of an account in segments of accounts."""

    path: str
    op: str
    value: Operand = None


class Identifier(msgspec.Struct, frozen=True):
    """Some identifier of this type satisfies `op value`."""

    type: str
    op: str
    value: Operand = None


class Did(msgspec.Struct, frozen=True):
    selection: Selection
    during: Window | None = None
    measure: Measure = COUNT
    op: str = "gte"  # one of COMPARISONS
    value: Number = ONE


class Extreme(msgspec.Struct, frozen=True):
    """The first or last of the selected events exists and satisfies `has`."""

    which: Literal["first", "last"]
    selection: Selection
    has: tuple[Filter, ...]
    during: Window | None = None


class Step(msgspec.Struct, frozen=True):
    """One event of a sequence; `absent` (only the last): none such `within` the step before."""

    selection: Selection
    within: str = ""  # since the step before; "" is any time
    same: tuple[str, ...] = ()  # paths whose values equal those of the first step
    absent: bool = False


class Sequence(msgspec.Struct, frozen=True):
    steps: tuple[Step, ...]
    within: str = ""  # from the first step to the last that is not absent; "" is any time
    during: Window | None = None


class InSegment(msgspec.Struct, frozen=True):
    key: str


class OfAccounts(msgspec.Struct, frozen=True):
    """Her accounts; the paths of `where` are traits of the account."""

    quantifier: Quantifier
    where: tuple[Filter, ...] = ()


class OfMembers(msgspec.Struct, frozen=True):
    """The people of an account; only in segments of accounts."""

    quantifier: Quantifier
    are: Condition


class Consent(msgspec.Struct, frozen=True):
    purpose: str


class Percent(msgspec.Struct, frozen=True):
    """A stable share of everybody: the hash of `salt` and id lies below `share` percent."""

    share: Number
    salt: str


Condition: TypeAlias = (
    AllOf
    | AnyOf
    | Not
    | Trait
    | Identifier
    | Did
    | Extreme
    | Sequence
    | InSegment
    | OfAccounts
    | OfMembers
    | Consent
    | Percent
)


class Segment(msgspec.Struct, frozen=True):
    key: str
    name: str
    when: Condition
    of: Literal["people", "accounts"] = "people"
    description: str = ""


class Aggregate(msgspec.Struct, frozen=True):
    """One value of the selected events; all kinds but `count` take it of `path`."""

    kind: str  # one of AGGREGATES
    selection: Selection
    path: str = ""
    during: Window | None = None
    session: str = ""  # only the events of the present session, which ends after this much silence


AGGREGATES: Final = (
    *("count", "sum", "avg", "min", "max", "first", "last"),
    *("most_frequent", "unique_list", "unique_count"),
)


class DaysSince(msgspec.Struct, frozen=True):
    """Whole days of 24 hours since the last of the selected events."""

    selection: Selection


class Rate(msgspec.Struct, frozen=True):
    """Events a day, week (7 days) or month (30 days), over the length of the window."""

    selection: Selection
    per: Literal["day", "week", "month"]
    during: Last


class Expression(msgspec.Struct, frozen=True):
    """Arithmetic over traits; `expressions` reads it."""

    text: str


class Outside(msgspec.Struct, frozen=True):
    """Values that are worked out elsewhere, for everybody at once, and then written down."""


class SqlQuery(Outside, frozen=True):
    """Columns `profile` and `value`, asked of the warehouse every so often."""

    text: str
    every: str


class ModelOutput(Outside, frozen=True):
    """What a model of customer value says. `trait` is one of that model; `seed` a segment, for
    models that find the like of its members."""

    model: str
    trait: str = ""  # "" is the model's first
    every: str = "1d"
    seed: str = ""


Computation: TypeAlias = Aggregate | DaysSince | Rate | Expression | SqlQuery | ModelOutput


class ComputedTrait(msgspec.Struct, frozen=True):
    key: str
    name: str
    trait: Computation
    description: str = ""


Definition: TypeAlias = Segment | ComputedTrait
