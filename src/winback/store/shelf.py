"""What was read once and still stands, kept up to a bound, so that the next step need not read it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Protocol, TypeVar


class Sized(Protocol):
    """What knows how much memory it takes, as Arrow tables do."""

    @property
    def nbytes(self) -> int:
        """Bytes."""
        ...


Kept = TypeVar("Kept", bound=Sized)


class Shelf:
    """Values by a key that names the state of the files they were read from; the oldest use goes first.

    What is alone larger than `bytes_max` is not kept. Threads may share one; two may both make a value.
    """

    def __init__(self, bytes_max: int = 0) -> None:
        self.bytes_max = bytes_max
        self._alone = Lock()
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._bytes = 0

    def get(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """What is kept under the key, else what `make` gives. Nobody may change it in place."""
        with self._alone:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: Kept = self._kept[key][0]
                return found
        made = make()
        with self._alone:
            self._keep(key, made)
        return made

    def find(self, key: Hashable) -> Any:
        """What is kept under the key; None where nothing is."""
        with self._alone:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def keep(self, key: Hashable, made: Sized) -> None:
        """Keep under the key what was made for another reason, where it is not too large."""
        with self._alone:
            self._keep(key, made)

    def _keep(self, key: Hashable, made: Sized) -> None:
        size = made.nbytes
        if size > self.bytes_max:
            return
        self._bytes += size - self._kept.pop(key, (None, 0))[1]
        self._kept[key] = made, size
        while self._bytes > self.bytes_max:
            _, (_, gone) = self._kept.popitem(last=False)
            self._bytes -= gone
