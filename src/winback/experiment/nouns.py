"""The nouns of experiment: control groups, definitions, who is held out, what tells that all is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

#: Numbers that a customer may have under a salt: 0 to 9,999.
BUCKETS = 10_000


class Held(StrEnum):
    """Why a customer is not treated: in the global control group, or in the holdout of the playbook."""

    CONTROL = "control"
    HOLDOUT = "holdout"


@dataclass(frozen=True)
class Rotation:
    """The global control group from a day on: those whose number under `salt` is below `share_bp`."""

    number: int
    from_day: date
    salt: str
    share_bp: int
    who: str


@dataclass(frozen=True)
class Definition:
    """How the experiment of a playbook divides customers from a day on.

    Held out are those whose number under `salt` is below `holdout_bp`. `arms` maps each arm to its share of
    all; a held-out customer has an arm too, the one that would have been walked.
    """

    experiment: str
    number: int
    from_day: date
    layer: str
    measure_days: int
    salt: str
    holdout_bp: int
    arms: Mapping[str, float]


@dataclass(frozen=True)
class ExperimentSummary:
    """What a run found: the control group that counts, and the definitions that are new as of the date."""

    as_of: date
    rotation: Rotation
    definitions: int
    new: tuple[str, ...]


@dataclass(frozen=True)
class SampleRatio:
    """Whether so many came to each part as should, by Pearson's chi-square; p below 0.001 is a fault.

    `chi_square` is None where there is nothing to compare, or somebody is where nobody should be (p = 0).
    """

    experiment: str
    counts: Mapping[str, int]
    expected: Mapping[str, float]
    chi_square: float | None
    p: float

    @property
    def is_right(self) -> bool:
        """Whether the counts agree with the shares."""
        return self.p >= SAMPLE_RATIO_P_MIN


SAMPLE_RATIO_P_MIN = 0.001


@dataclass(frozen=True)
class Difference:
    """How far a feature lies apart before treatment: (mean held out - mean treated) / pooled deviation.

    None where a mean or both deviations are not known. Above 0.1 in size is more than chance should do in
    large groups; `missing` is the difference of the shares of unknown values, in the same way.
    """

    feature: str
    held_out: float | None
    treated: float | None
    standardised: float | None
    missing: float


@dataclass(frozen=True)
class Check:
    """The state of one experiment: its sample ratio, and how alike those held out and those treated were."""

    ratio: SampleRatio
    differences: tuple[Difference, ...]
