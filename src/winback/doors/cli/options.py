"""Options that several commands share, and how their text becomes values."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from winback.language import Language

__all__ = ["AsJson", "AsOf", "Lang", "Language", "Quiet", "Tongue", "Wait", "Workspace", "as_date"]


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
        raise typer.BadParameter(f"{text!r} is no day; allowed is a day such as 2026-03-01") from None


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
    bool, typer.Option("--json", help="JSON for machines on standard output, nothing else there.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes.")]
Lang = Annotated[Tongue | None, typer.Option("--lang", help="Language; else the workspace's own.")]
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
