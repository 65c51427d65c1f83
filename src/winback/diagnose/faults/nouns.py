"""The nouns of experience faults: the rules, the harm of a fault, the rate of a version, the verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from winback.diagnose.contrast import Contrast, Span

#: What a customer met on one day: one kind of fault alone, or several kinds at once.
FaultKind = Literal["lag", "crash", "error", "several"]
FAULT_KINDS: tuple[FaultKind, ...] = ("lag", "crash", "error", "several")
#: The bit of each single kind in `UseDays.faults`.
FAULT_BITS: dict[str, int] = {"lag": 1, "crash": 2, "error": 4}


@dataclass(frozen=True)
class FaultRules:
    """How faults are judged.

    quiet_days: a fault counts where none was met so many days before it; recent_days: activity before the
    day is counted over so many days; leave_days: within how many days a customer must leave; false_rate:
    expected share of false calls; exposed_min: fewer matched customers are not judged; rate_ratio_min: a
    version must have more than so many times the faults of the others; groups: of the jackknife.
    """

    quiet_days: int = 30
    recent_days: int = 30
    leave_days: int = 30
    false_rate: float = 0.05
    exposed_min: int = 50
    rate_ratio_min: float = 1.5
    groups: int = 50


@dataclass(frozen=True)
class FaultHarm:
    """Churn after a fault of `kind` (None: any) on `version` (None: all) against like fault-free days.

    lost_because: how many of all those hit left who would have stayed, with its interval; harmful: whether
    p_adjusted (Benjamini and Hochberg over all faults and versions judged) is at most the stated rate.
    """

    kind: FaultKind | None
    version: str | None
    churn: Contrast
    lost_because: Span
    p_adjusted: float
    harmful: bool


@dataclass(frozen=True)
class VersionRate:
    """Faults of `kind` a visit on `version`, as a ratio to the usual version.

    p: that it is no more than `rate_ratio_min` times the usual; often: whether p_adjusted is at most the
    stated rate.
    """

    kind: str
    version: str
    faults: int
    visits: int
    ratio: Span
    p: float
    p_adjusted: float
    often: bool

    @property
    def rate(self) -> float:
        """Faults a visit."""
        return self.faults / self.visits


#: faulty: far more faults than other versions, and they drive customers away. often: far more faults, no
#: harm shown. early: far more faults, too few or too recent to know what they do.
Standing = Literal["faulty", "often", "early"]


@dataclass(frozen=True)
class FaultyVersion:
    """A version with far more faults of a kind than others; `p_adjusted` is that of both claims together."""

    kind: str
    version: str
    standing: Standing
    rate: VersionRate
    harm: FaultHarm | None
    p_adjusted: float | None


@dataclass(frozen=True)
class Faults:
    """All that was judged on the days [first_day, before), outcomes known as of `as_of`.

    fault_days, other_days: customer days compared, with a fault and without; versions holds only those with
    far more faults, the faulty ones first.
    """

    first_day: date
    before: date
    as_of: date
    churn_days: int
    rules: FaultRules
    fault_days: int
    other_days: int
    harms: tuple[FaultHarm, ...]
    rates: tuple[VersionRate, ...]
    versions: tuple[FaultyVersion, ...]
