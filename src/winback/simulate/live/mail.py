"""What the sandbox wrote for people to read, and what the rewards in it are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.simulate.columns import FIRST_NUMBER
from winback.simulate.live.effects import CONTENT_OF_KIND, MEDIUMS, NEWS

Rows = npt.NDArray[Any]
#: A message as it lies before one who may read it; `grant` is a row of the grants, -1: none is promised.
MESSAGE = np.dtype(
    [
        ("id", "i8"),
        ("customer", "i4"),
        ("at_us", "i8"),
        ("medium", "i4"),
        ("marketing", "i4"),
        ("playbook", "i4"),
        ("step", "i4"),
        ("grant", "i4"),
        ("content", "i4"),
    ]
)


def new_messages(folder: Path, seen: list[str]) -> tuple[list[dict[str, Any]], list[str]]:
    """The lines of the sandbox's files that were not read yet, by message, and the names of these files."""
    names = sorted(f"{file.parent.name}/{file.name}" for file in folder.glob("*/*.ndjson"))
    fresh = sorted(set(names) - set(seen))
    lines: list[dict[str, Any]] = []
    for name in fresh:
        with (folder / name).open(encoding="utf-8") as file:
            lines += [json.loads(line) for line in file]
    return sorted(lines, key=lambda line: int(line["message"])), fresh


def as_rows(lines: list[dict[str, Any]], grants: pa.Table, words: tuple[list[str], list[str]]) -> Rows:
    """Messages as rows of MESSAGE; words = (playbooks, steps), which learn new names here."""
    place = {number: row for row, number in enumerate(grants["id"].to_pylist())}
    kinds = grants["kind"].to_pylist()
    rows = np.zeros(len(lines), MESSAGE)
    for row, line in zip(rows, lines, strict=True):
        row["id"], row["at_us"] = line["message"], line["at_us"]
        row["customer"] = int(line["customer"]) - FIRST_NUMBER
        row["medium"], row["marketing"] = MEDIUMS.index(line["medium"]), line["purpose"] == "marketing"
        row["playbook"], row["step"] = _place(words[0], line["playbook"]), _place(words[1], line["step"])
        grant = place.get(line["grant"], -1)
        row["grant"] = grant
        row["content"] = CONTENT_OF_KIND.get(kinds[grant], NEWS) if grant >= 0 else NEWS
    return rows


def place_of(words: list[str], word: str) -> int:
    """Where a word stands in a list, at whose end it is put if it is new."""
    if word not in words:
        words.append(word)
    return words.index(word)


_place = place_of
