"""How many threads a model may use."""

from __future__ import annotations

import math
import os
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def cores_given(quota: Path = _QUOTA) -> int:
    """The cores this process may use: its affinity, or less where its control group is held to less."""
    allowed = len(os.sched_getaffinity(0))
    try:
        most, period = quota.read_text().split()
    except (OSError, ValueError):
        return allowed
    if most == "max":
        return allowed
    return max(1, min(allowed, math.ceil(int(most) / int(period))))
