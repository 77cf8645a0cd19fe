"""Lifecycle, stickiness, active people: questions about the periods in which people were active."""

from __future__ import annotations

from typing import Literal

from rapport.audiences.language.model import ANY_EVENT, Selection
from rapport.insights.mistakes import refuse
from rapport.insights.specs.scope import EventPick, Question, Unit, selection

_ANYTHING = EventPick(event=ANY_EVENT)


class Lifecycle(Question, frozen=True, kw_only=True, tag="lifecycle", tag_field="kind"):
    """In each period: `new`, `returning` (active in the one before), `resurrected` (not then, but
    earlier), `dormant` (active in the one before, not in this).

    new_by: `first_event_ever`: her first such event; `first_in_range`: nothing earlier than the
    period before `from` is looked at; `person_created`: her first event of any kind.
    """

    event: EventPick = _ANYTHING
    period: Unit = "week"
    new_by: Literal["first_event_ever", "first_in_range", "person_created"] = "first_event_ever"

    def checked(self) -> tuple[Selection, ...]:
        """The event, and whose first makes her new."""
        chosen = selection(self.event, self, "event")
        anything = Selection((ANY_EVENT,), "")
        return (chosen, anything if self.new_by == "person_created" else chosen)


class Stickiness(Question, frozen=True, kw_only=True, tag="stickiness", tag_field="kind"):
    """In how many periods people were active, each with `min_occurrences` events or more."""

    event: EventPick = _ANYTHING
    period: Unit = "day"
    min_occurrences: int = 1

    def checked(self) -> tuple[Selection]:
        if not 1 <= self.min_occurrences <= 1_000:
            raise refuse("min_occurrences", "has to be from 1 to 1000")
        return (selection(self.event, self, "event"),)


class Active(Question, frozen=True, kw_only=True, tag="active", tag_field="kind"):
    """People active in each period; with `trailing` also in it or some of the periods before it.

    period: day, trailing: 30 gives daily and monthly active people, and their ratio.
    """

    event: EventPick = _ANYTHING
    period: Unit = "day"
    trailing: int = 1  # periods, the present one among them

    def checked(self) -> tuple[Selection]:
        if not 1 <= self.trailing <= 400:
            raise refuse("trailing", "has to be from 1 to 400")
        return (selection(self.event, self, "event"),)
