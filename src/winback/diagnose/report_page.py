"""The whole report as one HTML page that needs no network: the first diagnosis and the deeper looks."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from winback.diagnose.causes import Section, clusters_section, faults_section, quality_section
from winback.diagnose.findings.sentences import Wording
from winback.diagnose.page import html_document, html_folded, html_section, html_sections, html_table
from winback.diagnose.pictures import report_charts
from winback.diagnose.report_nouns import Report
from winback.diagnose.reporting import (
    chosen_told,
    drill_tables,
    findings_by_group,
    findings_summary,
    report_tables,
)
from winback.language import Say

#: What the lines of the chart of registrations are.
LEGEND = "Thin line: registered each day; thick line: what weekday and season explain; shaded: bunches."


def report_page(report: Report, wording: Wording) -> str:
    """The whole page as HTML text; equal reports give equal text."""
    charts = report_charts(report, wording)
    first = html_sections(report.diagnosis, wording.language, charts)
    return html_document(report.diagnosis, wording.language, [*first, *_deeper(report, wording, charts)])


def _deeper(report: Report, wording: Wording, charts: Mapping[str, str]) -> list[str]:
    say = wording.say
    definitions, flows, shifted, cohorts, channels, phases = report_tables(report, wording)
    return [
        *_findings(report, wording),
        *(f"<p>{escape(sentence)}</p>" for sentence in chosen_told(report, wording)),
        *(html_section(table, "", say, rows_open_max=0) for table in drill_tables(report.drills, wording)),
        html_told(quality_section(report.quality, wording.language), say),
        html_told(
            clusters_section(report.clusters, wording.language),
            say,
            chart=charts.get("registrations", ""),
            caption=say(LEGEND),
        ),
        html_told(faults_section(report.faults, wording.language), say),
        html_section(definitions, charts.get("definitions", ""), say),
        html_section(flows, charts.get("months", ""), say),
        html_section(shifted, charts.get("phases-of-the-lost-by-month", ""), say),
        html_section(cohorts, charts.get("retention-by-month-of-coming", ""), say),
        html_section(channels, charts.get("retention-by-channel", ""), say),
        html_section(phases, charts.get("retention-by-phase", ""), say),
    ]


def html_told(section: Section, say: Say, *, chart: str = "", caption: str = "") -> str:
    """A section with its sentences as a list above the chart and the table; no table where it is empty."""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in section.told)
    told = f"<ul>{items}</ul>" if items else ""
    return html_section(section.table, told + _figure(chart, caption), say, framed=False)


def _figure(chart: str, caption: str) -> str:
    told = f"<figcaption>{escape(caption)}</figcaption>"
    return f"<figure>{told}{chart}</figure>" if chart else ""


def _findings(report: Report, wording: Wording) -> list[str]:
    say = wording.say
    summary = escape(findings_summary(report.findings, say))
    parts = [f"<section><h2>{escape(say('Findings'))}</h2><p>{summary}</p>"]
    groups = findings_by_group(report.findings, wording)
    if not groups:
        parts.append(f"<p>{escape(say('Nothing sets the churned apart that could be stated.'))}</p>")
    for table in groups:
        body = f"<p>{escape(table.says)}</p>{html_table(table, wraps=True)}"
        parts.append(html_folded(table.title, body))
    return [*parts, "</section>"]
