"""Reads and writes of whole numbers at addresses, for compiled code over mapped files and Arrow buffers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic


def _load(typing_type: Any, bits: int, address: Any) -> Any:
    def code(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        pointer = builder.inttoptr(arguments[0], ir.IntType(bits).as_pointer())
        return builder.load(pointer)

    return typing_type(address), code


def _store(typing_type: Any, bits: int, address: Any) -> Any:
    def code(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        pointer = builder.inttoptr(arguments[0], ir.IntType(bits).as_pointer())
        builder.store(arguments[1], pointer)
        return context.get_dummy_value()

    return types.void(address, typing_type), code


@intrinsic
def _load_int32(_typing: Any, address: Any) -> Any:
    """The int32 at an address."""
    return _load(types.int32, 32, address)


@intrinsic
def _load_int64(_typing: Any, address: Any) -> Any:
    """The int64 at an address."""
    return _load(types.int64, 64, address)


@intrinsic
def _store_int32(_typing: Any, address: Any, _value: Any) -> Any:
    """Write an int32 to an address."""
    return _store(types.int32, 32, address)


@intrinsic
def _store_int64(_typing: Any, address: Any, _value: Any) -> Any:
    """Write an int64 to an address."""
    return _store(types.int64, 64, address)


@intrinsic
def _pointer_to(_typing: Any, address: Any) -> Any:
    """The address as a pointer, for `carray`."""

    def code(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], ir.IntType(8).as_pointer())

    return types.voidptr(address), code


# What compiled code calls; Python itself cannot.
load_int32 = cast(Callable[[int], int], _load_int32)
load_int64 = cast(Callable[[int], int], _load_int64)
store_int32 = cast(Callable[[int, Any], None], _store_int32)
store_int64 = cast(Callable[[int, Any], None], _store_int64)
pointer_to = cast(Callable[[int], Any], _pointer_to)
