"""The nouns of predict: risks and their reasons, scores with intervals, the model card."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % interval; None where it is not defined or cannot be told."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Scores:
    """How good a forecast was on `rows` rows of `customers` customers, `left` of which churned.

    precision and recall are those of the riskiest within the team's capacity on each date; auc, precision and
    all other scores are fractions of 1, log_loss is in nats.
    """

    rows: int
    customers: int
    left: int
    base_rate: Interval
    accuracy: Interval
    auc: Interval
    average_precision: Interval
    log_loss: Interval
    brier: Interval
    calibration_error: Interval
    precision: Interval
    recall: Interval


@dataclass(frozen=True)
class Band:
    """Rows of like risk: what was said (mean, least, most), what happened, and how that compares.

    `lift` is the actual rate over the base rate; `caught` the share of all who left that are in this band.
    """

    rows: int
    left: int
    said: float
    said_low: float
    said_high: float
    actual: Interval
    lift: float | None
    caught: float | None


@dataclass(frozen=True)
class LeadTime:
    """Days from a right warning to the last sign of life (negative: before it) and to churn: 10, 50, 90 %."""

    customers: int
    to_last_alive_days: tuple[float, ...]
    to_churn_days: tuple[float, ...]


@dataclass(frozen=True)
class Rivalry:
    """A simple rival on the same rows, and how far the model is ahead of it.

    `says` is what the rival settled on (a threshold, a feature). `auc_ahead` and `log_loss_ahead` are the
    model's less the rival's, with paired intervals: above 0 is better for AUC, below 0 for log loss.
    """

    name: str
    says: dict[str, str | float]
    scores: Scores
    auc_ahead: Interval
    log_loss_ahead: Interval


@dataclass(frozen=True)
class Drift:
    """How far a feature, or the score (`feature` None), moved from the training rows to the test rows.

    `grows` tells that the feature grows by time alone (a whole life, tenure), so that it moves in any base.
    """

    feature: str | None
    stability_index: float
    grows: bool = False


@dataclass(frozen=True)
class Suspect:
    """A feature that may know the future, and why it is suspected.

    `why` is `too_good` (`figure`: its AUC alone), `unknown_tells` (AUC of whether it is known) or `changes`
    (share of the customers whose value changes when all after the date is taken away).
    """

    feature: str
    why: str
    figure: float


@dataclass(frozen=True)
class Weight:
    """What a group of features is about, and its share of all contributions on the test rows."""

    kind: str
    measure: str
    share: float


@dataclass(frozen=True)
class Honesty:
    """How much of a calibration error is more than chance.

    `by_chance` is the error that probabilities true to the letter would show on these rows: mean and middle
    95 % over outcomes drawn from them. `beyond_chance` is the root of the mean squared gap freed of its bias;
    0 where chance explains it all.
    """

    error: float
    by_chance: Interval
    beyond_chance: float


@dataclass(frozen=True)
class SureWarnings:
    """Warnings of which a share `wanted` shall be right: the limit from the calibration rows, tried on test.

    `limit` is None where the calibration rows know no such limit. `recall` is the share of all who left;
    `recall_in_hindsight` that of the lowest limit that would have kept the word on the test rows.
    """

    wanted: float
    limit: float | None
    warned: int
    precision: Interval
    recall: Interval
    recall_in_hindsight: float


@dataclass(frozen=True)
class Tuned:
    """What tuning found: parameters of the trees (none where nothing beat the usual ones) and log losses.

    `by` is `date` where the last training date was held back with an embargo, else `customer`.
    """

    parameters: dict[str, float]
    log_loss: float
    usual_log_loss: float
    trials: int
    by: str


@dataclass(frozen=True)
class Fold:
    """The dates and rows of one use: train, calibrate, test."""

    dates: tuple[date, ...]
    rows: int
    customers: int
    left: int


#: Under what the card keeps what the workspace calls itself; no channel or kind may be named so.
OF_WORKSPACE = "[workspace]"


@dataclass(frozen=True)
class ModelCard:
    """All that must be known of a model before it is trusted; measured on test rows later than all others.

    `capacity` is how many customers of one date the team can follow up.
    """

    workspace: str
    version: str
    known_on: date
    horizon_days: int
    churn_kinds: tuple[str, ...]
    churn_days: int
    capacity: int
    train: Fold
    calibrate: Fold
    test: Fold
    embargoed: tuple[date, ...]
    features: int
    trees: int
    calibration: str
    scores: Scores
    seen: Scores
    unseen: Scores
    by_phase: dict[str, Scores]
    by_channel: dict[str, Scores]
    deciles: tuple[Band, ...]
    reliability: tuple[Band, ...]
    lead_time: LeadTime
    rivals: tuple[Rivalry, ...]
    drift: tuple[Drift, ...]
    weights: tuple[Weight, ...]
    suspects: tuple[Suspect, ...]
    #: Cold customers (new, hardly any purchase) and the others; then the cold by phase.
    cold: dict[str, Scores] = field(default_factory=dict)
    honesty: Honesty | None = None
    sure: SureWarnings | None = None
    tuned: Tuned | None = None
    #: The rows known before the test, from which the trees were learnt anew.
    refit: Fold | None = None
    #: What channels and own kinds are called, and under OF_WORKSPACE the workspace: Chinese, English.
    called: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def best_rival(self) -> Rivalry | None:
        """The rival with the lowest log loss; None where there is none."""
        known = [rival for rival in self.rivals if rival.scores.log_loss.value is not None]
        return min(known, key=lambda rival: rival.scores.log_loss.value or 0.0, default=None)

    @property
    def unbeaten(self) -> tuple[Rivalry, ...]:
        """The rivals that the model does not beat in both AUC and log loss."""
        return tuple(rival for rival in self.rivals if not _beaten(rival))


def _beaten(rival: Rivalry) -> bool:
    auc, loss = rival.auc_ahead.value, rival.log_loss_ahead.value
    return auc is not None and loss is not None and auc > 0 and loss < 0


@dataclass(frozen=True)
class Reason:
    """Why a score is high: all features of one thing together, told by the one that says most.

    `effect` is in log-odds, above 0 raises the risk. `value` and `usual` are of `feature`: the customer's,
    and the median of people like them (same phase and channel); None where not known. `own_usual` is what is
    usual for the customer, where a feature says that.
    """

    kind: str
    measure: str
    effect: float
    feature: str
    value: float | str | None
    usual: float | str | None
    own_usual: float | None


@dataclass(frozen=True)
class Risk:
    """How likely a customer is to churn within `horizon_days` of `as_of`, and why, strongest reason first."""

    customer: int
    as_of: date
    horizon_days: int
    probability: float
    model: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Promotion:
    """A version was put to use: by whom, when (ISO moment, from the clock of the door), and why.

    `before` is the version in use until then. `overrides` names the rivals it does not beat, where a person
    promoted it all the same; `back` is true for a rollback.
    """

    version: str
    before: str | None
    who: str
    at: str
    why: str
    overrides: tuple[str, ...] = ()
    back: bool = False


@dataclass(frozen=True)
class Training:
    """Who had a version trained, and when (ISO moment, from the clock of the door)."""

    version: str
    who: str
    at: str


@dataclass(frozen=True)
class TrainSummary:
    """What a training did; `fresh` is False where that very model was there already."""

    version: str
    fresh: bool
    card: ModelCard
    folder: str
    seconds: float


@dataclass(frozen=True)
class PredictSummary:
    """What one run did: how many were there to be told of, and by which model; `fresh` as in training."""

    as_of: date
    model: str
    customers: int
    explained: int
    expected: float
    fresh: bool
    seconds: float


@dataclass(frozen=True)
class Spacing:
    """How snapshot dates are laid: `every_days` apart, so many for each fold, the latest test."""

    every_days: int = 7
    train_max: int = 26
    calibrate: int = 1
    test: int = 1


@dataclass(frozen=True)
class TrainingPlan:
    """What model is wanted: how far ahead, for how many warnings of a date, from which dates.

    `horizon_days` None looks as far ahead as the days that are churn. `rows_max` bounds the rows of a fold,
    `without` names features that the model must not learn from. `calibration` is better, platt or isotonic;
    `monotone` holds risk to the signs that the domain knows. `tuning_trials` above 0 tries so many sets of
    parameters on the training rows (needs the extra `tuning`).
    """

    horizon_days: int | None = None
    capacity: int = 200
    spacing: Spacing = field(default_factory=Spacing)
    rows_max: int = 1_000_000
    without: tuple[str, ...] = ()
    calibration: Literal["better", "platt", "isotonic"] = "better"
    monotone: bool = True
    seed: int = 0
    tuning_trials: int = 0
