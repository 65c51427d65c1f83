"""Every chart of a report as SVG text, by a name that says what it shows."""

from __future__ import annotations

from collections.abc import Sequence

from winback.diagnose.charts import clusters_svg, definitions_svg, flows_svg, heat_svg, lines_svg, phases_svg
from winback.diagnose.findings.sentences import Wording
from winback.diagnose.nouns import Retention
from winback.diagnose.page import first_charts
from winback.diagnose.report_nouns import Report
from winback.diagnose.reporting import GROUPS_SHOWN_MAX, charted, group_name
from winback.diagnose.telling import channel_name, charted_channels
from winback.language import Say

#: So many curves can be told apart in one chart; the table holds all.
CURVES_SHOWN_MAX = 6


def report_charts(report: Report, wording: Wording) -> dict[str, str]:
    """The charts of a report in the order of its page; one that has nothing to show is left out."""
    say = wording.say
    since = say("days since {day}").format(day=report.landmark.isoformat())
    coming = say("days since coming")
    drawn = {
        **first_charts(report.diagnosis, wording.language),
        "churn-by-channel-and-phase": _heat(report, say),
        "registrations": clusters_svg(report.clusters, say),
        "definitions": definitions_svg(report.definitions, say),
        "phases-of-the-lost-by-month": phases_svg(report.structure_by_month, say),
        "months": flows_svg(report.flows, say),
        "retention-by-month-of-coming": _curves(report.cohorts[-GROUPS_SHOWN_MAX:], coming, say, evenly=True),
        "retention-by-channel": _curves(report.channels, coming, say),
        "retention-by-phase": _curves(report.phases, since, say),
    }
    return {name: chart for name, chart in drawn.items() if chart}


def _heat(report: Report, say: Say) -> str:
    shown = {cell.channel for cell in charted_channels(report.diagnosis)}
    cells = [
        (channel_name(cell.channel, say), say(cell.phase or "all"), cell.churn.share)
        for cell in report.diagnosis.by_channel_phase
        if cell.channel in shown and cell.churn.share is not None
    ]
    phases = {say(cell.phase or "all"): place for place, cell in enumerate(report.diagnosis.by_phase)}
    ordered = sorted(cells, key=lambda cell: phases[cell[1]])
    rows = {channel_name(cell.channel, say): place for place, cell in enumerate(report.diagnosis.by_channel)}
    named = sorted(ordered, key=lambda cell: rows[cell[0]])
    labels = (say("channel"), say("phase"))
    return heat_svg(named, labels, list(phases)) if named else ""


def _curves(curves: Sequence[Retention], axis: str, say: Say, *, evenly: bool = False) -> str:
    shown = charted(curves, CURVES_SHOWN_MAX, evenly=evenly)
    return lines_svg([(group_name(curve.group, say), curve.kept) for curve in shown], axis) if shown else ""
