"""However the same rows are split, ordered and sent again, log and lanes come out the same, and right."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cases import cases
from tests.ingest.drawn import PLAIN, csv, events, lanes, source, take, workspace
from winback.store.workspace import Workspace

HEAD = "customer,kind,at,amount,product,pk,detail,message"
MAPPING = PLAIN | {"product": "product", "product_kind": "pk", "detail": "detail", "id": "message"}
DAYS = ["2026-02-28 23:59:59", "2026-03-01 00:00:00", "2026-03-01 12:00:00", "2026-03-02 08:00:00"]
KINDS = ["visit", "purchase", "balance", "fault", "register"]


@st.composite
def _rows(draw: st.DrawFn) -> list[str]:
    def row() -> str:
        kind = draw(st.sampled_from(KINDS))
        cells = [draw(st.sampled_from(["a", "b", "c"])), kind, draw(st.sampled_from(DAYS))]
        cells.append(draw(st.sampled_from(["1.50", "2", "0.01"])) if kind in ("purchase", "balance") else "")
        cells.append(draw(st.sampled_from(["", "p1", "p2"])) if kind == "purchase" else "")
        cells.append(draw(st.sampled_from(["", "liquid", "gold"])) if kind == "purchase" else "")
        cells.append(draw(st.sampled_from(["lag", "crash", ""])) if kind == "fault" else "")
        return ",".join([*cells, ""])

    rows = [row() for _ in range(draw(st.integers(1, 14)))]
    return [r + (f"m{i}" if draw(st.booleans()) else "") for i, r in enumerate(rows)]


@given(_rows(), st.data())
@settings(max_examples=cases(12), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_order_gives_the_same(rows: list[str], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(rows))
    overlap = data.draw(st.lists(st.sampled_from(sorted(set(rows))), unique=True))
    step = data.draw(st.integers(1, 5))
    with tempfile.TemporaryDirectory() as folder:
        once = _taken(Path(folder) / "once", [rows], 1000)
        again = _taken(Path(folder) / "again", [overlap, shuffled, shuffled + overlap[:0], overlap], step)
        columns = 'id, kind, "at", day, amount, product, product_kind, detail, event_key'
        assert events(once, columns) == events(again, columns)
        assert lanes(once) == lanes(again) == _by_hand(once)


def _taken(root: Path, files: list[list[str]], rows_per_step: int) -> Workspace:
    root.mkdir()
    ws = workspace(root, source(path="*.csv", events=[MAPPING]))
    for number, rows in enumerate(files):
        if rows:
            csv(root / f"{number}.csv", "\n".join([HEAD, *rows]))
            take(ws, rows_per_step=rows_per_step)
    return ws


def _by_hand(ws: Workspace) -> dict[str, list[tuple[Any, ...]]]:
    """The lanes, counted event by event."""
    found: dict[str, dict[tuple[str, int], list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in events(ws, 'kind, id, day, "at", amount, product, product_kind, detail'):
        found[row[0]][row[1], row[2]].append(row[3:])
    return {
        kind: sorted((*place, len(rows), *_measured(kind, rows)) for place, rows in groups.items())
        for kind, groups in found.items()
    }


def _measured(kind: str, rows: list[Any]) -> list[int]:
    if kind == "balance":
        return [max((at, amount) for at, amount, *_ in rows)[1]]
    if kind == "fault":
        faults = Counter(row[4] for row in rows)
        return [faults["lag"], faults["crash"], faults["error"]]
    if kind != "purchase":
        return []
    amounts = [row[1] for row in rows]
    kinds = ["liquid", "fixed_term", "bonus_interest"]
    counts = [sum(row[3] == k for row in rows) for k in kinds]
    sums = [sum(row[1] for row in rows if row[3] == k) for k in kinds]
    bits = sum({1 << (kinds.index(row[3]) if row[3] in kinds else 62) for row in rows})
    return [sum(amounts), max(amounts), *counts, *sums, len({row[2] for row in rows} - {None}), bits]
