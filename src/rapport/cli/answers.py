"""Answers to questions about many people as tables, with bars and lines for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

from rapport.cli.output import print_table

Row: TypeAlias = dict[str, Any]
Titled: TypeAlias = tuple[str, list[Row]]

_BAR: Final = 24  # characters
_HEIGHTS: Final = "▁▂▃▄▅▆▇█"
# Of a table the first there is gets the bars.
_MEASURES: Final = ("count", "size", "conversions", "people", "value", "total", "paths")
_SHARES: Final = ("conversion", "conversion_from_previous", "share", "ratio")
_UNITS: Final = ((172_800, 86_400, "d"), (5_400, 3_600, "h"), (90, 60, "min"))  # from, length


def tables(answer: dict[str, Any]) -> Iterator[Titled]:
    """Title and rows of each table that an answer is shown as."""
    return _SHAPES.get(answer["kind"], _lists)(answer)


def show(rows: list[Row]) -> None:
    """With a bar beside its measure."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    measure = next((name for name in _MEASURES if name in columns), None)
    most = max((row.get(measure) or 0 for row in rows), default=0) if measure else 0
    shown = [[row.get(name) for name in columns] for row in rows]
    if measure and most:
        columns.append("")
        for row, cells in zip(rows, shown, strict=True):
            cells.append("█" * round(_BAR * (row.get(measure) or 0) / most))
    columns = [name.replace("_", " ") for name in columns]
    print_table(columns, shown, right={*columns} - {columns[0], ""})


def _lists(answer: dict[str, Any]) -> Iterator[Titled]:
    for name, value in answer.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield name.replace("_", " "), [_flat(row) for row in value]


def _funnel(answer: dict[str, Any]) -> Iterator[Titled]:
    for title, one in _groups(answer, "steps"):
        yield title, [_flat({**step, "event": step["event"]}) for step in one["steps"]]


def _retention(answer: dict[str, Any]) -> Iterator[Titled]:
    for title, one in _groups(answer, "cohorts"):
        rows = [
            {
                "start": each["start"],
                "size": each["size"],
                **{str(n): _part(v, each["size"]) for n, v in enumerate(each["values"])},
            }
            for each in one["cohorts"]
        ]
        mean = {str(n): _part(share, 1) for n, share in enumerate(one["average"])}
        yield title, [*rows, {"start": "average", "size": None, **mean}]


def _trends(answer: dict[str, Any]) -> Iterator[Titled]:
    lines: dict[str, list[Any]] = {}
    for series in answer["series"]:
        of = f"{series['name']}: " if len(answer["series"]) > 1 else ""
        for group in series.get("breakdown") or [series]:
            lines[f"{of}{_named(group)}"] = group["values"]
    if len(lines) == 1:
        lines = {"value": next(iter(lines.values()))}
    yield (
        "periods",
        [
            {"start": start, **{name: values[n] for name, values in lines.items()}}
            for n, start in enumerate(answer["periods"])
        ],
    )


def _north_star(answer: dict[str, Any]) -> Iterator[Titled]:
    yield "metrics", [*_branch(answer["metric"], 0)]


def _branch(metric: dict[str, Any], depth: int) -> Iterator[Row]:
    change = metric["change_share"]
    yield {
        "metric": "  " * depth + metric["name"],
        "now": _in_unit(metric["value"], metric.get("unit")),
        "before": _in_unit(metric["before"], metric.get("unit")),
        "change": "" if change is None else f"{change:+.1%}",
        "course": _line(metric["values"]),
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


def _flat(row: Row) -> Row:
    """Nested values beside the others: `values` becomes 0, 1, 2 ...; of a spread the median.
    Shares and spans of time as people write them."""
    told: Row = {}
    for name, value in row.items():
        if name == "amounts":
            told |= {f"amount {each['currency'] or ''}".strip(): each["amount"] for each in value}
        elif isinstance(value, list):
            told |= {str(n): _short(each) for n, each in enumerate(value)}
        elif isinstance(value, dict) and "median" in value:
            told["median_time"] = _span(value["median"])
        elif isinstance(value, dict):
            told |= {f"{name} {k}": v for k, v in value.items() if not isinstance(v, list | dict)}
        elif name in _SHARES:
            told[name] = _part(value, 1)
        elif name != "time_to_convert":  # of a first step there is none
            told[name] = _short(value)
    return told


def _part(value: float | None, of: float) -> str | None:
    """
    >>> _part(3, 8), _part(None, 8), _part(0, 0)
    ('37.5%', None, None)
    """
    return f"{value / of:.1%}" if value is not None and of else None


def _span(seconds: float, places: int | None = None) -> str:
    """
    >>> _span(50), _span(600), _span(50_000), _span(1e6), _span(600, 1)
    ('50 s', '10 min', '13.9 h', '11.6 d', '10.0 min')
    """
    for least, size, unit in _UNITS:
        if seconds >= least:
            return f"{seconds / size:{'.3g' if places is None else f'.{places}f'}} {unit}"
    return f"{seconds:.{places or 0}f} s"


def _line(values: list[float | None]) -> str:
    """
    >>> _line([0, 5, None, 10])
    '▁▅ █'
    """
    known = [each for each in values if each is not None]
    low, high = min(known, default=0), max(known, default=0)
    step = (high - low) / (len(_HEIGHTS) - 1) or 1
    return "".join(
        " " if each is None else _HEIGHTS[int((each - low) / step + 0.5)] for each in values
    )


def _in_unit(value: float | None, unit: dict[str, Any] | None) -> Any:
    """
    >>> _in_unit(0.256, {"as": "percent"}), _in_unit(7200, {"as": "duration"})
    ('25.6%', '2 h')
    >>> _in_unit(1234.5, {"as": "currency", "currency": "EUR"}), _in_unit(2, {"decimals": 1})
    ('1,234.50 EUR', '2.0')
    """
    if value is None or not unit:
        return _short(value)
    places = unit.get("decimals")
    match unit.get("as"):
        case "percent":
            return f"{value:.{1 if places is None else places}%}"
        case "duration":
            return _span(value, places)
        case "currency":
            return f"{value:,.{2 if places is None else places}f} {unit['currency']}"
    return _short(value) if places is None else f"{value:,.{places}f}"


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return value.get("share", value.get("value", value.get("count")))
    return round(value, 4) if isinstance(value, float) else value


_SHAPES: Final[dict[str, Callable[[dict[str, Any]], Iterator[Titled]]]] = {
    "funnel": _funnel,
    "retention": _retention,
    "trends": _trends,
    "north_star": _north_star,
}
