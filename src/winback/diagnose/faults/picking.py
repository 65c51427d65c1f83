"""The compiled loop over the rows of one file of the log: visits and faults counted, days picked."""

from typing import Any

import numpy as np

from winback.store.compiled import kept


@kept()
def pick(  # noqa: PLR0913, PLR0917
    customer: Any,
    kind: Any,
    version: Any,
    detail: Any,
    role_of: Any,
    bit_of: Any,
    versions: Any,
    mixer: Any,
    every: Any,
) -> Any:
    """Count visits and faults by version, and pick the days with a fault and one in `every` of the others.

    customer: int32, ascending; kind, version, detail: int32, places in their names, -1 where not known;
    role_of and bit_of, by place + 1: of a kind 0 (neither), 1 (visit), 2 (fault), of a detail the bit of the
    fault; mixer: a number of the day that draws by arithmetic. Gives the rows of each version (versions,),
    the counts (visits and three bits, versions), and of the picked rows the customer, twice the version and
    one more for a fault, and the bits; the same again tells nothing more and is left out.
    """
    rows = np.zeros(versions, np.int64)
    met = np.zeros((4, versions), np.int64)
    who = np.empty(len(customer), np.int32)
    rank = np.empty(len(customer), np.int64)
    bits = np.empty(len(customer), np.uint8)
    n = 0
    for i in range(len(customer)):
        role = role_of[kind[i] + 1]
        if role == 0:
            continue
        place, bit = version[i] + 1, 0
        rows[place] += 1
        if role == 1:
            met[0, place] += 1
            if every > 1:
                mixed = (np.uint64(customer[i]) * np.uint64(2654435761) + np.uint64(mixer)) & np.uint64(
                    0xFFFFFFFF
                )
                if (mixed >> np.uint64(12)) % np.uint64(every) != 0:
                    continue
        else:
            bit = bit_of[detail[i] + 1]
            if bit:
                met[1 if bit == 1 else 2 if bit == 2 else 3, place] += 1
        code = place * 2 + (role == 2)
        if n == 0 or who[n - 1] != customer[i] or rank[n - 1] != code or bits[n - 1] != bit:
            who[n], rank[n], bits[n] = customer[i], code, bit
            n += 1
    return rows, met, who[:n].copy(), rank[:n].copy(), bits[:n].copy()
