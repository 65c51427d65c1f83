"""`winback quarantine`: the rows that were refused, out for repair and back again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.language import number, speaker

Source = Annotated[str | None, typer.Option("--source", "-s", help="Only rows of this source.")]


def list_rows(
    *,
    rows: Annotated[int, typer.Option("--rows", min=0, help="So many rows are shown, the first ones.")] = 20,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Tell how many refused rows wait for repair, by source and reason, and show the first of them.

    Contacts in them are masked.
    """
    from winback.ingest.read import quarantine_counts, reason_told, refusals

    ws = open_workspace(workspace)
    counts, first = quarantine_counts(ws), refusals(ws, rows)
    if as_json:
        shown.show_json({"counts": counts, "rows": first})
        return
    say = speaker(lang.value if lang else ws.settings.workspace.language)
    if not counts:
        shown.show_line(say("No row waits in quarantine."))
        return
    heads = [say(head) for head in ("source", "field", "reason", "rows")]
    table = [
        (each.source, each.field, reason_told(each.reason).told(say), number(each.rows)) for each in counts
    ]
    shown.show_table(say("Waiting in quarantine"), heads, (False, False, False, True), table)
    if first:
        shown.show_line()
        heads = [say(head) for head in ("file", "row", "field", "reason", "content")]
        rest = [
            (each.file, number(each.row), each.field, reason_told(each.reason).told(say), each.raw)
            for each in first
        ]
        shown.show_table(say("The first of them"), heads, (False, True, False, False, False), rest)


def export(
    *,
    file: Annotated[Path, typer.Argument(help="The CSV file to write.")],
    source: Source = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Write the waiting rows to a CSV file, to be repaired there and handed back by quarantine import.

    Contacts are masked; leave the mask, and they come back as they were.
    """
    from winback.ingest.act import export_quarantine

    ws = open_workspace(workspace)
    written = export_quarantine(ws, file, source=source)
    if as_json:
        shown.show_json({"file": file, "rows": written})
        return
    say = speaker(lang.value if lang else ws.settings.workspace.language)
    shown.show_line(say("Wrote {rows} rows to {file}.").format(rows=number(written), file=file))
    shown.show_line(
        say("Next: repair them there, then run winback quarantine import {file}").format(file=file)
    )


def hand_back(
    *,
    file: Annotated[Path, typer.Argument(help="The CSV file of quarantine export, with rows repaired.")],
    wait: options.Wait = 60.0,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Hand repaired rows back; winback ingest --retry then takes them in.

    Rows that the file lacks, or holds as they were, go on waiting. Ends with 3 where the file is no export.
    """
    from winback.ingest import act

    ws = open_workspace(workspace)
    edited = act.hand_back(ws, file, wait_seconds=wait)
    if as_json:
        shown.show_json({"file": file, "rows": edited})
        return
    say = speaker(lang.value if lang else ws.settings.workspace.language)
    shown.show_line(say("{rows} repaired rows are handed back.").format(rows=number(edited)))
    shown.show_line(say("Next: winback ingest --retry"))
