"""Work in numbered pieces, done by several threads and handed out in order."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from threading import Condition
from typing import Generic, TypeVar

T = TypeVar("T")


def in_order(work: Callable[[int], T], pieces: int, *, threads: int) -> Generator[T, None, None]:
    """work(0), work(1) … work(pieces - 1), some of them begun ahead of time.

    The thread that asks works too, whenever what it asks for is not there yet: handing a piece from one
    thread to another costs as much as a tenth of a small piece. Where there is one piece alone, nobody helps.
    What `work` raises is raised in its turn.
    """
    if pieces < 2 or threads < 2:
        yield from map(work, range(pieces))
        return
    shared = _Pieces(work, pieces, ahead=2 * threads)
    with ThreadPoolExecutor(max(1, threads - 1)) as pool:
        for _ in range(threads - 1):
            pool.submit(shared.help)
        try:
            for number in range(pieces):
                yield shared.take(number)
        finally:
            shared.stop()


class _Pieces(Generic[T]):
    """Which pieces are begun, done and taken. At most `ahead` are begun and not taken."""

    def __init__(self, work: Callable[[int], T], pieces: int, *, ahead: int) -> None:
        self._work, self._pieces, self._ahead = work, pieces, ahead
        self._begun = self._taken = 0
        self._done: dict[int, T | BaseException] = {}
        self._changed = Condition()

    def help(self) -> None:
        """Do piece after piece until none is left."""
        while True:
            with self._changed:
                while (number := self._next()) is None:
                    if self._begun >= self._pieces:
                        return
                    self._changed.wait()
            self._do(number)

    def take(self, number: int) -> T:
        """Piece `number`; does others while it is not there."""
        while (other := self._other_than(number)) is not None:
            self._do(other)
        with self._changed:
            found = self._done.pop(number)
            self._taken = number + 1
            self._changed.notify_all()
        if isinstance(found, BaseException):
            raise found
        return found

    def _other_than(self, number: int) -> int | None:
        """A piece to do while `number` is not done; None as soon as it is."""
        with self._changed:
            while number not in self._done:
                if (other := self._next()) is not None:
                    return other
                self._changed.wait()
        return None

    def stop(self) -> None:
        """Begin no more."""
        with self._changed:
            self._begun = self._pieces
            self._changed.notify_all()

    def _next(self) -> int | None:
        if self._begun >= min(self._pieces, self._taken + self._ahead):
            return None
        self._begun += 1
        return self._begun - 1

    def _do(self, number: int) -> None:
        found: T | BaseException
        try:
            found = self._work(number)
        except BaseException as problem:
            found = problem  # raised in its turn
        with self._changed:
            self._done[number] = found
            self._changed.notify_all()
