"""Keys that are in already, by day: what a new event is held against to see whether it is new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from winback.ingest.keys import Hashes
from winback.ingest.lanes import map_lane
from winback.ingest.order import Days


@dataclass(frozen=True)
class DayKeys:
    """Keys of one step and source: days (n,) int32 ascending, keys (n,) uint64."""

    source: str
    intake: int
    days: Days
    keys: Hashes

    def of(self, day: int) -> Hashes:
        """The keys of one day."""
        first, last = np.searchsorted(self.days, np.array([day, day + 1], np.int32))
        return self.keys[first:last]


def keys_of(by_day: Mapping[int, Hashes], source: str, intake: int) -> DayKeys:
    """Keys by day as they are, in memory."""
    ordered = sorted(by_day.items())
    days = np.concatenate([np.full(len(keys), day, np.int32) for day, keys in ordered])
    return DayKeys(source, intake, days, np.concatenate([keys for _, keys in ordered]))


def write_keys(path: Path, by_day: Mapping[int, Hashes]) -> None:
    """Write keys so that `map_keys` finds those of a day without reading the others."""
    whole = keys_of(by_day, "", 0)
    columns = [pa.array(whole.days), pa.array(whole.keys.view(np.int64))]
    batch = pa.record_batch(columns, names=["day", "event_key"])
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)


def map_keys(path: Path, source: str, intake: int) -> DayKeys:
    """The keys that `write_keys` wrote, memory-mapped."""
    table = map_lane(path)
    return DayKeys(source, intake, table["day"].to_numpy(), table["event_key"].to_numpy().view(np.uint64))
