"""`winback check`: is the workspace file right, and would the first rows of every source be taken."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.ingest.nouns import Rehearsal
from winback.language import Language, Say, number, speaker
from winback.settings.secrets import secret
from winback.store.workspace import Workspace
from winback.terms.errors import DataProblem


def check(
    *,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Check winback.toml, and look at the first thousand rows of every source. Nothing is taken in.

    Ends with 2 where the file is wrong, with 3 where a source cannot be read or no row of it would be taken.
    """
    from winback.ingest.read import rehearse

    ws = open_workspace(workspace)
    _features_exist(ws)
    now = datetime.now(UTC)
    found = []
    with shown.progress(quiet=quiet or as_json) as progress:
        progress.start("check", len(ws.settings.sources))
        for source in ws.settings.sources:
            found.append(rehearse(ws, source, now))
            progress.advance()
    bad = [each for each in found if not is_good(each)]
    if as_json:
        shown.show_json({"root": ws.root, "is_good": not bad, "sources": found})
    else:
        tell(ws, found, lang.value if lang else ws.settings.workspace.language)
    if bad:
        raise typer.Exit(DataProblem.exit_code)


def is_good(found: Rehearsal) -> bool:
    """Whether the source can be read, and gives events if it gives rows."""
    return found.problem is None and (found.events > 0 or found.rows == found.unreadable == 0)


def _features_exist(ws: Workspace) -> None:
    """Raises SettingsProblem where a rule names a feature that there is not, or says what cannot be."""
    from winback.deliver.read import check_templates
    from winback.plan.read import check_playbooks
    from winback.profile.read import check_rules
    from winback.reward.read import check_rewards
    from winback.warn.read import check_rules as check_warn_rules

    check_rules(ws.settings)
    check_warn_rules(ws)
    check_rewards(ws)
    check_playbooks(ws)
    check_templates(ws)


def tell(ws: Workspace, found: list[Rehearsal], language: Language) -> None:
    """A line a source, what would be refused and why, and what is odd."""
    say = speaker(language)
    shown.show_line(say("{file} is right.").format(file=ws.root / "winback.toml"))
    if not found:
        shown.show_line(say("It has no sources yet."))
        return
    heads = ("source", "files", "rows looked at", "events", "filtered out", "refused")
    rows = [_row(each) for each in found]
    shown.show_table(say("Sources"), [say(head) for head in heads], (False, *[True] * 5), rows)
    for each in found:
        _tell_one(each, say)
    if ws.settings.deliver.links_url and secret("WINBACK_LINKS_KEY") is None:
        shown.show_line(
            say("WINBACK_LINKS_KEY is not set: messages carry no links, and none can be answered.")
        )
    if any(each.has_contacts for each in found) and secret("WINBACK_CONTACTS_KEY") is None:
        shown.show_line(say("WINBACK_CONTACTS_KEY is not set: contacts would not be taken, all else would."))


def _row(found: Rehearsal) -> tuple[str, ...]:
    refused = sum(found.reasons.values()) + found.unreadable
    figures = (found.files, found.rows, found.events, found.filtered, refused)
    return (found.source, *(number(figure) for figure in figures))


def _tell_one(found: Rehearsal, say: Say) -> None:
    from winback.ingest.read import reason_told

    if found.problem is not None:
        told = say("{where}: {what}").format(where=found.source, what=found.problem.told(say))
        shown.show_line(f"✗ {told}")
        return
    for reason, rows in found.reasons.items():
        text = say("✗ {source}: {reason} in {rows} rows, the first is row {first}")
        first = number(found.first_rows[reason])
        shown.show_line(
            text.format(
                source=found.source, reason=reason_told(reason).told(say), rows=number(rows), first=first
            )
        )
    if not is_good(found):
        columns = ", ".join(found.columns)
        text = say("✗ {source}: no row would become an event; its columns are {columns}")
        shown.show_line(text.format(source=found.source, columns=columns))
