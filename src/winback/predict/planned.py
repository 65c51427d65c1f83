"""The training that the settings of a workspace ask for."""

from __future__ import annotations

from winback.predict.nouns import Spacing, TrainingPlan
from winback.settings.predict import PredictSection


def planned(section: PredictSection) -> TrainingPlan:
    """The section `predict` as a plan."""
    spacing = Spacing(
        every_days=section.every_days,
        train_max=section.train_dates_max,
        calibrate=section.calibrate_dates,
        test=section.test_dates,
    )
    return TrainingPlan(
        horizon_days=section.horizon_days,
        capacity=section.capacity_a_day,
        spacing=spacing,
        rows_max=section.rows_max,
        without=section.without,
        calibration=section.calibration,
        monotone=section.monotone,
        seed=section.seed,
        tuning_trials=section.tuning_trials,
    )
