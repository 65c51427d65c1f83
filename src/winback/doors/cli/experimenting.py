"""`winback experiment`: control groups and experiments, whether they are in order, a new control group."""

from __future__ import annotations

import getpass
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.experiment.nouns import BUCKETS, Check, Definition
from winback.language import Language, day, number, percent
from winback.store.workspace import Workspace
from winback.terms.errors import Problem
from winback.terms.time import day_number
from winback.terms.told import Told

if TYPE_CHECKING:
    import pyarrow as pa

#: What both sides are compared by, as of each customer's own day of entry.
COMPARED = (
    "tenure_days",
    "days_since_alive",
    "visit_days_30d",
    "purchase_count_life",
    "purchase_amount_life",
)


def list_all(
    *,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """List the global control groups and the experiments, with the days from which they count."""
    from winback.experiment import read
    from winback.plan.read import speak

    ws = open_workspace(workspace)
    rotations, definitions = read.rotations(ws), read.definitions(ws)
    if as_json:
        shown.show_json({"control_groups": rotations, "experiments": definitions})
        return
    say = speak(lang.value if lang else ws.settings.workspace.language)
    if not rotations:
        shown.show_line(say("There is no control group and no experiment yet: winback plan begins them."))
        return
    groups = [
        (str(each.number), day(each.from_day), percent(each.share_bp / BUCKETS), each.who)
        for each in rotations
    ]
    heads = [say(head) for head in ("number", "from", "share", "who")]
    shown.show_table(say("Global control groups"), heads, (True, False, True, False), groups)
    rows = [
        (
            each.experiment,
            day(each.from_day),
            each.layer,
            str(each.measure_days),
            percent(each.holdout_bp / BUCKETS),
            ", ".join(f"{arm} {percent(share)}" for arm, share in each.arms.items()),
        )
        for each in definitions
    ]
    names = ("playbook", "from", "layer (of experiments)", "measured for", "held out", "arms")
    numeric = (False, False, False, True, True, False)
    shown.show_table(say("Experiments"), [say(name) for name in names], numeric, rows)


def check(
    *,
    playbook: Annotated[str, typer.Argument(help="The playbook's name.")],
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Check an experiment: did as many come to each side as should, and were both sides alike before.

    Those who entered under the latest definition are looked at, without the global control group. Ends with 1
    where the counts do not agree with the shares.
    """
    from winback.experiment import read

    ws = open_workspace(workspace)
    mine = [each for each in read.definitions(ws) if each.experiment == playbook]
    if not mine:
        there = tuple(dict.fromkeys(each.experiment for each in read.definitions(ws)))
        raise Problem(
            'no experiment "{playbook}" was ever run; there: {there}',
            playbook=playbook,
            there=there or Told("none was ever run"),
            todo="winback playbooks list shows what can be run; winback plan begins its experiment",
        )
    rows = _entered(ws, mine[-1])
    found = read.check(mine[-1], rows, COMPARED)
    if as_json:
        shown.show_json(found)
    else:
        _tell(found, rows.num_rows, lang.value if lang else ws.settings.workspace.language)
    if not found.ratio.is_right:
        raise typer.Exit(Problem.exit_code)


def rotate(
    *,
    from_day: Annotated[
        date,
        typer.Option(
            "--from", parser=options.as_date, metavar="DAY", help="The day from which the new one counts."
        ),
    ],
    who: Annotated[str | None, typer.Option("--who", help="Who acts; else the user of this machine.")] = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Draw a new global control group; who was in one before is still known for each day."""
    from winback.experiment import act
    from winback.plan.read import speak

    ws = open_workspace(workspace)
    found = act.rotate(ws, from_day, who or getpass.getuser())
    if as_json:
        shown.show_json(found)
        return
    say = speak(lang.value if lang else ws.settings.workspace.language)
    text = say("Control group {number} counts from {day} on.")
    shown.show_line(text.format(number=found.number, day=day(found.from_day)))


def _entered(ws: Workspace, definition: Definition) -> pa.Table:
    """Who entered under a definition outside the control group, with features as of their own day."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    from winback.ingest import read as ingest
    from winback.plan import read as plan
    from winback.profile import read as profile

    table = plan.entries(ws, definition.experiment)
    is_control = pc.equal(pc.fill_null(table["held_by"], ""), "control")
    since = pc.greater_equal(table["entered_day"], day_number(definition.from_day))
    table = table.filter(pc.and_(pc.invert(is_control), since))
    ids = ingest.ids(ws)
    table = table.append_column("key", pc.index_in(table["customer_id"], value_set=ids))
    table = table.filter(pc.is_valid(table["key"])).sort_by("key")
    keys, first = np.unique(table["key"].to_numpy(), return_index=True)
    table = table.take(pa.array(first))
    days = table["entered_day"].to_numpy().astype(np.int32)
    features = profile.features_each(ws, days, keys.astype(np.int32), names=COMPARED)
    found = {"is_held_out": table["held_by"].is_valid(), "arm": table["arm"]}
    return pa.table(found | {name: features[name] for name in COMPARED})


def _tell(found: Check, people: int, language: Language) -> None:
    from winback.plan.read import speak

    say = speak(language)
    if people == 0:
        shown.show_line(say("Nobody has entered yet."))
        return
    text = say("{playbook}: {people} entered; sample ratio p = {p}.")
    told = {"playbook": found.ratio.experiment, "people": number(people), "p": f"{found.ratio.p:.4f}"}
    shown.show_line(text.format(**told))
    if not found.ratio.is_right:
        shown.show_line(
            say("The counts do not agree with the shares: somebody is lost or added on one side.")
        )
    rows = [
        (each.feature, *(_figure(v) for v in (each.held_out, each.treated, each.standardised)))
        for each in found.differences
    ]
    heads = [say(head) for head in ("feature", "held out", "treated", "standardised difference")]
    shown.show_table(say("Before treatment"), heads, (False, True, True, True), rows)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:,.3f}"
