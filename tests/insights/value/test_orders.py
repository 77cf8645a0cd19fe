"""What counts as an order, and what a refund takes away, and when."""

from __future__ import annotations

import numpy as np
import pytest

from rapport.errors import ConfigError
from rapport.insights.value import orders
from rapport.insights.value.settings import Settings
from tests.insights.value.planting import DAY, NOW, Planted, order


def refund(node: int, at: int, total: float | None = None, **more: object) -> tuple:
    told = {} if total is None else {"total": total}
    return (node, at, "Order Refunded", {**told, **more})


def test_an_order_id_counts_once_a_person_by_its_earliest_event(planted: Planted) -> None:
    planted.load(
        [
            order(1, NOW - DAY, 50, order_id="a"),
            order(2, NOW - 2 * DAY, 40, order_id="a"),  # the same person by another device
            order(3, NOW - DAY, 30, order_id="a"),  # somebody else's shop counts from a, too
            order(1, NOW - 3 * DAY, 20),
            order(1, NOW - 3 * DAY, 20),  # without an id each counts
        ],
        owner={2: 1},
    )
    book = planted.history().orders
    assert book.person.tolist() == [1, 1, 1, 3]
    assert book.revenue.tolist() == [20, 20, 40, 30]
    assert book.left_out == {"repeated_order": 1}


def test_refunds_subtract_from_the_moment_on_at_which_they_happened(planted: Planted) -> None:
    planted.load(
        [
            order(1, NOW - 9 * DAY, 100, order_id="a"),
            refund(1, NOW - 5 * DAY, 30, order_id="a"),
            refund(1, NOW - 2 * DAY, 70, order_id="a"),
            order(1, NOW - 8 * DAY, 10, order_id="b"),
        ]
    )
    book = planted.history().book
    assert orders.as_of(book, NOW - 5 * DAY).revenue.tolist() == [100, 10]
    assert orders.as_of(book, NOW - 4 * DAY).revenue.tolist() == [70, 10]
    gone = orders.as_of(book, NOW)
    assert gone.revenue.tolist() == [10], "an order that came back whole is none"


def test_refunds_without_id_or_amount(planted: Planted) -> None:
    planted.load(
        [
            order(1, NOW - 9 * DAY, 100, order_id="a"),
            order(1, NOW - 6 * DAY, 50, order_id="b"),
            refund(1, NOW - 7 * DAY, 25),  # of the latest before it
            refund(1, NOW - 5 * DAY, order_id="b"),  # the whole of it
            refund(1, NOW - 10 * DAY, 5),  # before any order
            refund(2, NOW - DAY, 5, order_id="a"),  # of nobody's order
        ]
    )
    book = planted.history().orders
    assert book.revenue.tolist() == [75]
    assert book.left_out == {"refund_without_its_order": 2}


def test_a_refund_never_takes_more_than_its_order_brought(planted: Planted) -> None:
    """The total of an order has shipping in it, its revenue has not."""
    planted.load(
        [
            order(1, NOW - 3 * DAY, 100, order_id="a"),
            refund(1, NOW - DAY, 149, order_id="a"),
        ]
    )
    assert len(planted.history().orders.at) == 0


def test_lines_follow_their_orders(planted: Planted) -> None:
    knife = {"category": "kitchen", "price": "9.50", "quantity": 2}
    ring = {"category": "jewellery", "price": 20}
    planted.load(
        [
            order(2, NOW - DAY, 20, products=[ring]),
            order(1, NOW - DAY, 39, products=[knife, ring, "junk", {"name": "nothing to learn"}]),
            order(1, NOW - 2 * DAY, 5, category="books", price=5),  # one product, no list
        ]
    )
    book = planted.history().orders
    names = [book.categories[c] for c in book.lines.category]
    assert list(zip(book.lines.order.tolist(), names, strict=True)) == [
        (0, "books"), (1, "kitchen"), (1, "jewellery"), (2, "jewellery"),
    ]  # fmt: skip
    assert book.lines.price.tolist() == [5, 9.5, 20, 20]
    assert book.lines.quantity.tolist() == [1, 2, 1, 1]


def test_currencies_are_converted_and_never_mixed(planted: Planted) -> None:
    planted.load(
        [
            order(1, NOW - 3 * DAY, 100, currency="INR"),
            order(1, NOW - 2 * DAY, 2, currency="usd"),
            order(1, NOW - DAY, 9, currency="XXX"),
        ]
    )
    book = planted.history(rates={"INR": 1.0, "USD": 80.0}).orders
    assert book.revenue.tolist() == [100, 160]
    assert book.left_out == {"currency_without_a_rate": 1}
    assert book.currency == "INR"


@pytest.mark.parametrize(
    ("told", "home"),
    [(("EUR", "eur"), "EUR"), (("EUR", "USD"), None), (("EUR", None), None), (("points",), None)],
)
def test_the_currency_is_told_where_it_is_one(
    planted: Planted, told: tuple[str | None, ...], home: str | None
) -> None:
    planted.load([order(1, NOW - n * DAY, 5, currency=name) for n, name in enumerate(told, 1)])
    assert planted.history().orders.currency == home


def test_what_has_no_revenue_or_lies_ahead_is_no_order(planted: Planted) -> None:
    planted.load(
        [
            (1, NOW - DAY, "Order Completed", {"revenue": "free", "note": True}),
            (1, NOW - DAY, "Order Completed", {"revenue": "NaN"}),
            order(1, NOW, 10),
            order(1, NOW - DAY, 0),  # a free sample is one
        ]
    )
    book = planted.history().orders
    assert book.revenue.tolist() == [0]
    assert book.left_out == {"order_without_revenue": 2}


def test_names_and_paths_are_settings(planted: Planted) -> None:
    planted.load([(1, NOW - DAY, 'Sale\'s "done"', {"cart": {"sum": 12.5}})])
    book = planted.history(orders=('Sale\'s "done"',), revenue=("cart.sum",)).orders
    assert book.revenue.tolist() == [12.5]
    with pytest.raises(ConfigError):
        Settings(refunds=("Order Completed",))


def test_nothing_is_an_empty_book(planted: Planted) -> None:
    book = planted.history().orders
    assert len(book.at) == len(book.lines.order) == 0
    assert np.isfinite(book.revenue).all()
