"""What all questions share: which events, which people, which time."""

from __future__ import annotations

from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from rapport.audiences.language import duration, instants, parts, windows
from rapport.audiences.language.model import Selection
from rapport.clock import DAY
from rapport.insights.mistakes import refuse

Unit = Literal["hour", "day", "week", "month", "quarter", "year"]
Raw = dict[str, Any]  # a filter as written: {path, op, value}

_DEFAULT = "30d"
MOST_SEGMENTS = 10
MOST_VALUES = 200  # of a trait


class OfTrait(msgspec.Struct, frozen=True):
    """Asked for beside paths of events, behind them: what this trait of their people is now."""

    trait: str


Wanted = str | OfTrait


class HasTrait(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """People whose trait has this value as text now, None: who has no value; or `other_than`: who
    has none of these, among which None excludes who has no value."""

    trait: str
    value: str | msgspec.UnsetType | None = msgspec.UNSET
    other_than: tuple[str | None, ...] = ()

    def __post_init__(self) -> None:
        if (self.value is msgspec.UNSET) != bool(self.other_than):
            raise ValueError("a trait has either a `value`, or values `other_than`")
        if len(self.other_than) > MOST_VALUES:
            raise ValueError(f"`other_than` has to be a list of at most {MOST_VALUES} values")


# A segment, or a value of a trait; of several, people to whom all apply.
Among = str | HasTrait | tuple[str | HasTrait, ...] | None


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`from` is inclusive, `to` exclusive; a date alone is midnight in `timezone`. `from` may be a
    length before `to`: `90d` begins with the day that was there 90 days before.

    Without `from`: `30d`. Without `to`: until now. `where` holds for every event
    of the question. `segment` keeps the people who are its members now, or who have a value of a
    trait; of several, those to whom all of that applies.
    """

    since: str | None = msgspec.field(default=None, name="from")
    until: str | None = msgspec.field(default=None, name="to")
    timezone: str = "UTC"
    where: tuple[Raw, ...] = ()
    segment: Among = None


class Groups(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A breakdown by people: each of these segments beside the others; or each of the `limit`
    values of a trait that most people have, and all others in one. Who is a member of several
    segments counts in each, who is a member of none only in the whole; of a trait everybody has one
    value, or none."""

    segments: tuple[str, ...] = ()
    trait: str | None = None
    limit: int = 10

    def check(self) -> None:
        """Raises `Malformed`."""
        if (self.trait is None) != bool(self.segments):
            raise refuse("breakdown", "has either a list of segments or a trait")
        if len(self.segments) > MOST_SEGMENTS:
            raise refuse("breakdown.segments", f"has to be a list of 1 to {MOST_SEGMENTS} segments")
        if len(set(self.segments)) < len(self.segments):
            raise refuse("breakdown.segments", "names a segment twice")
        if self.trait is not None:
            path_of_trait(self.trait, "breakdown.trait")
            if not 1 <= self.limit <= MOST_VALUES:
                raise refuse("breakdown.limit", f"has to be from 1 to {MOST_VALUES} with a trait")

    def chosen(self, value: str) -> str | HasTrait:
        """Whom the `value` of a cell means; "" is no value of the trait. Raises `Malformed` for a
        segment that is not one of them."""
        if self.trait is not None:
            return HasTrait(self.trait, value or None)
        if value not in self.segments:
            raise refuse("cell.value", f"is one of {', '.join(self.segments)}")
        return value


Q = TypeVar("Q", bound=Question)


class EventPick(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One name, several, or `*`; `label` is what people read."""

    event: str | tuple[str, ...]
    type: str | None = None
    where: tuple[Raw, ...] = ()
    label: str | None = None

    @property
    def name(self) -> str:
        if self.label:
            return self.label
        return self.event if isinstance(self.event, str) else " or ".join(self.event)


def of_group(question: Q, who: str | HasTrait) -> Q:
    """The same question without a breakdown, of these people."""
    return msgspec.structs.replace(
        question, breakdown=None, segment=(*among(question.segment), who)
    )


def among(segment: Among) -> tuple[str | HasTrait, ...]:
    if segment is None:
        return ()
    return segment if isinstance(segment, tuple) else (segment,)


def selection(pick: EventPick, question: Question, at: str) -> Selection:
    """With the filters of the whole question. Raises `Malformed`, which names the node."""
    names: Any = pick.event if isinstance(pick.event, str) else list(pick.event)
    node: Raw = {"where": [*pick.where, *question.where]}
    if pick.type is not None:
        node["type"] = pick.type
    return parts.selection(names, node, at, "event")


def everything(question: Question) -> Selection:
    """Any event that passes the filters of the whole question."""
    return parts.selection("*", {"where": list(question.where)}, "question", "event")


def zone(question: Question) -> ZoneInfo:
    found = instants.zone_named(question.timezone)
    if found is None:
        raise refuse("timezone", f"{question.timezone!r} is no IANA name of a time zone")
    return found


def span(question: Question, now: int) -> tuple[int, int]:
    """start <= timestamp < end in µs UTC, never beyond `now`."""
    where = zone(question)
    end = _instant(question.until, "to", where) if question.until else now + 1
    end = min(end, now + 1)
    start = _start(question.since or _DEFAULT, end, where)
    if start >= end:
        raise refuse("from", "nothing lies between from and to")
    return start, end


def path_of_one(text: str, at: str) -> str:
    """A path that leads to one value an event. Raises `Malformed`."""
    if "[]" in text:
        raise refuse(at, "has to lead to one value an event: no []")
    return parts.event_path(text, at)


def path_of_trait(text: str, at: str) -> str:
    """A path that leads to one value a person. Raises `Malformed`."""
    if "[]" in text:
        raise refuse(at, "has to lead to one value a person: no []")
    return parts.trait_path(text, at)


def _start(text: str, end: int, where: ZoneInfo) -> int:
    try:
        length = duration.micros(text)
    except ValueError:
        return _instant(text, "from", where)
    begun = end - length
    return begun if length % DAY else windows.period("day", 0, begun, where)[0]


def _instant(text: str, at: str, where: ZoneInfo) -> int:
    try:
        return instants.local(text, where)
    except ValueError:
        raise refuse(
            at, f"{text!r} is no date or instant", hint="such as 2026-11-30 or 2026-11-30T18:00:00Z"
        ) from None
