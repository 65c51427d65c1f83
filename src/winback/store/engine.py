"""One in-memory DuckDB that is opened once and asked through many connections."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

import duckdb

#: Whatever the workspace: moments are UTC, nothing is fetched from the network, and files are read anew, so
#: that memory is left to those who need it.
_ALWAYS = {
    "GLOBAL TimeZone": "UTC",
    "autoinstall_known_extensions": False,
    "enable_external_file_cache": False,
}


class Engine:
    """A DuckDB that begins with its first connection and ends with this object and its last connection."""

    def __init__(self) -> None:
        self._alone = Lock()
        self._opened: duckdb.DuckDBPyConnection | None = None

    def connection(self, limits: Mapping[str, str | int]) -> duckdb.DuckDBPyConnection:
        """A new connection; `limits` are settings of DuckDB, taken when the first one is asked for."""
        with self._alone:
            if self._opened is None:
                self._opened = _open(limits)
            return self._opened.cursor()


def _open(limits: Mapping[str, str | int]) -> duckdb.DuckDBPyConnection:
    opened = duckdb.connect(":memory:")
    for name, value in (_ALWAYS | dict(limits)).items():
        told = "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value).lower()
        opened.execute(f"SET {name} = {told}")
    return opened
