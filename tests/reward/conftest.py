"""Both kinds of facts stores, each test on a fresh one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from tests.postgresql import postgresql

_number = count()


@pytest.fixture(autouse=True)
def no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing outside the test is used by accident."""
    for name in ("WINBACK_CONTACTS_KEY", "WINBACK_ALERT_URLS"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL of our own."""
    with postgresql(tmp_path_factory.mktemp("pg")) as address:
        yield address


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def facts_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty facts store."""
    if request.param == "sqlite":
        return "sqlite:///facts.sqlite"
    import psycopg

    address = str(request.getfixturevalue("server"))
    name = f"reward_{next(_number)}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    head, mark, options = address.partition("?")
    return head.rsplit("/", 1)[0] + f"/{name}" + mark + options
