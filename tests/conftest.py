"""What holds for all tests: no secrets from outside, both kinds of facts stores, cases that may take time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import HealthCheck, settings

from tests.postgresql import postgresql

settings.register_profile(
    "house",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
)
settings.load_profile("house")

_number = count()


@pytest.fixture(autouse=True)
def no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told by accident."""
    for name in ("WINBACK_CONTACTS_KEY", "WINBACK_ALERT_URLS"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL of our own."""
    with postgresql(tmp_path_factory.mktemp("pg")) as address:
        yield address


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def facts_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty facts store, of each kind; gone after the test, with whoever still holds it."""
    if request.param == "sqlite":
        yield "sqlite:///facts.sqlite"
        return
    import psycopg

    address, name = str(request.getfixturevalue("server")), f"facts_{next(_number)}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    head, mark, options = address.partition("?")
    yield head.rsplit("/", 1)[0] + f"/{name}" + mark + options
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
