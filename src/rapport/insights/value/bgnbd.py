"""BG/NBD: how often customers buy, and whether they still do.

P. Fader, B. Hardie, K. L. Lee, "Counting Your Customers" the Easy Way, Marketing Science 24 (2005).
A customer buys at a rate that is Gamma(r, α) among customers; after each order she leaves for good
with a probability that is Beta(a, b) among customers.

`x` orders after the first, `tx` the age at the latest order, `T` the age now: in any one unit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rapport.errors import TooLittle
from rapport.insights.value.arrays import Floats, Ints, totals

_LEAST = 30  # customers with a second order; with fewer the likelihood is flat


class Params(NamedTuple):
    r: float
    alpha: float
    a: float
    b: float


def fit(x: Ints, tx: Floats, T: Floats) -> Params:
    """Maximum likelihood. Raises `TooLittle` when too few have come back to learn from."""
    from scipy.optimize import minimize

    if int((x > 0).sum()) < _LEAST:
        raise TooLittle(
            f"fewer than {_LEAST} customers have ordered twice",
            hint="lifetime value can be learnt once they have",
        )
    unit = float(T.mean()) or 1.0  # keeps α near 1, wherever the unit of time is
    x, tx, T, weight = _distinct(x, tx / unit, T / unit)
    total = float(weight.sum())

    def cost(logs: Floats) -> tuple[float, Floats]:
        params = Params(*np.exp(logs))
        slope = _gradient(params, x, tx, T, weight) * np.array(params)  # by the logarithms
        return -float(weight @ log_likelihood(params, x, tx, T)) / total, -slope / total

    options = {"ftol": 1e-13, "gtol": 1e-8, "maxiter": 500}
    bounds = [(-12.0, 12.0)] * 4
    best = minimize(cost, np.zeros(4), jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    r, alpha, a, b = np.exp(best.x).tolist()
    return Params(r, alpha * unit, a, b)


def log_likelihood(params: Params, x: Ints, tx: Floats, T: Floats) -> Floats:
    """Of each customer; equation (6) of the paper."""
    r, alpha, a, b = params
    common = _of_count(params, x)
    stays = -(r + x) * np.log(alpha + T)
    left = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + tx)
    found: Floats = common + np.logaddexp(stays, np.where(x > 0, left, -np.inf))
    return found


def alive(params: Params, x: Ints, tx: Floats, T: Floats) -> Floats:
    """P(still a customer)."""
    from scipy.special import expit

    r, alpha, a, b = params
    odds = np.log(a) - np.log(b + np.maximum(x, 1) - 1)
    odds = odds + (r + x) * (np.log(alpha + T) - np.log(alpha + tx))
    found: Floats = np.where(x > 0, expit(-odds), 1.0)
    return found


def expected(params: Params, x: Ints, tx: Floats, T: Floats, ahead: float) -> Floats:
    """Orders to come in the next `ahead`; equation (10) of the paper.

    Euler's transformation of ₂F₁ cancels the powers that overflow for customers with many orders.
    """
    from scipy.special import hyp2f1

    r, alpha, a, b = params
    if abs(a - 1.0) < 1e-7:
        a = 1.0 + 1e-7  # a removable singularity
    z = ahead / (alpha + T + ahead)
    gauss = hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, z)
    bought = (a + b + x - 1) / (a - 1) * (1 - (1 - z) ** (a - 1) * gauss)
    found: Floats = np.maximum(bought, 0.0) * alive(Params(r, alpha, a, b), x, tx, T)
    return found


def _of_count(params: Params, x: Ints) -> Floats:
    """The part of the likelihood that depends on the count alone: worked out once a count."""
    from scipy.special import gammaln

    r, alpha, a, b = params
    counts, of = np.unique(x, return_inverse=True)
    rate = gammaln(r + counts) - gammaln(r) + r * np.log(alpha)
    leave = gammaln(a + b) + gammaln(b + counts) - gammaln(b) - gammaln(a + b + counts)
    found: Floats = (rate + leave)[of]
    return found


def _gradient(params: Params, x: Ints, tx: Floats, T: Floats, weight: Floats) -> Floats:
    """Of the weighted sum of `log_likelihood`, by r, α, a and b."""
    from scipy.special import digamma, expit

    r, alpha, a, b = params
    stays = -(r + x) * np.log(alpha + T)
    left = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + tx)
    gone = weight * np.where(x > 0, expit(left - stays), 0.0)
    here = weight - gone
    of = totals(x, weight)
    counts = np.flatnonzero(of)
    of = of[counts]
    both = of @ (digamma(a + b) - digamma(a + b + counts))
    return np.array(
        [
            of @ (digamma(r + counts) - digamma(r) + np.log(alpha))
            - here @ np.log(alpha + T)
            - gone @ np.log(alpha + tx),
            of.sum() * r / alpha - here @ ((r + x) / (alpha + T)) - gone @ ((r + x) / (alpha + tx)),
            both + gone.sum() / a,
            both
            + of @ (digamma(b + counts) - digamma(b))
            - gone @ (1 / (b + np.maximum(x, 1) - 1)),
        ]
    )


def _distinct(x: Ints, tx: Floats, T: Floats) -> tuple[Ints, Floats, Floats, Floats]:
    """The distinct customers and how many there are of each: whole days make many alike."""
    rows, counts = np.unique(np.column_stack([x, tx, T]), axis=0, return_counts=True)
    return rows[:, 0].astype(np.int64), rows[:, 1], rows[:, 2], counts.astype(np.float64)
