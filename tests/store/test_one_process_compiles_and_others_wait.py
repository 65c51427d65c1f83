"""Compiled code that is kept on disk is compiled once, however many processes want it at the same time."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numba
import numpy as np
import pytest

from winback.store.compiled import inner, kept

SOURCE = """
import sys, time
from pathlib import Path
import numpy as np
from winback.store.compiled import kept

@kept()
def order(values):
    return np.argsort(values, kind="mergesort")

Path(sys.argv[1]).touch()
while not Path("go").exists():
    time.sleep(0.01)
found = order(np.array([3, 1, 2]))
print(found.tolist(), sum(order.stats.cache_hits.values()), sum(order.stats.cache_misses.values()))
"""


def test_of_three_processes_one_compiles_and_two_read_what_it_kept(tmp_path: Path) -> None:
    (tmp_path / "sorting.py").write_text(SOURCE)
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    asked = [
        subprocess.Popen(
            [sys.executable, "sorting.py", f"ready-{number}"],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(3)
    ]
    while len(list(tmp_path.glob("ready-*"))) < 3:
        assert all(each.poll() is None for each in asked)
        time.sleep(0.01)
    (tmp_path / "go").touch()
    told = sorted(each.communicate(timeout=120)[0].strip() for each in asked)
    assert told == ["[1, 2, 0] 0 1", "[1, 2, 0] 1 0", "[1, 2, 0] 1 0"]


def test_what_cannot_be_compiled_does_not_stand_in_the_way_of_what_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))

    @kept()
    def twice(value: int) -> int:
        return value * 2

    with pytest.raises(numba.TypingError):
        twice({"no": "number"})
    assert twice(21) == 42


def test_an_inner_function_serves_compiled_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))

    @inner()
    def half(value: float) -> float:
        return value / 2

    @kept()
    def halves(values: np.ndarray) -> float:
        total = 0.0
        for value in values:
            total += half(value)
        return total

    assert halves(np.array([1.0, 2.0])) == 1.5
