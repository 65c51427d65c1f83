"""An opened workspace: its settings, its folders, its DuckDB, and what was read of it and still stands."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from winback.settings.model import Settings
from winback.store.engine import Engine
from winback.store.shelf import Shelf

#: What is kept in memory to save reading it again takes this share of the memory that DuckDB may take.
_SHELF_SHARE = 16


@dataclass(frozen=True)
class Workspace:
    """What every step is given: checked settings and the folder that holds `winback.toml`."""

    settings: Settings
    root: Path
    _engine: Engine = field(default_factory=Engine, init=False, repr=False, compare=False)
    _shelf: Shelf = field(default_factory=Shelf, init=False, repr=False, compare=False)

    def __reduce__(self) -> tuple[type[Workspace], tuple[Settings, Path]]:
        """In another process it has an engine and a shelf of its own."""
        return Workspace, (self.settings, self.root)

    @property
    def data(self) -> Path:
        """The folder under which all stores of this workspace lie."""
        return self.root / self.settings.storage.data

    @property
    def threads(self) -> int:
        """How many threads a step may use: the setting, or the cores this process was given."""
        return self.settings.storage.threads_max or len(os.sched_getaffinity(0))

    @property
    def shelf(self) -> Shelf:
        """Where steps leave what others of this process read too, as long as the files it is of stand."""
        self._shelf.bytes_max = int(self.settings.storage.memory_gib_max * 2**30 / _SHELF_SHARE)
        return self._shelf

    def duckdb(self) -> duckdb.DuckDBPyConnection:
        """A connection to the workspace's own DuckDB, within its limits; spills below the data folder.

        Connections of one workspace share threads and memory. They hold nothing but temporary objects, which
        no other sees and which go when it is closed.
        """
        spill = self.data / "spill"
        spill.mkdir(parents=True, exist_ok=True)
        return self._engine.connection(
            {
                "threads": self.threads,
                "memory_limit": f"{self.settings.storage.memory_gib_max}GiB",
                "temp_directory": str(spill),
            }
        )
