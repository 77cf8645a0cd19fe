"""The answer to a question as one small table: what a reader of mail wants to know of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

Words = Mapping[str, str]
MOST_ROWS: Final = 12
_MOST_COLUMNS: Final = 7


class Table(NamedTuple):
    """Texts. `hidden`: rows that are left out."""

    columns: list[str]
    rows: list[list[str]]
    hidden: int = 0


def table_of(answer: Mapping[str, Any], words: Words) -> Table:
    """Without rows when nobody fits the question."""
    columns, rows = _KINDS[answer["kind"]](answer, words)
    shown = [[text(cell) for cell in row[:_MOST_COLUMNS]] for row in rows]
    newest_last = answer["kind"] in _IN_TIME
    kept = shown[-MOST_ROWS:] if newest_last else shown[:MOST_ROWS]
    return Table(columns[:_MOST_COLUMNS], kept, len(shown) - len(kept))


def text(value: Any) -> str:
    """
    >>> text(12345), text(0.5), text(None), text("a"), text(Share(0.256))
    ('12,345', '0.5', '–', 'a', '25.6 %')
    """
    if value is None:
        return "–"
    if isinstance(value, Share):
        return f"{100 * value:.1f} %"
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) else str(value)


class Share(float):
    """Written in percent."""


_Told = tuple[list[str], list[list[Any]]]


def _trends(answer: Mapping[str, Any], words: Words) -> _Told:
    lines: list[tuple[str, list[Any]]] = []
    for series in answer["series"]:
        for part in series.get("breakdown") or [series]:
            name = series["label"] if part is series else _named(part, words)
            lines.append((name, part["values"]))
    if answer.get("formulas"):
        lines = [(each["formula"], each["values"]) for each in answer["formulas"]]
    rows = [
        [period, *(values[n] for _, values in lines)] for n, period in enumerate(answer["periods"])
    ]
    return [words["period"], *(name for name, _ in lines)], rows


def _funnel(answer: Mapping[str, Any], words: Words) -> _Told:
    names = ("step", "people", "conversion", "dropped", "median")
    parts: Iterable[Any] = answer.get("breakdown") or [answer]
    rows = []
    for part in parts:
        before = [_named(part, words)] if part is not answer else []
        for number, step in enumerate(part["steps"], 1):
            took = step["time_to_convert"]
            rows.append(
                [
                    " · ".join([*before, f"{number}. {step['event']}"]),
                    step["count"],
                    _share(step["conversion"]),
                    step["dropped"],
                    _seconds(took["median"]) if took else None,
                ]
            )
    return [words[name] for name in names], rows if answer["steps"][0]["count"] else []


def _retention(answer: Mapping[str, Any], words: Words) -> _Told:
    cells = len(answer["average"])
    labels = answer.get("brackets") or [str(n) for n in range(cells)]
    rows: list[list[Any]] = []
    for part in [answer, *answer.get("breakdown", ())]:
        size = sum(cohort["size"] for cohort in part["cohorts"])
        name = words["average"] if part is answer else _named(part, words)
        rows.append([name, size, *(_share(each) for each in part["average"])])
    rows += [
        [
            cohort["start"],
            cohort["size"],
            *(
                _share(each / cohort["size"]) if each is not None else None
                for each in cohort["values"]
            ),
        ]
        for cohort in answer["cohorts"]
        if cohort["size"]
    ]
    return [words["cohort"], words["size"], *labels], rows if len(rows) > 1 else []


def _lifecycle(answer: Mapping[str, Any], words: Words) -> _Told:
    names = ("new", "returning", "resurrected", "dormant")
    rows = [[each["start"], *(each[name] for name in names)] for each in answer["periods"]]
    return [words["period"], *(words[name] for name in names)], rows


def _stickiness(answer: Mapping[str, Any], words: Words) -> _Told:
    rows = [
        [each["periods"], each["people"], _share(each["share"]), each["or_more"]]
        for each in answer["periods"]
    ]
    names = ("active_periods", "people", "share", "or_more")
    return [words[name] for name in names], rows if answer["people"] else []


def _active(answer: Mapping[str, Any], words: Words) -> _Told:
    names = ["people", "events"]
    if answer["trailing"] > 1:
        names.append("trailing")
    rows = [[each["start"], *(each[name] for name in names)] for each in answer["periods"]]
    return [words["period"], *(words[name] for name in names)], rows


def _paths(answer: Mapping[str, Any], words: Words) -> _Told:
    rows = [
        [each["step"], each["from"], each["to"], each["paths"], each["people"]]
        for each in answer["links"]
    ]
    return [words[name] for name in ("step", "from", "to", "paths", "people")], rows


def _revenue(answer: Mapping[str, Any], words: Words) -> _Told:
    names = ("orders", "buyers", "new", "revenue", "net")
    rows = []
    for each in answer["periods"]:
        row = [each["start"], *(each[name] for name in names)]
        for name in ("revenue", "net"):
            if several := each.get("currencies"):
                row[1 + names.index(name)] = _amounts(several, name)
        rows.append(row)
    return [words["period"], *(words[name] for name in names)], rows


def _attribution(answer: Mapping[str, Any], words: Words) -> _Told:
    alone = {**answer["unattributed"], "value": words["unattributed"], "assisted": None}
    rows = [
        [
            each["value"],
            each["conversions"],
            _share(each["share"]),
            each["assisted"],
            _amounts(each["amounts"], "amount"),
        ]
        for each in [*answer["touches"], alone]
    ]
    names = ("touch", "conversions", "share", "assisted", "revenue")
    return [words[name] for name in names], rows if answer["conversions"] else []


def _north_star(answer: Mapping[str, Any], words: Words) -> _Told:
    rows: list[list[Any]] = []

    def add(metric: Mapping[str, Any], depth: int) -> None:
        known = [each for each in metric["values"] if each is not None]
        last = metric.get("value", known[-1] if known else None)
        shown = _in_unit(last, metric.get("unit"))
        rows.append([f"{'– ' * depth}{metric['name']}", shown, _share(metric.get("change_share"))])
        for each in metric.get("inputs", ()):
            add(each, depth + 1)

    add(answer["metric"], 0)
    return [words[name] for name in ("metric", "value", "change")], rows


def _in_unit(value: float | None, unit: Mapping[str, Any] | None) -> Any:
    """
    >>> _in_unit(0.256, {"as": "percent", "decimals": 0}), _in_unit(7200, {"as": "duration"})
    ('26 %', '2 h')
    >>> _in_unit(1234.5, {"as": "currency", "currency": "EUR"}), _in_unit(None, {"decimals": 1})
    ('1,234.50 EUR', None)
    """
    if value is None or not unit:
        return value
    places = unit.get("decimals")
    match unit.get("as"):
        case "percent":
            return f"{100 * value:.{1 if places is None else places}f} %"
        case "duration":
            return _seconds(value, places)
        case "currency":
            return f"{value:,.{2 if places is None else places}f} {unit['currency']}"
    return value if places is None else f"{value:,.{places}f}"


def _amounts(rows: Iterable[Mapping[str, Any]], name: str) -> str:
    return ", ".join(f"{text(each[name])} {each['currency'] or ''}".strip() for each in rows)


def _share(part: float | None) -> Share | None:
    return None if part is None else Share(part)


def _named(part: Mapping[str, Any], words: Words) -> str:
    if part.get("other"):
        return words["others"]
    return part.get("label") or part["value"] or words["no_value"]


def _seconds(seconds: float, places: int | None = None) -> str:
    """
    >>> _seconds(42), _seconds(180), _seconds(7200), _seconds(200_000), _seconds(90, 2)
    ('42 s', '3 min', '2 h', '2.3 d', '1.50 min')
    """
    sizes = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
    size, unit = next((each for each in sizes if seconds >= each[0]), sizes[-1])
    number = seconds / size
    return f"{text(round(number, 1)) if places is None else f'{number:,.{places}f}'} {unit}"


_IN_TIME: Final = ("trends", "lifecycle", "active", "revenue")
_KINDS: Final[Mapping[str, Callable[[Mapping[str, Any], Words], _Told]]] = {
    "trends": _trends,
    "funnel": _funnel,
    "retention": _retention,
    "lifecycle": _lifecycle,
    "stickiness": _stickiness,
    "active": _active,
    "paths": _paths,
    "revenue": _revenue,
    "attribution": _attribution,
    "north_star": _north_star,
}
