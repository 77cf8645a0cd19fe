"""Revenue: orders, what they brought, who is new, and who comes back for a second one."""

from __future__ import annotations

import msgspec

from rapport.audiences.language import duration
from rapport.audiences.language.model import Selection
from rapport.insights.mistakes import refuse
from rapport.insights.specs.scope import EventPick, Question, Raw, Unit, path_of_one, selection

ORDER, REFUND = 1, 2  # bits


class Revenue(Question, frozen=True, kw_only=True, tag="revenue", tag_field="kind"):
    """An order is an event `order` with a number at one of the paths `amount`, the first that has
    one. Of a person's orders with the same text at `order_id` the first counts. Refunds subtract in
    the period in which they happened.

    `within`: a second order later than that after the first one does not count as a repeat.
    `currency`: where orders and refunds tell theirs; amounts of different ones are never added.
    `in`: only those in this one count.
    `breakdown`: a path; each order counts under its own value, repeats under that of the first.
    """

    order: EventPick = EventPick(event="Order Completed")
    refund: EventPick | None = EventPick(event="Order Refunded")
    amount: tuple[str, ...] = ("properties.revenue", "properties.total", "properties.value")
    order_id: str | None = "properties.order_id"
    currency: str | None = "properties.currency"
    of_currency: str | None = msgspec.field(default=None, name="in")
    period: Unit = "week"
    within: str | None = None
    breakdown: str | None = None
    limit: int = 25

    def checked(self) -> tuple[Selection, ...]:
        """Orders, then refunds. Raises `Malformed`."""
        if not 1 <= len(self.amount) <= 5:
            raise refuse("amount", "has to be a list of 1 to 5 paths")
        for n, path in enumerate(self.amount):
            path_of_one(path, f"amount[{n}]")
        for one, at in (
            (self.order_id, "order_id"),
            (self.currency, "currency"),
            (self.breakdown, "breakdown"),
        ):
            if one is not None:
                path_of_one(one, at)
        if not 1 <= self.limit <= 200:
            raise refuse("limit", "has to be from 1 to 200")
        if self.of_currency is not None and self.currency is None:
            raise refuse("in", "needs the path `currency`")
        self.longest()
        only: tuple[Raw, ...] = ()
        if self.of_currency is not None:
            only = ({"path": self.currency, "op": "eq", "value": self.of_currency},)
        picks = {"order": self.order, **({"refund": self.refund} if self.refund else {})}
        return tuple(
            selection(msgspec.structs.replace(pick, where=(*pick.where, *only)), self, at)
            for at, pick in picks.items()
        )

    def longest(self) -> int | None:
        """`within` in µs. Raises `Malformed`."""
        if self.within is None:
            return None
        try:
            return duration.micros(self.within)
        except ValueError as error:
            raise refuse("within", str(error)) from None

    def wanted(self) -> list[str]:
        """The paths whose values are read: the id, the amounts, the currency, the breakdown."""
        ends = [[each] if each else [] for each in (self.order_id, self.currency, self.breakdown)]
        return [*ends[0], *self.amount, *ends[1], *ends[2]]
