"""The eleven stages of the flow, in their order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """A stage of the flow: its place, what it is called, what it makes of what, and whether it is built."""

    number: int
    name: str
    zh: str
    makes: str
    is_built: bool = False


STAGES = (
    Stage(1, "ingest", "采集", "raw events → event log, roll-up, customer registry", is_built=True),
    Stage(
        2, "profile", "画像", "roll-up → features, phase, state and trust of every customer", is_built=True
    ),
    Stage(3, "listen", "倾听", "call-backs, surveys, feedback, news → causes, faults, incidents"),
    Stage(4, "diagnose", "归因", "profiles and registry → who leaves, by phase and channel", is_built=True),
    Stage(5, "predict", "预测", "features → calibrated probability of churn, with reasons", is_built=True),
    Stage(6, "warn", "预警", "risk and rules → graded early warnings, alerts to operators", is_built=True),
    Stage(7, "experiment", "分流/留白", "warned or churned customer → arm or holdout", is_built=True),
    Stage(8, "plan", "召回策略", "assignment and playbook → treatment, step by step", is_built=True),
    Stage(9, "reward", "权益", "treatment → grant on a double-entry ledger, under a budget", is_built=True),
    Stage(10, "deliver", "触达", "treatment, grant, invitation → message to a medium", is_built=True),
    Stage(11, "learn", "学习", "outcomes → lift, cost, better policy"),
)
