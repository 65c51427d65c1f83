"""One writer a workspace: the second waits, or is refused clearly."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from winback.terms.errors import BusyProblem, Place
from winback.terms.progress import Progress, Silent
from winback.terms.told import Told


@contextmanager
def exclusive(path: Path, *, wait_seconds: float, progress: Progress | None = None) -> Iterator[None]:
    """Hold the lock file `path`; the kernel frees it when the process ends, however it ends.

    Raises BusyProblem when another process still holds it after `wait_seconds`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _acquire(handle, path, wait_seconds, progress or Silent())
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def _acquire(handle: int, path: Path, wait_seconds: float, progress: Progress) -> None:
    deadline = time.monotonic() + wait_seconds
    told = False
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            holder = os.pread(handle, 20, 0).decode() or "unknown"
        if time.monotonic() >= deadline:
            raise BusyProblem(
                "another run (process {holder}) is writing this workspace",
                holder=holder,
                place=Place(file=str(path)),
                todo="wait for it to end, or give --wait SECONDS",
            )
        if not told:
            progress.say(Told("waiting for another run (process {holder}) to end", holder=holder))
            told = True
        time.sleep(0.1)
