"""Revenue: kernel = oracle, people = the numbers shown. North star: contributions add up."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.errors import Malformed
from rapport.insights import periods
from rapport.insights.answers import north_star, revenue
from rapport.insights.kinds import read
from rapport.insights.oracles import revenue as meaning
from rapport.insights.oracles.contributions import Change, contributions
from rapport.insights.oracles.matched import matched
from rapport.insights.specs.north_star import Metric, MetricUnit, NorthStar
from rapport.insights.specs.revenue import Revenue
from rapport.insights.specs.scope import EventPick, span, zone
from rapport.insights.specs.trends import Series
from tests.insights.planting import HOUR, NOW, Memory, owners, people_of

MANY = settings(max_examples=200, deadline=None)
Rows = list[dict[str, Any]]
Of = Literal["buyers", "new", "returning", "came_back"]


@st.composite
def sales(draw: st.DrawFn) -> Rows:
    """Orders A and refunds B of few people on few instants; ids repeat, amounts lack."""
    drawn = draw(
        st.lists(
            st.tuples(
                st.sampled_from([1, 1, 2, 3, 4]),
                st.integers(0, 14),
                st.sampled_from("AAAABX"),
                st.sampled_from([None, "o1", "o2", "o3"]),
                st.fixed_dictionaries(
                    {},
                    optional={
                        "v": st.sampled_from([1, "2.5", "dear", -3]),
                        "w": st.sampled_from([7, 0.1]),
                        "currency": st.sampled_from(["EUR", "EUR", "INR"]),
                    },
                ),
                st.sampled_from([None, "x", "y"]),
            ),
            max_size=20,
        )
    )
    return [
        {
            "node": node,
            "message_id": f"m{n}",
            "event": name,
            "timestamp": NOW - 14 * 11 * HOUR + at * 11 * HOUR,
            "properties": {**money, **({"id": id_} if id_ else {}), **({"by": by} if by else {})},
        }
        for n, (node, at, name, id_, money, by) in enumerate(drawn)
    ]


@MANY
@given(
    rows=sales(),
    owner=owners(),
    place=st.sampled_from(["UTC", "Asia/Kolkata"]),
    by=st.sampled_from([None, "properties.by"]),
    order_id=st.sampled_from([None, "properties.id"]),
    within=st.sampled_from([None, "1d", "11h"]),
    since=st.sampled_from(["2025-10-03", "2025-10-07T05:00:00Z"]),
    currency=st.sampled_from([None, "properties.currency"]),
    only=st.sampled_from([None, None, "EUR"]),
)
def test_revenue_is_that_of_the_oracle(
    rows: Rows,
    owner: dict[int, int],
    place: str,
    by: str | None,
    order_id: str | None,
    within: str | None,
    since: str,
    currency: str | None,
    only: str | None,
) -> None:
    question = Revenue(
        currency=currency,
        of_currency=only if currency else None,
        since=since,
        until="2025-10-09",
        timezone=place,
        order=EventPick(event="A"),
        refund=EventPick(event="B"),
        amount=("properties.v", "properties.w"),
        order_id=order_id,
        period="day",
        within=within,
        breakdown=by,
    )
    people = people_of(rows, owner)
    start, end = span(question, NOW)
    grid = periods.grid("day", start, end, zone(question))
    seen = {
        profile: matched(
            events,
            question.checked(),
            *(-(2**62), NOW + 1),
            now=NOW,
            wanted=question.wanted(),
        )
        for profile, events in people.items()
    }
    told = revenue.answer(question, Memory(people))
    parts: list[tuple[Any, Any]] = [(True, told["periods"])]
    parts += [(each["value"], each["periods"]) for each in told.get("breakdown", ())]
    for value, shown in parts:
        for n, row in enumerate(shown):
            inside = range(max(start, grid.bounds[n]), min(end, grid.bounds[n + 1]))
            expected = meaning.figures(question, seen, inside, value)
            check(row, expected, told["currencies"])
            for each in row.get("currencies", ()):
                alone = meaning.figures(question, seen, inside, value, each["currency"])
                money(each, alone)
                assert each["orders"] == alone.orders
            cell = {"period": grid.label(n)} | (
                {} if value is True else {"value": "" if value is None else value}
            )
            of: dict[Of, frozenset[int]] = {
                "buyers": expected.buyers,
                "new": expected.new,
                "returning": expected.buyers - expected.new,
                "came_back": expected.came_back,
            }
            for name, who in of.items():
                chosen = revenue.Cell(of=name, **cell)
                found = revenue.people(question, Memory(people), chosen).tolist()
                assert set(found) == who, name
    check(told["total"], meaning.figures(question, seen, range(start, end)), told["currencies"])
    if question.of_currency:
        assert set(told["currencies"]) <= {"EUR"}


def money(row: dict[str, Any], expected: meaning.Figures) -> None:
    for name, size in (
        ("revenue", expected.revenue),
        ("refunded", expected.refunded),
        ("net", expected.revenue - expected.refunded),
        ("average_order_value", expected.average),
    ):
        assert row[name] == (None if size is None else pytest.approx(size / 1_000_000, abs=1e-9))


def check(row: dict[str, Any], expected: meaning.Figures, currencies: list[Any]) -> None:
    assert row["orders"] == expected.orders
    if len(currencies) < 2:
        money(row, expected)
        assert "currencies" not in row
    else:
        assert [row[name] for name in ("revenue", "refunded", "net")] == [None] * 3
        assert sum(each["orders"] for each in row["currencies"]) == expected.orders
    assert (row["buyers"], row["new"]) == (len(expected.buyers), len(expected.new))
    assert row["returning"] == len(expected.buyers - expected.new)
    repeat, gaps = row["repeat"], expected.seconds
    assert (repeat["people"], repeat["came_back"]) == (len(expected.cohort), len(gaps))
    middle = gaps[(len(gaps) + 1) // 2 - 1] / 1_000_000 if gaps else None
    assert repeat["median_seconds"] == middle


def test_a_breakdown_shows_the_greatest_values_only() -> None:
    rows = [
        {
            "node": 1,
            "message_id": str(n),
            "event": "Order Completed",
            "timestamp": NOW - HOUR,
            "properties": {"total": 5, "shop": shop},
        }
        for n, shop in enumerate("aab")
    ]
    question = Revenue(since="2025-10-09", breakdown="properties.shop", limit=1)
    told = revenue.answer(question, Memory(people_of(rows, {})))
    assert [(each["value"], each["orders"]) for each in told["breakdown"]] == [("a", 2)]
    assert told["total"]["revenue"] == 15
    for bad in (Revenue(amount=()), Revenue(within="soon"), Revenue(breakdown="properties.a[]")):
        with pytest.raises(Malformed):
            revenue.answer(bad, Memory({}))


NUMBERS = st.one_of(st.none(), st.integers(-5, 50), st.floats(0.01, 99))


@MANY
@given(parts=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=4))
def test_contributions_make_the_whole_change(parts: list[tuple[Any, Any]]) -> None:
    changes = [Change(*each) for each in parts]
    if any(one is None for each in parts for one in each):
        assert contributions("sum", Change(1, 2), changes) == [None] * len(parts)
        return
    whole = Change(sum(each.before for each in changes), sum(each.now for each in changes))
    assert sum(contributions("sum", whole, changes)) == pytest.approx(whole.size)  # type: ignore[arg-type]
    product = Change(1, 1)
    for before, now in parts:
        product = Change(product.before * before, product.now * now)  # type: ignore[operator]
    made = contributions("product", product, changes)
    if min(one for each in parts for one in each) <= 0:
        assert made == [None] * len(parts)
    else:
        assert sum(made) == pytest.approx(product.size, rel=1e-6, abs=1e-6)  # type: ignore[arg-type]
        same = [n for n, each in enumerate(parts) if each[0] == each[1]]
        assert all(made[n] == pytest.approx(0) for n in same)


def _metric(name: str, measure: Any, **more: Any) -> Metric:
    return Metric(name=name, series=(Series(event="A", measure=measure),), **more)


def test_a_north_star_and_what_moved_it() -> None:
    """Orders = buyers × orders of each: 2 × 1 the day before, 2 × 2 then."""
    rows = [
        {"node": node, "message_id": str(n), "event": "A", "timestamp": at, "properties": {}}
        for n, (node, at) in enumerate(
            [
                *((1, NOW - 40 * HOUR), (2, NOW - 40 * HOUR), (2, NOW - 20 * HOUR), (3, NOW)),
                *([(1, NOW - 20 * HOUR)] * 3),
            ]
        )
    ]
    inputs = (_metric("buyers", "people"), _metric("each", "per_person"))
    star = _metric("orders", "events", combine="product", inputs=inputs)
    question = NorthStar(since="2025-10-07", metric=star, period="day")
    ground = Memory(people_of(rows, {}))
    told = north_star.answer(question, ground)
    assert (told["period"], told["before"]) == ("2025-10-08", "2025-10-07")
    top = told["metric"]
    assert (top["values"], top["change"], top["change_share"]) == ([2, 4, 1], 2, 1.0)
    assert [each["contribution"] for each in top["inputs"]] == [0, 2]
    assert [each["contribution_share"] for each in top["inputs"]] == [0, 1]
    assert top["unexplained"] == 0
    assert "unit" not in top
    unit = MetricUnit("currency", "EUR", 2)
    priced = msgspec.structs.replace(
        question, metric=msgspec.structs.replace(star, inputs=(), combine=None, unit=unit)
    )
    shown = north_star.answer(priced, ground)["metric"]
    assert shown["unit"] == {"as": "currency", "currency": "EUR", "decimals": 2}
    cell = north_star.Cell(metric="buyers", period="2025-10-09")
    assert north_star.people(question, ground, cell).tolist() == [3]


@pytest.mark.parametrize(
    "unit",
    [
        {"as": "money"},
        {"as": "currency"},
        {"as": "currency", "currency": "euro"},
        {"as": "percent", "currency": "EUR"},
        {"decimals": 7},
    ],
)
def test_a_unit_that_there_is_not_is_refused(unit: dict[str, Any]) -> None:
    metric = {"name": "a", "series": [{"event": "A"}], "unit": unit}
    with pytest.raises(Malformed):
        read({"metric": metric}, "north_star")


@pytest.mark.parametrize(
    "metric",
    [
        _metric("a", "events", combine="sum"),
        _metric("a", "events", inputs=(_metric("a", "people"),)),
        Metric(name="a", series=(Series(event="A"), Series(event="B"))),
        _metric("a", "events", formula="A"),
        _metric("a", "sum"),
        _metric(" ", "events"),
    ],
)
def test_a_tree_that_cannot_be_meant_is_refused(metric: Metric) -> None:
    with pytest.raises(Malformed, match=r"metric|series|path"):
        north_star.answer(NorthStar(metric=metric), Memory({}))
