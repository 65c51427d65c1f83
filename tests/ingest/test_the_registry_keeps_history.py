"""The registry tells what was known about each customer as of any day."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from tests.ingest.drawn import csv, source, take, workspace
from winback.ingest import read
from winback.store.workspace import Workspace
from winback.terms.time import day_number

MAPPING = {name: name for name in ("kind", "customer", "at", "channel", "inviter", "birthday", "time_zone")}
HEAD = "kind,customer,at,channel,inviter,birthday,time_zone\n"


def _shop(root: Path, *files: str) -> Workspace:
    ws = workspace(
        root, source(path="*.csv", events=[MAPPING]), kinds={"identify": {"zh": "识别", "en": "identify"}}
    )
    for number, text in enumerate(files):
        csv(root / f"{number}.csv", HEAD + text)
        take(ws)
    return ws


def _row(ws: Workspace, customer: str, as_of: date | None = None) -> dict[str, Any]:
    key = read.customer_key(ws, customer)
    assert key is not None
    row: dict[str, Any] = read.registry(ws, as_of).slice(key, 1).to_pylist()[0]
    assert (row["customer"], row["id"]) == (key, customer)
    return {
        name: value for name, value in row.items() if value is not None and name not in ("customer", "id")
    }


def test_a_channel_is_what_it_was_as_of_a_day(root: Path) -> None:
    ws = _shop(
        root,
        "register,ann,2026-03-01 10:00,invitation,bob,1990-02-28,Asia/Tokyo\nvisit,bob,2026-02-01,,,,",
        "identify,ann,2026-03-03 00:00,distribution,,,",
    )
    known = {"registered_day": 20513, "first_seen_day": 20513, "inviter": "bob", "time_zone": "Asia/Tokyo"}
    known |= {"birthday": date(1990, 2, 28)}
    assert _row(ws, "ann") == known | {"channel": "distribution"}
    assert _row(ws, "ann", date(2026, 3, 3)) == known | {"channel": "invitation"}, "before the day begins"
    assert _row(ws, "ann", date(2026, 3, 4)) == known | {"channel": "distribution"}
    assert _row(ws, "ann", date(2026, 3, 1)) == {}
    assert _row(ws, "bob") == {"first_seen_day": 20485}


def test_a_late_registration_sets_the_day_back(root: Path) -> None:
    ws = _shop(root, "register,ann,2026-03-05,invitation,,,", "register,ann,2026-03-01,organic,,,")
    assert _row(ws, "ann") == {"registered_day": 20513, "first_seen_day": 20513, "channel": "invitation"}
    assert _row(ws, "ann", date(2026, 3, 3))["channel"] == "organic"


def test_keys_are_dense_and_never_change(root: Path) -> None:
    ws = _shop(root, "visit,bob,2026-03-01,,,,\nvisit,ann,2026-03-01,,,,")
    before = {name: read.customer_key(ws, name) for name in ("bob", "ann")}
    csv(root / "z.csv", HEAD + "visit,eve,2026-02-01,,,,\nvisit,ann,2026-03-02,,,,")
    take(ws)
    assert before == {"bob": 0, "ann": 1}
    assert read.registry(ws)["customer"].to_pylist() == [0, 1, 2]
    assert read.registry(ws)["id"].to_pylist() == ["bob", "ann", "eve"]
    assert read.customer_key(ws, "nobody") is None
    assert read.manifest(ws).customers == 3


def _said(ws: Workspace, name: str, cuts: dict[str, date]) -> dict[str, str | None]:
    """What was said of each customer of `cuts` before its own date."""
    cut, asked = np.zeros(read.manifest(ws).customers, np.int32), np.zeros(read.manifest(ws).customers, bool)
    for customer, day in cuts.items():
        key = read.customer_key(ws, customer)
        cut[key], asked[key] = day_number(day), True
    found = read.said_each(ws, cut, asked, free_max=20).get(name)
    assert found is None or len(found) == len(cut)
    return {c: None if found is None else found[read.customer_key(ws, c)].as_py() for c in cuts}


def _people(root: Path, *files: str) -> Workspace:
    mapping = {n: n for n in ("kind", "customer", "at")} | {"attributes": {"region": "region", "a'b": "tier"}}
    ws = workspace(root, source(path="*.csv", events=[mapping]))
    for number, text in enumerate(files):
        csv(root / f"{number}.csv", "kind,customer,at,region,tier\n" + text)
        take(ws)
    return ws


def test_a_free_attribute_is_what_it_was_as_of_a_day_of_the_customers_own(root: Path) -> None:
    ws = _people(
        root,
        "register,ann,2026-03-01 10:00,广东,gold\nregister,ann,2026-03-03 10:00,,silver\n"
        'register,bob,2026-03-02,Rust "East",\nvisit,bob,2026-03-03,elsewhere,gold',
    )
    early, late = {"ann": date(2026, 3, 2), "bob": date(2026, 3, 2)}, {"ann": date(2026, 3, 4)}
    assert _said(ws, "attributes.region", early) == {"ann": "广东", "bob": None}
    assert _said(ws, "attributes.a'b", early) == {"ann": "gold", "bob": None}
    assert _said(ws, "attributes.region", late) == {"ann": "广东"}, "what is not told anew stays"
    assert _said(ws, "attributes.a'b", late) == {"ann": "silver"}
    assert _said(ws, "attributes.region", {"bob": date(2026, 3, 9)}) == {"bob": 'Rust "East"'}
    assert _said(ws, "attributes.a'b", {"bob": date(2026, 3, 9)}) == {"bob": None}, (
        "only what registers tells"
    )


def test_free_attributes_come_late_or_twice_to_the_same_end(root: Path) -> None:
    first, second = "register,ann,2026-03-01,江苏,gold", "register,ann,2026-03-05,浙江,gold"
    once, twice = root / "once", root / "twice"
    for folder in (once, twice):
        folder.mkdir()
    told = [_people(once, first, second), _people(twice, second, f"{first}\n{second}", first)]
    for ws in told:
        assert _said(ws, "attributes.region", {"ann": date(2026, 3, 5)}) == {"ann": "江苏"}
        assert _said(ws, "attributes.region", {"ann": date(2026, 3, 6)}) == {"ann": "浙江"}


def test_only_the_free_attributes_said_most_are_told(root: Path) -> None:
    ws = _people(root, "register,ann,2026-03-01,江苏,gold\nregister,bob,2026-03-01,江苏,")
    cut = np.full(2, day_number(date(2026, 3, 9)), np.int32)
    assert list(read.said_each(ws, cut, np.ones(2, bool), free_max=1)) == ["attributes.region"]


def test_what_was_said_of_some_is_what_the_registry_says_of_them(root: Path) -> None:
    ws = _shop(
        root,
        "register,ann,2026-03-01 10:00,invitation,bob,,\nvisit,bob,2026-02-01,,,,",
        "identify,ann,2026-03-03 00:00,distribution,,,\nregister,eve,2026-03-01,organic,,,",
    )
    some = np.array([2, 0], np.int32)
    for as_of in (date(2026, 3, 3), date(2026, 3, 4), date(2026, 1, 1)):
        told = read.said_of(ws, as_of, some)
        whole = read.registry(ws, as_of)
        for name in ("channel", "campaign"):
            assert told[name].to_pylist() == [whole[name][int(key)].as_py() for key in some]
