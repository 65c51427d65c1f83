"""How near the model comes to the best that can be said of a simulated app: to oracle and onlooker."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.harness import Entry, against, record
from benchmarks.onlooker import foretold
from winback import flow
from winback.ingest import read as ingest
from winback.predict import artefacts
from winback.predict.dataset import CHANNEL, Wanted, read_rows
from winback.predict.nouns import Spacing, TrainingPlan
from winback.predict.rows import Rows
from winback.settings.load import load
from winback.simulate.columns import FIRST_NUMBER
from winback.simulate.nouns import Order
from winback.simulate.oracle import churn_probability
from winback.store.workspace import Workspace

NOW = datetime(2030, 1, 1, tzinfo=UTC)
DAYS, SEED, HORIZON_DAYS = 365, 5, 30
#: The onlooker is asked of so many test rows; it takes about 15 ms of a core for each.
ASKED = 4_000
PLAN = TrainingPlan(spacing=Spacing(every_days=7, train_max=26), rows_max=2_000_000)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Size:
    """So many simulated customers."""

    customers: int


SIZES = {"small": Size(20_000), "full": Size(100_000)}


@dataclass(frozen=True)
class Judged:
    """What happened, and what model and oracle said of it; the onlooker of the rows in `asked` alone."""

    left: NDArray[np.bool_]
    model: Floats
    oracle: Floats
    asked: NDArray[np.int64]
    onlooker: Floats


def judged(root: Path, size: Size) -> Judged:
    """Simulate, take in, train on the past, and ask all three of the test date."""
    flow.simulate(root, size.customers, DAYS, SEED)
    ws = Workspace(load(root / "winback.toml", environ={}), root)
    flow.ingest(ws, now=NOW)
    order = Order(customers=size.customers, days=DAYS, seed=SEED)
    made = flow.train(ws, order.first_day + timedelta(days=DAYS - 1), plan=PLAN)
    (as_of,) = made.card.test.dates
    model = artefacts.load(ws, made.version).model
    names = tuple(str(name) for name in model.feature_names_in_ if name != CHANNEL)
    rows = read_rows(ws, [as_of], Wanted(names, HORIZON_DAYS))
    who = _numbers(ws)[rows.customers]
    asked = np.sort(np.random.default_rng(0).permutation(len(who))[:ASKED])
    return Judged(
        left=rows.left,
        model=model.predict_proba(rows.features)[:, 1],
        oracle=_oracle(root, as_of, who, rows),
        asked=asked,
        onlooker=foretold(root, order, who[asked], as_of),
    )


def _numbers(ws: Workspace) -> NDArray[np.int64]:
    """The row in the simulated base of each customer key."""
    ids = pc.cast(ingest.registry(ws)["id"], pa.int64()).to_numpy()
    return np.asarray(ids, np.int64) - FIRST_NUMBER


def _oracle(root: Path, as_of: date, who: NDArray[np.int64], rows: Rows) -> Floats:
    truth = pq.read_table(root / "truth" / "hazard.parquet", filters=[("as_of", "=", as_of)])
    chance = np.full(int(who.max()) + 1, np.nan)
    known = truth["customer"].to_numpy() - FIRST_NUMBER
    inside = known < len(chance)
    chance[known[inside]] = churn_probability(truth, HORIZON_DAYS)[inside]
    found: Floats = chance[who]
    assert not np.isnan(found).any(), f"the truth lacks some of {len(rows)} rows"
    return found


def entries(name: str, size: Size, found: Judged) -> list[Entry]:
    """Log loss and AUC excess of the model against both, of the onlooker against the oracle."""
    label = f"{name}: {size.customers:,} customers, {len(found.left):,} of them there"
    some = found.asked
    few = f"{label}, {len(some):,} asked"
    pairs = (
        (label, ("the model", found.model), ("the oracle", found.oracle), found.left),
        (few, ("the onlooker", found.onlooker), ("the oracle", found.oracle[some]), found.left[some]),
        (few, ("the model", found.model[some]), ("the onlooker", found.onlooker), found.left[some]),
    )
    foreseen = (
        (label, ("the model", found.model), found.oracle),
        (few, ("the onlooker", found.onlooker), found.oracle[some]),
    )
    return [entry for pair in pairs for entry in _both(*pair)] + [_expected(*each) for each in foreseen]


def _expected(label: str, mine: tuple[str, Floats], oracle: Floats) -> Entry:
    """The log loss to be expected where the oracle's chances are the true ones: free of one world's dice."""
    said, true = (np.clip(each, 1e-9, 1 - 1e-9) for each in (mine[1], oracle))
    losses = [
        float(-(true * np.log(chance) + (1 - true) * np.log(1 - chance)).mean()) for chance in (said, true)
    ]
    subject, rival = (mine[0], losses[0]), ("the oracle", losses[1])
    return against("log loss, expected", label, subject=subject, rival=rival, unit="nats")


def _both(
    label: str, mine: tuple[str, Floats], other: tuple[str, Floats], left: NDArray[np.bool_]
) -> Sequence[Entry]:
    from sklearn.metrics import log_loss, roc_auc_score

    sides = [(name, np.clip(said, 1e-9, 1 - 1e-9)) for name, said in (mine, other)]
    losses = [(name, float(log_loss(left, said))) for name, said in sides]
    excess = [(name, float(roc_auc_score(left, said)) - 0.5) for name, said in sides]
    low, high = interval(left, sides[0][1], sides[1][1])
    print(f"{mine[0]} over {other[0]}: log loss {losses[0][1] / losses[1][1]:.4f} ({low:.4f} to {high:.4f})")
    return (
        against("log loss", label, subject=losses[0], rival=losses[1], unit="nats"),
        against("AUC above 0.5", label, subject=excess[0], rival=excess[1], unit=""),
    )


def interval(left: NDArray[np.bool_], mine: Floats, other: Floats, draws: int = 400) -> tuple[float, float]:
    """The 95 % interval of the ratio of two log losses on the same rows, by drawing rows anew."""
    losses = [-np.log(np.where(left, said, 1 - said)) for said in (mine, other)]
    rng, ratios = np.random.default_rng(0), []
    for _ in range(draws):
        weight = rng.poisson(1.0, len(left))
        ratios.append((weight @ losses[0]) / (weight @ losses[1]))
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(low), float(high)


def main() -> None:
    """Measure the size that was asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--size", choices=sorted(SIZES), default="small")
    name = asked.parse_args().size
    with tempfile.TemporaryDirectory(prefix="winback-bench-") as folder:
        root = Path(folder) / "world"
        record(entries(name, SIZES[name], judged(root, SIZES[name])))


if __name__ == "__main__":
    main()
