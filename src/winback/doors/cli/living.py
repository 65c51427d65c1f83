"""`winback simulate --live`: a base that goes on living, its days played through the whole loop."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from winback.app import open_workspace
from winback.doors.cli import kept_shown, shown
from winback.doors.kept_words import speak
from winback.language import Language, number
from winback.terms.progress import Progress

if TYPE_CHECKING:
    from winback.doors.days import Days

#: The model of a live base learns from so many rows.
ROWS_MAX = 80_000
CONTACTS_KEY = "WINBACK_CONTACTS_KEY"


def live(out: Path, order: Mapping[str, Any], nights: int, how: tuple[Language, bool, bool]) -> None:
    """Begin a base where none lives, or go on with the one there; how: language, quiet, as JSON.

    `order` is what a new one is begun with; `force` in it replaces the one there.
    """
    from winback import flow
    from winback.doors import kept

    language, quiet, as_json = how
    with shown.progress(quiet=quiet or as_json) as progress, a_contacts_key():
        if order["force"] or not flow.is_live(out):
            begin(out, order, language, progress)
        played = play(out, nights, language, progress)
        found = kept.read_out(open_workspace(out), played.after) if played.nights else ()
    if as_json:
        shown.show_json(kept_shown.for_machines(played, found))
        return
    kept_shown.tell_days(played, language)
    if found:
        kept_shown.tell_kept(open_workspace(out), found, language)


def begin(out: Path, order: Mapping[str, Any], language: Language, progress: Progress) -> None:
    """The past of a new base."""
    from winback import flow

    text = speak(language)("Simulating {customers} customers who go on living")
    progress.say(text.format(customers=number(order["customers"])))
    flow.simulate_live(out, progress=progress, **order)


def play(out: Path, nights: int, language: Language, progress: Progress) -> Days:
    """So many days of the whole loop; where no model is in use, one is trained first."""
    from winback.doors import days
    from winback.doors.night import Asked
    from winback.predict import read as predict

    if nights and predict.in_use(open_workspace(out)) is None:
        asked = Asked(language, train=True, rows_max=ROWS_MAX, sends=False)
        days.first_night(out, asked, progress=progress)
    if nights:
        progress.say(said_of(nights, language))
    return days.play(out, nights, progress=progress)


def said_of(nights: int, language: Language) -> str:
    """What is going on while days are played."""
    text = speak(language)("Playing {nights} days: every night the whole loop, every day people answer")
    return text.format(nights=number(nights))


@contextmanager
def a_contacts_key() -> Iterator[None]:
    """A contacts key that anybody knows, for people who do not exist, where none is set; within the block."""
    if {CONTACTS_KEY, f"{CONTACTS_KEY}_FILE"} & set(os.environ):
        yield
        return
    os.environ[CONTACTS_KEY] = hashlib.sha256(b"winback demo, for made-up people only").hexdigest()
    try:
        yield
    finally:
        del os.environ[CONTACTS_KEY]
