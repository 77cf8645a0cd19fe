"""Totals of the past as engines tell them: whole numbers come as integers from some."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from rapport.audiences.backfill import sums
from rapport.audiences.language.model import Selection
from rapport.audiences.stream.behaviours import Behaviour

TOTAL = Behaviour(
    (Selection(("Order Completed",), "track"),),
    ("properties.total",),
    keep="totals",
    taken="number",
)


@pytest.mark.parametrize(
    ("size", "kind"),
    [
        (7, pa.int64()),
        (7, pa.decimal128(38, 6)),
        (10**13, pa.int64()),  # more in millionths than 64 bits hold
        (10**13, pa.decimal128(38, 6)),
        (Decimal("-12345678901234567890123456789.123456"), pa.decimal128(38, 6)),
    ],
)
def test_a_size_is_told_in_millionths_whatever_its_type(size: Any, kind: pa.DataType) -> None:
    columns = {"n3": [2], "t3": [5], "count3": [1]}
    table = pa.table({"node": [1], **{name: pa.array(each) for name, each in columns.items()}})
    for name in ("sum3", "min3", "max3"):
        value = Decimal(size) if pa.types.is_decimal(kind) else size
        table = table.append_column(name, pa.array([value], kind))
    found = sums.read(table, {3: TOTAL})
    micros = str(size * 10**6) if isinstance(size, int) else "-12345678901234567890123456789123456"
    assert json.loads(found.texts[0]) == {"3": [2, 5, 1, micros, micros, micros]}
    assert (found.measures[3] is None) == (len(micros) > 19)
