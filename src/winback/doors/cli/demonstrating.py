"""`winback demo`: everything that is built, on a simulated wealth app, in one folder."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import beside, diagnosing, kept_shown, living, options, running, shown, tongue
from winback.doors.words import speak
from winback.language import Language, number, seconds
from winback.store.workspace import Workspace
from winback.terms.errors import Place, Problem
from winback.terms.progress import Progress

if TYPE_CHECKING:
    from winback.doors.days import Days
    from winback.doors.kept import Kept
    from winback.doors.night import Night

CONTACTS_KEY = "WINBACK_CONTACTS_KEY"
#: Tells that a folder was made by the demo and may be made anew.
MARK = ".winback-demo"
#: The model of the demo learns from so many rows, so that it is there within a minute.
ROWS_MAX = 80_000
#: The base that goes on living: its folder below the demo's, and how many customers register there. With
#: fewer, or with a short past, what is kept drowns in chance.
LIVE, LIVE_CUSTOMERS = "live", 5_000
#: So many warnings are shown with their reasons.
SHOWN_MAX = 3


def demo(
    *,
    folder: Annotated[
        Path, typer.Option("--out", help="Folder to work in; one of an earlier demo is made anew.")
    ] = (Path("demo")),
    customers: Annotated[
        int, typer.Option("--customers", min=100, help="How many customers register.")
    ] = 20_000,
    days: Annotated[int, typer.Option("--days", min=90, help="How many days pass.")] = 400,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same figures.")] = 1,
    nights: Annotated[
        int,
        typer.Option("--nights", min=0, max=180, help="Days of the whole loop on a smaller base; 0: none."),
    ] = 90,
    live_customers: Annotated[
        int, typer.Option("--live-customers", min=100, help="How many customers that base has.")
    ] = LIVE_CUSTOMERS,
    lang: Annotated[
        options.Tongue | None, options.as_lang("Language; else that of the environment (LANG).")
    ] = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Simulate an app, ingest its exports, diagnose who leaves, train a model, warn; then play the loop.

    All of it is played for 90 days on a smaller base: playbooks, rewards, messages, people who answer them,
    and what was kept against those left alone.

    People and contacts are made up, and sealed with a key that is the same everywhere. Ends with 1 where the
    folder holds something that no demo made.
    """
    from winback.diagnose.read import as_called

    language: Language = lang.value if lang else tongue.of_environment()
    say = speak(language)
    began = time.monotonic()
    _make_room(folder)
    order = {"customers": live_customers, "days": days, "seed": seed}
    with (
        shown.progress(quiet=quiet or as_json) as progress,
        made_up_key(),
        _beside(folder / LIVE, order, nights, language) as playing,
    ):
        found = _run(folder, (customers, days, seed), language, progress)
        ws = open_workspace(folder)
        diagnosis = as_called(ws, found.diagnosis, language)
        page = diagnosing.write_page(ws, diagnosis, language, None)
        lived = _live(playing, language, progress) if playing else None
    took = time.monotonic() - began
    if as_json:
        told = {"folder": folder, "page": page, "seconds": round(took, 1), "diagnosis": found.diagnosis}
        more = {"live": kept_shown.for_machines(*lived)} if lived else {}
        shown.show_json(told | {"run": running.for_machines(found)} | more)
        return
    diagnosing.tell(diagnosis, language)
    shown.show_line()
    running.tell(found, language)
    who = _tell_model_and_warnings(ws, found, language)
    if lived:
        shown.show_line()
        kept_shown.tell_days(lived[0], language)
        kept_shown.tell_kept(open_workspace(folder / LIVE), lived[1], language)
    shown.show_line()
    shown.show_line(say("All of it took {time}.").format(time=seconds(took, say)))
    _tell_next(folder, page, language, who)
    if lived:
        kept_shown.tell_next(folder / LIVE, language)


def _run(folder: Path, size: tuple[int, int, int], language: Language, progress: Progress) -> Night:
    """Simulate, then one night whose first model may come to use by itself."""
    from winback import flow
    from winback.doors.night import Asked, night

    (customers, days, seed), say = size, speak(language)
    text = say("Simulating {customers} customers over {days} days")
    progress.say(text.format(customers=number(customers), days=number(days)))
    flow.simulate(folder, customers, days, seed, force=True, progress=progress)
    asked = Asked(language, train=True, rows_max=ROWS_MAX, sends=False)
    return night(open_workspace(folder), asked=asked, progress=progress)


@contextmanager
def _beside(
    folder: Path, order: Mapping[str, int], nights: int, language: Language
) -> Iterator[beside.Playing | None]:
    """A smaller base that goes on living, played beside all else: the two have nothing in common."""
    if nights == 0:
        yield None
        return
    with beside.playing(folder, order, nights, language) as found:
        yield found


def _live(playing: beside.Playing, language: Language, progress: Progress) -> tuple[Days, tuple[Kept, ...]]:
    """So many days of the loop, and what was kept."""
    from winback.doors import kept

    progress.say(living.said_of(playing.nights, language))
    played = playing.days(progress)
    return played, kept.read_out(open_workspace(playing.folder), played.after)


def _tell_model_and_warnings(ws: Workspace, found: Night, language: Language) -> str | None:
    """How good the model is, and the warnings that matter most, with reasons; the first customer's id."""
    from winback.doors.cli import cards, warnings_shown
    from winback.warn import read

    say = speak(language)
    if found.model.trained is not None:
        shown.show_line(cards.scores_line(found.model.trained.card, language))
    open_now = read.open_warnings(ws)
    first = read.nouns_of(ws, open_now.slice(0, SHOWN_MAX), language)
    shown.show_line()
    text = say("{count} warnings are open; the first of them:")
    shown.show_line(text.format(count=number(open_now.num_rows)))
    for warning in first:
        warnings_shown.tell_short(ws, warning, language)
    return first[0].customer_id if first else None


@contextmanager
def made_up_key() -> Iterator[None]:
    """A contacts key that anybody knows, for people who do not exist; only within the block."""
    before = {name: os.environ.pop(name, None) for name in (CONTACTS_KEY, f"{CONTACTS_KEY}_FILE")}
    os.environ[CONTACTS_KEY] = hashlib.sha256(b"winback demo, for made-up people only").hexdigest()
    try:
        yield
    finally:
        del os.environ[CONTACTS_KEY]
        os.environ.update({name: value for name, value in before.items() if value is not None})


def _make_room(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        if not (folder / MARK).is_file():
            raise Problem(
                "holds something that no demo made, and is left alone",
                place=Place(file=str(folder)),
                todo="name another folder with --out",
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("Made by winback demo, which may delete this folder.\n", encoding="utf-8")


def _tell_next(folder: Path, page: Path, language: Language, customer: str | None) -> None:
    say, asked = speak(language), kept_shown.option_of(language)
    shown.show_line(say("Page: {file}").format(file=page))
    shown.show_line(say("Try next:"))
    commands = [
        (f"winback diagnose -w {folder} --full{asked}", say("what sets those who leave apart")),
        (f"winback models -w {folder}{asked}", say("how good the model is, beside its rivals")),
        (f"winback warnings list -w {folder}{asked}", say("every warning, the most at risk first")),
        (f"winback explain {customer} -w {folder}{asked}", say("all that is known of one customer")),
        (f"winback profile -w {folder} --thresholds{asked}", say("how active customers behave")),
        (f"WINBACK_CHURN__DAYS=45 winback diagnose -w {folder}{asked}", say("another definition of churn")),
        ("winback init", say("a workspace of your own")),
    ]
    for command, text in commands:
        if customer is not None or " explain " not in command:
            shown.show_line(f"  {command:<64} {text}")
