"""`make bench` runs every file of benchmarks/ that measures, each once."""

from __future__ import annotations

from pathlib import Path

from benchmarks.__main__ import BENCHES

ROOT = Path(__file__).parents[2]


def test_every_file_that_measures_is_named_once() -> None:
    measuring = {
        file.stem
        for file in (ROOT / "benchmarks").glob("*.py")
        if '"--size"' in file.read_text(encoding="utf-8") and file.stem != "__main__"
    }
    assert sorted(BENCHES) == sorted(measuring)


def test_make_runs_the_list_and_nothing_beside_it() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert text.count("-m benchmarks") == 1
    assert "-m benchmarks --size $(SIZE)" in text
