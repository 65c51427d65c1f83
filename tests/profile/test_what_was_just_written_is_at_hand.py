"""Features of a small base stay in memory for the steps after: what the files say, never what they said."""

from datetime import date, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.profile.conftest import TakenIn
from tests.profile.lanes import events_of
from winback.profile import read, stored
from winback.profile import run as run_module
from winback.profile.run import run
from winback.settings.model import Settings
from winback.store.workspace import Workspace
from winback.terms.time import start_of_day

AS_OF = date(2026, 3, 1)
SETTINGS = Settings()


def _events(customers: int) -> pa.Table:
    rows: list[tuple[object, ...]] = []
    for customer in range(customers):
        for back in range(1 + customer % 5):
            at = start_of_day(AS_OF - timedelta(days=1 + 7 * back), SETTINGS.workspace.zone) + customer
            rows.append((customer, at, "visit", None, None, None, None))
            rows.append((customer, at + 1, "purchase", 100 + customer, "p", "liquid", None))
    return events_of(rows)


def _in_files(ws: Workspace, name: str) -> pa.Table:
    return pq.read_table(stored.folder(ws, AS_OF) / f"{name}.parquet", partitioning=None)


def _same(found: pa.Table, expected: pa.Table) -> None:
    assert found.schema == expected.schema
    assert found.combine_chunks().equals(expected.combine_chunks())


@pytest.mark.parametrize("way", ["full", "delta"])
def test_what_is_at_hand_is_what_the_files_say(taken_in: TakenIn, way: run_module.Way) -> None:
    ws = taken_in(SETTINGS, _events(40))
    run(ws, AS_OF - timedelta(days=1), way=way)
    assert run(ws, AS_OF, way=way).way == way
    names = read.catalogue(SETTINGS).names
    at_hand = read.features_at_hand(ws, AS_OF, names)
    assert at_hand is not None
    _same(at_hand, _in_files(ws, "features"))
    _same(read.features(ws, AS_OF), _in_files(ws, "features"))
    _same(read.profiles(ws, AS_OF), _in_files(ws, "profile"))
    made = pa.Table.from_batches(read.features_on(ws, [AS_OF], names=names))
    assert made.drop_columns("as_of").combine_chunks().equals(at_hand.combine_chunks())


def test_another_process_reads_the_files(taken_in: TakenIn) -> None:
    ws = taken_in(SETTINGS, _events(10))
    run(ws, AS_OF)
    other = Workspace(ws.settings, ws.root)
    assert read.features_at_hand(other, AS_OF, ["tenure_days"]) is None
    _same(read.features(other, AS_OF, ["tenure_days"]), read.features(ws, AS_OF, ["tenure_days"]))


def test_what_is_made_anew_is_at_hand_anew(taken_in: TakenIn) -> None:
    ws = taken_in(SETTINGS, _events(10))
    run(ws, AS_OF)
    before = read.features_at_hand(ws, AS_OF, ["days_since_visit"])
    assert before is not None
    late = start_of_day(AS_OF - timedelta(days=1), SETTINGS.workspace.zone)
    taken_in(SETTINGS, events_of([(3, late, "visit", None, None, None, None)]))
    assert read.features_at_hand(ws, AS_OF, ["days_since_visit"]) is None
    assert run(ws, AS_OF).fresh
    _same(read.features(ws, AS_OF), _in_files(ws, "features"))


def test_a_base_too_large_for_memory_is_read_from_its_files(
    taken_in: TakenIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "DATES_AT_HAND", 10**9)
    ws = taken_in(SETTINGS, _events(10))
    run(ws, AS_OF)
    assert read.features_at_hand(ws, AS_OF, ["tenure_days"]) is None
    _same(read.features(ws, AS_OF), _in_files(ws, "features"))


def test_what_a_large_base_writes_reads_the_same(taken_in: TakenIn, monkeypatch: pytest.MonkeyPatch) -> None:
    ws = taken_in(SETTINGS, _events(10))
    run(ws, AS_OF)
    plain = _in_files(ws, "features")
    monkeypatch.setattr(run_module, "DICTIONARIES_FROM", 1)
    stored.folder(ws, AS_OF).joinpath("meta.json").unlink()
    assert run(ws, AS_OF).fresh
    _same(_in_files(ws, "features"), plain)
