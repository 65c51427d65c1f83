"""`winback rewards approve`, `reject`, `reverse`, `accept`, `dismiss`, `raise`, `policy`: people decide."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.language import number
from winback.terms.money import Money, to_minor

if TYPE_CHECKING:
    from winback.reward.act import By, Done
    from winback.store.workspace import Workspace

Ids = Annotated[list[int], typer.Argument(help="Ids, one or more.")]
Who = Annotated[str | None, typer.Option("--who", help="Who acts; else the name of the login.")]
Why = Annotated[str, typer.Option("--reason", help="Why; it is kept.")]


def approve(
    *,
    ids: Ids,
    who: Who = None,
    reason: Why = "",
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Let held grants, or requests for money, stand; not by their maker. Ends with 1 where none is done."""
    from winback.reward import act

    _do(lambda ws, by: act.approve(ws, ids, by), (who, reason), workspace, (lang, as_json))


def reject(
    *,
    ids: Ids,
    reason: Why,
    who: Who = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Refuse held grants, or requests for money. Ends with 1 where none is done."""
    from winback.reward import act

    _do(lambda ws, by: act.reject(ws, ids, by), (who, reason), workspace, (lang, as_json))


def reverse(
    *,
    ids: Ids,
    reason: Why,
    who: Who = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Take grants back, claimed ones too; the money is free again. Ends with 1 where none is done."""
    from winback.reward import act

    _do(lambda ws, by: act.reverse(ws, ids, by), (who, reason), workspace, (lang, as_json))


def accept(
    *,
    ids: Ids,
    reason: Why,
    who: Who = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Let claims that were refused or wait count after all. Ends with 1 where none is done."""
    from winback.reward import act

    _do(lambda ws, by: act.accept_claims(ws, ids, by), (who, reason), workspace, (lang, as_json))


def dismiss(
    *,
    ids: Ids,
    reason: Why,
    who: Who = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Let claims that were refused or wait rest: they are reviewed. Ends with 1 where none is done."""
    from winback.reward import act

    _do(lambda ws, by: act.dismiss_claims(ws, ids, by), (who, reason), workspace, (lang, as_json))


def raise_budget(
    *,
    pot: Annotated[str, typer.Argument(help="The pot.")],
    amount: Annotated[str, typer.Argument(help="How much more, in units of the currency, such as 5000.00.")],
    reason: Why,
    who: Who = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Put more money into a pot; above its limit for approval it waits for a second person."""
    from winback.reward import act, read

    ws = open_workspace(workspace)
    digits = ws.settings.workspace.minor_digits
    try:
        minor = to_minor(amount, digits)
    except ValueError as error:
        raise typer.BadParameter(error.args[0]) from None
    waiting = act.raise_budget(ws, pot, minor, _by(who, reason))
    if as_json:
        shown.show_json({"pot": pot, "amount_minor": minor, "request": waiting})
        return
    say = read.speak(lang.value if lang else ws.settings.workspace.language)
    money = Money(minor, ws.settings.pots[pot].currency or ws.settings.workspace.currency, digits)
    if waiting is None:
        shown.show_line(say("{money} is in pot {pot}.").format(money=money, pot=pot))
        return
    text = say("Request {id} for {money} waits for a second person: winback rewards approve {id}")
    shown.show_line(text.format(id=waiting, money=money))


def put_policy(
    *,
    name: Annotated[str, typer.Argument(help="The name by which rewards ask for it.")],
    file: Annotated[Path, typer.Argument(help="The TOML file with its rules.")],
    reason: Why,
    who: Who = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Put a policy of amounts in force. Ends with 2 where it says what cannot be."""
    from winback.reward import act, read

    ws = open_workspace(workspace)
    version = act.put_policy(ws, name, file, _by(who, reason))
    if as_json:
        shown.show_json({"policy": name, "version": version})
        return
    say = read.speak(lang.value if lang else ws.settings.workspace.language)
    shown.show_line(say("Policy {name} is in force as version {version}.").format(name=name, version=version))


def _by(who: str | None, reason: str) -> By:
    from winback.reward.act import By

    return By(who or getpass.getuser(), datetime.now(UTC), reason)


def _do(
    verb: Callable[[Workspace, By], Done],
    by: tuple[str | None, str],
    workspace: Path | None,
    how: tuple[options.Tongue | None, bool],
) -> None:
    from winback.reward.read import speak, word

    ws = open_workspace(workspace)
    lang, as_json = how
    done = verb(ws, _by(*by))
    if as_json:
        shown.show_json(done)
    else:
        language = lang.value if lang else ws.settings.workspace.language
        say = speak(language)
        shown.show_line(say("Done for {done}.").format(done=number(len(done.done))))
        for each in done.not_done:
            why = say(each.message).format(about=word(each.about, language))
            shown.show_line(say("{id}: {why}").format(id=each.id, why=why))
    if not done.done:
        raise typer.Exit(1)
