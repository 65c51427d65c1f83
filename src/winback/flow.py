"""The eleven steps in their order: the table of contents of the product.

Data flows from the first to the last; no step calls the next, each leaves rows for those to its right.
"""

from __future__ import annotations

from dataclasses import dataclass

from winback.diagnose.run import run as diagnose
from winback.ingest.run import run as ingest
from winback.profile.run import run as profile
from winback.simulate.run import simulate

__all__ = ["STEPS", "Step", "diagnose", "ingest", "profile", "simulate"]


@dataclass(frozen=True)
class Step:
    """A step of the flow: its place, what it is called, what it makes of what, and whether it is built."""

    number: int
    name: str
    zh: str
    makes: str
    is_built: bool = False


STEPS = (
    Step(1, "ingest", "采集", "raw events → event log, roll-up, customer registry", is_built=True),
    Step(2, "profile", "画像", "roll-up → features, phase, state and trust of every customer", is_built=True),
    Step(3, "listen", "倾听", "call-backs, surveys, feedback, news → causes, faults, incidents"),
    Step(4, "diagnose", "归因", "profiles and registry → who leaves, by phase and channel", is_built=True),
    Step(5, "predict", "预测", "features → calibrated probability of churn, with reasons"),
    Step(6, "warn", "预警", "risk and rules → graded early warnings, alerts to operators"),
    Step(7, "experiment", "分流/留白", "warned or churned customer → arm or holdout"),
    Step(8, "plan", "召回策略", "assignment and playbook → treatment, step by step"),
    Step(9, "reward", "权益", "treatment → grant on a double-entry ledger, under a budget"),
    Step(10, "deliver", "触达", "treatment, grant, invitation → message to a medium"),
    Step(11, "learn", "学习", "outcomes → lift, cost, better policy"),
)
