"""How functions are compiled by numba: what is kept on disk is compiled by one process, and others wait."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, TypeVar, cast

import numba
from numba.core.caching import FunctionCache

F = TypeVar("F", bound=Callable[..., Any])


class _Once(FunctionCache):
    """A function's cache that is looked into again once no other process compiles the function."""

    _turn: IO[str] | None = None

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """What is kept for a signature, or None: then it is this process's turn until it has saved."""
        found = self._kept(sig, target_context)
        if found is None and self._turn is None:
            self._begin()
            found = self._kept(sig, target_context)
            if found is not None:
                self._end()
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled, and let others go on."""
        try:
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]
        finally:
            self._end()

    def _kept(self, sig: Any, target_context: Any) -> Any:
        return super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]

    def _begin(self) -> None:
        folder = Path(self.cache_path)
        with suppress(OSError):  # without the lock it is only compiled twice
            folder.mkdir(parents=True, exist_ok=True)
            self._turn = (folder / f"{self._impl.filename_base}.lock").open("w")
            fcntl.flock(self._turn, fcntl.LOCK_EX)

    def _end(self) -> None:
        if self._turn is not None:
            self._turn.close()
            self._turn = None


_CACHE: Any = _Once
_njit: Any = numba.njit


def inner(**options: Any) -> Callable[[F], F]:
    """For functions that only compiled code calls: without the two doors for other callers, half the work.

    `options` go to `numba.njit`. Python cannot call what comes out.
    """
    return cast(
        Callable[[F], F], _njit(nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, **options)
    )


def kept(**options: Any) -> Callable[[F], F]:
    """For functions that Python calls: kept on disk, and of several processes at once one compiles.

    `options` go to `numba.njit`. What it calls is part of it: `terms.sources.digest_of` tells when that is
    in other files and has changed.
    """

    def compiled(function: F) -> F:
        made: Any = _njit(nogil=True, no_cfunc_wrapper=True, **options)(function)
        made._cache = _CACHE(function)
        return cast(F, made)

    return compiled
