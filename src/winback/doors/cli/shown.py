"""What the command shows: results on standard output; notes and progress on standard error."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Literal

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

from winback.doors.cli import tongue
from winback.language import Say, speaker
from winback.terms.progress import Progress as Told
from winback.terms.progress import Silent
from winback.terms.told import Told as Sentence

#: Cells so narrow, such as a date, are never folded, nor are names of so many letters; a folded column
#: keeps so many cells, as a rule or at least.
WORD_MAX, NAME_MAX, FOLDED_NEAT, FOLDED_MIN, HEAD_MIN, GAP = 10, 24, 16, 6, 4, 2
_WORD = re.compile(r"[!-\u02ff]+")


class Shown:
    """Progress as bars on a terminal; elsewhere one line for each subject (`orders` of `orders: file`).

    Both tell how far long work is and how long it will go on; away from a terminal every LINE_SECONDS.
    """

    LINE_SECONDS = 10

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic, say: Say = str) -> None:
        self._console, self._clock, self._say = console, clock, say
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
        label = label if ": " in label else self._say(label)
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
        self._console.print(Text(text.told(self._say) if isinstance(text, Sentence) else text))

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
    with Shown(notes(), say=speaker(tongue.of_problems())) as shown:
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
    """A table on standard output; numbers and short words are never cut.

    Where the terminal is too narrow even so, the columns go into several tables, the first column in each.
    """
    shapes = [_shape(n, (columns[n], numeric[n]), [row[n] for row in rows]) for n in range(len(columns))]
    results().print(Text(title, style="table.title"), soft_wrap=True)
    if not rows:
        show_line("  –")
        return
    for part in _parts(shapes, results().width):
        table = Table(header_style="bold", box=None, pad_edge=False)
        for shape, width in zip(part, _widths(part, results().width), strict=True):
            side: Literal["left", "right"] = "right" if numeric[shape.place] else "left"
            table.add_column(Text(columns[shape.place]), justify=side, width=width, overflow="fold")
        for row in rows:
            table.add_row(*[Text(row[shape.place]) for shape in part])
        results().print(table)


@dataclasses.dataclass(frozen=True)
class _Shape:
    """How wide a column is as it stands, with its head folded, and at least."""

    place: int
    whole: int
    neat: int
    least: int


def _shape(place: int, of: tuple[str, bool], cells: Sequence[str]) -> _Shape:
    name, is_number = of
    head, cell = max(_longest([name]), min(cell_len(name), HEAD_MIN)), max(map(cell_len, cells), default=0)
    if is_number or cell <= WORD_MAX:
        return _Shape(place, max(cell, cell_len(name)), max(head, cell), max(head, cell))
    least = max(head, _longest(cells), FOLDED_MIN)
    return _Shape(place, max(cell, cell_len(name)), max(least, min(cell, FOLDED_NEAT)), least)


def _longest(texts: Sequence[str]) -> int:
    """The widest word, names with it; Chinese is broken anywhere."""
    words = [word for text in texts for word in _WORD.findall(text)]
    return max((cell_len(word) for word in words if len(word) <= NAME_MAX), default=0)


def _parts(shapes: Sequence[_Shape], room: int) -> list[list[_Shape]]:
    """The columns in as many tables as are needed, the first column in each."""
    parts: list[list[_Shape]] = [[]]
    for shape in shapes:
        if len(parts[-1]) > 1 and sum(each.least + GAP for each in [*parts[-1], shape]) - GAP > room:
            parts.append([shapes[0]])
        parts[-1].append(shape)
    return parts


def _widths(part: Sequence[_Shape], room: int) -> list[int]:
    """How wide each column is: as it stands where there is room; else the widest are folded first."""
    widths, room = [each.whole for each in part], room - GAP * (len(part) - 1)
    for least in ([each.neat for each in part], [each.least for each in part]):
        for number in sorted(range(len(part)), key=lambda n: -widths[n]):
            over = sum(widths) - room
            widths[number] = min(widths[number], max(least[number], widths[number] - max(over, 0)))
    return widths


def show_line(text: str = "") -> None:
    """A line on standard output; where the terminal is narrow, it is the terminal that breaks it."""
    results().print(Text(text), soft_wrap=True)
