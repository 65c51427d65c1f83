"""How many threads a model may use, and threads that wait without spinning."""

from __future__ import annotations

import math
import os
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")

# OpenMP threads that spin while they wait took 20 times the time on a busy host. The OpenMP runtime reads
# this once, when the first library that uses it is loaded; so this module is imported before LightGBM is.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


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
