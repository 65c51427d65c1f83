"""The steps of the stages: the table of contents of the product.

Data flows from the first to the last; no step calls the next, each leaves rows for those to its right. Which
stages there are, and which are built, says `winback.terms.stages`. A step's engines are loaded when the step
is first asked for, so that a command waits for its own alone.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from winback.deliver.run import prepare as deliver_prepare
    from winback.deliver.run import run as deliver
    from winback.deliver.run import work as deliver_work
    from winback.diagnose.run import channels as judge_channels
    from winback.diagnose.run import report
    from winback.diagnose.run import run as diagnose
    from winback.experiment.run import run as experiment
    from winback.ingest.run import run as ingest
    from winback.plan.run import run as plan
    from winback.predict.run import run as predict
    from winback.predict.run import train
    from winback.profile.run import run as profile
    from winback.reward.run import run as reward
    from winback.simulate.live.read import is_live
    from winback.simulate.live.run import Living as simulated_life  # noqa: N813
    from winback.simulate.live.run import begin as simulate_live
    from winback.simulate.run import simulate
    from winback.warn.run import live as warn_live
    from winback.warn.run import run as warn

__all__ = [  # noqa: RUF022 - in the order of the flow
    "simulate",
    "simulate_live",
    "is_live",
    "simulated_life",
    "ingest",
    "profile",
    "diagnose",
    "report",
    "judge_channels",
    "train",
    "predict",
    "warn",
    "warn_live",
    "experiment",
    "plan",
    "reward",
    "deliver",
    "deliver_prepare",
    "deliver_work",
]

#: In the order of the flow: where each step stands.
STEPS = {
    "simulate": ("winback.simulate.run", "simulate"),
    "simulate_live": ("winback.simulate.live.run", "begin"),
    "is_live": ("winback.simulate.live.read", "is_live"),
    "simulated_life": ("winback.simulate.live.run", "Living"),
    "ingest": ("winback.ingest.run", "run"),
    "profile": ("winback.profile.run", "run"),
    "diagnose": ("winback.diagnose.run", "run"),
    "report": ("winback.diagnose.run", "report"),
    "judge_channels": ("winback.diagnose.run", "channels"),
    "train": ("winback.predict.run", "train"),
    "predict": ("winback.predict.run", "run"),
    "warn": ("winback.warn.run", "run"),
    "warn_live": ("winback.warn.run", "live"),
    "experiment": ("winback.experiment.run", "run"),
    "plan": ("winback.plan.run", "run"),
    "reward": ("winback.reward.run", "run"),
    "deliver": ("winback.deliver.run", "run"),
    "deliver_prepare": ("winback.deliver.run", "prepare"),
    "deliver_work": ("winback.deliver.run", "work"),
}


def __getattr__(name: str) -> Any:
    if name not in STEPS:
        raise AttributeError(f"the flow has no step {name!r}; it has {', '.join(STEPS)}")
    module, function = STEPS[name]
    return getattr(import_module(module), function)
