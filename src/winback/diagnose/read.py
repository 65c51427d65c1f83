"""The questions to diagnose: a diagnosis made earlier, and how it is told."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TypeVar

from winback.diagnose.causes import Section, clusters_section, faults_section, quality_section
from winback.diagnose.charts import png
from winback.diagnose.findings.sentences import Wording
from winback.diagnose.labels import attribute_labels, channel_labels, kind_labels, labelled, workspace_label
from winback.diagnose.nouns import ChannelVerdicts, Diagnosis
from winback.diagnose.page import page
from winback.diagnose.pictures import report_charts
from winback.diagnose.report_nouns import Report
from winback.diagnose.report_page import report_page
from winback.diagnose.reporting import (
    chosen_told,
    drill_tables,
    findings_by_group,
    findings_summary,
    report_tables,
)
from winback.diagnose.stored import FORM, from_json, plain, to_json
from winback.diagnose.telling import definition, headline, tables
from winback.language import Language
from winback.profile.read import catalogue
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem, Place

__all__ = [
    "Report",
    "Section",
    "as_called",
    "cause_sections",
    "channel_verdicts",
    "chosen_told",
    "definition",
    "diagnosis",
    "drill_tables",
    "findings_by_group",
    "findings_summary",
    "folder",
    "headline",
    "page",
    "plain",
    "png",
    "report_charts",
    "report_page",
    "report_tables",
    "tables",
    "to_json",
    "wording",
]


#: Where the verdicts on channels lie, in the folder of their date.
CHANNELS_FILE = "channels.json"


def folder(ws: Workspace, as_of: date) -> Path:
    """Where the diagnosis of a date lies."""
    return ws.data / "diagnose" / f"as_of={as_of.isoformat()}"


def cause_sections(report: Report, language: Language) -> tuple[Section, ...]:
    """Channel quality, registration clusters and faults: sentences and a table each."""
    return (
        quality_section(report.quality, language),
        clusters_section(report.clusters, language),
        faults_section(report.faults, language),
    )


def wording(ws: Workspace, language: Language) -> Wording:
    """What a report of this workspace is told with in `zh` or `en`."""
    return Wording(
        language=language,
        features={feature.name: feature for feature in catalogue(ws.settings)},
        currency=ws.settings.workspace.currency,
        minor_digits=ws.settings.workspace.minor_digits,
        attributes=attribute_labels(ws.settings, language),
        kinds=kind_labels(ws.settings, language),
    )


Told = TypeVar("Told", bound=Diagnosis | Report)


def as_called(ws: Workspace, found: Told, language: Language) -> Told:
    """The same with workspace and channels by the labels that the settings give them, for people to read."""
    labels = channel_labels(ws.settings, language) | workspace_label(ws.settings, language)
    return labelled(found, labels)


def channel_verdicts(ws: Workspace, as_of: date, days_max: int) -> ChannelVerdicts | None:
    """The verdicts of the latest diagnosis made for `as_of` or a date at most `days_max` days before it.

    None where there is none. Whatever came later is not known to it.
    """
    for path in sorted((ws.data / "diagnose").glob(f"as_of=*/{CHANNELS_FILE}"), reverse=True):
        made = date.fromisoformat(path.parent.name.removeprefix("as_of="))
        if made > as_of:
            continue
        if (as_of - made).days > days_max:
            return None
        told = json.loads(path.read_text(encoding="utf-8"))["channels"]
        return ChannelVerdicts(made, {each["channel"]: (each["verdict"], *each["grounds"]) for each in told})
    return None


def diagnosis(ws: Workspace, as_of: date) -> Diagnosis:
    """The diagnosis made for `as_of`. Raises NotReadyProblem where there is none."""
    path = folder(ws, as_of) / "diagnosis.json"
    value = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if value.get("form") != FORM:
        raise NotReadyProblem(
            "there is no diagnosis as of {as_of}",
            as_of=as_of,
            place=Place(file=str(path)),
            todo="run winback diagnose --as-of {as_of}",
        )
    return from_json(value)
