"""Who gets money while there is some: grants in their order, against what is left of every limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from winback.reward.asked import Codes, Flags, Int64s, code
from winback.reward.nouns import Reason
from winback.store.compiled import kept
from winback.terms.sources import digest_of

#: What is left where there is no limit.
UNLIMITED = 2**62

_POT, _DAY, _PLAYBOOK, _CUSTOMER = (
    code(reason)
    for reason in (Reason.POT_EMPTY, Reason.DAY_LIMIT, Reason.PLAYBOOK_LIMIT, Reason.CUSTOMER_LIMIT)
)


@dataclass(frozen=True)
class Left:
    """What may still be granted, in minor units: by pot, by pot on this day, by playbook, by customer.

    `playbook` and `customer` are by pairs of a pot with a playbook or a customer; all change as grants take.
    """

    pot: Int64s
    day: Int64s
    playbook: Int64s
    customer: Int64s


@dataclass(frozen=True)
class Wanted:
    """What grants ask for, in the order in which they are served: places in the arrays of Left, amounts."""

    pot: Int64s
    playbook: Int64s
    customer: Int64s
    amount: Int64s
    asks: Flags


def serve(wanted: Wanted, left: Left) -> Codes:
    """The code of the limit that refuses each grant that asks, 0 where none does; takes from what is left.

    A grant that does not fit is passed over, and a smaller one after it may still fit.
    """
    found: Codes = _serve(
        (wanted.pot, wanted.playbook, wanted.customer, wanted.amount, wanted.asks),
        (left.pot, left.day, left.playbook, left.customer),
    )
    return found


def _made(digest: int) -> Callable[..., Codes]:
    @kept()
    def serve_all(
        wanted: tuple[Int64s, Int64s, Int64s, Int64s, Flags], left: tuple[Int64s, Int64s, Int64s, Int64s]
    ) -> Codes:
        pot, playbook, customer, amount, asks = wanted
        of_pot, of_day, of_playbook, of_customer = left
        why = np.zeros(len(amount), np.int8)
        for row in range(len(amount) if digest else 0):
            if not asks[row]:
                continue
            money, p, b, c = amount[row], pot[row], playbook[row], customer[row]
            if money > of_pot[p]:
                why[row] = _POT
            elif money > of_day[p]:
                why[row] = _DAY
            elif money > of_playbook[b]:
                why[row] = _PLAYBOOK
            elif money > of_customer[c]:
                why[row] = _CUSTOMER
            else:
                of_pot[p] -= money
                of_day[p] -= money
                of_playbook[b] -= money
                of_customer[c] -= money
        return why

    served: Callable[..., Codes] = serve_all
    return served


#: Codes are numbers of members in the enums of nouns: compiled anew when those change.
_serve = _made(digest_of(__file__, "asked.py", "nouns.py"))
