"""Answers to questions about many people as tables for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from rapport.cli.charts import Row, course, in_unit, line, share, short, span

Titled: TypeAlias = tuple[str, list[Row]]

_SHARES: Final = ("conversion", "conversion_from_previous", "share", "ratio")
_MONEY: Final = ("revenue", "refunded", "net", "average_order_value")


def tables(answer: dict[str, Any]) -> Iterator[Titled]:
    """Title and rows of each table that an answer is shown as."""
    for title, rows in _SHAPES.get(answer["kind"], _lists)(answer):
        if rows:
            yield title, rows


def _lists(answer: dict[str, Any]) -> Iterator[Titled]:
    for name, value in answer.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield name.replace("_", " "), [_flat(row) for row in value]


def _funnel(answer: dict[str, Any]) -> Iterator[Titled]:
    for title, one in _groups(answer, "steps"):
        yield title, [_flat(step) for step in one["steps"]]
    for title, one in _groups(answer, "over time"):
        yield title if title == "over time" else f"over time: {title}", _funnels(one)


def _funnels(one: dict[str, Any]) -> list[Row]:
    """A row for who began in each period."""
    return [
        {
            "start": _start(each["start"], each["complete"]),
            "began": each["steps"][0]["count"],
            "converted": each["steps"][-1]["count"],
            "conversion": share(each["steps"][-1]["conversion"]),
            "median_time": span((each.get("time_to_convert") or {}).get("median")),
        }
        for each in one.get("over_time") or ()
    ]


def _retention(answer: dict[str, Any]) -> Iterator[Titled]:
    named = answer.get("brackets")
    for title, one in _groups(answer, "cohorts"):

        def cells(values: Sequence[Any]) -> Row:
            return {named[n] if named else str(n): value for n, value in enumerate(values)}

        rows = [
            {
                "start": each["start"],
                "size": each["size"],
                **cells([share(value, each["size"]) for value in each["values"]]),
            }
            for each in one["cohorts"]
        ]
        mean = cells([share(each) for each in one["average"]])
        yield title, [*rows, {"start": "average", "size": None, **mean}]
        yield (
            "sums" if title == "cohorts" else f"sums: {title}",
            [
                {"start": each["start"], **cells([_number(sum) for sum in each["sums"]])}
                for each in one["cohorts"]
                if each.get("sums")
            ],
        )


def _trends(answer: dict[str, Any]) -> Iterator[Titled]:
    lines = _lines(answer)
    before = _lines(answer["compared"]) if answer.get("compared") else {}
    told: dict[str, Sequence[Any]] = {}
    for name, one in lines.items():
        told[name] = one["values"]
        if "moving_average" in one:
            told[f"{name}, mean"] = one["moving_average"]
        if name in before:
            told[f"{name}, before"] = before[name]["values"]
    if len(told) == 1:
        told = {"value": next(iter(told.values()))}
    complete = answer.get("complete") or [True] * len(answer["periods"])
    rows = [
        {
            "start": _start(start, complete[n]),
            **{name: values[n] for name, values in told.items() if n < len(values)},
        }
        for n, start in enumerate(answer["periods"])
    ]
    yield "periods", rows
    if len(told) > 1:
        yield "course", course(rows, list(told))


def _lines(answer: dict[str, Any]) -> dict[str, Row]:
    """The lines of trends by their names: series, or their parts, then formulas."""
    lines: dict[str, Row] = {}
    formulas = answer.get("formulas") or []
    for series in answer["series"]:
        of = f"{series['name']}: " if len(answer["series"]) > 1 or formulas else ""
        for group in series.get("breakdown") or [series]:
            lines[f"{of}{_named(group)}"] = group
    for formula in formulas:
        for group in formula.get("breakdown") or [formula]:
            part = "" if group is formula else f": {_named(group)}"
            lines[f"{formula['formula']}{part}"] = group
    return lines


def _lifecycle(answer: dict[str, Any]) -> Iterator[Titled]:
    rows = _periods(answer["periods"])
    yield "periods", rows
    yield "course", course(rows, [name for name in rows[0] if name != "start"] if rows else [])


def _stickiness(answer: dict[str, Any]) -> Iterator[Titled]:
    rows = answer["periods"]
    while len(rows) > 1 and not rows[-1]["or_more"]:
        rows = rows[:-1]
    yield "periods", [_flat(row) for row in rows]


def _revenue(answer: dict[str, Any]) -> Iterator[Titled]:
    periods = answer["periods"]
    rows = [
        *_periods([_without(row, "repeat", "currencies") for row in periods]),
        {**_without(_flat(answer["total"]), "complete", "currencies"), "start": "total"},
    ]
    rows[-1] = {name: value for name, value in rows[-1].items() if not name.startswith("repeat ")}
    yield "periods", rows
    yield "course", course(rows[:-1], ["orders", "revenue", "net", "buyers"])
    yield (
        "money by currency",
        [
            {"start": "total" if row is answer["total"] else row["start"], **_flat(purse)}
            for row in [*periods, answer["total"]]
            for purse in row.get("currencies") or ()
        ],
    )
    yield (
        "who came back",
        [_again(row["start"], row["repeat"]) for row in periods]
        + [_again("total", answer["total"]["repeat"])],
    )
    yield "breakdown", [_part(part) for part in answer.get("breakdown") or ()]


def _again(start: str, repeat: dict[str, Any]) -> Row:
    return {
        "first order in": _start(start, repeat["complete"]),
        "buyers": repeat["people"],
        "came_back": repeat["came_back"],
        "rate": share(repeat["rate"]),
        "median_time": span(repeat["median_seconds"]),
        "p90_time": span(repeat["p90_seconds"]),
    }


def _part(part: dict[str, Any]) -> Row:
    """Sums over all periods, where they are in one currency."""
    told: Row = {"part": _named(part), "orders": part["orders"]}
    for name in _MONEY[:-1]:
        amounts = [row[name] for row in part["periods"]]
        told[name] = None if None in amounts else short(sum(amounts))
    told["course"] = line([row["orders"] for row in part["periods"]])
    return told


def _attribution(answer: dict[str, Any]) -> Iterator[Titled]:
    if len(answer["amounts"]) > 1:
        yield "amounts", answer["amounts"]
    rows = [*answer["touches"], {"value": "(unattributed)", **answer["unattributed"]}]
    yield "touches", [_renamed(_flat(row), "value", "touch") for row in rows]


def _paths(answer: dict[str, Any]) -> Iterator[Titled]:
    yield "nodes", [_flat(row) for row in answer["nodes"]]
    yield (
        "links",
        [
            {**_without(_flat(row), "median_seconds"), "median_time": span(row["median_seconds"])}
            for row in answer["links"]
        ],
    )


def _north_star(answer: dict[str, Any]) -> Iterator[Titled]:
    yield "metrics", [*_branch(answer["metric"], 0)]


def _branch(metric: dict[str, Any], depth: int) -> Iterator[Row]:
    change, part = metric["change_share"], metric.get("contribution_share")
    yield {
        "metric": "  " * depth + metric["name"],
        "now": in_unit(metric["value"], metric.get("unit")),
        "before": in_unit(metric["before"], metric.get("unit")),
        "change": "" if change is None else f"{change:+.1%}",
        "of_the_change_above": None if part is None else f"{part:+.1%}",
        "course": line(metric["values"]),
    }
    for each in metric.get("inputs", ()):
        yield from _branch(each, depth + 1)


def _groups(answer: dict[str, Any], title: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Everybody, then each group that is compared."""
    yield title, answer
    for group in answer.get("breakdown") or ():
        yield _named(group), group


def _named(group: dict[str, Any]) -> str:
    """What a part of a breakdown is called."""
    if group.get("other"):
        return "(other)"
    return str(group.get("label") or group.get("value") or "(none)")


def _start(start: str, complete: bool) -> str:
    return start if complete else f"{start} (so far)"


def _periods(rows: list[Row]) -> list[Row]:
    return [
        {**_without(_flat(row), "complete"), "start": _start(row["start"], row["complete"])}
        for row in rows
    ]


def _without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def _renamed(row: Row, name: str, new: str) -> Row:
    return {new if key == name else key: value for key, value in row.items()}


def _number(text: str | None) -> Any:
    """A sum, which JSON has as text."""
    return None if text is None else short(float(text)) if "." in text else int(text)


def _flat(row: Row) -> Row:
    """Nested values beside the others: of a spread median and p90. Shares and spans of time as
    people write them."""
    told: Row = {}
    for name, value in row.items():
        if name == "amounts":
            told |= {f"amount {each['currency'] or ''}".strip(): each["amount"] for each in value}
        elif isinstance(value, dict) and "median" in value:
            told["median_time"] = span(value["median"])
            told["p90_time"] = span(value.get("p90"))
        elif isinstance(value, dict):
            told |= {f"{name} {k}": v for k, v in value.items() if not isinstance(v, list | dict)}
        elif name in _SHARES:
            told[name] = share(value)
        elif name != "time_to_convert" and not isinstance(value, list):  # of a first step none
            told[name] = short(value)
    return told


_SHAPES: Final[dict[str, Callable[[dict[str, Any]], Iterator[Titled]]]] = {
    "active": _lifecycle,
    "attribution": _attribution,
    "funnel": _funnel,
    "lifecycle": _lifecycle,
    "north_star": _north_star,
    "paths": _paths,
    "retention": _retention,
    "revenue": _revenue,
    "stickiness": _stickiness,
    "trends": _trends,
}
