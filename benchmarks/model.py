"""How fast and how good is the model: training, scoring and explaining against limits and other libraries."""

from __future__ import annotations

import argparse
import pickle
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winback.predict.estimator import ChurnClassifier  # isort: skip - sets how OpenMP waits, before all others

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from sklearn.metrics import log_loss, roc_auc_score

from benchmarks.harness import Entry, against, peak_mib, record, seconds
from winback.predict.treeshap import Explainer

ROWS = {"small": 100_000, "full": 1_000_000}
COLUMNS = 100
EXPLAINED = 50_000
#: pred_contrib of LightGBM is asked for so many rows, and its time scaled up.
EXPLAINED_BY_RIVAL = 1_000
THREADS = 2
TRAIN_SECONDS_MAX, SCORE_SECONDS_MAX, SCORE_MIB_MAX, EXPLAIN_SECONDS_MAX = 120.0, 10.0, 4096.0, 10.0


@dataclass(frozen=True)
class Data:
    """Rows to learn from and, by the last fifth, to be judged on; `truth` is the true probability."""

    matrix: NDArray[np.float32]
    left: NDArray[np.bool_]
    truth: NDArray[np.float64]

    @property
    def cut(self) -> int:
        """The first row to be judged on."""
        return len(self.left) * 4 // 5


def drawn(rows: int, seed: int = 0) -> Data:
    """Counts, amounts and days with a fifth unknown here and there; ten of a hundred columns matter."""
    rng = np.random.default_rng(seed)
    matrix = np.empty((rows, COLUMNS), np.float32, order="F")
    for place in range(COLUMNS):
        kind = place % 4
        if kind == 0:
            matrix[:, place] = rng.poisson(3, rows)
        elif kind == 1:
            matrix[:, place] = rng.geometric(0.1, rows)
        else:
            matrix[:, place] = np.exp(rng.normal(3, 1.5, rows)).round(2)
        if kind == 3:
            matrix[rng.random(rows) < 0.2, place] = np.nan
    known = np.nan_to_num(matrix[:, :10].astype(float), nan=20.0)
    logit = -2.4 + 0.12 * known[:, 1] - 0.35 * known[:, 0] + 0.25 * np.log(known[:, 2] / 20)
    logit += 0.3 * (known[:, 4] > 4) * known[:, 5] / 6 - 0.4 * np.log(known[:, 3] / 20) * (known[:, 8] < 3)
    logit += 0.5 * np.sin(known[:, 9] / 4) + 0.2 * np.log(known[:, 6] / known[:, 7])
    truth = 1 / (1 + np.exp(-logit))
    return Data(matrix, rng.random(rows) < truth, truth)


Contender = Callable[[NDArray[np.float32], NDArray[np.bool_]], Callable[[NDArray[np.float32]], Any]]


def winback(matrix: NDArray[np.float32], left: NDArray[np.bool_]) -> Callable[[NDArray[np.float32]], Any]:
    """Ours, calibrated; the last tenth stops and calibrates it."""
    dates = (np.arange(len(left)) >= len(left) * 9 // 10) * 1
    model = ChurnClassifier(n_jobs=THREADS).fit(matrix, left, dates=dates)
    return lambda rows: model.predict_proba(rows)[:, 1]


def hist_gradient_boosting(matrix: Any, left: Any) -> Any:
    """scikit-learn's, stopped by a tenth of its own."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=400, max_leaf_nodes=31, min_samples_leaf=50, l2_regularization=10, max_features=0.5,
        early_stopping=True, validation_fraction=0.1, n_iter_no_change=20, random_state=0,
    )  # fmt: skip
    model.fit(matrix, left)
    return lambda rows: model.predict_proba(rows)[:, 1]


def xgboost(matrix: Any, left: Any) -> Any:
    """XGBoost by histograms, as many leaves."""
    import xgboost as xgb

    cut = len(left) * 9 // 10
    model = xgb.XGBClassifier(
        n_estimators=400, learning_rate=0.1, max_leaves=31, grow_policy="lossguide", max_bin=127,
        tree_method="hist", colsample_bytree=0.5, reg_lambda=10, min_child_weight=5, n_jobs=THREADS,
        early_stopping_rounds=20, eval_metric="logloss", random_state=0,
    )  # fmt: skip
    model.fit(matrix[:cut], left[:cut], eval_set=[(matrix[cut:], left[cut:])], verbose=False)
    return lambda rows: model.predict_proba(rows)[:, 1]


def catboost(matrix: Any, left: Any) -> Any:
    """CatBoost with its own depth, the same rate and stopping."""
    from catboost import CatBoostClassifier

    cut = len(left) * 9 // 10
    model = CatBoostClassifier(
        iterations=400, learning_rate=0.1, depth=6, rsm=0.5, border_count=127, thread_count=THREADS,
        early_stopping_rounds=20, random_seed=0, verbose=False, allow_writing_files=False,
    )  # fmt: skip
    model.fit(matrix[:cut], left[:cut], eval_set=(matrix[cut:], left[cut:]))
    return lambda rows: model.predict_proba(rows)[:, 1]


CONTENDERS: dict[str, Contender] = {
    "winback": winback,
    "HistGradientBoosting": hist_gradient_boosting,
    "XGBoost": xgboost,
    "CatBoost": catboost,
}


@dataclass
class Result:
    """What one contender took and reached on the rows to be judged on."""

    train: float = 0.0
    score: float = 0.0
    auc: float = 0.0
    log_loss: float = 0.0


def tried(name: str, data: Data) -> Result:
    """Train one contender on the first rows, ask it for all rows, judge it on the last."""
    result, cut, asked = Result(), data.cut, []
    rows, left = np.ascontiguousarray(data.matrix[:cut]), data.left[:cut]
    result.train = seconds(lambda: asked.append(CONTENDERS[name](rows, left)))
    said: list[Any] = []
    result.score = seconds(lambda: said.append(asked[0](data.matrix)))
    judged = np.asarray(said[0], float)[cut:]
    result.auc = float(roc_auc_score(data.left[cut:], judged))
    result.log_loss = float(log_loss(data.left[cut:], judged))
    return result


def compared(data: Data, size: str) -> list[Entry]:
    """Ours against the other libraries, and against the oracle that knows the truth."""
    results = {name: tried(name, data) for name in CONTENDERS}
    ours, entries = results.pop("winback"), []
    for name, other in results.items():
        pairs = (
            ("training", ours.train, other.train, "s"),
            ("scoring all rows", ours.score, other.score, "s"),
            ("AUC", ours.auc, other.auc, ""),
            ("log loss", ours.log_loss, other.log_loss, "nats"),
        )
        for question, mine, its, unit in pairs:
            entries.append(against(question, size, subject=("winback", mine), rival=(name, its), unit=unit))
    left, truth = data.left[data.cut :], data.truth[data.cut :]
    oracle = (
        ("AUC", ours.auc, roc_auc_score(left, truth), ""),
        ("log loss", ours.log_loss, log_loss(left, truth), "nats"),
    )
    for question, mine, its, unit in oracle:
        entries.append(
            against(question, size, subject=("winback", mine), rival=("the truth", float(its)), unit=unit)
        )
    return entries


def within_limits(data: Data, size: str) -> list[Entry]:
    """Training, scoring (time and memory) and explaining, against what is promised for a million rows."""
    dates = (np.arange(len(data.left)) >= len(data.left) * 9 // 10) * 1
    model = ChurnClassifier(n_jobs=THREADS)
    # As `winback train` does: fitted with a later fold, then learnt anew from all rows.
    train = seconds(lambda: model.fit(data.matrix, data.left, dates=dates).refit(data.matrix, data.left))
    score = seconds(lambda: model.predict_proba(data.matrix))
    explain = Explainer(model.trees_, THREADS)
    some = data.matrix[: min(EXPLAINED, len(data.matrix))]
    explain(some[:10])
    explained = seconds(lambda: explain(some))
    few = data.matrix[:EXPLAINED_BY_RIVAL]
    theirs = seconds(lambda: model.booster_.predict(few, pred_contrib=True, num_threads=THREADS))
    gap = np.abs(explain(few) - np.asarray(model.booster_.predict(few, pred_contrib=True))).max()
    theirs *= len(some) / len(few)
    print(f"{model.n_trees_} trees; largest difference from LightGBM's contributions {gap:.1e}")
    return [
        against("training", size, subject=("winback", train), rival=("limit", TRAIN_SECONDS_MAX), unit="s"),
        against("scoring", size, subject=("winback", score), rival=("limit", SCORE_SECONDS_MAX), unit="s"),
        against("scoring, memory", size, subject=("winback", _memory(model, data)),
                rival=("limit", SCORE_MIB_MAX), unit="MiB"),
        against("explaining 50,000", size, subject=("winback", explained),
                rival=("limit", EXPLAIN_SECONDS_MAX), unit="s"),
        against("explaining 50,000", size, subject=("winback", explained),
                rival=("LightGBM pred_contrib", theirs), unit="s"),
    ]  # fmt: skip


def _memory(model: ChurnClassifier, data: Data) -> float:
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        model.feature_names_in_ = np.array([f"c{place}" for place in range(COLUMNS)], object)
        (here / "model.pickle").write_bytes(pickle.dumps(model))
        columns = {f"c{place}": data.matrix[:, place] for place in range(COLUMNS)}
        pq.write_table(pa.table(columns), here / "rows.parquet", compression="none")
        return peak_mib(score_file, folder)


def score_file(folder: str) -> None:
    """Read a feature table and score it, as a fresh process would; for the measure of memory."""
    model = pickle.loads((Path(folder) / "model.pickle").read_bytes())
    model.predict_proba(pq.read_table(Path(folder) / "rows.parquet"))


def main() -> None:
    """Draw the rows, ask the questions, keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=list(ROWS), default="small")
    size = parser.parse_args().size
    data = drawn(ROWS[size])
    record([*within_limits(data, size), *compared(data, size)])


if __name__ == "__main__":
    main()
