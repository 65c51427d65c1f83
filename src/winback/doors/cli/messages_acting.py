"""`winback messages hold`, `release`, `opt-out`, `opt-in`, `settle`: what operators do with messages."""

from __future__ import annotations

import getpass
from enum import StrEnum
from typing import Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.doors.cli.delivering import now_us
from winback.doors.cli.messages_shown import MediumWord, PurposeWord
from winback.language import number as told
from winback.store.workspace import Workspace

Who = Annotated[str | None, typer.Option("--who", help="Who acts; else the name of the login.")]
Customer = Annotated[str, typer.Argument(help="The customer's id.")]


class MediumOrAll(StrEnum):
    """A medium, or all of them."""

    INBOX = "inbox"
    SMS = "sms"
    PUSH = "push"
    EMAIL = "email"
    WEBHOOK = "webhook"
    ALL = "all"


class PurposeOrAll(StrEnum):
    """A purpose, or both."""

    MARKETING = "marketing"
    SERVICE = "service"
    ALL = "all"


class Word(StrEnum):
    """What became of a message."""

    SENT = "sent"
    FAILED = "failed"
    AGAIN = "again"


OfMedium = Annotated[MediumOrAll, typer.Option("--medium", help="Of which medium.")]
OfPurpose = Annotated[PurposeOrAll, typer.Option("--purpose", help="Of which purpose.")]


def hold(
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why; it stands beside the hold.")],
    medium: Annotated[MediumWord | None, typer.Option("--medium", help="Only this medium.")] = None,
    purpose: Annotated[PurposeWord | None, typer.Option("--purpose", help="Only this purpose.")] = None,
    playbook: Annotated[str | None, typer.Option("--playbook", help="Only this playbook.")] = None,
    who: Who = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
) -> None:
    """Emergency: from now on nothing goes out, of all or of what the options name; nothing is lost."""
    from winback.deliver import act

    ws = open_workspace(workspace)
    of = (medium.value if medium else None, purpose.value if purpose else None, playbook)
    number = act.hold(ws, now_us(), (who or getpass.getuser(), reason), of)
    _say(ws, lang, "Hold {number} stands; nothing that it names goes out.", number=str(number))


def release(
    *,
    number: Annotated[int, typer.Argument(help="The number of the hold.")],
    who: Who = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
) -> None:
    """End an emergency hold; what it held is judged again. Ends with 1 where no such hold stands."""
    from winback.deliver import act

    ws = open_workspace(workspace)
    messages = told(act.release(ws, number, now_us(), who or getpass.getuser()))
    text = "Hold {number} is over; {messages} messages are judged again."
    _say(ws, lang, text, number=str(number), messages=messages)


def opt_out(
    *,
    customer: Customer,
    medium: OfMedium = MediumOrAll.ALL,
    purpose: OfPurpose = PurposeOrAll.MARKETING,
    who: Who = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
) -> None:
    """A customer wants no more messages of a medium and purpose."""
    ws = open_workspace(workspace)
    _opt(ws, customer, (medium.value, purpose.value), (who, False))
    _say(ws, lang, "{customer} is opted out.", customer=customer)


def opt_in(
    *,
    customer: Customer,
    medium: OfMedium = MediumOrAll.ALL,
    purpose: OfPurpose = PurposeOrAll.MARKETING,
    who: Who = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
) -> None:
    """A customer agrees to messages of a medium and purpose."""
    ws = open_workspace(workspace)
    _opt(ws, customer, (medium.value, purpose.value), (who, True))
    _say(ws, lang, "{customer} is opted in.", customer=customer)


def settle(
    *,
    message: Annotated[int, typer.Argument(help="The number of the message.")],
    as_: Annotated[Word, typer.Option("--as", help="It was sent, it failed, or send it again.")],
    workspace: options.Workspace = None,
    lang: options.Lang = None,
) -> None:
    """Say what became of a message whose outcome is unknown. Ends with 1 where it is not such a one."""
    from winback.deliver import act
    from winback.deliver.read import word

    ws = open_workspace(workspace)
    act.settle(ws, message, as_.value, now_us())
    language = lang.value if lang else ws.settings.workspace.language
    text = "Message {message} is settled: {word}."
    _say(ws, lang, text, message=str(message), word=word(as_.value, language))


def _opt(ws: Workspace, customer: str, of: tuple[str, str], how: tuple[str | None, bool]) -> None:
    from winback.deliver import act

    who, is_given = how
    act.opt(ws, customer, now_us(), of=of, is_given=is_given, who=who or getpass.getuser())


def _say(ws: Workspace, lang: options.Tongue | None, text: str, **values: str) -> None:
    from winback.deliver.read import speak

    say = speak(lang.value if lang else ws.settings.workspace.language)
    shown.show_line(say(text).format(**values))
