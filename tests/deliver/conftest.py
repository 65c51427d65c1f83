"""Both kinds of facts stores, each test on a fresh one; a key for contacts; nothing else from outside."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from tests.deliver.worlds import CONTACTS_KEY, LINKS_KEY, business
from tests.postgresql import postgresql
from winback.store import facts

_number = count()


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Contacts can be sealed, links signed."""
    monkeypatch.setenv("WINBACK_CONTACTS_KEY", CONTACTS_KEY)
    monkeypatch.setenv("WINBACK_LINKS_KEY", LINKS_KEY)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL of our own."""
    with postgresql(tmp_path_factory.mktemp("pg")) as address:
        yield address


@pytest.fixture(scope="session")
def migrated(server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same address; its database `migrated` has all tables, to be copied from."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated")
    with facts.connection(business(tmp_path_factory.mktemp("ws"), named(server, "migrated"))):
        pass
    return server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def facts_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty facts store."""
    if request.param == "sqlite":
        return "sqlite:///facts.sqlite"
    import psycopg

    address, name = str(request.getfixturevalue("migrated")), f"deliver_{next(_number)}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'migrated'"
        )
        connection.execute(f"CREATE DATABASE {name} TEMPLATE migrated")
    return named(address, name)


def named(address: str, name: str) -> str:
    """The address of another database of the same server."""
    head, mark, options = address.partition("?")
    return head.rsplit("/", 1)[0] + f"/{name}" + mark + options
