"""Files that a commit no longer names: kept for a while, as other processes may be about to open them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from winback.store.whole import write_json
from winback.terms.time import MICROS_PER_SECOND

FILE = "retired.json"
#: A reader that has read the manifest has so long to open what it names; it then has it, come what may.
KEPT = timedelta(minutes=5)


def retire(data: Path, paths: Iterable[Path], now: datetime) -> None:
    """Note, before a commit, the files that it will no longer name."""
    known = {name: at for name, at in _noted(data).items() if at > _micros(now - KEPT)}
    known |= {str(path.relative_to(data)): _micros(now) for path in paths}
    write_json(data / FILE, known)


def kept(data: Path, now: datetime) -> set[Path]:
    """The files that are to stay though nothing names them."""
    return {data / name for name, at in _noted(data).items() if at > _micros(now - KEPT)}


def expired(data: Path, now: datetime) -> set[Path]:
    """The files that need not stay any longer, as far as they were not forgotten yet."""
    return {data / name for name, at in _noted(data).items() if at <= _micros(now - KEPT)}


def _noted(data: Path) -> dict[str, int]:
    path = data / FILE
    noted: dict[str, int] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return noted


def _micros(moment: datetime) -> int:
    return int(moment.timestamp() * MICROS_PER_SECOND)
