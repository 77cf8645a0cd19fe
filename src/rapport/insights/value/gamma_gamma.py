"""Gamma-Gamma: what a customer spends on an order, on average, in the long run.

P. Fader, B. Hardie, "The Gamma-Gamma Model of Monetary Value" (2013). Orders of a customer are
Gamma(p, ν); ν is Gamma(q, v) among customers. `x` orders with a mean worth of `mean`, above 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rapport.insights.value.arrays import Floats, Ints


class Params(NamedTuple):
    p: float
    q: float
    v: float


def fit(x: Ints, mean: Floats) -> Params:
    """Maximum likelihood over customers with `x` > 0 and `mean` > 0, of whom there are some."""
    from scipy.optimize import minimize

    kept = (x > 0) & (mean > 0)
    unit = float(np.median(mean[kept]))
    count, money = x[kept].astype(np.float64), mean[kept] / unit

    def cost(logs: Floats) -> tuple[float, Floats]:
        params = Params(*np.exp(logs))
        slope = _gradient(params, count, money) * np.array(params)  # by the logarithms
        return -float(log_likelihood(params, count, money).mean()), -slope

    # Above e^9 a law of the mean is as narrow as any money; the bound keeps equal sums solvable.
    options = {"ftol": 1e-13, "gtol": 1e-8, "maxiter": 500}
    bounds = [(-6.0, 9.0)] * 3
    best = minimize(cost, np.zeros(3), jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    p, q, v = np.exp(best.x).tolist()
    return Params(p, q, v * unit)


def log_likelihood(params: Params, x: Floats, mean: Floats) -> Floats:
    """Of each customer; equation (1a) of the note."""
    from scipy.special import gammaln

    p, q, v = params
    scale = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
    found: Floats = (
        scale + (p * x - 1) * np.log(mean) + p * x * np.log(x) - (p * x + q) * np.log(v + x * mean)
    )
    return found


def expected(params: Params, x: Ints, mean: Floats) -> Floats:
    """The mean of future orders: between her own mean and everybody's; equation (5).

    With `q` at or below 1 everybody's mean does not exist, and only her own orders count.
    """
    p, q, v = params
    below = p * x + q - 1
    found: Floats = np.where(below > 0, p * (v + x * mean) / np.maximum(below, 1e-9), mean)
    return found


def _gradient(params: Params, x: Floats, mean: Floats) -> Floats:
    """Of the mean of `log_likelihood`, by p, q and v."""
    from scipy.special import digamma

    p, q, v = params
    all_of, spent = digamma(p * x + q), np.log(v + x * mean)
    by_p = x * (all_of - digamma(p * x) + np.log(mean * x) - spent)
    by_q = all_of - digamma(q) + np.log(v) - spent
    by_v = q / v - (p * x + q) / (v + x * mean)
    return np.array([by_p.mean(), by_q.mean(), by_v.mean()])
