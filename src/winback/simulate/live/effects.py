"""What messages and rewards do to people: the planted effects, by what is sent and why people leave.

As in `parameters`, none of these figures is one that anyone reports: they are chances of single people.
Columns are the causes in the order of `parameters.CAUSES`: natural, frustrated, rigid, panic.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from winback.simulate.parameters import CAUSES, Floats

#: What a message brings: no reward, or a reward of this kind.
CONTENTS = ("news", "coupon", "interest", "packet", "draw")
NEWS, COUPON, INTEREST, PACKET, DRAW = range(5)
#: The kinds of rewards of the settings, as people see them.
CONTENT_OF_KIND = {
    "trial_coupon": COUPON,
    "trial_principal": COUPON,
    "birthday_coupon": COUPON,
    "referral_reward": COUPON,
    "bonus_interest": INTEREST,
    "red_packet": PACKET,
    "draw": DRAW,
}
MEDIUMS = ("inbox", "push", "sms", "email", "webhook")

#: Share of the chance to leave that one message read takes away, of one who is still there.
HOLDS: Floats = np.array(
    [
        [0.50, 0.15, 0.00, 0.55],
        [0.60, 0.20, 0.00, 0.15],
        [0.50, 0.60, 0.05, 0.15],
        [0.70, 0.50, 0.20, 0.30],
        [0.65, 0.10, 0.00, 0.10],
    ]
)
#: Chance that one message read brings back one who has left.
BRINGS_BACK: Floats = np.array(
    [
        [0.10, 0.05, 0.02, 0.25],
        [0.16, 0.06, 0.02, 0.10],
        [0.12, 0.24, 0.03, 0.12],
        [0.32, 0.24, 0.10, 0.28],
        [0.24, 0.05, 0.01, 0.08],
    ]
)
#: No message takes away more than this, and it fades by so much a day.
HOLD_MOST, HOLD_KEEP = 0.85, 0.96
#: Those who are put off by marketing: how many they are, and what each message read adds to their chance
#: to leave (as a multiple of it), takes from their trust, and does to a return they had in mind.
PUT_OFF_SHARE, PUT_OFF, PUT_OFF_MOST, PUT_OFF_TRUST, PUT_OFF_RETURN = 0.15, 1.5, 4.0, 0.04, 0.5
#: Chance to read by medium, of those who still come and of those who have not come for a while.
READS: Floats = np.array([0.60, 0.45, 0.85, 0.25, 0.0])
READS_AWAY: Floats = np.array([0.05, 0.25, 0.80, 0.20, 0.0])
AWAY_DAYS = 15
#: Chance to click what was read, without and with a reward; who clicks comes within a day.
CLICKS, CLICKS_REWARD = 0.15, 0.30
#: Chance to buy for a reward that needs it, times 0.4 + 1.2 × trust; by content. Nobody buys for more than
#: so many times the usual amount.
BUYS: Floats = np.array([0.0, 0.35, 0.30, 0.45, 0.0])
BUYS_TIMES_MOST = 3.0
#: Chance that one who may claim thinks of it.
CLAIMS = 0.9
#: How firmly one who was brought back stays, at first.
BROUGHT_BACK_HOLD = 0.6
#: Call-backs: how many of those just churned are reached, and how many of these tell the true cause.
REACHED, TELLS_TRUE = 0.30, 0.85


def told() -> dict[str, Any]:
    """The effects for `truth/effects.json`."""
    return {
        "holds": {c: dict(zip(CAUSES, HOLDS[n].tolist(), strict=True)) for n, c in enumerate(CONTENTS)},
        "brings_back": {
            c: dict(zip(CAUSES, BRINGS_BACK[n].tolist(), strict=True)) for n, c in enumerate(CONTENTS)
        },
        "hold_keep_a_day": HOLD_KEEP,
        "put_off": {"share": PUT_OFF_SHARE, "adds": PUT_OFF, "trust": -PUT_OFF_TRUST},
        "reads": dict(zip(MEDIUMS, READS.tolist(), strict=True)),
        "reads_away": dict(zip(MEDIUMS, READS_AWAY.tolist(), strict=True)),
        "buys": dict(zip(CONTENTS, BUYS.tolist(), strict=True)),
    }
