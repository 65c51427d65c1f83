"""What a live base is handed each day, and what it says when the day is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

#: Grants as the base needs to know them; `id` is what messages call them by, money in minor units.
GRANTS = pa.schema(
    [
        ("id", pa.int64()),
        ("reward", pa.string()),
        ("kind", pa.string()),
        ("face_minor", pa.int64()),
        ("purchase_min_minor", pa.int64()),
        ("expires_us", pa.int64()),
    ]
)


@dataclass(frozen=True)
class DaySummary:
    """One day of a live base: who came, what was read, clicked, claimed; who left and came back."""

    day: date
    visits: int = 0
    messages: int = 0
    read: int = 0
    clicked: int = 0
    put_off: int = 0
    claims: int = 0
    left: int = 0
    back: int = 0
