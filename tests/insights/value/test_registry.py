"""Every model runs, says what it did, and notices when its world has changed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from rapport.errors import Conflict, NotFound
from rapport.insights.value import model_card, registry
from rapport.insights.value.model import ARROW
from rapport.insights.value.model_card import Card
from tests.insights.value.planting import DAY, NOW, Planted, order
from tests.insights.value.test_learning import shop

LEARNING = {"lifetime_value", "churn", "propensity", "next_purchase", "lookalikes"}


@pytest.mark.parametrize("name", registry.MODELS)
def test_cards_and_traits_are_whole(planted: Planted, name: str) -> None:
    planted.load(shop(4, people=250))
    clicks = [(n % 250, NOW - n * DAY // 9, "Email Clicked", {}) for n in range(1, 900)]
    planted.load(clicks)
    ring = {"products": [{"category": "rings", "price": 9}]}
    planted.load([order(n, NOW - DAY, 9, **ring) for n in range(1, 30)])
    history = planted.history(churn_days=40)
    history.seeds = np.arange(1, 60)
    model, run = registry.MODELS[name], registry.run_on(name, history)
    assert run.values.column_names == ["profile", *(t.key for t in model.traits)]
    assert [run.values.schema.field(t.key).type for t in model.traits] == [
        ARROW[t.kind] for t in model.traits
    ]
    profiles = run.values["profile"].to_pylist()
    assert profiles == sorted(set(profiles))
    assert profiles
    card = run.card
    assert (card.model, card.trained_at, card.data_until) == (name, NOW, NOW)
    assert card.data_from < NOW
    assert card.people > 0
    assert card.events > 0
    assert card.features
    assert msgspec.json.decode(msgspec.json.encode(card), type=Card).reference == card.reference
    assert all(value is None or value == value for value in card.metrics.values())


@pytest.mark.parametrize("name", registry.MODELS)
def test_an_empty_warehouse_gives_nothing_or_says_so(planted: Planted, name: str) -> None:
    if name in LEARNING:
        with pytest.raises(Conflict) as refused:
            registry.run(name, planted.warehouse, NOW)
        assert refused.value.hint
    else:
        assert registry.run(name, planted.warehouse, NOW).values.num_rows == 0


def test_no_two_models_give_the_same_trait() -> None:
    keys = [t.key for model in registry.MODELS.values() for t in model.traits]
    assert len(keys) == len(set(keys))
    assert all(t.meaning for model in registry.MODELS.values() for t in model.traits)


def test_what_changed_since_the_last_run_is_said(planted: Planted) -> None:
    planted.load([order(n, NOW - n * DAY, 20 + n) for n in range(1, 200)])
    first = registry.run("rfm", planted.warehouse, NOW)
    same = registry.run("rfm", planted.warehouse, NOW, previous=first.card)
    assert {d.verdict for d in same.card.drift} == {"stable"}
    planted.load([order(n, NOW - DAY, 5_000) for n in range(1, 150)])
    changed = registry.run("rfm", planted.warehouse, NOW, previous=first.card)
    verdicts = {d.feature: d.verdict for d in changed.card.drift}
    assert verdicts["revenue"] == "drifted"
    assert changed.card.drift[0].psi >= changed.card.drift[-1].psi


def test_psi_is_symmetric_in_what_grew_and_what_shrank() -> None:
    rng = np.random.default_rng(0)
    low, high = rng.normal(0, 1, 5_000), rng.normal(0.5, 1, 5_000)
    there = model_card.psi(model_card.histogram(low), high)
    back = model_card.psi(model_card.histogram(high), low)
    assert there == pytest.approx(back, rel=0.15)
    assert there == pytest.approx(0.25, abs=0.06)  # of two normals half a deviation apart


def test_unknown_models_are_named(planted: Planted) -> None:
    with pytest.raises(NotFound, match="no model"):
        registry.run("astrology", planted.warehouse, NOW)


def test_importing_the_models_loads_no_science() -> None:
    """The command line starts as fast as without them."""
    code = (
        "import sys, rapport.insights.value.registry;"
        "print([m for m in ('scipy', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_handbook_lists_what_each_model_says_in_its_order() -> None:
    """Without `trait`, a computed trait takes the first of the row."""
    page = (Path(__file__).parents[3] / "docs/customer-value.md").read_text("utf-8")
    rows = [line.split("|")[1:3] for line in page.splitlines() if line.startswith("| `")]
    told = {name.strip(" `"): re.findall(r"`(\w+)`", said) for name, said in rows}
    for name, model in registry.MODELS.items():
        assert told[name] == [trait.key for trait in model.traits]
