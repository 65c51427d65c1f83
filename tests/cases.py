"""How many cases Hypothesis draws: as many as a test asks for, or WINBACK_CASES times as many."""

import os

#: 1 in `make test`; 20 or more for a thorough look.
TIMES = int(os.environ.get("WINBACK_CASES", "1"))


def cases(count: int) -> int:
    """So many, or a multiple of it where a thorough look is asked for."""
    return count * TIMES
