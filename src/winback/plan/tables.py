"""The tables that plan hands over: treatments as rows of Arrow."""

from __future__ import annotations

import pyarrow as pa

#: Days since 1970-01-01, moments in microseconds UTC, money in minor units.
TREATMENT_SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("entry_id", pa.int64()),
        ("customer_id", pa.string()),
        ("playbook", pa.string()),
        ("version", pa.int32()),
        ("step", pa.string()),
        ("kind", pa.string()),
        ("as_of_day", pa.int32()),
        ("due_us", pa.int64()),
        ("arm", pa.string()),
        ("is_held_out", pa.bool_()),
        ("medium", pa.string()),
        ("template", pa.string()),
        ("purpose", pa.string()),
        ("reward", pa.string()),
        ("grant_id", pa.int64()),
        ("expected_minor", pa.int64()),
        ("stopped_us", pa.int64()),
        ("why", pa.string()),
    ]
)
