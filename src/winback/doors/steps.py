"""The steps of a night, in their order: one list for `winback run` and for the worker."""

from __future__ import annotations

STEPS = (
    "ingest",
    "profile",
    "diagnose",
    "train",
    "predict",
    "warn",
    "tell",
    "experiment",
    "plan",
    "reward",
    "deliver",
)
#: Those that treat customers: done where playbooks are switched on.
ACTING = STEPS[STEPS.index("experiment") :]
