"""The noun of the whole report: the first diagnosis and all the deeper looks beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from winback.diagnose.clusters.nouns import Clusters
from winback.diagnose.faults.nouns import Faults
from winback.diagnose.nouns import (
    Definitions,
    Diagnosis,
    Drill,
    Findings,
    Flow,
    Group,
    MonthStructure,
    Retention,
)
from winback.diagnose.quality.nouns import Quality


@dataclass(frozen=True)
class Report:
    """The whole diagnosis: who left, and what the deeper looks found.

    cohorts, channels: retention from the first alive day, by its month and by channel; phases: retention
    from the start of `landmark` of those present then, by their phase on that day; chosen, chosen_by: the
    groups and the features that were asked for; drills: those groups, and the worst group of a channel
    within a phase, drilled into.
    """

    diagnosis: Diagnosis
    definitions: Definitions
    flows: tuple[Flow, ...]
    structure_by_month: tuple[MonthStructure, ...]
    cohorts: tuple[Retention, ...]
    channels: tuple[Retention, ...]
    phases: tuple[Retention, ...]
    landmark: date
    findings: Findings
    chosen: tuple[Group, ...]
    chosen_by: tuple[str, ...]
    drills: tuple[Drill, ...]
    quality: Quality
    clusters: Clusters
    faults: Faults
