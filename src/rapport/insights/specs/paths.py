"""Paths: what people do one after the other, before or after something."""

from __future__ import annotations

from rapport.audiences.language import duration
from rapport.audiences.language.model import ANY_EVENT, Selection
from rapport.insights.mistakes import refuse
from rapport.insights.specs.scope import EventPick, Question, path_of_one, selection


class Paths(Question, frozen=True, kw_only=True, tag="paths", tag_field="kind"):
    """Her events in order of time, cut into sessions where `session` passes without one. What is
    the same as the one before it counts once. An item is the text at `by`: the name of the event,
    or such as `properties.path`; events without it are left out.

    start: sessions begin at their first such item; end: they end at the first such item (behind
    the start). Sessions without them are left out. At most `steps` items are kept: the last ones
    if only `end` is given; with both, what is in the middle becomes one `…`. The `limit` greatest
    links are told.
    """

    event: EventPick = EventPick(event=ANY_EVENT)
    by: str = "event"
    start: str | None = None
    end: str | None = None
    steps: int = 5
    session: str = "30m"
    limit: int = 50

    def checked(self) -> tuple[Selection]:
        """What it selects. Raises `Malformed`."""
        path_of_one(self.by, "by")
        if not 2 <= self.steps <= 20:
            raise refuse("steps", "has to be from 2 to 20")
        if not 1 <= self.limit <= 1_000:
            raise refuse("limit", "has to be from 1 to 1000")
        try:
            duration.micros(self.session)
        except ValueError as error:
            raise refuse("session", str(error)) from None
        return (selection(self.event, self, "event"),)
