"""North star: the tree of metrics with its changes, the people behind a number, and one person."""

from __future__ import annotations

from typing import Any

import msgspec

from rapport.insights.answers import trends
from rapport.insights.ground import Ground
from rapport.insights.mistakes import refuse
from rapport.insights.oracles.contributions import Change, contributions
from rapport.insights.rows import Ints
from rapport.insights.specs.north_star import Metric, NorthStar

_PLACES = 6


class Cell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Those who did series `series` of the metric in the period."""

    metric: str
    period: str
    series: str = "A"


def answer(question: NorthStar, ground: Ground) -> dict[str, Any]:
    asked = question.checked()
    told = {name: trends.answer(each, ground) for name, each in asked.items()}
    first = told[question.metric.name]
    place = _place(question, first["periods"], first["complete"])
    lines = {name: _line(each) for name, each in told.items()}
    return {
        "kind": "north_star",
        "periods": first["periods"],
        "complete": first["complete"],
        "period": first["periods"][place],
        "before": first["periods"][place - 1] if place else None,
        "metric": _node(question.metric, lines, place),
    }


def people(question: NorthStar, ground: Ground, cell: Cell) -> Ints:
    """Profiles, ascending. Raises `Malformed` for a cell that there is not."""
    asked = question.checked()
    if cell.metric not in asked:
        raise refuse("cell.metric", f"is one of {', '.join(asked)}")
    inner = trends.Cell(period=cell.period, series=cell.series)
    return trends.people(asked[cell.metric], ground, inner)


def why(question: NorthStar, ground: Ground, profile: int) -> dict[str, Any]:
    """For each metric her events that count."""
    told = {name: trends.why(each, ground, profile) for name, each in question.checked().items()}
    metrics = [
        {"metric": name, **{key: value for key, value in each.items() if key != "profile"}}
        for name, each in told.items()
    ]
    return {"profile": f"p_{profile}", "metrics": metrics}


def _place(question: NorthStar, labels: list[str], complete: list[bool]) -> int:
    """Of the period that is compared with the one before it."""
    if question.at is not None:
        if question.at not in labels:
            raise refuse("at", "is the day on which a period of the question begins")
        return labels.index(question.at)
    whole = [n for n, ended in enumerate(complete) if ended]
    return whole[-1] if whole else len(labels) - 1


def _line(told: dict[str, Any]) -> list[Any]:
    line: list[Any] = (told.get("formulas") or told["series"])[0]["values"]
    return line


def _node(metric: Metric, lines: dict[str, list[Any]], place: int) -> dict[str, Any]:
    whole = _change(lines[metric.name], place)
    node: dict[str, Any] = {
        "name": metric.name,
        "values": lines[metric.name],
        "value": whole.now,
        "before": whole.before,
        "change": _rounded(whole.size),
        "change_share": _share(whole.size, whole.before),
    }
    if metric.unit is not None:
        node["unit"] = msgspec.to_builtins(metric.unit)
    if not metric.inputs:
        return node
    node["inputs"] = [_node(each, lines, place) for each in metric.inputs]
    if metric.combine:
        parts = [_change(lines[each.name], place) for each in metric.inputs]
        made = contributions(metric.combine, whole, parts)
        for each, size in zip(node["inputs"], made, strict=True):
            each["contribution"] = _rounded(size)
            each["contribution_share"] = _share(size, whole.size)
        known = [size for size in made if size is not None]
        told = whole.size is not None and len(known) == len(made)
        node["combine"] = metric.combine
        node["unexplained"] = _rounded((whole.size or 0) - sum(known)) if told else None
    return node


def _change(line: list[Any], place: int) -> Change:
    return Change(line[place - 1] if place else None, line[place])


def _share(part: float | None, whole: float | None) -> float | None:
    return None if part is None or not whole else round(part / abs(whole), _PLACES)


def _rounded(size: float | None) -> float | None:
    return None if size is None else round(size, _PLACES)
