"""`winback diagnose`: who is leaving, by phase and by channel."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from winback.app import open_workspace
from winback.diagnose.nouns import Diagnosis
from winback.doors.cli import options, shown
from winback.language import Language, speaker
from winback.store.whole import written_whole
from winback.store.workspace import Workspace


def diagnose(
    *,
    as_of: options.AsOf = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write the page here, not below the data folder."),
    ] = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Tell how many are active, dormant, churned and returned, by phase and by channel.

    What churned means is set in [churn] of winback.toml. Ends with 5 where nothing has been taken in.
    """
    from winback import flow

    ws = open_workspace(workspace)
    language = lang.value if lang else ws.settings.workspace.language
    with shown.progress(quiet=quiet or as_json) as progress:
        found = flow.diagnose(ws, as_of or day_after_all(ws), progress=progress)
    page = write_page(ws, found, language, html)
    if as_json:
        shown.show_json(found)
    else:
        tell(found, language)
        shown.show_line(speaker(language)("Page: {file}").format(file=page))


def day_after_all(ws: Workspace) -> date:
    """The first day as of which every event counts. Raises NotReadyProblem where nothing was taken in."""
    from winback.ingest.read import manifest

    last = manifest(ws).last_day
    assert last is not None, "a manifest without days is not ready"
    return last + timedelta(days=1)


def write_page(ws: Workspace, found: Diagnosis, language: Language, file: Path | None) -> Path:
    """Write the page of a diagnosis whole; where it lies."""
    from winback.diagnose.read import folder, page

    target = file or folder(ws, found.as_of) / f"diagnosis.{language}.html"
    with written_whole(target) as aside:
        aside.write_text(page(found, language), encoding="utf-8")
    return target


def tell(found: Diagnosis, language: Language) -> None:
    """The headline, what the words mean, and every table with the sentence that says what it shows."""
    from winback.diagnose.read import definition, headline, tables

    shown.show_line(f"{found.workspace} · {found.as_of.isoformat()}")
    shown.show_line(headline(found, language))
    shown.show_line(definition(found, language))
    for table in tables(found, language):
        shown.show_line()
        shown.show_table(table.title, table.columns, table.numeric, table.rows)
        shown.show_line(table.says)
