"""The whole report as one HTML page that needs no network: the first diagnosis and the deeper looks."""

from __future__ import annotations

from html import escape

from winback.diagnose.causes import Section, clusters_section, faults_section, quality_section
from winback.diagnose.charts import clusters_svg, definitions_svg, flows_svg, heat_svg, lines_svg
from winback.diagnose.findings.sentences import Wording
from winback.diagnose.nouns import Retention
from winback.diagnose.page import html_document, html_section, html_sections, html_table
from winback.diagnose.report_nouns import Report
from winback.diagnose.reporting import (
    drill_tables,
    findings_by_group,
    findings_summary,
    group_name,
    report_tables,
)
from winback.diagnose.telling import channel_name, charted_channels
from winback.language import Say

#: So many curves can be told apart in one chart; the table holds all.
CURVES_SHOWN_MAX = 6
#: What the lines of the chart of registrations are.
LEGEND = "Thin line: registered each day; thick line: what weekday and season explain; shaded: bunches."


def report_page(report: Report, wording: Wording) -> str:
    """The whole page as HTML text; equal reports give equal text."""
    say = wording.say
    first = html_sections(report.diagnosis, wording.language, heat=_heat(report, say))
    return html_document(report.diagnosis, wording.language, [*first, *_deeper(report, wording)])


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


def _deeper(report: Report, wording: Wording) -> list[str]:
    say = wording.say
    definitions, flows, cohorts, channels, phases = report_tables(report, wording)
    since = say("days since {day}").format(day=report.landmark.isoformat())
    coming = say("days since coming")
    return [
        *_findings(report, wording),
        *(html_section(table, "") for table in drill_tables(report.drills, wording)),
        html_told(quality_section(report.quality, wording.language)),
        html_told(
            clusters_section(report.clusters, wording.language),
            clusters_svg(report.clusters, say),
            say(LEGEND),
        ),
        html_told(faults_section(report.faults, wording.language)),
        html_section(definitions, definitions_svg(report.definitions, say)),
        html_section(flows, flows_svg(report.flows, say)),
        html_section(cohorts, _curves(report.cohorts[-CURVES_SHOWN_MAX:], coming, say)),
        html_section(channels, _curves(report.channels[:CURVES_SHOWN_MAX], coming, say)),
        html_section(phases, _curves(report.phases, since, say)),
    ]


def html_told(section: Section, chart: str = "", caption: str = "") -> str:
    """A section with its sentences as a list above the chart and the table; no table where it is empty."""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in section.told)
    told = f"<ul>{items}</ul>" if items else ""
    return html_section(section.table, told + _figure(chart, caption), framed=False)


def _figure(chart: str, caption: str) -> str:
    told = f"<figcaption>{escape(caption)}</figcaption>"
    return f"<figure>{told}{chart}</figure>" if chart else ""


def _curves(curves: tuple[Retention, ...], axis: str, say: Say) -> str:
    return lines_svg([(group_name(curve.group, say), curve.kept) for curve in curves], axis) if curves else ""


def _findings(report: Report, wording: Wording) -> list[str]:
    say = wording.say
    summary = escape(findings_summary(report.findings, say))
    parts = [f"<section><h2>{escape(say('Findings'))}</h2><p>{summary}</p>"]
    groups = findings_by_group(report.findings, wording)
    if not groups:
        parts.append(f"<p>{escape(say('Nothing sets the churned apart that could be stated.'))}</p>")
    for number, table in enumerate(groups):
        opened = " open" if number == 0 else ""
        body = f"<p>{escape(table.says)}</p>{html_table(table, wraps=True)}"
        parts.append(f"<details{opened}><summary>{escape(table.title)}</summary>{body}</details>")
    return [*parts, "</section>"]
