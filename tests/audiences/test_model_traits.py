"""Computed traits whose values a model writes: how they are written, and what they look at."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.audiences.language import checks, definitions, walking, writing
from rapport.audiences.language.known import Known
from rapport.errors import Malformed

SEED: dict[str, Any] = {"key": "vips", "when": {"did": "Order Completed"}}
LIKE: dict[str, Any] = {
    "key": "like_vips",
    "trait": {
        "model": "lookalikes",
        "trait": "lookalike_rank",
        "seed_segment": "vips",
        "every": "7d",
    },
}


def test_they_are_read_and_written_back() -> None:
    for raw in (LIKE["trait"], {"model": "churn", "every": "1d"}):
        assert writing.computation(definitions.computation(raw)) == raw
    assert definitions.computation({"model": "churn"}) == definitions.computation(
        {"model": "churn", "every": "1d"}
    )
    for bad in (
        {"model": 3},
        {"model": "churn", "every": "often"},
        {"model": "churn", "path": "x"},
    ):
        with pytest.raises(Malformed, match="trait"):
            definitions.computation(bad)


def test_a_seed_is_looked_at() -> None:
    like, seed = definitions.computed_trait(LIKE), definitions.segment(SEED)
    assert list(walking.references(like, Known.of([like, seed]))) == [("trait.seed_segment", seed)]
    with pytest.raises(Malformed, match=r"like_vips: trait\.seed_segment"):
        checks.check(Known.of([like]))
    circle = {"key": "vips", "when": {"trait": "like_vips", "op": "lt", "value": 9}}
    with pytest.raises(Malformed, match="circle"):
        checks.check(Known.of([like, definitions.segment(circle)]))
