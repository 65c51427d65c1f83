"""`winback demo`: everything that is built, on a simulated wealth app, in one folder."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from winback.app import open_workspace
from winback.diagnose.nouns import Diagnosis
from winback.doors.cli import diagnosing, options, shown
from winback.language import Language, Say, number, seconds, speaker
from winback.terms.errors import Place, Problem
from winback.terms.progress import Progress

CONTACTS_KEY = "WINBACK_CONTACTS_KEY"
#: Tells that a folder was made by the demo and may be made anew.
MARK = ".winback-demo"


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
    lang: Annotated[
        options.Tongue | None, typer.Option("--lang", help="Language; else that of the environment (LANG).")
    ] = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Simulate an app, ingest its exports, profile every customer, diagnose who leaves. Under three minutes.

    People and contacts are made up, and sealed with a key that is the same everywhere. Ends with 1 where the
    folder holds something that no demo made.
    """
    language: Language = lang.value if lang else tongue_of_environment()
    say = speaker(language)
    began = time.monotonic()
    _make_room(folder)
    with shown.progress(quiet=quiet or as_json) as progress, made_up_key():
        found = _run(folder, (customers, days, seed), say, progress)
        ws = open_workspace(folder)
        page = diagnosing.write_page(ws, found, language, None)
    took = time.monotonic() - began
    if as_json:
        shown.show_json({"folder": folder, "page": page, "seconds": round(took, 1), "diagnosis": found})
        return
    diagnosing.tell(found, language)
    shown.show_line()
    shown.show_line(say("All of it took {time}.").format(time=seconds(took, say)))
    _tell_next(folder, page, say)


def _run(folder: Path, size: tuple[int, int, int], say: Say, progress: Progress) -> Diagnosis:
    from winback import flow

    customers, days, seed = size
    text = say("1/4 Simulating {customers} customers over {days} days")
    progress.say(text.format(customers=number(customers), days=number(days)))
    flow.simulate(folder, customers, days, seed, force=True, progress=progress)
    ws = open_workspace(folder)
    progress.say(say("2/4 Taking in the raw exports"))
    taken = flow.ingest(ws, now=datetime.now(UTC), progress=progress)
    as_of = diagnosing.day_after_all(ws)
    text = say("3/4 Profiling {customers} customers from {events} events")
    progress.say(text.format(customers=number(taken.customers), events=number(taken.events)))
    flow.profile(ws, as_of, progress=progress)
    progress.say(say("4/4 Diagnosing who leaves"))
    return flow.diagnose(ws, as_of, progress=progress)


def tongue_of_environment() -> Language:
    """Chinese where the locale of the process is, else English."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if locale.startswith("zh") else "en"


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


def _tell_next(folder: Path, page: Path, say: Say) -> None:
    shown.show_line(say("Page: {file}").format(file=page))
    shown.show_line(say("Try next:"))
    for command, text in (
        (f"winback diagnose -w {folder} --full", say("what sets those who leave apart")),
        (f"winback diagnose -w {folder} --as-of 2025-10-01", say("who had left by another day")),
        (f"winback profile -w {folder} --thresholds", say("how active customers behave")),
        (f"winback profile -w {folder} --features", say("every feature, and what it means")),
        (f"WINBACK_CHURN__DAYS=45 winback diagnose -w {folder}", say("another definition of churn")),
        ("winback init", say("a workspace of your own")),
    ):
        shown.show_line(f"  {command:<55} {text}")
