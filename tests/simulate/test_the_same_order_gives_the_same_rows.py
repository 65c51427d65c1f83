"""A seed is a promise: same order, same rows, however the work is cut."""

import hashlib

import numpy as np
import pyarrow.parquet as pq
import pytest

from winback.simulate import making
from winback.simulate.buffers import buffers, newborn, taken
from winback.simulate.compiled import App
from winback.simulate.nouns import Order
from winback.simulate.people import people
from winback.simulate.run import simulate
from winback.simulate.walk import walk
from winback.simulate.world import planted, ways_of, world


def digests(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


@pytest.mark.parametrize("dirty", [False, True])
def test_the_same_seed_gives_the_same_rows(tmp_path, dirty):
    """Rows, not bytes: Arrow does not always write a column that is all null with the same bytes."""
    for name in ("a", "b"):
        simulate(tmp_path / name, 1_000, 100, 5, dirty=dirty)
    assert digests(tmp_path / "a").keys() == digests(tmp_path / "b").keys()
    for file in digests(tmp_path / "a"):
        if file.endswith(".parquet"):
            one, other = (pq.read_table(tmp_path / part / file) for part in ("a", "b"))
            assert one.equals(other), file


def test_the_same_seed_gives_the_same_text_files(tmp_path):
    for name in ("a", "b"):
        simulate(tmp_path / name, 500, 60, 5, format="csv")
    texts = [
        {file: digest for file, digest in digests(tmp_path / name).items() if not file.endswith(".parquet")}
        for name in ("a", "b")
    ]
    assert texts[0] == texts[1]


def test_another_seed_gives_another_base(tmp_path):
    simulate(tmp_path / "a", 1_000, 60, 5)
    simulate(tmp_path / "b", 1_000, 60, 6)
    different = [f for f, d in digests(tmp_path / "a").items() if digests(tmp_path / "b").get(f) != d]
    assert any("registrations" in name for name in different)
    assert any("visits" in name for name in different)


def test_chunks_of_customers_change_nothing(tmp_path, monkeypatch):
    simulate(tmp_path / "whole", 1_000, 80, 5)
    monkeypatch.setattr(making, "CHUNK", 300)
    simulate(tmp_path / "cut", 1_000, 80, 5)
    for name in digests(tmp_path / "whole"):
        if name.endswith(".parquet"):
            one, other = (pq.read_table(tmp_path / part / name).combine_chunks() for part in ("whole", "cut"))
            assert one.sort_by(one.column_names[0]).num_rows == other.num_rows, name
            assert one.to_pylist() == other.to_pylist(), name


def test_walking_day_by_day_is_walking_the_span_at_once():
    """What a live mode relies on."""
    order = Order(customers=800, days=90, seed=9)
    what, ways = planted(order), ways_of(order)
    born, days = people(order, what.clusters), world(order, what, ways)

    def walked(cuts):
        state, rows = newborn(len(born), order.seed), []
        for first, after in cuts:
            full = buffers(len(born), after - first)
            walk(born, state, (0, first, after), App(days, ways, full))
            rows.append({kind: part.copy() for kind, part in taken(full).items()})
        return state, {kind: np.concatenate([r[kind] for r in rows]) for kind in rows[0]}

    state, rows = walked([(0, 90)])
    daily_state, daily = walked([(day, day + 1) for day in range(90)])
    assert (state == daily_state).all()
    for kind, part in rows.items():
        order_of = np.lexsort((part["customer"], part["day"]))
        assert (
            np.sort(part[order_of], order=["customer", "day", "second"])
            == np.sort(daily[kind], order=["customer", "day", "second"])
        ).all(), kind
