"""Every function of `Dialect` says the same on every real engine as Python does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlglot import exp

from rapport.warehouse.dialect import Dialect, Kind, Unit
from rapport.warehouse.dialects import dialect_for
from rapport.warehouse.sqlbuild import E, binary, column, equals, integer
from tests.warehouse import dialect_cases as cases
from tests.warehouse.runners import Run, engine_params, plain, runner

JSON_COLUMN = {"duckdb": "JSON", "postgres": "JSON"}


class Engine:
    """Constant rows in, an answer of plain Python values out."""

    def __init__(self, dialect: Dialect, run: Run) -> None:
        self.dialect = dialect
        self.run = run

    def ask(self, query: exp.Select) -> list[list[Any]]:
        return [[plain(value) for value in row] for row in self.run(self.dialect.sql(query))]

    def each(
        self, values: Sequence[Any], kind: Kind, body: Any, *, json: bool = False
    ) -> list[Any]:
        """`body` of every value, in order."""
        given = self.dialect.values_table("v", {"i": "integer", "x": kind}, list(enumerate(values)))
        held = column("x")
        if json and self.dialect.name in JSON_COLUMN:
            held = exp.cast(held, JSON_COLUMN[self.dialect.name])
        inner = exp.select(column("i"), exp.alias_(held, "x", quoted=True)).from_(given)
        query = exp.select(column("i"), exp.alias_(body(column("x")), "r", quoted=True))
        rows = self.ask(query.from_(inner.subquery("t")).order_by(column("i")))
        return [row[1] for row in rows]

    def over(self, columns: dict[str, Kind], rows: Sequence[Sequence[Any]], *answers: E) -> Any:
        """The one row of aggregates over constant rows."""
        named = [exp.alias_(a, f"a{n}", quoted=True) for n, a in enumerate(answers)]
        return self.ask(exp.select(*named).from_(self.dialect.values_table("t", columns, rows)))[0]


@pytest.fixture(scope="module", params=engine_params())
def engine(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Engine]:
    name = request.param
    with runner(name, tmp_path_factory.mktemp(name)) as run:
        yield Engine(dialect_for(name), run)


@pytest.mark.parametrize(("name", "body", "expected"), cases.JSON_CASES)
def test_json_values(engine: Engine, name: str, body: Any, expected: Any) -> None:
    found = engine.each(cases.DOCUMENTS, "text", lambda x: body(engine.dialect, x), json=True)
    wrong = {
        document: (value, wanted)
        for document, value in zip(cases.DOCUMENTS, found, strict=True)
        if value != (wanted := plain(expected(document)))
    }
    assert wrong == {}


def test_json_paths(engine: Engine) -> None:
    document = '{"a b": {"c.d": {"0": "deep"}}, "it\'s": 1, "a/b~c": "q", "l": [["x"]], "价": "k"}'
    paths = [["a b", "c.d", "0"], ["it's"], ["a/b~c"], ["l", "0"], ["价"], ["a b", "none", "x"]]
    found = [
        engine.each([document], "text", lambda x, p=p: engine.dialect.json_text(x, p), json=True)[0]
        for p in paths
    ]
    assert found == ["deep", "1", "q", None, "k", None]


def test_json_any(engine: Engine) -> None:
    documents = [
        '{"products": [{"sku": "A", "price": 5}, {"sku": "B", "price": 12.5}]}',
        '{"products": [{"sku": "B", "price": "3"}, null, 7, "A"]}',
        '{"products": {"sku": "B", "price": 99}}',
        '{"products": []}',
        *('{"products": null}', "{}", '{"products": "B"}'),
        '{"products": [{"sku": "B", "tags": [{"t": "x"}, {"t": "y"}], "price": 11}]}',
    ]
    d = engine.dialect

    def dear(element: E) -> E:
        is_b = equals(d.json_text(element, ["sku"]), "B")
        return exp.and_(is_b, binary(exp.GT, d.json_number(element, ["price"]), 10))

    def tagged(element: E) -> E:
        return d.json_any(
            element, ["tags"], lambda tag: equals(d.json_text(tag, ["t"]), "y"), name="tag"
        )

    def plainly(element: E) -> E:
        return equals(d.json_text(element, []), "A")

    def ask(predicate: Any) -> list[int]:
        body = lambda x: d.json_any(x, ["products"], predicate)  # noqa: E731
        found = engine.each(documents, "text", body, json=True)
        assert None not in found
        return [n for n, holds in enumerate(found) if holds]

    assert ask(dear) == [0, 7]
    assert ask(tagged) == [7]
    assert ask(plainly) == [1]


def test_json_elements(engine: Engine) -> None:
    documents = ['[1, {"a": [2]}, null, "x"]', "[]", '{"a": 1}', '"[1]"', "null", None, "[[3]]"]
    d = engine.dialect
    given = d.values_table("v", {"i": "integer", "x": "text"}, list(enumerate(documents)))
    held = column("x")
    if d.name in JSON_COLUMN:
        held = exp.cast(held, JSON_COLUMN[d.name])
    rows = exp.select(column("i"), exp.alias_(held, "x", quoted=True)).from_(given)
    each = d.json_elements(rows, ["i"], column("x"))
    inner = each.subquery("each")
    element = column("element")
    said = exp.alias_(d.json_text(element, []), "said", quoted=True)
    raw = exp.alias_(d.json_exists(element, []), "there", quoted=True)
    found = [
        [n, text, bool(t)] for n, text, t in engine.ask(exp.select("i", said, raw).from_(inner))
    ]
    expected = [[0, "1", True], [0, None, True], [0, None, False], [0, "x", True], [6, None, True]]
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_a_table_of_texts(engine: Engine) -> None:
    given = ["a", "A", "it's", 'said "so"', "back\\slash\\n", "价", "", "\n\t", "%s {} [1]", "a\0b"]
    d = engine.dialect
    found = [row[0] for row in engine.ask(d.texts(given))]
    assert sorted(found) == sorted(each.replace("\0", "\ufffd") for each in given)
    assert engine.ask(d.texts([])) == []


@pytest.mark.parametrize("unit", ["minute", "hour", "day", "week", "month", "quarter", "year"])
def test_truncate(engine: Engine, unit: Unit) -> None:
    d = engine.dialect
    for week_start, offset in ((1, 0), (7, 345)):
        found = engine.each(
            cases.MICROS,
            "instant",
            lambda x, w=week_start, o=offset: d.truncate(unit, x, week_start=w, offset_minutes=o),
        )
        assert found == [cases.truncated(unit, at, week_start, offset) for at in cases.MICROS]


def test_truncate_at_an_offset_of_each_row(engine: Engine) -> None:
    d = engine.dialect
    rows = [(cases.MICROS[9], 345), (cases.MICROS[9], -480)]
    given = d.values_table("t", {"at": "instant", "ahead": "integer"}, rows)
    start = d.truncate("day", column("at"), offset_minutes=column("ahead"))
    found = engine.ask(exp.select(start).from_(given).order_by(column("ahead").desc()))
    assert [row[0] for row in found] == [cases.truncated("day", at, 1, o) for at, o in rows]


def test_add_interval(engine: Engine) -> None:
    units: list[Unit] = ["microsecond", "second", "minute", "hour", "day", "week"]
    units += ["month", "quarter", "year"]
    for unit in units:
        for amount in (3, -13):
            found = engine.each(
                cases.MICROS,
                "instant",
                lambda x, u=unit, a=amount: engine.dialect.add_interval(x, a, u),
            )
            assert found == [cases.added(at, amount, unit) for at in cases.MICROS], (unit, amount)


def test_micros_of_instants(engine: Engine) -> None:
    d = engine.dialect
    assert engine.each(cases.MICROS, "instant", d.epoch_micros) == cases.MICROS
    back = [cases.instant(at) for at in cases.MICROS]
    assert engine.each(cases.MICROS, "integer", d.from_micros) == back


def test_calendar_windows_are_joined(engine: Engine) -> None:
    """Days of Berlin over both changes of the clock: 23, 24 and 25 hours long."""
    d = engine.dialect
    days = cases.zone_days("Europe/Berlin", datetime(2025, 3, 29, tzinfo=UTC), 3)
    days += cases.zone_days("Europe/Berlin", datetime(2025, 10, 25, tzinfo=UTC), 3)
    table = d.values_table("w", {"day": "text", "low": "instant", "high": "instant"}, days)
    events = d.values_table("e", {"at": "instant"}, [[at] for at in cases.MICROS])
    inside = exp.and_(
        binary(exp.GTE, column("at", "e"), column("low", "w")),
        binary(exp.LT, column("at", "e"), column("high", "w")),
    )
    query = exp.select(column("day", "w"), exp.Count(this=exp.Star())).from_(events)
    query = query.join(table, on=inside).group_by(column("day", "w")).order_by(column("day", "w"))
    wanted = {
        day: n for day, low, high in days if (n := sum(low <= at < high for at in cases.MICROS))
    }
    assert dict(engine.ask(query)) == wanted


def test_literals(engine: Engine) -> None:
    d = engine.dialect
    texts = [
        "it's",
        'a "quoted" \\ back\\slash',
        "tab\tnew\nline",
        "价格 🛒",
        "%_",
        "",
        "'; DROP--",
    ]
    values: list[Any] = [*texts, 2**62, -5, 0.1, True, None, Decimal("-12.345678")]
    values.append(datetime(2025, 10, 26, 1, 30, 0, 1, tzinfo=UTC))
    found = engine.ask(
        exp.select(*(exp.alias_(d.literal(v), f"c{n}") for n, v in enumerate(values)))
    )
    assert found[0] == [plain(value) for value in values]


def test_texts(engine: Engine) -> None:
    d = engine.dialect
    texts = ["ab%c", "a_b", "ABC", "", None, "c\\", "cab", "ab\n"]

    def each(body: Any) -> list[Any]:
        return engine.each(texts, "text", body)

    def python(test: Any) -> list[Any]:
        return [None if text is None else test(text) for text in texts]

    for part in ("ab", "%", "_", "\\", "c"):
        literal = d.literal(part)
        assert each(lambda x, p=literal: d.contains(x, p)) == python(lambda t, p=part: p in t)
        assert each(lambda x, p=literal: d.starts_with(x, p)) == python(
            lambda t, p=part: t.startswith(p)
        )
        assert each(lambda x, p=literal: d.ends_with(x, p)) == python(
            lambda t, p=part: t.endswith(p)
        )
    whole = [text is not None and re.fullmatch("a[b_](%c)?", text) is not None for text in texts]
    found = each(lambda x: d.matches(x, "a[b_](%c)?"))
    assert [bool(value) for value in found] == whole
    assert each(lambda x: d.concat(x, "!")) == python(lambda t: f"{t}!")


def test_md5_fraction(engine: Engine) -> None:
    texts = ["x:p_1", "salt:p_99", "", "价格"]
    found = engine.each(texts, "text", engine.dialect.md5_fraction)
    assert found == [cases.fraction(text) for text in texts]


def test_division(engine: Engine) -> None:
    d = engine.dialect
    rows = [
        ("1", 3),
        ("-1", 3),
        ("0.000001", 2),
        ("-0.000001", 2),
        ("5", 0),
        ("9999999999.999999", 7),
    ]
    given = d.values_table(
        "t",
        {"i": "integer", "a": "decimal", "n": "integer"},
        [(i, Decimal(a), n) for i, (a, n) in enumerate(rows)],
    )
    found = engine.ask(
        exp.select(column("i"), d.average(column("a"), column("n")))
        .from_(given)
        .order_by(column("i"))
    )
    for (_, average), (a, n) in zip(found, rows, strict=True):
        exact = Decimal(a) / n if n else None
        wanted = None if exact is None else cases.EXACT.quantize(exact, Decimal("0.000001"))
        assert average == plain(wanted), (a, n)


def test_products_keep_all_digits(engine: Engine) -> None:
    d = engine.dialect
    rows = [("999999999999.999999", "999999999999.999999"), ("-1500000", "1.5"), ("0.000001", "3")]
    given = d.values_table(
        "t",
        {"i": "integer", "a": "decimal", "b": "decimal"},
        [(i, Decimal(a), Decimal(b)) for i, (a, b) in enumerate(rows)],
    )
    product = d.product(column("a"), column("b"))
    found = engine.ask(exp.select(column("i"), product).from_(given).order_by(column("i")))
    assert [Decimal(str(each)) for _, each in found] == [
        cases.EXACT.multiply(Decimal(a), Decimal(b)) for a, b in rows
    ]


def test_aggregates(engine: Engine) -> None:
    d = engine.dialect
    x, t = column("x"), column("t")
    rows = [
        (5, "b", 1, True),
        (None, "a", 1, None),
        (1, "c", 2, False),
        (5, "d", 2, True),
        (8, "e", 3, None),
    ]
    kinds: dict[str, Kind] = {"x": "integer", "t": "text", "s": "integer", "yes": "boolean"}
    answers = [
        d.exact_distinct(x),
        d.median(x),
        d.quantile(x, 0.9),
        d.bool_or(column("yes")),
        d.bool_and(column("yes")),
        d.count_if(binary(exp.GT, x, 3)),
        d.array_agg_ordered(x, column("s"), t),
        d.first_of(x, column("s"), t),
        d.last_of(x, column("s"), t),
    ]
    found = engine.over(kinds, rows, *answers)
    assert found == [3, 5.0, pytest.approx(7.1), True, False, 3, [5, 1, 5, 8], None, 8]


def test_aggregates_of_nothing(engine: Engine) -> None:
    d = engine.dialect
    x, yes = column("x"), column("yes")
    kinds: dict[str, Kind] = {"x": "integer", "yes": "boolean"}
    answers = [d.exact_distinct(x), d.median(x), d.bool_or(yes), d.bool_and(yes), d.count_if(yes)]
    answers += [d.bit_union(x), d.first_of(x, x), exp.Sum(this=x), exp.Max(this=x)]
    nothing = [0, None, None, None, 0, None, None, None, None]
    assert engine.over(kinds, [], *answers) == nothing
    assert engine.over(kinds, [(None, None)], *answers) == nothing


def test_sums_of_decimals_are_exact(engine: Engine) -> None:
    rows = [["0.1"], ["0.2"], ["12345678901234567890.000001"], ["-12345678901234567890"]]
    total = exp.Sum(this=column("x"))
    found = engine.over({"x": "decimal"}, [[Decimal(r[0])] for r in rows], total)
    assert found == [plain(Decimal("0.300001"))]


def test_bits(engine: Engine) -> None:
    d = engine.dialect
    numbers = [0, 5, 31, 32, 62, 5]
    union = d.bit_union(d.bit(column("n")))
    asked = [d.bit_count(union), d.has_bit(union, 62), d.has_bit(union, 61)]
    asked.append(d.bit_and(union, integer(2**33 - 1)))
    found = engine.over({"n": "integer"}, [[n] for n in numbers], *asked)
    assert found == [5, True, False, 2**0 | 2**5 | 2**31 | 2**32]


def test_series(engine: Engine) -> None:
    for first, last in ((-2, 3), (4, 4), (3, 1)):
        query = exp.select(column("n")).from_(engine.dialect.series(first, last).subquery("s"))
        found = engine.ask(query.order_by(column("n")))
        assert [row[0] for row in found] == list(range(first, last + 1))


def test_semi_join(engine: Engine) -> None:
    d = engine.dialect
    left = d.values_table("l", {"k": "integer"}, [[1], [2], [2], [None]])
    right = d.values_table("r", {"k": "integer"}, [[2], [2], [None], [3]])
    found = exp.select(column("k", "r")).from_(right)
    query = exp.select(column("k", "l")).from_(left).where(d.semi_join(column("k", "l"), found))
    assert engine.ask(query) == [[2], [2]]


def test_texts_are_ordered_by_bytes(engine: Engine) -> None:
    d = engine.dialect
    documents = [f'{{"x": "{text}"}}' for text in ("b", "B", "a", "é", "_")]
    held = column("j")
    if d.name in JSON_COLUMN:
        held = exp.cast(held, JSON_COLUMN[d.name])
    text = d.json_text(held, ["x"])
    given = d.values_table("t", {"j": "text"}, [[document] for document in documents])
    inner = exp.select(exp.alias_(text, "x", quoted=True)).from_(given).subquery("t")
    found = engine.ask(exp.select(column("x")).from_(inner).order_by(column("x")))
    assert [row[0] for row in found] == ["B", "_", "a", "b", "é"]
