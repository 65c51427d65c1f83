"""What is kept of a profile below the data folder, and whether it still holds."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from winback.ingest import read as ingest
from winback.ingest.nouns import Manifest
from winback.profile.catalogue import catalogue
from winback.store.workspace import Workspace

#: Grows with every change of what the files hold; others are made anew.
FORM = 1
#: A date is held in memory where so many of its size may be.
DATES_AT_HAND = 4
#: What was written of a date, by the name of its file.
AtHand = dict[str, pa.Table]
#: The sections of the settings by which phases, trust and states are told.
RULES = ("phases", "trust", "churn")


@dataclass(frozen=True)
class Inputs:
    """What a profile was made from: equal inputs give equal files."""

    form: int
    catalogue: str
    rules: str
    measures: str
    customers: int


@dataclass(frozen=True)
class Meta:
    """What meta.json says of a kept profile; `ingest_version` is that of the commit that was read.

    `tally`: whether the numbers that only others are made of are kept too, for the next day.
    """

    inputs: Inputs
    ingest_version: int
    tally: bool
    features: int
    states: dict[str, int]
    phases: dict[str, int]
    trusts: dict[str, int]


def folder(ws: Workspace, as_of: date) -> Path:
    """Where the profile of a date lies."""
    return ws.data / "profile" / f"as_of={as_of.isoformat()}"


def inputs_now(ws: Workspace, manifest: Manifest) -> Inputs:
    """What a profile made now would be made from."""
    return Inputs(
        form=FORM,
        catalogue=catalogue(ws.settings).fingerprint,
        rules=ws.settings.fingerprint(*RULES),
        measures=manifest.measures,
        customers=manifest.customers,
    )


def load(ws: Workspace, as_of: date) -> Meta | None:
    """What is known of the kept profile; None where there is none that is whole."""
    path = folder(ws, as_of) / "meta.json"
    if not path.exists():
        return None
    raw = json.loads(path.read_text(encoding="utf-8"))
    if raw.get("inputs", {}).get("form") != FORM:
        return None
    return Meta(**{**raw, "inputs": Inputs(**raw["inputs"])})


def is_small(ws: Workspace, customers: int, features: int) -> bool:
    """Whether all features of all customers take but a small part of what may be kept in memory."""
    return 8 * customers * features * DATES_AT_HAND <= ws.shelf.bytes_max


def put_at_hand(ws: Workspace, as_of: date, written: AtHand) -> None:
    """Keep what was just written of a date in memory too: the steps after this one read it often."""
    for name, table in written.items():
        ws.shelf.keep(at_hand(folder(ws, as_of) / f"{name}.parquet"), table)


def at_hand(path: Path) -> tuple[str, int, int]:
    """The name under which a file as it is now would be on the shelf; other where it was written anew."""
    told = path.stat()
    return str(path), told.st_ino, told.st_mtime_ns


def to_json(meta: Meta) -> dict[str, object]:
    """The meta as JSON values."""
    return asdict(meta)


def still_holds(ws: Workspace, as_of: date, meta: Meta, manifest: Manifest) -> bool:
    """Whether the kept profile is what a new one would be: no day before `as_of` has changed since."""
    if meta.inputs != inputs_now(ws, manifest):
        return False
    return all(day >= as_of for day in ingest.days_changed_since(ws, meta.ingest_version))


def day_before(ws: Workspace, as_of: date, manifest: Manifest) -> Meta | None:
    """The kept profile of the day before, where today's can be made from it exactly; else None.

    It must hold its tally, be made from the same catalogue and measures, and no day before its own as_of may
    have changed since.
    """
    yesterday = as_of - timedelta(days=1)
    meta = load(ws, yesterday)
    if meta is None or not meta.tally or meta.inputs.customers > manifest.customers:
        return None
    now = inputs_now(ws, manifest)
    if meta.inputs != replace(now, customers=meta.inputs.customers, rules=meta.inputs.rules):
        return None
    changed = ingest.days_changed_since(ws, meta.ingest_version)
    return meta if all(day >= yesterday for day in changed) else None
