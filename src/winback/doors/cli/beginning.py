"""`winback init`: writes a workspace file whose comments tell every setting."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from winback.app import FILE_NAME
from winback.doors.cli import options, shown
from winback.language import speaker
from winback.store.whole import written_whole
from winback.terms.errors import Place, SettingsProblem


def starting_text(language: str) -> str:
    """The text of a new workspace file, commented in this language."""
    return (files("winback.doors.cli") / "starting" / f"{language}.toml").read_text(encoding="utf-8")


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write it; made if it is not there.")] = Path(),
    lang: Annotated[options.Tongue, options.as_lang("Language of the comments.")] = options.Tongue.EN,
    as_json: options.AsJson = False,
) -> None:
    """Write a commented winback.toml. One that is there is never overwritten.

    Ends with 2 where the file is there already.
    """
    file = folder / FILE_NAME
    if file.exists():
        raise SettingsProblem(
            "is there already and is not overwritten",
            place=Place(file=str(file)),
            todo="`winback check` tells what it says; give another folder for a new one",
        )
    with written_whole(file) as aside:
        aside.write_text(starting_text(lang.value), encoding="utf-8")
    if as_json:
        shown.show_json({"file": str(file)})
        return
    say = speaker(lang.value)
    shown.show_line(say("Wrote {file}.").format(file=file))
    shown.show_line(say("Next: describe your sources in it, then run winback check."))
