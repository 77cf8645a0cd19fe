"""Numbers as people read them in a terminal: shares, spans of time, units, bars, lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from rapport.cli.output import print_table

Row: TypeAlias = dict[str, Any]

_BAR: Final = 24  # characters
_HEIGHTS: Final = "▁▂▃▄▅▆▇█"
# Of a table the first there is gets the bars.
_MEASURES: Final = ("converted", "count", "size", "conversions", "people", "value", "paths")
_UNITS: Final = ((172_800, 86_400, "d"), (5_400, 3_600, "h"), (90, 60, "min"))  # from, length


def show(rows: list[Row]) -> None:
    """With a bar beside its measure. Columns in which nothing stands are left out."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    columns = [name for name in columns if any(row.get(name) is not None for row in rows)]
    measure = next((name for name in _MEASURES if name in columns), None)
    most = max((row.get(measure) or 0 for row in rows), default=0) if measure else 0
    shown = [[_plain(row.get(name)) for name in columns] for row in rows]
    if measure and most:
        columns.append("")
        for row, cells in zip(rows, shown, strict=True):
            cells.append("█" * round(_BAR * (row.get(measure) or 0) / most))
    columns = [name.replace("_", " ") for name in columns]
    print_table(columns, shown, right={*columns} - {columns[0], "", "course"})


def share(value: float | None, of: float = 1) -> str | None:
    """
    >>> share(3, 8), share(None, 8), share(0, 0)
    ('37.5%', None, None)
    """
    return f"{value / of:.1%}" if value is not None and of else None


def span(seconds: float | None, places: int | None = None) -> str | None:
    """
    >>> span(50), span(600), span(50_000), span(1e6), span(600, 1), span(22.906)
    ('50 s', '10 min', '13.9 h', '11.6 d', '10.0 min', '23 s')
    """
    if seconds is None:
        return None
    for least, size, unit in _UNITS:
        if seconds >= least:
            return f"{seconds / size:{'.3g' if places is None else f'.{places}f'}} {unit}"
    return f"{seconds:.{places or 0}f} s"


def line(values: Sequence[float | None]) -> str:
    """
    >>> line([0, 5, None, 10])
    '▁▅ █'
    """
    known = [each for each in values if each is not None]
    low, high = min(known, default=0), max(known, default=0)
    step = (high - low) / (len(_HEIGHTS) - 1) or 1
    return "".join(
        " " if each is None else _HEIGHTS[int((each - low) / step + 0.5)] for each in values
    )


def course(rows: list[Row], names: Sequence[str]) -> list[Row]:
    """A small line for each of these columns, with where it ends and its bounds."""
    told = []
    for name in names:
        values = [row.get(name) for row in rows]
        known = [value for value in values if isinstance(value, int | float)]
        if known:
            bounds = {"least": min(known), "most": max(known)}
            told.append({"": name.replace("_", " "), "course": line(values), **bounds})
    return told


def in_unit(value: float | None, unit: dict[str, Any] | None) -> Any:
    """
    >>> in_unit(0.256, {"as": "percent"}), in_unit(7200, {"as": "duration"})
    ('25.6%', '2 h')
    >>> in_unit(1234.5, {"as": "currency", "currency": "EUR"}), in_unit(2, {"decimals": 1})
    ('1,234.50 EUR', '2.0')
    """
    if value is None or not unit:
        return short(value)
    places = unit.get("decimals")
    match unit.get("as"):
        case "percent":
            return f"{value:.{1 if places is None else places}%}"
        case "duration":
            return span(value, places)
        case "currency":
            return f"{value:,.{2 if places is None else places}f} {unit['currency']}"
    return short(value) if places is None else f"{value:,.{places}f}"


def _plain(value: Any) -> Any:
    """
    >>> _plain(115148.33333), _plain(1.072848), _plain(7), _plain(0.1 + 0.2)
    ('115,148.33', '1.0728', 7, '0.3')
    """
    if not isinstance(value, float):
        return value
    return f"{round(value, 2 if abs(value) >= 100 else 4):,}"


def short(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value
