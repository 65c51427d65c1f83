"""A workspace with a trained model, made once a session for the tests that only look at it."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import pytest

from tests.predict.workspace import KNOWN, made
from tests.shared import once
from winback.predict.nouns import Spacing, TrainingPlan, TrainSummary
from winback.predict.run import train
from winback.store.workspace import Workspace

PLAN = TrainingPlan(capacity=25, spacing=Spacing(every_days=7, train_max=6))


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, TrainSummary]:
    """To be looked at, not to be changed."""

    def make(folder: Path) -> None:
        ws = made(folder / "app")
        (folder / "said").write_bytes(pickle.dumps((ws, train(ws, KNOWN, plan=PLAN))))

    said: tuple[Workspace, TrainSummary] = pickle.loads(
        (once(tmp_path_factory, "trained", make) / "said").read_bytes()
    )
    return said


@pytest.fixture
def own_copy(trained: tuple[Workspace, TrainSummary], tmp_path: Path) -> tuple[Workspace, str]:
    """A copy that a test may change, and the version of its model."""
    ws, summary = trained
    shutil.copytree(ws.root, tmp_path / "copy")
    return Workspace(ws.settings, tmp_path / "copy"), summary.version
