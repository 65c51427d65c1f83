"""The lock of a workspace is held by one process, and freed by its end, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from winback.store.lock import exclusive
from winback.terms.errors import BusyProblem
from winback.terms.progress import Silent

HOLDING = """
import sys, time
from pathlib import Path
from winback.store.lock import exclusive
with exclusive(Path(sys.argv[1]), wait_seconds=0):
    print("held", flush=True)
    time.sleep(60)
"""


class _Heard(Silent):
    def __init__(self) -> None:
        self.told: list[str] = []

    def say(self, text: str) -> None:
        self.told.append(text)


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", HOLDING, str(path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        heard = _Heard()
        with (
            pytest.raises(BusyProblem, match=f"process {holder.pid}"),
            exclusive(path, wait_seconds=0.2, progress=heard),
        ):
            pass
        assert heard.told == [f"waiting for another run (process {holder.pid}) to end"]
        os.kill(holder.pid, signal.SIGKILL)
        with exclusive(path, wait_seconds=5):
            assert path.read_text() == str(os.getpid())
