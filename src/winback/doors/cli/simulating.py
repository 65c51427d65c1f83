"""`winback simulate`: a wealth app and its customers, as the raw files a business would export."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from winback.doors.cli import living, options, shown
from winback.language import number, seconds, speaker
from winback.simulate.nouns import DAYS, FIRST_DAY, SimulationSummary
from winback.terms.told import Told


class Format(StrEnum):
    """The format of the exported files."""

    PARQUET = "parquet"
    CSV = "csv"


def simulate(
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder to write; must be empty or not there.")],
    customers: Annotated[
        int, typer.Option("--customers", min=1, help="How many customers register.")
    ] = 20_000,
    days: Annotated[int, typer.Option("--days", min=1, help="How many days pass.")] = DAYS,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same files.")] = 1,
    first_day: Annotated[
        date,
        typer.Option("--first-day", parser=options.as_date, metavar="DAY", help="The first of the days."),
    ] = FIRST_DAY,
    format: Annotated[
        Format, typer.Option("--format", help="Format of the exported files.")
    ] = Format.PARQUET,
    plain: Annotated[
        bool, typer.Option("--plain", help="Plant no campaigns, holidays, faults or news.")
    ] = False,
    dirty: Annotated[bool, typer.Option("--dirty", help="Put in bad, late and repeated rows too.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace what an earlier simulation left there.")
    ] = False,
    live: Annotated[
        bool,
        typer.Option(
            "--live",
            help="A base that goes on living: it answers messages and rewards (docs/howto/simulate.md).",
        ),
    ] = False,
    nights: Annotated[
        int, typer.Option("--nights", min=0, help="With --live: play so many days of the whole loop.")
    ] = 0,
    lang: Annotated[options.Tongue, options.as_lang("Language of the summary.")] = options.Tongue.EN,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Simulate a wealth app day by day: raw exports, a winback.toml that maps them, and the truth aside.

    Hidden causes of leaving lie in truth/ and are for tests only. Ends with 1 where the folder is not empty.
    """
    from winback import flow

    if live:
        if dirty or format is not Format.PARQUET:
            raise typer.BadParameter(Told("--live writes clean Parquet only"), param_hint="--live")
        order = {"customers": customers, "days": days, "seed": seed, "first_day": first_day}
        living.live(out, {**order, "plain": plain, "force": force}, nights, (lang.value, quiet, as_json))
        return
    with shown.progress(quiet=quiet or as_json) as progress:
        summary = flow.simulate(
            out,
            customers,
            days,
            seed,
            first_day=first_day,
            format=format.value,
            plain=plain,
            dirty=dirty,
            force=force,
            progress=progress,
        )
    if as_json:
        shown.show_json(summary)
    else:
        tell(summary, lang.value)


def tell(summary: SimulationSummary, language: options.Language) -> None:
    """The summary as a table and what to do next."""
    say = speaker(language)
    rows = [
        (name, number(rows), number(summary.bad_rows.get(name, 0))) for name, rows in summary.rows.items()
    ]
    if not summary.bad_rows:
        rows = [(name, count, "–") for name, count, _ in rows]
    columns = (say("export"), say("rows"), say("bad rows put in"))
    shown.show_table(str(summary.out / "raw"), columns, (False, True, True), rows)
    text = say("Simulated {customers} customers over {days} days in {time}.")
    shown.show_line(
        text.format(
            customers=number(summary.order.customers),
            days=number(summary.order.days),
            time=seconds(summary.seconds, say),
        )
    )
    shown.show_line(say("Next: winback ingest -w {folder}").format(folder=summary.out))
