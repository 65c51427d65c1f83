"""What the command shows: results on standard output; notes and progress on standard error."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, Literal

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from winback.doors.cli import tongue
from winback.language import speaker
from winback.terms.progress import Progress as Told
from winback.terms.progress import Silent

#: Cells so narrow, such as a date, are never folded, nor are names of so many letters; a folded column
#: keeps so many cells, as a rule or at least.
WORD_MAX, NAME_MAX, FOLDED_NEAT, FOLDED_MIN, HEAD_MIN, GAP = 10, 24, 16, 6, 4, 2
_WORD = re.compile(r"[!-\u02ff]+")


@contextmanager
def progress(*, quiet: bool) -> Iterator[Told]:
    """Progress on standard error, or nobody's where `quiet`."""
    if quiet:
        yield Silent()
        return
    from winback.doors.cli.bars import Shown

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
