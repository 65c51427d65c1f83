"""Our BG/NBD gives the published figures, and finds the parameters that made the data."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import dblquad
from scipy.special import beta as beta_function
from scipy.special import gamma as gamma_function

from winback.predict.bgnbd import BGNBD, History, fit_bgnbd
from winback.terms.errors import NotReadyProblem

#: Fader, Hardie and Lee (2005), table 2: CDNOW, in weeks.
CDNOW = BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426)


def history(*customers: tuple[float, float, float]) -> History:
    return History(*np.array(customers, float).T)


def test_the_published_example_comes_out() -> None:
    """Customer 1 of the sample: 2 repeats, the last in week 30.43 of 38.86; 1.226 expected in 39 weeks."""
    assert CDNOW.expected(history((2, 30.43, 38.86)), 39)[0] == pytest.approx(1.226, abs=5e-4)


@pytest.mark.parametrize("one", [(0, 0, 20), (1, 5, 20), (4, 18, 20)])
def test_the_likelihood_is_the_integral_it_stands_for(one: tuple[float, float, float]) -> None:
    model = BGNBD(r=1.3, alpha=6.0, a=1.4, b=2.2)
    x, recency, age = one

    def inner(rate: float, chance: float) -> float:
        still = (1 - chance) ** x * rate**x * np.exp(-rate * age)
        gone = chance * (1 - chance) ** (x - 1) * rate**x * np.exp(-rate * recency) if x else 0.0
        of_rate = 6.0**1.3 * rate**0.3 * np.exp(-6.0 * rate) / gamma_function(1.3)
        of_chance = chance**0.4 * (1 - chance) ** 1.2 / beta_function(1.4, 2.2)
        return float((still + gone) * of_rate * of_chance)

    integral, _ = dblquad(inner, 0, 1, 0, 40, epsabs=1e-12, epsrel=1e-7)
    assert np.exp(model.log_likelihood(history(one))[0]) == pytest.approx(integral, rel=1e-5)


def simulated(model: BGNBD, customers: int, days: float, seed: int = 0) -> tuple[History, np.ndarray]:
    """Histories up to `days`, and how many transactions come in the 60 days after."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(model.r, 1 / model.alpha, customers)
    chance = rng.beta(model.a, model.b, customers)
    rows, later = [], []
    for own_rate, own_chance in zip(rate, chance, strict=True):
        now, times, after = 0.0, [], 0
        while now < days + 60:
            if rng.random() < own_chance and (times or after):
                break
            now += rng.exponential(1 / own_rate)
            times.extend([now] if now < days else [])
            after += days <= now < days + 60
            if not times and not after:
                break
        rows.append((len(times), times[-1] if times else 0.0, days))
        later.append(after)
    return History(*np.array(rows, float).T), np.array(later)


def test_it_expects_what_comes() -> None:
    truth = BGNBD(r=0.8, alpha=12.0, a=0.7, b=2.5)
    seen, later = simulated(truth, 20_000, 120)
    fitted = fit_bgnbd(seen)
    assert fitted.expected(seen, 60).mean() == pytest.approx(later.mean(), rel=0.04)
    assert fitted.log_likelihood(seen).mean() >= truth.log_likelihood(seen).mean() - 1e-4


def test_the_fit_does_not_hang_on_the_unit_of_time() -> None:
    seen, _ = simulated(BGNBD(r=0.8, alpha=12.0, a=0.7, b=2.5), 4000, 120)
    weeks = fit_bgnbd(History(seen.repeats, seen.recency / 7, seen.age / 7))
    assert fit_bgnbd(seen).expected(seen, 70) == pytest.approx(weeks.expected(
        History(seen.repeats, seen.recency / 7, seen.age / 7), 10), rel=1e-3)  # fmt: skip


def test_without_a_repeat_there_is_nothing_to_fit() -> None:
    with pytest.raises(NotReadyProblem, match="repeat"):
        fit_bgnbd(history((0, 0, 20), (0, 0, 30)))
