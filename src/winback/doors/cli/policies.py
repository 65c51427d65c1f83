"""`winback policies`: which rules and levels judge, what their replays promised, and what came of them."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.language import Say
from winback.store.workspace import Workspace
from winback.warn.nouns import OWN_REASONS, PolicyShown, Switched

Asked = Annotated[
    str | None,
    typer.Argument(help="Fingerprint of a policy, or its first letters; else the one in use."),
]


def list_policies(
    *,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """List the policies that are known: which is in use, which winback.toml holds, which were replayed."""
    from winback.warn import read

    ws = open_workspace(workspace)
    found = read.policies(ws)
    if as_json:
        shown.show_json(found)
        return
    say = read.speak(lang.value if lang else ws.settings.workspace.language)
    heads = ("policy", "in use", "in winback.toml", "replayed", "switched on", "who", "why")
    cells = [_row(ws, each, say) for each in found]
    shown.show_table(say("Policies"), [say(head) for head in heads], (False,) * len(heads), cells)
    tell_replayed_with_others(ws, say)


def show(
    *,
    policy: Asked = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Show one policy: its rules and levels, its replays, when it was switched on, by whom and why."""
    from winback.warn import read

    ws = open_workspace(workspace)
    found = read.policy(ws, policy)
    if as_json:
        shown.show_json(found)
        return
    language = lang.value if lang else ws.settings.workspace.language
    say = read.speak(language)
    shown.show_line(say("Policy {policy}").format(policy=found.fingerprint))
    shown.show_line(json.dumps(found.body, ensure_ascii=False, indent=2))
    switched = [_switch(ws, each, say) for each in found.switched]
    heads = [say(head) for head in ("when", "who", "why")]
    shown.show_table(say("Switched on"), heads, (False,) * 3, switched)
    section = ws.settings.workspace
    for each in found.replays:
        title = say("Replay from {first} to {last}").format(first=each.first, last=each.last)
        head, *rows = read.comparison([each], language, (section.currency, section.minor_digits))
        shown.show_table(title, head, (False, True), rows)


def switch_on(
    *,
    policy: Annotated[
        str | None,
        typer.Argument(help="Fingerprint of a policy, or its first letters; else that of winback.toml."),
    ] = None,
    override: Annotated[
        str | None,
        typer.Option("--override", metavar="REASON", help="Without a replay on record; the reason is kept."),
    ] = None,
    who: Annotated[str | None, typer.Option("--who", help="Who acts; else the name of the login.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept.")] = "",
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Use a policy from the next run on. It must have been replayed, or a reason given why not.

    Ends with 1 where no replay of it is on record, or it is in use already.
    """
    from winback.warn import act, read
    from winback.warn.act import By

    ws = open_workspace(workspace)
    by = By(who or getpass.getuser(), datetime.now(UTC), reason if override is None else override)
    done = act.switch_on(ws, policy, by, override=override is not None)
    if as_json:
        shown.show_json(done)
        return
    say = read.speak(lang.value if lang else ws.settings.workspace.language)
    shown.show_line(say("Policy {policy} is in use from the next run on.").format(policy=done.fingerprint))
    tell_replayed_with_others(ws, say)
    other = next(each.fingerprint for each in read.policies(ws) if each.in_file)
    if other != done.fingerprint:
        text = say(
            "winback.toml holds another policy ({other}): winback warn refuses to run until it is the same."
        )
        shown.show_line(text.format(other=other))


def compare(
    *,
    policy: Asked = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Lay what a policy's replay promised beside what came of its runs."""
    from winback.warn import read

    ws = open_workspace(workspace)
    found = read.kept_promise(ws, policy)
    if as_json:
        shown.show_json(found)
        return
    language = lang.value if lang else ws.settings.workspace.language
    say = read.speak(language)
    title = say("Policy {policy}: promised by its replay, and live").format(policy=found.fingerprint)
    head, *rows = read.promise(found.promised, found.live, language)
    shown.show_table(title, head, (False, True, True), rows)
    if found.promised is None:
        shown.show_line(say("No replay of it is on record."))
    if found.live is None:
        shown.show_line(say("No run has judged by it yet."))
        return
    shown.show_line(
        say("Live outcomes count customers who were won back as wrong warnings; a holdout tells more.")
    )


def tell_replayed_with_others(ws: Workspace, say: Say) -> None:
    """Name the policies in use or in winback.toml that were replayed with another model than is in use."""
    from winback.predict.read import in_use
    from winback.warn import read

    model = in_use(ws)
    others = read.replayed_with_others(ws, model) if model is not None else ()
    text = say("Policy {policy} was replayed with {models}, not with the model in use ({model}).")
    for each in others:
        models = ", ".join(each.replayed_with)
        shown.show_line(text.format(policy=each.fingerprint, models=models, model=model))
    if others:
        shown.show_line(
            say(
                "What its replay promised was another model's. winback predict scores later days with this "
                "one, and winback replay then puts it on record."
            )
        )


def _row(ws: Workspace, policy: PolicyShown, say: Say) -> tuple[str, ...]:
    spans = ", ".join(f"{each.first} – {each.last}" for each in policy.replays) or say("no replay")
    if policy.replayed_with:
        spans = say("{spans}, with {models}").format(spans=spans, models=", ".join(policy.replayed_with))
    last = _switch(ws, policy.switched[-1], say) if policy.switched else ("–", "–", "–")
    return (
        policy.fingerprint,
        say("yes") if policy.in_use else say("no"),
        say("yes") if policy.in_file else say("no"),
        spans,
        *last,
    )


def _switch(ws: Workspace, switched: Switched, say: Say) -> tuple[str, str, str]:
    """When, who and why."""
    if switched.at_us is None:
        when = str(switched.as_of)
    else:
        moment = datetime.fromtimestamp(switched.at_us / 1_000_000, ws.settings.workspace.zone)
        when = moment.strftime("%Y-%m-%d %H:%M")
    why = say(switched.why) if switched.why in OWN_REASONS else switched.why
    if switched.is_override:
        why = say("without a replay: {why}").format(why=why)
    return when, switched.who, why
