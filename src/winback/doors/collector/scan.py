"""One look over the bytes of a payload: does it name a contact or a key, and how many line ends has it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from winback.store.compiled import kept

_QUOTE, _BACKSLASH, _ZERO, _LINE_END, _RETURN = 34, 92, 48, 10, 13
_U, _LOWER = 117, 32

Letters = NDArray[np.uint8]


@kept()
def _look(data: Any, first: Any, names: Any, starts: Any) -> Any:
    n, line_ends, is_named = len(data), 0, False
    for i in range(n):
        byte = data[i]
        if byte == _QUOTE:
            if not is_named and i + 1 < n and first[data[i + 1] | _LOWER]:
                for k in range(len(starts) - 1):
                    size = starts[k + 1] - starts[k]
                    end = i + 1 + size
                    if end < n and data[end] == _QUOTE:
                        same = True
                        for j in range(size):
                            if data[i + 1 + j] | _LOWER != names[starts[k] + j]:
                                same = False
                                break
                        is_named |= same
        elif byte == _BACKSLASH:
            if i + 3 < n and data[i + 1] == _U and data[i + 2] == _ZERO and data[i + 3] == _ZERO:
                is_named = True
        elif byte in (_LINE_END, _RETURN):
            line_ends += 1
    return is_named, line_ends


@dataclass(frozen=True)
class Names:
    """Names that must not pass unseen, whatever their capitals; escaped letters count as one of them."""

    letters: Letters
    starts: NDArray[np.int64]
    first: NDArray[np.bool_]

    @classmethod
    def of(cls, names: Iterable[str]) -> Names:
        """The table of these names."""
        words = sorted({name.encode() for name in names if name})
        letters: Letters = np.frombuffer(b"".join(words), np.uint8) | np.uint8(_LOWER)
        starts = np.cumsum([0, *(len(word) for word in words)])
        first = np.zeros(256, np.bool_)
        first[letters[starts[:-1]]] = True
        return cls(letters, starts, first)

    def look(self, payload: bytes | memoryview) -> tuple[bool, int]:
        """Whether a text of the payload may be one of the names, and how many line ends it has."""
        found: tuple[bool, int] = _look(
            np.frombuffer(payload, np.uint8), self.first, self.letters, self.starts
        )
        return found
