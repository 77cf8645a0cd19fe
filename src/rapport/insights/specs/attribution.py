"""Attribution: which touches conversions are due to."""

from __future__ import annotations

import msgspec

from rapport.audiences.language import duration, values
from rapport.audiences.language.model import Selection
from rapport.insights.kernels.credits import WHOLE, Rule, Way
from rapport.insights.mistakes import refuse
from rapport.insights.specs.scope import EventPick, Question, path_of_one, selection

CONVERSION = 1  # bit; the touches have those above it
MOST_TOUCHES = 20
MOST_AMOUNT = 9 * 10**12  # units; in millionths it fits into 64 bits


class Position(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Shares of the first and of the last touch; those between share the rest evenly."""

    first: float = 0.4
    last: float = 0.4


class Attribution(Question, frozen=True, kw_only=True, tag="attribution", tag_field="kind"):
    """A conversion is an event `conversion` in the range; its touches are the events `touches`
    from `lookback` before it until its own instant, inclusive. A conversion is no touch.

    by: a path of touches; one without a value there is no touch. Without `by` credit goes to the
    label of the touch, of several the first.
    value: paths of conversions, the first with a number counts. Amounts of different currencies
    are never added; `currency` is where a conversion tells its own.
    order_id: of a person's conversions with the same text there the earliest counts.
    """

    conversion: EventPick = EventPick(event="Order Completed")
    touches: tuple[EventPick, ...]
    by: str | None = None
    rule: Rule = "last"
    lookback: str = "30d"
    half_life: str = "7d"
    position: Position = Position()
    value: tuple[str, ...] = ("properties.revenue", "properties.total", "properties.value")
    currency: str | None = "properties.currency"
    order_id: str | None = "properties.order_id"
    limit: int = 25

    def checked(self) -> tuple[Selection, ...]:
        """The conversions, then the touches. Raises `Malformed`."""
        if not 1 <= len(self.touches) <= MOST_TOUCHES:
            raise refuse("touches", f"has to be a list of 1 to {MOST_TOUCHES}")
        if len(self.value) > 5:
            raise refuse("value", "has to be a list of at most 5 paths")
        for n, path in enumerate(self.value):
            path_of_one(path, f"value[{n}]")
        for one, at in (
            (self.by, "by"),
            (self.currency, "currency"),
            (self.order_id, "order_id"),
        ):
            if one is not None:
                path_of_one(one, at)
        if not 1 <= self.limit <= 200:
            raise refuse("limit", "has to be from 1 to 200")
        self.way()
        known = {} if self.by is None else {"path": self.by, "op": "exists"}
        chosen = [selection(self.conversion, self, "conversion")]
        for n, each in enumerate(self.touches):
            touch = msgspec.structs.replace(each, where=(*each.where, *([known] if known else [])))
            chosen.append(selection(touch, self, f"touches[{n}]"))
        return tuple(chosen)

    def back(self) -> int:
        """`lookback` in µs. Raises `Malformed`."""
        return _micros(self.lookback, "lookback")

    def way(self) -> Way:
        """Raises `Malformed`."""
        self.back()
        first, last = (round(each * WHOLE) for each in (self.position.first, self.position.last))
        if first < 0 or last < 0 or first + last > WHOLE:
            raise refuse("position", "first and last are shares that are 1 or less together")
        return Way(self.rule, _micros(self.half_life, "half_life"), first, last)

    def wanted(self) -> list[str]:
        """The paths whose values are read: of the touches, the id, the amounts, the currency."""
        ends = [[each] if each else [] for each in (self.by, self.order_id, self.currency)]
        return [*ends[0], *ends[1], *self.value, *ends[2]]


def amount_of(text: str | None) -> int | None:
    """In millionths; None for what is no number, or one that nobody pays."""
    size = values.micro(text)
    return None if size is None or abs(size) >= MOST_AMOUNT * WHOLE else size


def _micros(text: str, at: str) -> int:
    try:
        return duration.micros(text)
    except ValueError as error:
        raise refuse(at, str(error)) from None
