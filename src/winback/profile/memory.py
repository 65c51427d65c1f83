"""Reads and writes of whole numbers at addresses, for compiled code over mapped files and Arrow buffers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic

#: Bytes of a line of the caches.
LINE = 64


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


def _stream(bits: int, a: Any, b: Any, to: Any) -> Any:
    """Code that writes a line of a - b with the mark by which a processor keeps it out of its caches."""

    def code(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        line = ir.VectorType(ir.IntType(bits), 8 * LINE // bits)
        left, right, into = (builder.inttoptr(address, line.as_pointer()) for address in arguments)
        less = builder.sub(builder.load(left, align=bits // 8), builder.load(right, align=bits // 8))
        mark = builder.module.add_metadata([ir.Constant(ir.IntType(32), 1)])
        builder.store(less, into, align=LINE).set_metadata("nontemporal", mark)
        return context.get_dummy_value()

    return types.void(a, b, to), code


@intrinsic
def _stream_int32(_typing: Any, a: Any, b: Any, to: Any) -> Any:
    """Write a line of int32: those at address `a` less those at `b`, to an address of whole lines."""
    return _stream(32, a, b, to)


@intrinsic
def _stream_int64(_typing: Any, a: Any, b: Any, to: Any) -> Any:
    """The same of int64."""
    return _stream(64, a, b, to)


@intrinsic
def _stream_line(_typing: Any, a: Any, to: Any) -> Any:
    """Write the line of bytes at address `a` to an address of whole lines."""

    def code(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        line = ir.VectorType(ir.IntType(64), LINE // 8)
        begin, into = (builder.inttoptr(address, line.as_pointer()) for address in arguments)
        mark = builder.module.add_metadata([ir.Constant(ir.IntType(32), 1)])
        builder.store(builder.load(begin, align=8), into, align=LINE).set_metadata("nontemporal", mark)
        return context.get_dummy_value()

    return types.void(a, to), code


@intrinsic
def _streamed(_typing: Any) -> Any:
    """All that was streamed stands in memory for the other threads."""

    def code(context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:
        builder.fence("seq_cst")
        return context.get_dummy_value()

    return types.void(), code


# What compiled code calls; Python itself cannot.
load_int32 = cast(Callable[[int], int], _load_int32)
load_int64 = cast(Callable[[int], int], _load_int64)
store_int32 = cast(Callable[[int, Any], None], _store_int32)
store_int64 = cast(Callable[[int, Any], None], _store_int64)
pointer_to = cast(Callable[[int], Any], _pointer_to)
stream_int32 = cast(Callable[[Any, Any, Any], None], _stream_int32)
stream_int64 = cast(Callable[[Any, Any, Any], None], _stream_int64)
stream_line = cast(Callable[[int, int], None], _stream_line)
streamed = cast(Callable[[], None], _streamed)
