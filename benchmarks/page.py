"""Writes docs/benchmarks.md from build/bench.json, so that no figure in it was typed by hand."""

from __future__ import annotations

import json
import os
import platform
from importlib.metadata import version
from typing import Any

from benchmarks.harness import RESULTS

PAGE = RESULTS.parents[1] / "docs" / "benchmarks.md"
_LIBRARIES = ("duckdb", "pyarrow", "numba", "numpy", "polars", "lightgbm")
_HEAD = """# Benchmarks

Every figure here comes from `build/bench.json`, which `make bench SIZE=small|full` writes;
`python -m benchmarks.page` makes this page from it. A ratio is the subject's value over the rival's, both
measured in one run, by turns where there is more than one: below 1 the subject takes less. Absolute
figures move two to three times with the neighbours on a shared machine: trust the ratios. Where the rival is
"the goal" or "limit", the ratio says how much of what was set is used up (for rates in events/s, more is
better). A row stands until its comparison is measured again: rows may come from different runs, with other
work on the machine, so compare within a row and not between rows.
"""
_TABLE = "| subject | value | rival | value | subject / rival | runs |\n| --- | --- | --- | --- | --- | --- |"


def page(entries: list[dict[str, Any]]) -> str:
    """The page as text: one section a size, one table a question."""
    parts = [_HEAD, _machine()]
    sizes = ("small", "full")
    for size in sizes:
        chosen = [entry for entry in entries if entry["size"].split(":")[0] == size]
        if chosen:
            parts.append(f"\n## Size {size}\n")
            parts += [_question(chosen, question) for question in dict.fromkeys(map(_asked, chosen))]
    return "\n".join(parts)


def _asked(entry: dict[str, Any]) -> tuple[str, str]:
    return entry["question"], entry["size"].partition(": ")[2]


def _question(entries: list[dict[str, Any]], question: tuple[str, str]) -> str:
    title = question[0] + (f" ({question[1]})" if question[1] else "")
    rows = [_row(entry) for entry in entries if _asked(entry) == question]
    return f"### {title[0].upper()}{title[1:]}\n\n{_TABLE}\n" + "\n".join(rows) + "\n"


def _row(entry: dict[str, Any]) -> str:
    mine, other = (f"{_figure(entry[f'{side}_value'])} {entry['unit']}" for side in ("subject", "rival"))
    ratio = f"{entry['ratio']:.3g}"
    return f"| {entry['subject']} | {mine} | {entry['rival']} | {other} | {ratio} | {entry['runs']} |"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _machine() -> str:
    cores = len(os.sched_getaffinity(0))
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return f"Measured on {cores} shared cores, Python {platform.python_version()}, {libraries}."


if __name__ == "__main__":
    PAGE.write_text(page(json.loads(RESULTS.read_text())), encoding="utf-8")
