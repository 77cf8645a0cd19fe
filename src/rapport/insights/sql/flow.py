"""A query as stages, each of which reads the one before; and windows over them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlglot import exp

from rapport.warehouse.dialect import Dialect
from rapport.warehouse.sqlbuild import E, binary, choose, column, integer, operand

_Bound = tuple[str | int, str]
Frame = tuple[str, _Bound, _Bound | None]

# Rows of a window, seen from one of them. EARLIER: those of a smaller key, which is a whole number.
# UP_TO: those of a key that is not greater. No frame says how far in time it reaches: ClickHouse
# has 32 bits for that, which are 35 minutes of µs. What looks far ahead has a key of its own.
BEFORE: Final[Frame] = ("ROWS", ("UNBOUNDED", "PRECEDING"), (1, "PRECEDING"))
SO_FAR: Final[Frame] = ("ROWS", ("UNBOUNDED", "PRECEDING"), ("CURRENT ROW", ""))
PREVIOUS: Final[Frame] = ("ROWS", (1, "PRECEDING"), (1, "PRECEDING"))
NEXT: Final[Frame] = ("ROWS", (1, "FOLLOWING"), (1, "FOLLOWING"))
UP_TO: Final[Frame] = ("RANGE", ("UNBOUNDED", "PRECEDING"), ("CURRENT ROW", ""))
EARLIER: Final[Frame] = ("RANGE", ("UNBOUNDED", "PRECEDING"), (1, "PRECEDING"))


class Flow:
    """Stages are common table expressions, so that twenty steps are no deeper than one."""

    def __init__(self, first: exp.Select) -> None:
        self._stages = [first]

    @property
    def last(self) -> str:
        """The name of the last stage."""
        return f"stage_{len(self._stages) - 1}"

    def add(self, columns: Mapping[str, E], *, where: E | None = None) -> Flow:
        """Every column so far and these, of the rows for which `where` holds."""
        return self.push(_selected([exp.Star()], columns).from_(self.last), where)

    def only(self, columns: Mapping[str, E], *, where: E | None = None) -> Flow:
        """These columns instead."""
        return self.push(_selected([], columns).from_(self.last), where)

    def keep(self, where: E) -> Flow:
        return self.push(exp.select(exp.Star()).from_(self.last), where)

    def group(
        self, keys: Sequence[str], columns: Mapping[str, E], *, where: E | None = None
    ) -> Flow:
        """One row for each combination of `keys`, or one of all."""
        query = _selected([column(key) for key in keys], columns).from_(self.last)
        return self.push(query.group_by(*(column(key) for key in keys)), where)

    def cross(self, table: E) -> Flow:
        """Each row with each row of `table`."""
        return self.push(exp.select(exp.Star()).from_(self.last).join(table, join_type="cross"))

    def push(self, query: exp.Select, where: E | None = None) -> Flow:
        """A stage as it is. Returns itself."""
        self._stages.append(query if where is None else query.where(where))
        return self

    def query(self, *order: E, limit: int | None = None) -> exp.Select:
        """The last stage, of all others."""
        query = exp.select(exp.Star()).from_(self.last)
        for number, stage in enumerate(self._stages):
            query = query.with_(f"stage_{number}", as_=stage, copy=False)
        if order:
            query = query.order_by(*order)
        return query if limit is None else query.limit(limit)


def _selected(first: Sequence[E], columns: Mapping[str, E]) -> exp.Select:
    named = [exp.alias_(value.copy(), name, quoted=True) for name, value in columns.items()]
    return exp.select(*first, *named)


def over(
    value: E, by: Sequence[str], order: Sequence[E] = (), frame: Frame | None = None
) -> exp.Window:
    """`value` of a window: of the rows with the same `by`, in `order`, those in `frame`."""
    spec = None
    if frame is not None:
        kind, start, end = frame
        spec = exp.WindowSpec(kind=kind, **dict(_bounds(start, end)))
    return exp.Window(
        this=value,
        partition_by=[column(each) for each in by],
        order=exp.Order(expressions=[each.copy() for each in order]) if order else None,
        spec=spec,
        over="OVER",
    )


def _bounds(start: _Bound, end: _Bound | None) -> Iterator[tuple[str, E | str]]:
    for name, bound in (("start", start), ("end", end)):
        if bound is not None:
            where, side = bound
            yield name, integer(where) if isinstance(where, int) else where
            yield f"{name}_side", side


def numbered(by: Sequence[str], *order: E) -> exp.Window:
    """1, 2, 3 ... in `order`."""
    return over(exp.RowNumber(), by, order)


def least(value: E) -> E:
    return exp.Min(this=value.copy())


def greatest(value: E) -> E:
    return exp.Max(this=value.copy())


def summed(value: E) -> E:
    return exp.Sum(this=value.copy())


def counted() -> E:
    return exp.Count(this=exp.Star())


def missing_first(name: str) -> E:
    """Alphabetical order, as oracles have it."""
    return exp.Ordered(this=column(name), nulls_first=True)


def falling(name: str) -> E:
    return exp.Ordered(this=column(name), desc=True, nulls_first=False)


def missing(value: E) -> E:
    return exp.Is(this=value.copy(), expression=exp.null())


def there(value: E) -> E:
    return exp.not_(missing(value))


def when(condition: E, value: E | int, otherwise: E | int | None = None) -> E:
    default = None if otherwise is None else operand(otherwise)
    return choose((condition, operand(value)), default=default)


def bisected(at: E, bounds: Sequence[int]) -> E:
    """The number of the last of the ascending `bounds` that `at` is not before; -1 before all.

    A tree of comparisons: engines compare with about log2(bounds) of them, and join nothing.
    """

    def among(low: int, high: int) -> E:
        if low == high:
            return integer(low - 1)
        middle = (low + high) // 2
        return when(binary(exp.LT, at, bounds[middle]), among(low, middle), among(middle + 1, high))

    return among(0, len(bounds))


def ranked(dialect: Dialect, size: E, percent: int) -> E:
    """The place of a percentile among `size` values (nearest rank), from 1."""
    if not percent:
        return integer(1)
    return dialect.int_div(binary(exp.Add, binary(exp.Mul, size, percent), 99), 100)


def micro(decimal: Any) -> int | None:
    """Millionths of a DECIMAL(38,6) as drivers give it, exactly: without a context's precision."""
    return None if decimal is None else int(f"{Decimal(decimal):.6f}".replace(".", ""))
