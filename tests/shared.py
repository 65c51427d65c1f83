"""What is dear to make is made once a session, by the first worker that asks; the others wait and read it."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def ground(factory: pytest.TempPathFactory) -> Path:
    """The folder that all workers of this session have in common."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """No other process is in a block that names the same file."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder `name`, filled by `make`; whoever changes what is in it takes a copy."""
    place = ground(factory) / "shared"
    place.mkdir(exist_ok=True)
    folder, whole = place / name, place / f"{name}.whole"
    with locked(place / f"{name}.lock"):
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            whole.touch()
    return folder
