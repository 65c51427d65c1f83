"""What holds for all tests: no secrets from outside, both kinds of facts stores, cases that may take time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import postgresql
from tests.cases import cases
from tests.ready_facts import ReadyFacts
from tests.shared import ground, once
from winback.store import facts

#: Where files are kept that need not outlive the machine, and how much of it must be free.
MEMORY, MEMORY_GIB_MIN = Path("/dev/shm"), 8
if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_GIB_MIN * 2**30:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

settings.register_profile(
    "house",
    max_examples=cases(100),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
)
settings.load_profile("house")

#: A database is copied only while nobody holds it; waits up to ten seconds for each that lets go.
ALONE = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = 'migrated'"
#: Files that take long, the longest first: a worker that begins one last would be waited for.
LONGEST = (
    "diagnose/test_the_planted_truth_is_told.py",
    "doors/test_worker_acts.py",
    "warn/test_a_run_keeps_warnings.py",
    "story/test_one_customers_year.py",
    "diagnose/test_a_report_holds_all_it_found.py",
    "doors/test_worker_hears_at_once.py",
    "doors/test_run.py",
    "doors/test_worker_kills.py",
    "doors/test_demo.py",
    "warn/test_the_live_pass_goes_by_what_came_in.py",
    "warn/test_policies_are_tried_before_they_are_used.py",
    "reward/test_claims_are_checked.py",
    "reward/test_a_kill_changes_nothing.py",
    "profile/test_the_kernel_says_what_plain_sql_says.py",
    "ingest/test_incoming_is_taken.py",
)
_number = count()
_migrate = facts.migrate


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several work at once, the longest files come first, and each stays in one piece."""
    here = Path(__file__).parent
    place = {here / name: number for number, name in enumerate(LONGEST)}
    gone = [str(path) for path in place if not path.exists()]
    if gone:
        raise pytest.UsageError(f"tests/conftest.py names files that are not there: {', '.join(gone)}")
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: place.get(item.path, len(place)))


@pytest.fixture(autouse=True)
def no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told by accident."""
    for name in ("WINBACK_CONTACTS_KEY", "WINBACK_ALERT_URLS"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)


@pytest.fixture(scope="session", autouse=True)
def ready_facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReadyFacts]:
    """Tables of new facts stores are copied; a store that is there already is migrated as ever."""
    ready = ReadyFacts(tmp_path_factory.mktemp("ready"), _migrate)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(facts, "migrate", ready)
        yield ready


@pytest.fixture
def real_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here nothing is copied: the migrations make all tables."""
    monkeypatch.setattr(facts, "migrate", _migrate)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL of our own, the same for all workers."""
    with postgresql.postgresql(ground(tmp_path_factory)) as address:
        yield address


@pytest.fixture(scope="session")
def migrated(server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same address; its database `migrated` has all tables, to be copied from."""

    def make(folder: Path) -> None:
        from tests.deliver.worlds import business

        postgresql.run(server, "CREATE DATABASE migrated")
        with facts.connection(business(folder, postgresql.named(server, "migrated"))):
            pass
        postgresql.run(server, ALONE)

    once(tmp_path_factory, "migrated", make)
    return server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def facts_url(request: pytest.FixtureRequest, ready_facts: ReadyFacts) -> Iterator[str]:
    """The address of an empty facts store, of each kind; gone after the test, with whoever still holds it."""
    if request.param == "sqlite":
        yield "sqlite:///facts.sqlite"
        return
    address = str(request.getfixturevalue("migrated"))
    name = f"facts_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}_{next(_number)}"
    postgresql.run(address, f"CREATE DATABASE {name} TEMPLATE migrated")
    ready_facts.copies.add(name)
    yield postgresql.named(address, name)
    postgresql.run(address, f"DROP DATABASE {name} WITH (FORCE)")
