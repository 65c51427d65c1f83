"""What the command shows: results on standard output; notes and progress on standard error."""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from winback.terms.progress import Progress as Told
from winback.terms.progress import Silent


class Shown:
    """Progress as bars on a terminal; elsewhere one line for each subject (`orders` of `orders: file`).

    Both tell how far long work is and how long it will go on; away from a terminal every LINE_SECONDS.
    """

    LINE_SECONDS = 10

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console, self._clock = console, clock
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("→"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None
        self._told = ""
        self._done, self._total = 0, 0
        self._began = self._line = 0.0

    def start(self, label: str, total: int | None = None) -> None:
        """Begin a piece of work; the one before it is done."""
        self._end()
        if self._console.is_terminal:
            self._task = self._bars.add_task(label, total=total)
            return
        subject = label.split(":", maxsplit=1)[0]
        self._done, self._total = 0, total or 0
        self._began = self._line = self._clock()
        if subject != self._told:
            self.say(subject)
            self._told = subject

    def advance(self, units: int = 1) -> None:
        """So many more units are done."""
        if self._task is not None:
            self._bars.advance(self._task, units)
            return
        self._done += units
        now = self._clock()
        if now - self._line >= self.LINE_SECONDS and self._done < self._total:
            left = (now - self._began) / self._done * (self._total - self._done)
            self.say(f"{self._told} {self._done:,}/{self._total:,} → {timedelta(seconds=round(left))}")
            self._line = now

    def say(self, text: str) -> None:
        """A line of its own."""
        self._console.print(Text(text))

    def __enter__(self) -> Shown:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._bars.stop()

    def _end(self) -> None:
        if self._task is not None:
            self._bars.remove_task(self._task)
            self._task = None


@contextmanager
def progress(*, quiet: bool) -> Iterator[Told]:
    """Progress on standard error, or nobody's where `quiet`."""
    if quiet:
        yield Silent()
        return
    with Shown(notes()) as shown:
        yield shown


def notes() -> Console:
    """Where notes go: standard error."""
    return Console(file=sys.stderr, highlight=False, soft_wrap=True)


def results() -> Console:
    """Where results go: standard output, never wider than a page when it is no terminal."""
    console = Console(file=sys.stdout, highlight=False)
    return console if console.is_terminal else Console(file=sys.stdout, highlight=False, width=110)


def show_json(value: Any) -> None:
    """A noun (or dicts and lists of them) as JSON on standard output."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def plain(value: Any) -> Any:
    """Nouns as dicts, days as 2026-03-01, paths as text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Path) else value


def show_table(
    title: str, columns: Sequence[str], numeric: Sequence[bool], rows: Sequence[Sequence[str]]
) -> None:
    """A table on standard output; numeric columns stand to the right and are never cut."""
    table = Table(header_style="bold", box=None, pad_edge=False)
    for number, (name, to_right) in enumerate(zip(columns, numeric, strict=True)):
        widest = max((cell_len(row[number]) for row in rows), default=0) if to_right else None
        table.add_column(
            Text(name), justify="right" if to_right else "left", min_width=widest, overflow="fold"
        )
    for row in rows:
        table.add_row(*[Text(cell) for cell in row])
    results().print(Text(title, style="table.title"), soft_wrap=True)
    results().print(table)


def show_line(text: str = "") -> None:
    """A line on standard output; where the terminal is narrow, it is the terminal that breaks it."""
    results().print(Text(text), soft_wrap=True)
