"""`winback ingest`: what the sources hold into the event log, the roll-up and the registry."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.ingest.nouns import IngestSummary, SourceSummary
from winback.language import Language, Say, day, number, seconds, speaker


def ingest(
    *,
    source: Annotated[
        list[str] | None, typer.Option("--source", "-s", help="Only this source; may be given several times.")
    ] = None,
    retry: Annotated[
        bool,
        typer.Option("--retry", help="Take in what was repaired in quarantine, or fits the mapping by now."),
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Stop at the first bad row; nothing of this run is taken then.")
    ] = False,
    wait: options.Wait = 60.0,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Take in what the sources hold that is not in yet. Running it again changes nothing.

    Bad rows are kept in quarantine with file, row, field and reason; the good rows go on. Ends with 3 where a
    source cannot be read (or --strict met a bad row), with 4 where another run holds the workspace.
    """
    from winback import flow

    ws = open_workspace(workspace)
    with shown.progress(quiet=quiet or as_json) as progress:
        summary = flow.ingest(
            ws,
            now=datetime.now(UTC),
            sources=source,
            retry=retry,
            strict=strict,
            wait_seconds=wait,
            progress=progress,
        )
    if as_json:
        shown.show_json(summary)
    else:
        tell(summary, lang.value if lang else ws.settings.workspace.language)


def tell(summary: IngestSummary, language: Language) -> None:
    """Every row accounted for: a line a source, the reasons of what was refused, what is in now."""
    say = speaker(language)
    heads = ("source", "files", "rows", "events", "seen before", "filtered out", "refused")
    columns = tuple(say(head) for head in heads)
    rows = [_row(source) for source in summary.sources]
    shown.show_table(say("Taken in"), columns, (False, *[True] * (len(columns) - 1)), rows)
    _tell_refused(summary, say)
    text = say("{events} events of {customers} customers ({new} new) on {days} days, in {time}.")
    shown.show_line(
        text.format(
            events=number(summary.events),
            customers=number(summary.customers),
            new=number(summary.customers_new),
            days=number(summary.days_touched),
            time=seconds(summary.seconds, say),
        )
    )
    if summary.first_day is not None:
        span = say("The log runs from {first} to {last}.")
        shown.show_line(span.format(first=day(summary.first_day), last=day(summary.last_day)))
    if summary.repaired:
        shown.show_line(say("Repaired and taken in: {rows}.").format(rows=number(summary.repaired)))
    for note in summary.notes:
        shown.show_line(note.told(say))


def _row(source: SourceSummary) -> tuple[str, ...]:
    figures = (
        source.rows,
        source.events,
        source.duplicates,
        source.filtered,
        source.refused + source.unreadable,
    )
    files = number(source.files) + (f" (+{number(source.files_skipped)})" if source.files_skipped else "")
    return (source.source, files, *(number(figure) for figure in figures))


def _tell_refused(summary: IngestSummary, say: Say) -> None:
    from winback.ingest.read import reason_told

    rows = [
        (source.source, reason_told(reason).told(say), number(count))
        for source in summary.sources
        for reason, count in sorted(source.reasons.items(), key=lambda pair: -pair[1])
    ]
    if rows:
        columns = (say("source"), say("reason"), say("rows"))
        shown.show_table(say("Refused, kept in quarantine"), columns, (False, False, True), rows)
