"""A number for the text of source files: what compiled code is kept under."""

from __future__ import annotations

import zlib
from pathlib import Path


def digest_of(file: str, *beside: str) -> int:
    """A number above 0 that changes with a source file (its `__file__`) or with any named one beside it.

    Numba keeps compiled code under the text of one file alone; functions made in a function that is told
    this number, and uses it, are compiled anew when what they call has changed.
    """
    here = Path(file)
    texts = (here.read_bytes(), *((here.parent / name).read_bytes() for name in beside))
    return 1 + zlib.crc32(b"".join(texts))
