"""`winback messages list`, `show`, `preview` and `holds`: what became of messages, and how they will read."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.language import Language, number
from winback.terms.errors import Problem

if TYPE_CHECKING:
    from winback.deliver.nouns import MessageRow
    from winback.store.workspace import Workspace


class State(StrEnum):
    """Where messages stand."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    HELD = "held"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    AS_IF = "as_if"


class MediumWord(StrEnum):
    """A medium on the command line."""

    INBOX = "inbox"
    SMS = "sms"
    PUSH = "push"
    EMAIL = "email"
    WEBHOOK = "webhook"


class PurposeWord(StrEnum):
    """A purpose on the command line."""

    MARKETING = "marketing"
    SERVICE = "service"


def list_some(
    *,
    state: Annotated[State, typer.Option("--state", help="Only messages in this state.")] = State.WAITING,
    rows: Annotated[int, typer.Option("--rows", min=1, help="So many are shown.")] = 20,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Count the messages of the outbox by state, and list those of one state."""
    from winback.deliver import read
    from winback.deliver.nouns import MessageState

    ws = open_workspace(workspace)
    language: Language = lang.value if lang else ws.settings.workspace.language
    counted, found = read.states(ws), read.messages_in(ws, MessageState(state.value), rows)
    if as_json:
        shown.show_json({"states": counted, "messages": found})
        return
    say, word = read.speak(language), read.word
    cells = [(word(one, language), word(medium, language), number(count)) for one, medium, count in counted]
    heads = (say("state"), say("medium"), say("messages"))
    shown.show_table(say("The outbox"), heads, (False, False, True), cells)
    if not found:
        shown.show_line(say("No message is {state}.").format(state=word(state.value, language)))
        return
    names = ("message", "customer", "playbook", "step", "medium", "due", "provider", "reason")
    listed = [
        (
            *(str(one.id), one.customer_id, one.playbook, one.step, word(one.medium, language)),
            *(_at(ws, one.due_us), one.provider or "", word(one.reason, language)),
        )
        for one in found
    ]
    shown.show_table(say("Messages"), [say(name) for name in names], (True, *(False,) * 7), listed)


def show(
    *,
    customer: Annotated[str, typer.Argument(help="The customer's id.")],
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Show every message of a customer: why it went or not, and what came back. Ends with 1 where none is."""
    from winback.deliver import read

    ws = open_workspace(workspace)
    language: Language = lang.value if lang else ws.settings.workspace.language
    found = read.messages_of(ws, customer)
    if not found:
        raise Problem("No message of {customer} is known.", customer=customer)
    if as_json:
        shown.show_json({"messages": found, "consent": read.consent_of(ws, customer)})
        return
    for one in found:
        _show(ws, one, language)


def _show(ws: Workspace, one: MessageRow, language: Language) -> None:
    from winback.deliver.read import speak, word

    say = speak(language)
    head = (one.playbook, one.step, word(one.medium, language), word(one.purpose, language))
    state = word(one.state, language) + (f" ({word(one.reason, language)})" if one.reason else "")
    shown.show_line(" · ".join((str(one.id), *head, state, one.provider or "")))
    rows = [
        (
            _at(ws, each.at_us),
            word(each.reason, language),
            "" if each.until_us is None else _at(ws, each.until_us),
        )
        for each in one.refusals
    ]
    rows += [
        (_at(ws, at_us), word(what, language), "" if counts else say("not counted"))
        for what, at_us, counts in one.receipts
    ]
    if rows:
        shown.show_table("", (say("when"), say("what"), say("until")), (False,) * 3, sorted(rows))


def preview(
    *,
    template: Annotated[str, typer.Argument(help="A template, or PLAYBOOK.TEXT of a playbook.")],
    customer: Annotated[str, typer.Argument(help="The customer's id.")],
    medium: Annotated[MediumWord, typer.Option("--medium", help="By which medium.")] = MediumWord.SMS,
    purpose: Annotated[PurposeWord, typer.Option("--purpose", help="For what.")] = PurposeWord.MARKETING,
    written_in: Annotated[
        options.Tongue | None, typer.Option("--in", help="The text in this language, not the customer's own.")
    ] = None,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Show a message as one customer would get it, with the length and parts of an SMS; nothing is sent.

    Promised money is an example. Ends with 1 where template or customer is not known, or a name in the text.
    """
    from winback.deliver import read

    ws = open_workspace(workspace)
    language: Language = lang.value if lang else ws.settings.workspace.language
    tongue = written_in.value if written_in else None
    found = read.preview(ws, template, customer, medium=medium.value, purpose=purpose.value, language=tongue)
    if as_json:
        shown.show_json(found)
        return
    say = read.speak(language)
    to = {"customer": customer, "language": found.language, "medium": read.word(found.medium, language)}
    shown.show_line(say("to {customer} in {language}, by {medium}").format(**to))
    for text in (found.title, found.body):
        if text:
            shown.show_line(text)
    if found.length is not None:
        shown.show_line(say("{encoding}, {units} units, {parts} parts").format(**vars(found.length)))
    if found.has_contact is False:
        shown.show_line(say("No contact of that kind is known."))


def holds(
    *, workspace: options.Workspace = None, lang: options.Lang = None, as_json: options.AsJson = False
) -> None:
    """List the emergency holds that stand."""
    from winback.deliver import read

    ws = open_workspace(workspace)
    language: Language = lang.value if lang else ws.settings.workspace.language
    say, found = read.speak(language), read.holds(ws)
    if as_json:
        names = ("number", "medium", "purpose", "playbook", "since_us", "who", "why")
        shown.show_json([dict(zip(names, row, strict=True)) for row in found])
        return
    if not found:
        shown.show_line(say("No hold stands."))
        return
    heads = [say(name) for name in ("number", "medium", "purpose", "playbook", "since", "who", "why")]
    cells = [
        (
            *(str(row[0]), *(read.word(each, language) if each else say("any") for each in row[1:4])),
            *(_at(ws, row[4]), row[5], row[6]),
        )
        for row in found
    ]
    shown.show_table(say("Holds"), heads, (True, *(False,) * 6), cells)


def addresses(
    *, workspace: options.Workspace = None, lang: options.Lang = None, as_json: options.AsJson = False
) -> None:
    """List where each provider is to call back: enter these with the providers, and tell nobody else.

    Ends with 1 where no links are made.
    """
    from winback.deliver import read

    ws = open_workspace(workspace)
    language: Language = lang.value if lang else ws.settings.workspace.language
    say, found = read.speak(language), read.callback_urls(ws)
    if as_json:
        shown.show_json([dict(zip(("provider", "kind", "url"), row, strict=True)) for row in found])
        return
    if not found:
        shown.show_line(say("No provider calls back."))
    for name, kind, url in found:
        shown.show_line(f"{name} ({kind}): {url}")


def _at(ws: Workspace, moment: int) -> str:
    """A moment in the workspace's zone, to the minute."""
    local = datetime.fromtimestamp(moment / 1_000_000, UTC).astimezone(ws.settings.workspace.zone)
    return local.strftime("%Y-%m-%d %H:%M")
