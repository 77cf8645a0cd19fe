"""BG/NBD and Gamma-Gamma on CDNOW, as in the papers, and on people of a planted law."""

from __future__ import annotations

import numpy as np
import pytest

from rapport.errors import Conflict
from rapport.insights.value import bgnbd, gamma_gamma, lifetime_value, registry
from rapport.insights.value.arrays import Floats, Ints
from tests.insights.value.planting import Planted, cdnow, data

SUMMARY = data("lifetimes", "datasets/cdnow_customers_summary.csv")
PAID = data("lifetimes", "datasets/cdnow_customers_summary_with_transactions.csv")
SAMPLE = data("lifetimes", "datasets/CDNOW_sample.txt")
real = pytest.mark.skipif(SUMMARY is None, reason="needs the data of: pip install lifetimes")
END = 875_664_000_000_000  # 1997-10-01T00:00:00Z: the papers learn from what was before


@pytest.fixture(scope="module")
def customers() -> tuple[Ints, Floats, Floats]:
    rows = np.loadtxt(SUMMARY or "", delimiter=",", skiprows=1)
    return rows[:, 1].astype(np.int64), rows[:, 2], rows[:, 3]


@real
def test_parameters_of_the_paper(customers: tuple[Ints, Floats, Floats]) -> None:
    params = bgnbd.fit(*customers)
    assert [round(p, 3) for p in params] == [0.243, 4.414, 0.793, 2.426]
    assert bgnbd.log_likelihood(params, *customers).sum() == pytest.approx(-9582.43, abs=0.005)


@real
def test_worth_of_the_note() -> None:
    rows = np.loadtxt(PAID or "", delimiter=",", skiprows=1)
    params = gamma_gamma.fit(rows[:, 1].astype(np.int64), rows[:, 4])
    assert [round(p, 2) for p in params] == [6.25, 3.74, 15.45]


@real
def test_the_paper_s_customer(customers: tuple[Ints, Floats, Floats]) -> None:
    """Customer 1 of the sample: x 2, tx 30.43, T 38.86; 1.226 orders in the next 39 weeks."""
    params = bgnbd.fit(*customers)
    one = (np.array([2]), np.array([30.43]), np.array([38.86]))
    assert bgnbd.expected(params, *one, 39.0)[0] == pytest.approx(1.226, abs=0.001)
    assert bgnbd.alive(params, *one)[0] == pytest.approx(0.7266, abs=0.001)


@real
def test_orders_become_the_paper_s_summary(planted: Planted) -> None:
    """Our reading of the raw orders gives the counts and ages that the paper gives."""
    assert SAMPLE is not None
    cdnow(planted, SAMPLE)
    held = lifetime_value.buyers(planted.history(END).orders, END)
    rows = np.loadtxt(SUMMARY or "", delimiter=",", skiprows=1)
    assert held.x.tolist() == rows[:, 1].tolist()
    np.testing.assert_allclose(held.tx / 7, rows[:, 2], atol=0.006)
    # To the papers the last day is not over yet.
    np.testing.assert_allclose((held.T - 1) / 7, rows[:, 3], atol=0.006)


@real
def test_back_test_on_real_orders(planted: Planted) -> None:
    assert SAMPLE is not None
    now = cdnow(planted, SAMPLE)
    run = registry.run("lifetime_value", planted.warehouse, now)
    metrics = run.card.metrics
    told, came = metrics["backtest_orders_predicted"], metrics["backtest_orders_observed"]
    assert told == pytest.approx(came, rel=0.25)
    assert metrics["backtest_mae"] < metrics["backtest_mae_same_rate_as_before"]
    values = run.values.to_pydict()
    assert all(0 <= p <= 1 for p in values["p_alive"])
    assert all(v >= 0 for v in values["lifetime_value"])


def test_a_planted_law_is_found() -> None:
    rng = np.random.default_rng(1)
    truth = bgnbd.Params(0.9, 30.0, 1.5, 5.0)
    x, tx, age = _simulated(truth, rng, 6_000)
    found = bgnbd.fit(x, tx, age)
    assert found.r == pytest.approx(truth.r, rel=0.15)
    assert found.alpha == pytest.approx(truth.alpha, rel=0.2)
    assert found.a / (found.a + found.b) == pytest.approx(1.5 / 6.5, rel=0.2)


def test_expected_orders_match_a_simulation() -> None:
    """What is told for half a year is what people of that law then do."""
    rng = np.random.default_rng(2)
    truth = bgnbd.Params(0.9, 30.0, 1.5, 5.0)
    x, tx, age, later = _simulated(truth, rng, 20_000, ahead=180.0)
    told = bgnbd.expected(truth, x, tx, age, 180.0)
    for count in (0, 1, 3):
        mine = x == count
        assert told[mine].mean() == pytest.approx(later[mine].mean(), rel=0.1), count


def test_the_slope_is_that_of_the_likelihood() -> None:
    rng = np.random.default_rng(3)
    x, tx, age = _simulated(bgnbd.Params(0.5, 20.0, 1.0, 3.0), rng, 300)
    at = np.array([0.7, 25.0, 1.2, 2.5])
    slope = bgnbd._gradient(bgnbd.Params(*at), x, tx, age, np.ones(len(x)))
    for n in range(4):
        step = np.zeros(4)
        step[n] = 1e-5
        above = bgnbd.log_likelihood(bgnbd.Params(*(at + step)), x, tx, age).sum()
        below = bgnbd.log_likelihood(bgnbd.Params(*(at - step)), x, tx, age).sum()
        assert slope[n] == pytest.approx((above - below) / 2e-5, rel=1e-4, abs=1e-4)


def test_very_frequent_customers_do_not_overflow() -> None:
    params = bgnbd.Params(0.24, 4.4, 0.79, 2.4)
    found = bgnbd.expected(params, np.array([5_000]), np.array([521.0]), np.array([521.0]), 52.0)
    assert 400 < found[0] < 520


def test_later_money_is_worth_less_and_more_months_more() -> None:
    held = lifetime_value.Buyers(
        np.array([1]), np.array([4]), np.array([200.0]), np.array([220.0]), np.array([50.0])
    )
    law = lifetime_value.Fitted(
        bgnbd.Params(1.0, 40.0, 1.0, 6.0), gamma_gamma.Params(6.0, 4.0, 15.0)
    )
    year, cheaper, longer = (
        lifetime_value.value(law, held, months, rate)[0]
        for months, rate in ((12, 0.0), (12, 0.2), (24, 0.0))
    )
    orders = bgnbd.expected(law.buying, held.x, held.tx, held.T, 12 * lifetime_value.MONTH)[0]
    assert year == pytest.approx(orders * lifetime_value.worth(law, held)[0])
    assert 0.8 * year < cheaper < year < longer


def test_too_few_to_learn_from(planted: Planted) -> None:
    with pytest.raises(Conflict, match="ordered twice"):
        registry.run("lifetime_value", planted.warehouse, END)


def _simulated(
    law: bgnbd.Params, rng: np.random.Generator, people: int, ahead: float = 0.0
) -> tuple[np.ndarray, ...]:
    """x, tx, T of people who follow `law`, and their orders in `ahead` after that."""
    rate = rng.gamma(law.r, 1 / law.alpha, people)
    leave = rng.beta(law.a, law.b, people)
    age = rng.uniform(100, 400, people)
    x, later = np.zeros(people, np.int64), np.zeros(people, np.int64)
    tx = np.zeros(people)
    for n in range(people):
        at = 0.0
        while True:
            at += rng.exponential(1 / rate[n]) if rate[n] > 1e-9 else np.inf
            if at > age[n] + ahead:
                break
            if at <= age[n]:
                x[n], tx[n] = x[n] + 1, at
            else:
                later[n] += 1
            if rng.random() < leave[n]:
                break
    return (x, tx, age, later) if ahead else (x, tx, age)
