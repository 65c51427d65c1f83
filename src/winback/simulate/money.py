"""Money in and out: purchases, lock-ups that end, renewals, redemptions."""

from __future__ import annotations

from math import cos, exp, log, pi, sqrt
from typing import Any

from winback.simulate.compiled import (
    BONUS_FIRST,
    BY_HAND,
    COUPONS,
    FIXED_FIRST,
    KEEPS_OUT,
    LIQUID,
    LITTLE,
    MATURITIES,
    ORDERS,
    REDEMPTIONS,
    TO_RENEW,
    App,
    Who,
    compiled,
    draw,
    next_row,
    stamp,
)
from winback.simulate.parameters import Behaviour


@compiled
def redeem(who: Who, when: tuple[int, int], what: tuple[int, int, int], app: App) -> None:
    """Write a redemption before it is taken off: when = (day, second), what = (product, fen, way)."""
    s, out = who.s, app.out
    row = out.redemptions[next_row(out, REDEMPTIONS)]
    stamp(row, who.i, when[0], when[1])
    row.product, row.amount, row.way = what
    row.all = 1 if what[1] == s.liquid else 0
    row.number = s.redemptions
    s.redemptions += 1


@compiled
def rounded(fen: float) -> int:
    """As people type amounts: whole hundreds above 1,000 yuan, else whole tens, at least 10 yuan."""
    step = 100_00 if fen >= 1_000_00 else 10_00
    return max(10_00, int(fen / step + 0.5) * step)


@compiled
def mature(who: Who, day: int, app: App) -> bool:
    """Lock-ups that end today: the money is liquid again and waits for a decision; true where any did."""
    s, ways, out = who.s, app.ways, app.out
    moved = False
    for slot in range(2):
        held = s.fixed if slot == 0 else s.bonus
        due = s.fixed_day if slot == 0 else s.bonus_day
        if held == 0 or due != day:
            continue
        product = s.fixed_product if slot == 0 else s.bonus_product
        paid = held + int(held * ways.term_yield[product])
        if slot == 0:
            s.fixed = 0
        else:
            s.bonus = 0
        s.liquid += paid
        s.waiting += paid
        row = out.maturities[next_row(out, MATURITIES)]
        stamp(row, who.i, day, 0)
        row.product, row.amount = product, paid
        moved = True
    return moved


@compiled
def buying_chance(p: Any, s: Any, ways: Behaviour) -> float:
    """The chance to put money in at a visit; above 1 it is sure."""
    chance = ways.first_purchase[p.channel] if s.purchases == 0 else ways.next_purchase[p.channel]
    return float(chance * (0.35 + 1.3 * s.trust))


@compiled
def buy(who: Who, when: tuple[int, int], app: App) -> bool:
    """Perhaps put in money from outside at a visit."""
    p, s, ways, out = who.p, who.s, app.ways, app.out
    first = s.purchases == 0
    if draw(s) >= buying_chance(p, s, ways):
        return False
    normal = sqrt(-2.0 * log(1.0 - draw(s))) * cos(2.0 * pi * draw(s))
    fen = rounded(p.amount * exp(ways.amount_noise * normal) * (0.55 if first else 1.0))
    product = choose(p, s, first, ways)
    invest(who, when, (product, fen, 0), app)
    if draw(s) < ways.coupon:
        row = out.coupons[next_row(out, COUPONS)]
        stamp(row, who.i, when[0], when[1] + 120)
        row.amount = 5_00 * (1 + int(draw(s) * 4.0))
    return True


@compiled
def choose(p: Any, s: Any, first: bool, ways: Behaviour) -> int:
    """A product: trust leads away from what can be had back at once."""
    if first and draw(s) < ways.teaser[p.channel]:
        return FIXED_FIRST + (1 if draw(s) < 0.6 else 2)
    pick = draw(s)
    bold = s.trust * (0.4 if first else 1.0)
    if pick < ways.bonus_share * bold:
        return BONUS_FIRST + (1 if draw(s) < 0.4 else 0)
    if pick < (ways.bonus_share + ways.fixed_share) * bold:
        return FIXED_FIRST + int(draw(s) * 3.0)
    return LIQUID


@compiled
def invest(who: Who, when: tuple[int, int], what: tuple[int, int, int], app: App) -> None:
    """Write a purchase: what = (product, fen, 1 for a renewal). A lock-up already running is extended."""
    s, out = who.s, app.out
    product, fen, renewal = what
    due = when[0] + app.ways.term_days[product]
    if product == LIQUID:
        s.liquid += fen
    elif product >= BONUS_FIRST:
        s.bonus += fen
        s.bonus_product = product
        s.bonus_day = max(due, s.bonus_day)
    else:
        s.fixed += fen
        s.fixed_product = product
        s.fixed_day = max(due, s.fixed_day)
    row = out.orders[next_row(out, ORDERS)]
    stamp(row, who.i, when[0], when[1])
    row.product, row.amount, row.renewal = product, fen, renewal
    row.number = s.purchases
    s.purchases += 1


@compiled
def decide(who: Who, when: tuple[int, int], app: App) -> bool:
    """What becomes of money that has come back: renewed, taken out or left where it is."""
    s = who.s
    fen = s.waiting
    s.waiting = 0
    pick = draw(s)
    if pick < app.ways.renew * (0.25 + 0.75 * s.trust):
        bold = draw(s) < s.trust * 0.6
        product = BONUS_FIRST + int(draw(s) * 2.0) if bold else FIXED_FIRST + int(draw(s) * 3.0)
        redeem(who, when, (LIQUID, fen, TO_RENEW), app)
        s.liquid -= fen
        invest(who, (when[0], when[1] + 30), (product, fen, 1), app)
        s.trust = min(1.0, s.trust + 0.04)
        return True
    if pick > 1.0 - KEEPS_OUT:
        redeem(who, when, (LIQUID, fen, BY_HAND), app)
        s.liquid -= fen
        return True
    return False


@compiled
def withdraw(who: Who, when: tuple[int, int], app: App) -> bool:
    """Perhaps take liquid money out at a visit, in part or all of it, without leaving."""
    s, ways = who.s, app.ways
    if s.liquid < LITTLE:
        return False
    pick = draw(s)
    if pick < ways.full_redemption:
        fen = s.liquid
    elif pick < ways.full_redemption + ways.part_redemption:
        fen = int(s.liquid * (0.15 + 0.45 * draw(s))) // 10_00 * 10_00
    else:
        return False
    if fen <= 0:
        return False
    redeem(who, when, (LIQUID, fen, BY_HAND), app)
    s.liquid -= fen
    s.waiting = min(s.waiting, s.liquid)
    return True
