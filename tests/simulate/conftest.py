"""Simulated exports of three seeds, and one with nothing planted, made once a session."""

from functools import partial
from pathlib import Path

import pytest

from tests.shared import once
from tests.simulate.counted import Counted
from winback.simulate.run import simulate

CUSTOMERS = 24_000
SEEDS = (11, 12, 13)


def simulated(folder: Path, *, seed: int, plain: bool = False) -> None:
    simulate(folder, CUSTOMERS, 400, seed, plain=plain)


@pytest.fixture(scope="session")
def app_folders(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    return {
        seed: once(tmp_path_factory, f"simulated-{seed}", partial(simulated, seed=seed)) for seed in SEEDS
    }


@pytest.fixture(scope="session", params=SEEDS)
def counted(request: pytest.FixtureRequest, app_folders: dict[int, Path]) -> Counted:
    return Counted.of(app_folders[request.param])


@pytest.fixture(scope="session")
def one(app_folders: dict[int, Path]) -> Counted:
    return Counted.of(app_folders[SEEDS[0]])


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Counted:
    return Counted.of(once(tmp_path_factory, "simulated-plain", partial(simulated, seed=14, plain=True)))
