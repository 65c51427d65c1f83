"""An opened workspace: its settings, its folders, its DuckDB."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import duckdb

from winback.settings.model import Settings


@dataclass(frozen=True)
class Workspace:
    """What every step is given: checked settings and the folder that holds `winback.toml`."""

    settings: Settings
    root: Path

    @property
    def data(self) -> Path:
        """The folder under which all stores of this workspace lie."""
        return self.root / self.settings.storage.data

    @property
    def threads(self) -> int:
        """How many threads a step may use: the setting, or the cores this process was given."""
        return self.settings.storage.threads_max or len(os.sched_getaffinity(0))

    def duckdb(self) -> duckdb.DuckDBPyConnection:
        """A fresh in-memory DuckDB with the workspace's limits; spills below the data folder."""
        spill = self.data / "spill"
        spill.mkdir(parents=True, exist_ok=True)
        connection = duckdb.connect(":memory:")
        connection.execute(f"SET threads = {self.threads}")
        connection.execute(f"SET memory_limit = '{self.settings.storage.memory_gib_max}GiB'")
        connection.execute(f"SET temp_directory = '{spill}'")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET autoinstall_known_extensions = false")
        return connection
