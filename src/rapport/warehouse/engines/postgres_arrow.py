"""Arrow of PostgreSQL's driver in common types: it hands out NUMERIC and JSON as text."""

from __future__ import annotations

import pyarrow as pa

_MARK = b"POSTGRESQL:type"
_WIDEST = 38


def decimals(table: pa.Table) -> pa.Table:
    """The same rows: NUMERIC as whole numbers or decimals (NaN as NULL), JSON as text."""
    for place, field in enumerate(table.schema):
        if isinstance(field.type, pa.BaseExtensionType):
            texts = pa.chunked_array(
                [chunk.storage for chunk in table.column(place).chunks], pa.string()
            )
            is_number = (field.metadata or {}).get(_MARK) == b"numeric"
            values = _numbers(texts) if is_number else texts
            table = table.set_column(place, field.name, values)
    return table


def _numbers(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """As BIGINT when all are whole and fit, else as decimals with the digits that are there."""
    found = [None if t in (None, "nan", "inf", "-inf") else t for t in texts.to_pylist()]
    scale = max((len(t.partition(".")[2]) for t in found if t is not None), default=0)
    if scale == 0 and all(t is None or abs(int(t)) < 2**63 for t in found):
        whole = [None if t is None else int(t) for t in found]
        return pa.chunked_array([pa.array(whole, pa.int64())])
    digits = max(len(t.partition(".")[0].lstrip("-")) for t in found if t is not None)
    if digits + scale <= _WIDEST:
        kind = pa.decimal128(_WIDEST, min(scale, _WIDEST - digits))
        return pa.chunked_array([pa.array(found, pa.string()).cast(kind)])
    return pa.chunked_array([pa.array([None if t is None else float(t) for t in found])])
