"""North star: one metric, the inputs that move it, and how much each of them did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from rapport.insights.mistakes import refuse
from rapport.insights.specs.scope import Question, Unit
from rapport.insights.specs.trends import Series, Trends

_MOST = 40
_DEEPEST = 5


class MetricUnit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How people read the numbers of a metric: a `percent` is of a share (0.25 is 25 %), a
    `duration` of seconds, money is of `currency` (its code in ISO 4217). Without `decimals` as many
    as say something."""

    kind: Literal["number", "currency", "percent", "duration"] = msgspec.field(
        default="number", name="as"
    )
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] | None = None
    decimals: Annotated[int, msgspec.Meta(ge=0, le=6)] | None = None

    def __post_init__(self) -> None:
        if (self.kind == "currency") != (self.currency is not None):
            raise ValueError("`currency` goes with `as: currency`, and has to be there then")


class Metric(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number a period: one series, or a `formula` of several (A, B, ...), as in trends.

    combine: `sum` or `product` says how the inputs make the metric; without it they are shown
    beside it.
    """

    name: str
    series: tuple[Series, ...]
    formula: str | None = None
    combine: Literal["sum", "product"] | None = None
    inputs: tuple[Metric, ...] = ()
    unit: MetricUnit | None = None


class NorthStar(Question, frozen=True, kw_only=True, tag="north_star", tag_field="kind"):
    """Compared are `at` (the day on which a period begins; without it the last that is complete)
    and the period before it."""

    metric: Metric
    period: Unit = "week"
    at: str | None = None

    def checked(self) -> dict[str, Trends]:
        """For each metric by name the question about it. Raises `Malformed`."""
        found: dict[str, Trends] = {}
        for metric, at, depth in walk(self.metric):
            if metric.name in found or not metric.name.strip():
                raise refuse(f"{at}.name", "has to be there, and another than those of the others")
            if len(found) == _MOST or depth > _DEEPEST:
                raise refuse(at, f"at most {_MOST} metrics, {_DEEPEST} below each other")
            if (metric.formula is None) != (len(metric.series) == 1):
                raise refuse(f"{at}.formula", "goes with several series, and has to be there then")
            if metric.combine and not metric.inputs:
                raise refuse(f"{at}.combine", "says how inputs make the metric: it needs some")
            found[metric.name] = self.of(metric)
            found[metric.name].checked()
        return found

    def of(self, metric: Metric) -> Trends:
        return Trends(
            since=self.since,
            until=self.until,
            timezone=self.timezone,
            where=self.where,
            segment=self.segment,
            period=self.period,
            series=metric.series,
            formulas=(metric.formula,) if metric.formula else (),
        )


def walk(metric: Metric, at: str = "metric", depth: int = 0) -> Iterator[tuple[Metric, str, int]]:
    """The metric and all below it, each with the name of its node and how deep it lies."""
    yield metric, at, depth
    for n, each in enumerate(metric.inputs):
        yield from walk(each, f"{at}.inputs[{n}]", depth + 1)
