"""BG/NBD: how many more signs of life to expect of a customer (Fader, Hardie and Lee 2005)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1

from winback.terms.errors import NotReadyProblem

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
#: As many customers are enough for four parameters.
CUSTOMERS_MAX = 20_000


@dataclass(frozen=True)
class History:
    """Of each customer: repeat transactions x, days from first to last, days from first to now."""

    repeats: Floats
    recency: Floats
    age: Floats


def history_of(first: Ints, last: Ints, times: Ints, now: Ints | int) -> History:
    """Histories from the days of the first and last of `times` transactions and the day it is."""
    return History(*(np.asarray(part, np.float64) for part in (times - 1, last - first, now - first)))


@dataclass(frozen=True)
class BGNBD:
    """Transactions come at a gamma(r, alpha) rate; after each, a customer is gone with beta(a, b) chance."""

    r: float
    alpha: float
    a: float
    b: float

    def log_likelihood(self, history: History) -> Floats:
        """ln L of each customer, shape (customers,): equation (6) of the paper."""
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        x = history.repeats
        first = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        second = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
        still = -(r + x) * np.log(alpha + history.age)
        gone = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + history.recency)
        total: Floats = first + second + np.where(x > 0, np.logaddexp(still, gone), still)
        return total

    def expected(self, history: History, days: float) -> Floats:
        """Expected transactions in the next `days`, shape (customers,): equation (10) of the paper."""
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        x, age = history.repeats, history.age
        shrunk = ((alpha + age) / (alpha + age + days)) ** (r + x)
        series = hyp2f1(r + x, b + x, a + b + x - 1, days / (alpha + age + days))
        above = (a + b + x - 1) / (a - 1) * (1 - shrunk * series)
        odds = a / (b + np.maximum(x, 1) - 1) * ((alpha + age) / (alpha + history.recency)) ** (r + x)
        more: Floats = above / (1 + np.where(x > 0, odds, 0.0))
        return more


def fit_bgnbd(history: History, *, seed: int = 0) -> BGNBD:
    """Maximum likelihood over at most `CUSTOMERS_MAX` customers, drawn by `seed`.

    Raises NotReadyProblem where there is no customer with a repeat transaction.
    """
    if not (history.repeats > 0).any():
        raise NotReadyProblem("no customer has come back once; BG/NBD needs repeat transactions")
    some = np.random.default_rng(seed).permutation(len(history.repeats))[:CUSTOMERS_MAX]
    scale = max(float(np.median(history.age[some])), 1.0) / 10
    sample = History(history.repeats[some], history.recency[some] / scale, history.age[some] / scale)

    def loss(logs: Floats) -> float:
        # A weak pull towards the middle keeps the parameters finite where the data do not tell them.
        told = BGNBD(*np.exp(np.clip(logs, -12, 12))).log_likelihood(sample).mean()
        return float(-told + 1e-7 * (logs**2).sum())

    starts = ([0.0, 0.0, 0.0, 0.0], [-1.0, 1.0, -0.5, 1.0])
    best = min(
        (minimize(loss, np.array(start), method="L-BFGS-B", bounds=[(-12, 12)] * 4) for start in starts),
        key=lambda found: float(found.fun),
    )
    r, alpha, a, b = (float(value) for value in np.exp(best.x))
    return BGNBD(r, alpha * scale, _not_one(a), b)


def _not_one(a: float) -> float:
    """The expectation divides by a - 1; beside 1 it is the same to many digits."""
    return a if abs(a - 1) > 1e-6 else 1 + 1e-6
