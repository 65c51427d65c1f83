"""Definitions and rotations for tests."""

from datetime import date

from winback.experiment.nouns import Definition, Rotation

DAY = date(2026, 1, 1)


def definition(**changes):
    told = {
        "experiment": "save",
        "number": 1,
        "from_day": DAY,
        "layer": "main",
        "measure_days": 30,
        "salt": "winback:save",
        "holdout_bp": 1000,
        "arms": {"all": 1.0},
    }
    return Definition(**told | changes)


def rotation(**changes):
    told = {"number": 1, "from_day": DAY, "salt": "winback:control:1", "share_bp": 500, "who": "settings"}
    return Rotation(**told | changes)
