"""`winback tasks`: calls and alerts that playbooks ask people for; listed, written to a file, done."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.language import day, number
from winback.store.whole import written_whole
from winback.terms.money import Money

Rows = Annotated[int, typer.Option("--rows", min=1, help="So many are shown at most.")]
_MOST = 1_000_000


def list_open(
    *,
    rows: Rows = 50,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """List calls and alerts that are open, the earliest due first: customer, why, money expected to be kept.

    Nobody held out, nothing withdrawn, and no contacts: those are in the business's own system.
    """
    from winback.plan import read
    from winback.plan.read import speak, word

    ws = open_workspace(workspace)
    language = lang.value if lang else ws.settings.workspace.language
    found = read.open_tasks(ws, rows)
    if as_json:
        shown.show_json(found)
        return
    say, section = speak(language), ws.settings.workspace
    heads = ["task", "due", "kind", "customer", "playbook", "step", "about", "why", "at stake"]
    told = [
        (
            str(each.id),
            day(each.due),
            word(each.kind.value, language),
            each.customer_id,
            each.playbook,
            each.step,
            each.about or "–",
            each.why,
            str(Money(each.expected_minor, section.currency, section.minor_digits)),
        )
        for each in found
    ]
    numeric = (False,) * 8 + (True,)
    shown.show_table(say("Open tasks"), [say(head) for head in heads], numeric, told)


def export(
    *,
    file: Annotated[Path, typer.Argument(help="The CSV file to write.")],
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Write the open calls and alerts to a CSV file, for a call centre."""
    import pyarrow as pa
    import pyarrow.csv

    from winback.plan import read
    from winback.plan.read import speak

    ws = open_workspace(workspace)
    found = [asdict(each) | {"kind": each.kind.value} for each in read.open_tasks(ws, _MOST)]
    table = pa.Table.from_pylist(found, schema=read.TASK_SCHEMA)
    with written_whole(file) as aside:
        pyarrow.csv.write_csv(table, aside)
    if as_json:
        shown.show_json({"file": file, "rows": table.num_rows})
        return
    say = speak(lang.value if lang else ws.settings.workspace.language)
    shown.show_line(say("Wrote {rows} tasks to {file}.").format(rows=number(table.num_rows), file=file))


def done(
    *,
    task: Annotated[int, typer.Argument(help="The task's number, as winback tasks list shows it.")],
    outcome: Annotated[str, typer.Option("--outcome", help="What came of it; it is kept.")],
    who: Annotated[
        str | None, typer.Option("--who", help="Who did it; else the user of this machine.")
    ] = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Mark a call or an alert as done, with what came of it. Ends with 1 where no such task is open."""
    from winback.plan import act
    from winback.plan.read import speak

    ws = open_workspace(workspace)
    by = act.By(who or getpass.getuser(), datetime.now(UTC), outcome)
    act.task_done(ws, task, by)
    if as_json:
        shown.show_json({"task": task, "who": by.who, "at_us": by.now_us, "outcome": outcome})
        return
    say = speak(lang.value if lang else ws.settings.workspace.language)
    shown.show_line(say("Task {task} is done: {outcome}").format(task=task, outcome=outcome))
