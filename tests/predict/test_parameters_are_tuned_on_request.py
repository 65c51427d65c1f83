"""Tuning looks at training rows alone, keeps what is better, and says what it needs."""

from __future__ import annotations

import builtins
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.predict.conftest import PLAN
from tests.predict.drawn import draw
from tests.predict.workspace import KNOWN
from winback.predict import artefacts
from winback.predict.card_page import page
from winback.predict.estimator import ChurnClassifier
from winback.predict.rows import Rows
from winback.predict.run import train
from winback.predict.tuning import tune
from winback.store.workspace import Workspace
from winback.terms.errors import Problem


def rows(days: tuple[int, ...] = (0, 35, 70)) -> Rows:
    drawn = draw(3_000, days=days)
    churned = np.where(drawn.left, drawn.days + 10, -1).astype(np.int32)
    return Rows(
        drawn.table, drawn.customers, drawn.days, drawn.days, drawn.days, drawn.days, churned, churned
    )


def test_it_finds_nothing_worse_than_the_usual_parameters() -> None:
    tuned = tune(rows(), ChurnClassifier(n_jobs=1), trials=4, embargo_days=30)
    assert tuned.log_loss <= tuned.usual_log_loss
    assert (tuned.by, tuned.trials) == ("date", 4)
    assert bool(tuned.parameters) is (tuned.log_loss < tuned.usual_log_loss)
    assert set(tuned.parameters) <= set(ChurnClassifier().get_params())


def test_it_finds_the_same_again() -> None:
    found = [tune(rows(), ChurnClassifier(n_jobs=1), trials=3, embargo_days=30) for _ in range(2)]
    assert found[0] == found[1]


def test_parameters_that_are_hopeless_are_bettered() -> None:
    hopeless = ChurnClassifier(n_jobs=1, learning_rate=1e-4, leaves_max=2, trees_max=60)
    tuned = tune(rows(), hopeless, trials=4, embargo_days=30)
    assert tuned.log_loss < tuned.usual_log_loss - 0.01
    assert tuned.parameters["learning_rate"] >= 0.02


def test_dates_too_near_each_other_are_split_by_customer() -> None:
    assert tune(rows((0, 7, 14)), ChurnClassifier(n_jobs=1), trials=1, embargo_days=30).by == "customer"


def test_without_optuna_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "optuna":
            raise ModuleNotFoundError(name)
        return usual(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Problem, match=r"tuning needs Optuna.*\n.*winback\[tuning\]"):
        tune(rows(), ChurnClassifier(n_jobs=1), trials=1, embargo_days=30)


def test_a_tuned_model_says_so_in_its_card_and_is_another_version(own_copy: tuple[Workspace, str]) -> None:
    ws, version = own_copy
    made = train(ws, KNOWN, plan=replace(PLAN, tuning_trials=2))
    assert made.version != version
    tuned = made.card.tuned
    assert tuned is not None
    assert tuned.trials == 2
    assert "Tuned by 2 trials on the training rows" in page(made.card, "en")
    kept = artefacts.load(ws, made.version).model.get_params()
    assert {name: kept[name] for name in tuned.parameters} == tuned.parameters
