"""Event keys: 64 bits of what an event says, by a definition of our own that no library can change.

FNV-1a over the bytes of a text, the finaliser of SplitMix64 (Steele, Lea, Flood 2014) to mix;
docs/1-ingest.md states which fields, in which order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from winback.store.compiled import inner, kept

Hashes = NDArray[np.uint64]
#: What a field that is not there counts as.
ABSENT = 0x9AE16A3B2F90404F
_FNV_START, _FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3
#: Marks of keys that are known already: in the log from elsewhere, or from this same source file.
KNOWN, MINE = 1, 2


@inner(inline="always")
def _mix(x: Any) -> Any:
    x = np.uint64(x) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@kept()
def _hash_bytes(data: Any, offsets: Any, out: Any) -> None:
    for i in range(len(out)):
        h = np.uint64(_FNV_START)
        for j in range(offsets[i], offsets[i + 1]):
            h = (h ^ np.uint64(data[j])) * np.uint64(_FNV_PRIME)
        out[i] = _mix(h)


@kept()
def fold(into: Any, more: Any) -> None:
    """Fold one field's hashes into those of the fields before it, in place."""
    for i in range(len(into)):
        into[i] = _mix(into[i] ^ np.uint64(more[i]))


@inner()
def numbered_key(content: Any, occurrence: Any) -> Any:
    """The key of the so-manieth (0 = first) event of one content in its file."""
    return _mix(np.uint64(content) + np.uint64(occurrence) * np.uint64(_FNV_PRIME))


def text_hashes(texts: pa.Array) -> Hashes:
    """The hash of each text (n,); ABSENT where null."""
    if texts.null_count == len(texts):
        return np.full(len(texts), ABSENT, np.uint64)
    if pa.types.is_dictionary(texts.type):
        values = np.append(text_hashes(texts.dictionary), np.uint64(ABSENT))
        codes = texts.indices.cast(pa.int64()).fill_null(-1).to_numpy()
        gathered: Hashes = values[codes]
        return gathered
    texts = texts.cast(pa.large_string())
    out = np.empty(len(texts), np.uint64)
    _, offsets, data = texts.buffers()
    places = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    letters = np.frombuffer(data, np.uint8) if data is not None and data.size else np.empty(0, np.uint8)
    _hash_bytes(letters, places, out)
    if texts.null_count:
        out[texts.is_null().to_numpy(zero_copy_only=False)] = ABSENT
    return out


def load_kernels() -> None:
    """Have numba load what it keeps compiled: half a second of a new process, while others wait for files."""
    text_hashes(pa.array(["first"]))


def number_hashes(numbers: pa.Array) -> Hashes:
    """The hash of each whole number (n,); ABSENT where null."""
    hashes: Hashes = numbers.cast(pa.int64()).fill_null(0).to_numpy().view(np.uint64).copy()
    if numbers.null_count:
        hashes[numbers.is_null().to_numpy(zero_copy_only=False)] = ABSENT
    return hashes


@kept()
def settle_keys(content: Any, by_message: Any, known: Any, mine: Any, drop: bool) -> Any:  # noqa: PLR0917
    """Keys and fates of the events of one day and source, by (customer, at, content).

    content (n,) uint64; by_message (n,) bool: the content is a message id; known, mine: keys in the log,
    and those that this file gave already (dropped or not); drop: identical contents are
    one event. Returns the keys (n,) uint64 and fates (n,) uint8: 0 = to take,
    1 = known already, 2 = said twice in this file.
    """
    n = len(content)
    size = 16
    while size < 2 * (n + len(known) + len(mine)):
        size *= 2
    slots, marks = np.zeros(size, np.uint64), np.zeros(size, np.uint8)
    for i in range(len(known)):
        _put(slots, marks, known[i], 1)
    for i in range(len(mine)):
        _put(slots, marks, mine[i], 2)
    keys, fates = np.empty(n, np.uint64), np.zeros(n, np.uint8)
    occurrence = 0
    for i in range(n):
        if by_message[i]:
            occurrence = 0
        elif i > 0 and content[i] == content[i - 1] and not by_message[i - 1]:
            occurrence += 1
        else:
            occurrence = 0
            while _mark(slots, marks, numbered_key(content[i], occurrence)) & 2:
                occurrence += 1
        keys[i] = numbered_key(content[i], occurrence)
        mark = _mark(slots, marks, keys[i])
        if mark & 6 or (drop and occurrence > 0 and not by_message[i]):
            fates[i] = 2
        elif mark & 1:
            fates[i] = 1
        _put(slots, marks, keys[i], 4)
    return keys, fates


@inner()
def _put(slots: Any, marks: Any, key: Any, mark: Any) -> None:
    place = np.int64(key & np.uint64(len(slots) - 1))
    while marks[place] != 0 and slots[place] != key:
        place = (place + 1) & (len(slots) - 1)
    slots[place] = key
    marks[place] |= mark


@inner()
def _mark(slots: Any, marks: Any, key: Any) -> Any:
    place = np.int64(key & np.uint64(len(slots) - 1))
    while marks[place] != 0 and slots[place] != key:
        place = (place + 1) & (len(slots) - 1)
    return marks[place]
