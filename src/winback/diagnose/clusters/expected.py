"""How many registrations a day weekday and season explain, by a fit that bunches do not pull up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.interpolate import BSpline
from scipy.linalg import null_space
from scipy.optimize import brentq
from scipy.stats import chi2, nbinom, norm, poisson, t

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: Days between the knots of the season: shorter bumps are not season.
KNOT_DAYS = 42
#: Half the width of the running median from which the fit starts.
_MEDIAN_REACH_DAYS = 28
#: Residuals beyond this do not take part in the fit.
_CUT = 3.0
#: The variance of a normal within the cut.
_WITHIN_CUT = float(1 - 2 * _CUT * norm.pdf(_CUT) / (2 * norm.cdf(_CUT) - 1))
#: Which lower quantile of the spread of residuals the careful spread answers to.
_CAREFUL = 0.1
_ROUNDS_MAX = 20
_ALPHA_MAX = 25.0
#: Days more usual than this are not looked at twice.
_USUAL_P = 0.2
#: Where the log-normal is added up, in standard deviations.
_NODES = np.arange(-8.0, 8.0, 0.05)
#: Days on which so little is expected say nothing about the spread.
_SPREAD_MEAN_MIN = 0.5


@dataclass(frozen=True)
class Expected:
    """The fit of n days: negative binomial, mean `mean` (n,), variance mean + alpha mean².

    design (n, k), covariance (k, k): of the log of the mean; kept: the days that took part;
    freedom: days that took part less coefficients; alpha_high: the spread that only a tenth of samples would
    make look smaller; alike: how alike neighbouring days are beyond the mean, the correlation of their
    residuals that only a tenth of samples would make look smaller, not below nought.
    """

    mean: Floats
    alpha: float
    alpha_high: float
    design: Floats
    covariance: Floats
    kept: Bools
    freedom: int
    alike: float

    def tail(self, counts: Ints) -> Floats:
        """One-sided p of each day: so many or more, were it a day like the others.

        What varies the mean may be gamma or log-normal, whose tail is heavier: the larger p counts. The
        uncertainty of the mean widens the distribution; that of the spread is met by `alpha_high`
        and by making a Student t of the normal deviate.
        """
        spread = self.alpha_high + _own(self.design, self.covariance)
        deviate = norm.isf(_upper_of_either(counts, self.mean, spread))
        return np.asarray(t.sf(deviate, self.freedom))

    def run_tail(self, counts: Ints, days: slice) -> float:
        """One-sided p of the sum of a run of days: so many or more in all; of one day as `tail`.

        With the mean and the variance of the sum, its days alike as a first-order autoregression makes them.
        """
        mean = self.mean[days]
        length, total = len(mean), float(mean.sum())
        slope = mean @ self.design[days]
        lags = np.arange(1, length)
        together = 1 + 2 * float(((1 - lags / length) * self.alike**lags).sum())
        own = (total + self.alpha_high * float((mean**2).sum())) * together
        wide = (own - total + float(slope @ self.covariance @ slope)) / total**2
        upper = _upper_of_either(counts[days].sum(keepdims=True), np.array([total]), np.array([wide]))
        return float(t.sf(norm.isf(upper), self.freedom)[0])

    def sum_error(self, days: slice) -> float:
        """The standard error of predicting the sum of the counts of `days`."""
        mean = self.mean[days]
        slope = mean @ self.design[days]
        return float(np.sqrt((mean + self.alpha * mean**2).sum() + slope @ self.covariance @ slope))

    def reach(self, confidence: float = 0.95) -> float:
        """How many standard errors an interval reaches to each side."""
        return float(t.isf((1 - confidence) / 2, self.freedom))


def expected(counts: Ints, first_weekday: int) -> Expected:
    """Fit n daily counts (n of 28 or more), the first on weekday `first_weekday` (0 = Monday).

    log mean = weekday + natural cubic spline of the day with a knot about every KNOT_DAYS, a negative
    binomial regression (Lawless 1987) by reweighted scoring. It starts from running medians; days whose
    quantile residual (Dunn and Smyth 1996, mid-p) is beyond 3 are left out and the rest fitted again until
    they stay the same (hard rejection, Rousseeuw and Leroy 1987); the spread alpha is such that the
    residuals of the days kept have the variance of a normal cut at 3.
    """
    design = _design(len(counts), first_weekday)
    mean = _by_medians(counts, first_weekday)
    alpha = _alpha_by_median(counts, mean)
    kept = _kept(counts, mean, np.full(len(mean), alpha), _CUT)
    for _ in range(_ROUNDS_MAX):
        mean, covariance = _fit(counts, design, mean, weight=(alpha, kept))
        freedom = max(int(kept.sum()) - design.shape[1], 1)
        alpha = _alpha(counts[kept], mean[kept], freedom)
        cut = float(t.isf(norm.sf(_CUT), freedom))
        now = _kept(counts, mean, alpha + _own(design, covariance), cut)
        if (now == kept).all():
            break
        kept = now
    careful = float(chi2.ppf(_CAREFUL, freedom)) / freedom
    alpha_high = _alpha(counts[kept], mean[kept], freedom, careful)
    alike = _alike(residuals(counts, mean, np.full(len(mean), alpha)), kept)
    return Expected(mean, alpha, alpha_high, design, covariance, kept, freedom, alike)


def _design(days: int, first_weekday: int) -> Floats:
    """Columns: six weekday contrasts that sum to nought, then the spline (which holds the level)."""
    weekday = (np.arange(days) + first_weekday) % 7
    contrasts = np.eye(7)[weekday][:, :6] - (weekday == 6)[:, None]
    pieces = max(1, round(days / KNOT_DAYS))
    knots = np.linspace(0, days - 1, pieces + 1)
    full = np.concatenate([[0.0] * 3, knots, [days - 1.0] * 3])
    basis = BSpline.design_matrix(np.arange(days, dtype=np.float64), full, 3).toarray()
    ends = BSpline(full, np.eye(pieces + 3), 3).derivative(2)(np.array([0.0, days - 1.0]))
    return np.asarray(np.hstack([contrasts, basis @ null_space(ends)]), np.float64)


def _by_medians(counts: Ints, first_weekday: int) -> Floats:
    level = _running_median(counts.astype(np.float64))
    weekday = (np.arange(len(counts)) + first_weekday) % 7
    factor = np.array([np.median((counts / level)[weekday == day]) for day in range(7)])[weekday]
    factor = np.maximum(factor / max(float(factor.mean()), 0.05), 0.05)
    return np.asarray(_running_median(counts / factor) * factor)


def _running_median(values: Floats) -> Floats:
    reach = _MEDIAN_REACH_DAYS
    padded = np.concatenate([np.full(reach, np.nan), values, np.full(reach, np.nan)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    return np.asarray(np.maximum(np.nanmedian(windows, axis=1), 0.5))


def _fit(counts: Ints, design: Floats, mean: Floats, *, weight: tuple[float, Bools]) -> tuple[Floats, Floats]:
    """Scoring steps of the negative binomial regression; gives the means and the covariance."""
    alpha, kept = weight
    line = np.log(mean)
    for _ in range(50):
        share = np.where(kept, mean / (1 + alpha * mean), 0.0)
        normal = design.T @ (share[:, None] * design) + 1e-6 * np.eye(design.shape[1])
        wanted = line + (counts - mean) / mean
        new = design @ np.linalg.solve(normal, design.T @ (share * wanted))
        new = np.clip(new, line - 2, line + 2).clip(-7, 25)
        moved = float(np.abs(new - line)[mean > 0.1].max(initial=0.0))
        line, mean = new, np.exp(new)
        if moved < 1e-7:
            break
    return mean, np.asarray(np.linalg.inv(normal), np.float64)


def _alpha_by_median(counts: Ints, mean: Floats) -> float:
    """The first guess of the spread, from the median absolute Pearson residual."""
    residual = (counts - mean) / np.sqrt(mean)
    excess = (1.4826 * float(np.median(np.abs(residual)))) ** 2 - 1
    return float(min(max(excess, 0.0) / max(float(np.median(mean)), 0.5), _ALPHA_MAX))


def _alpha(counts: Ints, mean: Floats, freedom: int, wanted: float = 1.0) -> float:
    telling = mean >= _SPREAD_MEAN_MIN
    if not telling.any():
        return 0.0
    share = freedom / len(counts) * int(telling.sum())

    def too_wide(alpha: float) -> float:
        squares = residuals(counts[telling], mean[telling], np.full(telling.sum(), alpha)) ** 2
        return float(squares.sum() / share / _WITHIN_CUT - wanted)

    if too_wide(0.0) <= 0:
        return 0.0
    high = 0.01
    while too_wide(high) > 0 and high < _ALPHA_MAX:
        high *= 2
    return float(brentq(too_wide, 0.0, high, xtol=1e-6)) if high < _ALPHA_MAX else _ALPHA_MAX


def _alike(residual: Floats, kept: Bools) -> float:
    """The correlation of the residuals of neighbouring days that took part; see `Expected.alike`."""
    pairs = np.flatnonzero(kept[1:] & kept[:-1])
    if len(pairs) < 2:
        return 0.0
    found = float((residual[pairs] * residual[pairs + 1]).mean() / max((residual[kept] ** 2).mean(), 1.0))
    return float(np.clip(found + norm.isf(_CAREFUL) / np.sqrt(len(pairs)), 0.0, 0.9))


def _kept(counts: Ints, mean: Floats, alpha: Floats, cut: float) -> Bools:
    return np.asarray(np.abs(residuals(counts, mean, alpha)) <= cut)


def _own(design: Floats, covariance: Floats) -> Floats:
    """The variance of the log of each day's mean."""
    return np.asarray(np.einsum("ij,jk,ik->i", design, covariance, design))


def residuals(counts: Ints, mean: Floats, alpha: Floats) -> Floats:
    """The normal deviates of the counts: quantile residuals at mid-p, of the nearer tail."""
    above = _upper(counts + 1, mean, alpha)
    at = _upper(counts, mean, alpha) - above
    below = np.maximum(1 - above - at, 0.0) + at / 2
    high = above + at / 2
    deviate = np.where(high < 0.5, norm.isf(np.maximum(high, 1e-300)), norm.ppf(np.maximum(below, 1e-300)))
    return np.asarray(deviate)


def _upper(counts: Ints, mean: Floats, alpha: Floats) -> Floats:
    """P(Y >= counts) of the negative binomial; of Poisson where alpha is nought."""
    with np.errstate(divide="ignore"):
        size = np.where(alpha > 1e-9, 1 / np.maximum(alpha, 1e-9), 1.0)
    wide = nbinom.sf(counts - 1, size, size / (size + mean))
    return np.asarray(np.where(alpha > 1e-9, wide, poisson.sf(counts - 1, mean)))


def _upper_of_either(counts: Ints, mean: Floats, alpha: Floats) -> Floats:
    """P(Y >= counts) of a Poisson whose mean is gamma (`_upper`) or log-normal, whichever is larger."""
    found = _upper(counts, mean, alpha)
    rare = np.flatnonzero(found <= _USUAL_P)
    if len(rare):
        sigma = np.sqrt(np.log1p(alpha[rare]))[:, None]
        means = mean[rare][:, None] * np.exp(sigma * _NODES - sigma**2 / 2)
        heavy = poisson.sf(counts[rare][:, None] - 1, means) @ (norm.pdf(_NODES) * (_NODES[1] - _NODES[0]))
        found[rare] = np.maximum(found[rare], heavy)
    return found
