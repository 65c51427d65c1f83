"""`winback diagnose`: who is leaving, by phase and by channel; and, on request, all that sets them apart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from winback.app import open_workspace
from winback.diagnose.nouns import Diagnosis, Table
from winback.doors.cli import options, shown
from winback.doors.judged import latest_as_of
from winback.language import Language, speaker
from winback.store.whole import written_whole
from winback.store.workspace import Workspace
from winback.terms.told import Told

if TYPE_CHECKING:
    from winback.diagnose.read import Report

#: Groups of findings that the terminal shows; the page has all.
GROUPS_SHOWN_MAX = 6
#: The longest silence that may be tried as churn.
DAYS_MAX = 730


def as_days(text: str) -> tuple[int, ...]:
    """Numbers of days from the command line. Raises BadParameter where one is none, or none that can be."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdigit() and 1 <= int(part) <= DAYS_MAX for part in parts):
        what = "{text!r} is no list of days; allowed are numbers from 1 to {most}, such as 14,30,60,90"
        raise typer.BadParameter(Told(what, text=text, most=DAYS_MAX))
    return tuple(int(part) for part in parts)


def diagnose(
    *,
    as_of: options.AsOf = None,
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help="Also what sets the churned apart, definitions tried, months, retention, channel quality, "
            "registration clusters and faults.",
        ),
    ] = False,
    churn_days: Annotated[
        str | None,
        typer.Option(
            "--churn-days",
            metavar="DAYS",
            help="Numbers of days to try as the definition of churn, such as 14,30,60,90; implies --full.",
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write the page here, not below the data folder."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE", help="The whole report as a page here: --full and --html."),
    ] = None,
    charts: Annotated[
        Path | None,
        typer.Option(
            "--charts",
            metavar="FOLDER",
            help="Every chart of the report as SVG and PNG here; implies --full.",
        ),
    ] = None,
    group: Annotated[
        list[str] | None,
        typer.Option(
            "--group",
            metavar="PHASE/CHANNEL",
            help="Drill into this group, such as novice/web, novice/* or */web; ? is the channel not known; "
            "may be repeated; implies --full.",
        ),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            metavar="FEATURE",
            help="Drill by this feature, or attribute of registrations such as region; may be repeated; "
            "implies --full.",
        ),
    ] = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Tell how many are active, dormant, churned and returned, by phase and by channel.

    What churned means is set in the section churn of winback.toml. Ends with 5 where nothing has been taken
    in.
    """
    from winback import flow
    from winback.diagnose.read import as_called

    if report and html:
        raise typer.BadParameter(Told("--report FILE already says where the page goes; leave out --html"))
    tried = () if churn_days is None else as_days(churn_days)
    groups, features = tuple(group or ()), tuple(by or ())
    ws = open_workspace(workspace)
    language: Language = lang.value if lang else ws.settings.workspace.language
    found: Diagnosis | Report
    day = as_of or latest_as_of(ws)
    with shown.progress(quiet=quiet or as_json) as progress:
        if full or report or charts or tried or groups or features:
            found = flow.report(ws, day, churn_days=tried, groups=groups, by=features, progress=progress)
        else:
            found = flow.diagnose(ws, day, progress=progress)
    if as_json:
        shown.show_json(found)
    found = as_called(ws, found, language)
    page = write_page(ws, found, language, report or html)
    if charts and not isinstance(found, Diagnosis):
        write_charts(ws, found, language, charts)
    if as_json:
        return
    if isinstance(found, Diagnosis):
        tell(found, language)
    else:
        tell(found.diagnosis, language)
        tell_deeper(ws, found, language)
    shown.show_line(speaker(language)("Page: {file}").format(file=page))


def write_page(ws: Workspace, found: Diagnosis | Report, language: Language, file: Path | None) -> Path:
    """Write the page of a diagnosis or a report whole; where it lies."""
    from winback.diagnose.read import folder, page, report_page, wording

    if isinstance(found, Diagnosis):
        name, as_of, text = "diagnosis", found.as_of, page(found, language)
    else:
        name, as_of, text = "report", found.diagnosis.as_of, report_page(found, wording(ws, language))
    target = file or folder(ws, as_of) / f"{name}.{language}.html"
    with written_whole(target) as aside:
        aside.write_text(text, encoding="utf-8")
    return target


def write_charts(ws: Workspace, found: Report, language: Language, to: Path) -> None:
    """Write every chart of a report into a folder, as SVG and PNG named after what it shows."""
    from winback.diagnose.read import png, report_charts, wording

    for name, chart in report_charts(found, wording(ws, language)).items():
        with written_whole(to / f"{name}.svg") as aside:
            aside.write_text(chart, encoding="utf-8")
        with written_whole(to / f"{name}.png") as aside:
            aside.write_bytes(png(chart))


def tell(found: Diagnosis, language: Language) -> None:
    """The headline, what the words mean, and every table with the sentence that says what it shows."""
    from winback.diagnose.read import definition, headline, tables

    shown.show_line(f"{found.workspace} · {found.as_of.isoformat()}")
    shown.show_line(headline(found, language))
    shown.show_line(definition(found, language))
    for table in tables(found, language):
        _show(table)


def tell_deeper(ws: Workspace, found: Report, language: Language) -> None:
    """Findings and causes as sentences, definitions and months as tables; all is on the page."""
    from winback.diagnose.read import (
        cause_sections,
        chosen_told,
        drill_tables,
        findings_by_group,
        findings_summary,
        report_tables,
        wording,
    )

    words, say = wording(ws, language), speaker(language)
    shown.show_line()
    shown.show_line(findings_summary(found.findings, words.say))
    for group in findings_by_group(found.findings, words)[:GROUPS_SHOWN_MAX]:
        shown.show_line(f"• {group.says}")
    for sentence in chosen_told(found, words):
        shown.show_line(sentence)
    told = [each for each in found.drills if each.group in found.chosen or found.chosen_by]
    for table in drill_tables(told, words):
        _show(table)
    definitions, months, shifted, *curves = report_tables(found, words)
    _show(definitions)
    _show(months)
    _show(shifted)
    shown.show_line()
    for curve in curves:
        shown.show_line(say("{where}: {what}").format(where=curve.title, what=curve.says))
    for section in cause_sections(found, language):
        shown.show_line()
        shown.show_line(say("{where}: {what}").format(where=section.table.title, what=section.table.says))
        for sentence in section.told:
            shown.show_line(f"• {sentence}")


def _show(table: Table) -> None:
    shown.show_line()
    shown.show_table(table.title, table.columns, table.numeric, table.rows)
    shown.show_line(table.says)
