"""A live base that is begun and played by a process of its own, while this one does something else."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from winback.doors.cli import living
from winback.language import Language
from winback.terms.errors import Place, Problem
from winback.terms.progress import Progress, Silent

if TYPE_CHECKING:
    from winback.doors.days import Days

#: How long this process waits before it looks again how many days were played.
_LOOK_SECONDS = 0.2
_DAYS = "days"


class _Counted(Silent):
    """Progress of the other process: this one sees how many days were played, and nothing else."""

    def __init__(self, played: Any) -> None:
        self._played, self._counts = played, False

    def start(self, label: str, total: int | None = None) -> None:  # noqa: ARG002 - as Progress has it
        self._counts = label == _DAYS

    def advance(self, units: int = 1) -> None:
        if self._counts:
            self._played.value += units


@dataclass(frozen=True)
class Playing:
    """A base on its way: `played` is how many of its `nights` are over."""

    folder: Path
    nights: int
    process: SpawnProcess
    answer: Connection
    played: Any

    def days(self, progress: Progress) -> Days:
        """Wait until all days are over, and tell of each. Raises Problem where the other process failed."""
        progress.start(_DAYS, total=self.nights)
        seen = 0
        while not self.answer.poll(_LOOK_SECONDS):
            seen, before = int(self.played.value), seen
            if seen > before:
                progress.advance(seen - before)
        try:
            found: Days | Problem = self.answer.recv()
        except EOFError:
            raise Problem(
                "the process that played the days is gone", place=Place(file=str(self.folder))
            ) from None
        if isinstance(found, Problem):
            raise found
        progress.advance(found.nights - seen)
        return found


@contextmanager
def playing(folder: Path, order: Mapping[str, Any], nights: int, language: Language) -> Iterator[Playing]:
    """Begin a base as `living.begin` does and play so many days of it; it ends with this block."""
    context = multiprocessing.get_context("spawn")
    played = context.Value("i", 0)
    answer, to = context.Pipe(duplex=False)
    process = context.Process(
        target=_play, args=(folder, dict(order), nights, language, to, played), daemon=True
    )
    process.start()
    to.close()
    try:
        yield Playing(folder, nights, process, answer, played)
    finally:
        process.terminate()
        process.join()
        answer.close()


def _play(  # noqa: PLR0917 - what the other process is given
    folder: Path, order: Mapping[str, Any], nights: int, language: Language, to: Connection, played: Any
) -> None:
    told = _Counted(played)
    try:
        living.begin(folder, order, language, told)
        to.send(living.play(folder, nights, language, told))
    except Problem as problem:
        to.send(problem)
