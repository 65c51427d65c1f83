"""Simulated exports of three seeds, and one with nothing planted, made once a session."""

from pathlib import Path

import pytest

from tests.simulate.counted import Counted
from winback.simulate.run import simulate

CUSTOMERS = 24_000
SEEDS = (11, 12, 13)


@pytest.fixture(scope="session")
def app_folders(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    folders = {seed: tmp_path_factory.mktemp("simulated") / str(seed) for seed in SEEDS}
    for seed, folder in folders.items():
        simulate(folder, CUSTOMERS, 400, seed)
    return folders


@pytest.fixture(scope="session", params=SEEDS)
def counted(request: pytest.FixtureRequest, app_folders: dict[int, Path]) -> Counted:
    return Counted.of(app_folders[request.param])


@pytest.fixture(scope="session")
def one(app_folders: dict[int, Path]) -> Counted:
    return Counted.of(app_folders[SEEDS[0]])


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Counted:
    folder = tmp_path_factory.mktemp("simulated") / "plain"
    simulate(folder, CUSTOMERS, 400, 14, plain=True)
    return Counted.of(folder)
