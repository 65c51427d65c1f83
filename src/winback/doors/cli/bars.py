"""How far long work is: bars on a terminal, elsewhere a line a step and one now and then."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from winback.language import Say
from winback.terms.told import Told as Sentence

#: An estimate is told after so many seconds of measuring, or fewer where this share of the work is measured.
SURE_SECONDS, FEW_SECONDS, FEW_SHARE = 10.0, 2.0, 0.02


class Estimate:
    """How long a piece of work will go on, measured without its first step.

    The first step is slower than the others: code is compiled, files are opened.
    """

    def __init__(self, clock: Callable[[], float], total: int | None = None) -> None:
        self._clock, self.total, self.done = clock, total or 0, 0
        self.began = self._last = clock()
        self._first: tuple[float, int] | None = None

    def advance(self, units: int) -> None:
        """So many more units are done."""
        self.done += units
        self._last = self._clock()
        if self._first is None:
            self._first = (self._last, self.done)

    def left(self) -> float | None:
        """Seconds to go; None as long as nothing worth telling is known."""
        if self._first is None or not self.done < self.total:
            return None
        span, units = self._last - self._first[0], self.done - self._first[1]
        enough = span >= SURE_SECONDS or (span >= FEW_SECONDS and units >= FEW_SHARE * self.total)
        if not units or not enough:
            return None
        since = self._clock() - self._last
        return max(span / units * (self.total - self.done) - since, 0.0)


class Left(ProgressColumn):
    """The time to go of the piece of work that goes on."""

    def __init__(self, left: Callable[[], float | None]) -> None:
        self._left = left
        super().__init__()

    def render(self, task: Task) -> Text:  # noqa: ARG002 - there is one piece of work at a time
        """The time; a dash as long as it is not known."""
        left = self._left()
        return Text("–" if left is None else _span(left), style="progress.remaining")


class Shown:
    """Progress as bars on a terminal; elsewhere one line for each subject (`orders` of `orders: file`).

    Both tell how far long work is and how long it will go on. Away from a terminal no LINE_SECONDS go by
    without a line, whether the work tells of itself or not, and no more than one line is written in them.
    """

    LINE_SECONDS = 10.0

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic, say: Say = str) -> None:
        self._console, self._clock, self._say = console, clock, say
        self._estimate = Estimate(clock)
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("→"),
            Left(self._left),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None
        self._label = self._subject = ""
        self._line = clock()
        self._lock, self._over = threading.RLock(), threading.Event()
        self._heart = threading.Thread(target=self._beat, daemon=True, name="progress")

    def start(self, label: str, total: int | None = None) -> None:
        """Begin a piece of work; the one before it is done."""
        self._end()
        label = label if ": " in label else self._say(label)
        with self._lock:
            self._label, self._estimate = label, Estimate(self._clock, total)
            subject = label.split(": ", maxsplit=1)[0]
            is_new, self._subject = subject != self._subject, subject
        if self._console.is_terminal:
            self._task = self._bars.add_task(label, total=total)
        elif is_new:
            self.say(subject)

    def advance(self, units: int = 1) -> None:
        """So many more units are done."""
        with self._lock:
            self._estimate.advance(units)
        if self._task is not None:
            self._bars.advance(self._task, units)
        else:
            self.look()

    def say(self, text: str) -> None:
        """A line of its own."""
        with self._lock:
            self._line = self._clock()
            self._console.print(Text(text.told(self._say) if isinstance(text, Sentence) else text))

    def look(self) -> None:
        """Tell how far the work is, where there is no terminal and nothing was told for LINE_SECONDS."""
        with self._lock:
            if not self._console.is_terminal and self._clock() - self._line >= self.LINE_SECONDS:
                self.say(self._how_far())

    def __enter__(self) -> Shown:
        self._bars.start()
        if not self._console.is_terminal:
            self._heart.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._over.set()
        if self._heart.is_alive():
            self._heart.join()
        self._end()
        self._bars.stop()

    def _beat(self) -> None:
        while not self._over.wait(self.LINE_SECONDS / 10):
            self.look()

    def _how_far(self) -> str:
        work, label = self._estimate, self._label or self._say("at work")
        done = f"{label} {work.done:,}" if work.done else label
        if work.total:
            done = f"{label} {work.done:,}/{work.total:,}"
        left = work.left()
        if left is not None:
            return self._say("{done}, about {time} to go").format(done=done, time=_span(left))
        return self._say("{done}, {time} so far").format(done=done, time=_span(self._clock() - work.began))

    def _left(self) -> float | None:
        return self._estimate.left()

    def _end(self) -> None:
        if self._task is not None:
            self._bars.remove_task(self._task)
            self._task = None


def _span(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))
