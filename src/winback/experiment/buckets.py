"""The number of a customer under a salt, for all customers at once.

    number = (first 8 bytes of SHA-256 of "salt:customer_id", big-endian) modulo 10,000

DuckDB hashes; a few are hashed by Python, which is there at once. That both say the same is in the tests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.experiment.nouns import BUCKETS
from winback.store.sql import arrow, named

Buckets = npt.NDArray[np.int32]
#: Arms are drawn by a number of their own, apart from that which holds out.
ARM_SALT = ":arm"
#: Up to so many ids are hashed without opening a database.
_FEW = 10_000


def buckets(salt: str, ids: pa.Array) -> Buckets:
    """The number, 0 to 9,999, of each customer id (string, not null), in order."""
    if len(ids) <= _FEW:
        return _few(salt, ids)
    rows = pa.table({"place": pa.array(np.arange(len(ids), dtype=np.int64)), "id": ids})
    with duckdb.connect(":memory:") as db:
        db.register("customers", rows)
        found = arrow(db, named("experiment")["buckets"], {"salt": f"{salt}:", "buckets": BUCKETS})
    numbers: Buckets = found["bucket"].to_numpy().astype(np.int32)
    return numbers


def _few(salt: str, ids: pa.Array) -> Buckets:
    front = hashlib.sha256(f"{salt}:".encode())
    numbers = np.empty(len(ids), np.int32)
    for place, customer in enumerate(ids.to_pylist()):
        whole = front.copy()
        whole.update(customer.encode())
        numbers[place] = int.from_bytes(whole.digest()[:8], "big") % BUCKETS
    return numbers


def below(salt: str, share_bp: int, ids: pa.Array) -> npt.NDArray[np.bool_]:
    """Whose number is below the share: the first `share_bp` of 10,000, so that a larger share only adds."""
    if share_bp <= 0:
        return np.zeros(len(ids), np.bool_)
    inside: npt.NDArray[np.bool_] = buckets(salt, ids) < share_bp
    return inside


def arm_of(salt: str, shares: Mapping[str, float], ids: pa.Array) -> npt.NDArray[np.int32]:
    """The place of the arm of each customer, by a number of its own (salt and `:arm`).

    Arms take the numbers in turn, in the order in which they are named: arm i those from the sum of the
    shares before it up to its own, rounded to whole numbers.
    """
    if len(shares) == 1:
        return np.zeros(len(ids), np.int32)
    edges = np.rint(np.cumsum(list(shares.values())) * BUCKETS).astype(np.int64)[:-1]
    return np.searchsorted(edges, buckets(salt + ARM_SALT, ids), side="right").astype(np.int32)
