"""Processes that are ready at once: forked off one that has loaded winback and does nothing else.

What a business runs by its command is still started by its command where that is what is tested.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import chdir
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.loaded"])


class Forked:
    """A process that runs `main(*arguments)` with the environment of now; what it says is kept."""

    def __init__(self, main: Callable[..., object], *arguments: object) -> None:
        self._reads, writes = CONTEXT.Pipe(duplex=False)
        handle, name = tempfile.mkstemp(prefix="winback-said-")
        os.close(handle)
        self._said = Path(name)
        given = (main, arguments, dict(os.environ), writes, name)
        self._process = CONTEXT.Process(target=_begin, args=given)
        with chdir(ROOT):
            forkserver.ensure_running()
        self._process.start()
        writes.close()

    @property
    def pid(self) -> int:
        """Its number."""
        assert self._process.pid is not None
        return self._process.pid

    def line(self, seconds_max: float = 120) -> str:
        """The next line of its standard output."""
        found = b""
        while not found.endswith(b"\n") and self._reads.poll(seconds_max):
            more = os.read(self._reads.fileno(), 1)
            if not more:
                break
            found += more
        return found.decode()

    def kill(self) -> None:
        """End it at once, without any word."""
        self._process.kill()

    def end(self, seconds_max: float = 120) -> tuple[int | None, str]:
        """Wait for its end; its exit code, below zero where a signal ended it, and its standard error."""
        self._process.join(seconds_max)
        code = self._process.exitcode
        if code is None:
            self._process.kill()
            self._process.join()
        self._process.close()
        self._reads.close()
        said = self._said.read_text(encoding="utf-8")
        self._said.unlink()
        return code, said


def _begin(
    main: Callable[..., object], arguments: tuple[object, ...], environment: dict[str, str], *files: Any
) -> None:
    writes, name = files
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(writes.fileno(), 1)
    with Path(name).open("ab") as kept:
        os.dup2(kept.fileno(), 2)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1, closefd=False) for number in (1, 2))
    main(*arguments)
