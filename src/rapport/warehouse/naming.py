"""Names of views and columns made from names that clients chose, which may be anything."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[^\W\d_]+")
_LONGEST = 100


def snake(name: str) -> str:
    """The snake_case form in the way of Segment's warehouses; "" when nothing is left.

    >>> snake("Order Completed"), snake("orderId"), snake("HTTPStatus2"), snake("价格 x")
    ('order_completed', 'order_id', 'http_status_2', '价格_x')
    """
    words = "_".join(_WORD.findall(name)).lower()[:_LONGEST].strip("_")
    return f"_{words}" if words[:1].isdigit() else words


def quote(identifier: str) -> str:
    """A quoted SQL identifier. NUL cannot be written in SQL and is dropped.

    >>> quote('a"b')
    '"a""b"'
    """
    return '"' + identifier.replace("\0", "").replace('"', '""') + '"'


def literal(text: str) -> str:
    """A SQL string literal, for places where DuckDB takes no parameter (CREATE VIEW).

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("\0", "").replace("'", "''") + "'"


def pointer(key: str) -> str:
    """JSON pointer to a key of the top object.

    >>> pointer("a/b~c")
    '/a~1b~0c'
    """
    return "/" + key.replace("~", "~0").replace("/", "~1")


def columns_for(names: Iterable[str], reserved: Iterable[str]) -> dict[str, str]:
    """A column name for every property, none twice and none reserved.

    Names come in the order in which they were first seen, so that a later property never takes
    the column of an earlier one.

    >>> columns_for(["orderId", "order_id", "event", "?"], ["event"])
    {'orderId': 'order_id', 'order_id': 'order_id_2', 'event': 'event_2', '?': 'property'}
    """
    taken = {name.lower() for name in reserved}
    given: dict[str, str] = {}
    for name in names:
        base = snake(name) or "property"
        column, number = base, 1
        while column in taken:
            number += 1
            column = f"{base}_{number}"
        taken.add(column)
        given[name] = column
    return given
