"""Options that several commands share, and how their text becomes values."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from winback.doors.cli import tongue
from winback.language import Language
from winback.terms.told import Told

__all__ = ["AsJson", "AsOf", "Lang", "Language", "Quiet", "Tongue", "Wait", "Workspace", "as_date", "as_lang"]


class Tongue(StrEnum):
    """A language in which operators are told things."""

    ZH = "zh"
    EN = "en"


def as_date(text: str | date) -> date:
    """A day from the command line. Raises BadParameter where it is none."""
    if isinstance(text, date):
        return text
    try:
        return date.fromisoformat(text)
    except ValueError:
        told = Told("{text!r} is no day; allowed is a day such as 2026-03-01", text=text)
        raise typer.BadParameter(told) from None


def _asked(value: Tongue | None) -> Tongue | None:
    """Problems of this call are told in the language that was asked for."""
    tongue.ask(value)
    return value


def _for_machines(value: bool) -> bool:
    if value:
        tongue.for_machines()
    return value


def as_lang(help: str) -> typer.models.OptionInfo:
    """The option --lang of a command; it is looked at first."""
    option: typer.models.OptionInfo = typer.Option("--lang", is_eager=True, callback=_asked, help=help)
    return option


Workspace = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        envvar="WINBACK_WORKSPACE",
        help="The workspace file, or the folder that holds winback.toml; else the nearest one above.",
    ),
]
AsJson = Annotated[
    bool,
    typer.Option(
        "--json",
        is_eager=True,
        callback=_for_machines,
        help="JSON for machines on standard output, nothing else there.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes.")]
Lang = Annotated[Tongue | None, as_lang("Language; else the workspace's own.")]
Wait = Annotated[
    float, typer.Option("--wait", min=0, metavar="SECONDS", help="How long to wait for another run to end.")
]
AsOf = Annotated[
    date | None,
    typer.Option(
        "--as-of",
        parser=as_date,
        metavar="DAY",
        help="Only events before the start of this day count; else the day after the last event.",
    ),
]
