"""The best that could be said from the exports alone, by one who knows every law of the app, and no trait.

The oracle (`winback.simulate.oracle`) knows what no export shows: how often a customer means to come, how
much they trust, how easily they lose interest, how much faults annoy them. The onlooker knows the laws by
which such traits are dealt and what they do, and learns of each customer by Bayes' rule what the exports
tell: gaps between visits (usual gap), purchases, their amounts and products, renewals (trust), faults, and
having stayed so long.

Particles of traits are dealt alike to all customers of a channel. Every day multiplies the weight of each by
the chance of what was seen that day, and keeps the chance that the customer has left already, as the
simulation's own filter does. The onlooker's word is the mean of what the oracle would say of each particle,
by these weights.
"""
# ruff: noqa: PLR0917 - compiled functions take their arrays by place

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numba
import numpy as np
from scipy.stats import beta, gamma, norm, qmc

from winback.simulate import calendar, oracle
from winback.simulate.channels import CHANNELS_ZH, mix
from winback.simulate.columns import FIRST_NUMBER
from winback.simulate.compiled import BONUS_FIRST, CHURN_AWAY, KEEPS_OUT, LITTLE, MUCH, WAITING_STAYS_AWAY
from winback.simulate.gaps import AWAY_MAX, GAP_MIN, GAP_STEP, novice_shift, visit_chance
from winback.simulate.nouns import Order
from winback.simulate.parameters import PRODUCTS, Floats, Ints, behaviour
from winback.simulate.people import GAP_BOUNDS, GAP_MEDIAN, GAP_SIGMA
from winback.simulate.world import planted

#: Draws of trust, frailty and nerves for each usual gap.
DRAWS = 16
THREADS = 2
#: What one who left is given to be seen again after CHURN days: as little as it is rare.
COMES_BACK = 0.005
#: Particles below this share of the heaviest say nothing.
WEIGHT_MIN = 1e-4
MATURITY, VISIT, PURCHASE, REDEMPTION, RENEWAL, FAULT = range(6)
_compiled = numba.njit(nogil=True, error_model="numpy")


class Events(NamedTuple):
    """What the exports tell, by customer, day and moment; customer c has [start[c], start[c + 1])."""

    start: Ints
    day: Ints
    kind: Ints
    what: Ints
    fen: Ints


class Laws(NamedTuple):
    """What is known of the app: its days, its people as a crowd, and how they behave."""

    ways: Any
    fear: Floats
    crowd: Floats
    month_end: Ints
    visits: Floats
    shift: Ints
    typical: Floats
    of_oracle: Any


STATE = np.dtype(
    [
        (name, "i8")
        for name in ("liquid", "fixed", "bonus", "waiting", "fixed_day", "bonus_day", "last", "bought")
    ]
    + [(name, "f8") for name in ("trust", "burden", "log_sum", "amounts")]
)
DAY = np.dtype(
    [(name, "i8") for name in ("after", "visits", "faults", "outs", "renewed", "product", "fen")]
    + [(name, "i8") for name in ("liquid", "fixed", "bonus", "fixed_day", "bonus_day", "bought")]
    + [("bad", "f8")]
)


def foretold(root: Path, order: Order, who: Ints, as_of: date, horizon_days: int = 30) -> Floats:
    """The onlooker's chance of churn within the horizon of `as_of` of these customers (rows of the base)."""
    until = (as_of - order.first_day).days
    events, registered, channel = _exports(root, order, until)
    laws, particles = _laws(order), np.stack([_particles(code) for code in range(len(CHANNELS_ZH))])
    out, state, shown = np.empty(len(who)), np.zeros(len(who), STATE), np.zeros(len(who), DAY)
    state["last"] = registered[who]
    said = ((registered, channel), events, (laws, particles))
    parts = [slice(n, None, THREADS) for n in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as threads:
        at_work = [
            threads.submit(_all, who[p], (until, horizon_days), *said, (state[p], shown[p]), out[p])
            for p in parts
        ]
    for each in at_work:
        each.result()
    return out


def _exports(root: Path, order: Order, until: int) -> tuple[Events, Ints, Ints]:
    """Events before the day `until`, and registration day and channel of every customer."""
    product = " ".join(f"WHEN '{each.name}' THEN {code}" for code, each in enumerate(PRODUCTS))
    start, local = f"DATE '{order.first_day}'", "INTERVAL 8 HOUR"
    statement = f"""
SELECT who, date_diff('day', {start}, moment::DATE) AS day, kind, what, (yuan * 100)::BIGINT AS fen FROM (
    SELECT 客户号 AS who, 到期时间 AS moment, {MATURITY} AS kind, CASE 产品 {product} END AS what,
        金额 AS yuan
    FROM '{root}/raw/maturities*.parquet'
    UNION ALL SELECT uid, opened_at + {local}, {VISIT}, 0, 0 FROM '{root}/raw/visits*.parquet'
    UNION ALL SELECT 客户号, 下单时间, {PURCHASE}, CASE 产品 {product} END, 金额
    FROM '{root}/raw/orders*.parquet'
    UNION ALL SELECT 客户号, 到账时间,
        CASE 方式 WHEN '到期续投' THEN {RENEWAL} ELSE {REDEMPTION} END, 0, 金额
    FROM '{root}/raw/redemptions*.parquet'
    UNION ALL SELECT uid, occurred_at + {local}, {FAULT},
        CASE type WHEN 'LAG' THEN 0 WHEN 'CRASH' THEN 1 ELSE 2 END, 0
    FROM '{root}/raw/app_quality*.parquet'
) WHERE moment < {start} + INTERVAL {until} DAY ORDER BY who, moment, kind"""
    found = duckdb.connect().execute(statement).fetchnumpy()
    people = (
        duckdb.connect()
        .execute(
            f"""SELECT date_diff('day', {start}, 注册时间::DATE) AS day, 渠道 AS channel
        FROM '{root}/raw/registrations*.parquet' ORDER BY 客户号"""
        )
        .fetchnumpy()
    )
    who = np.asarray(found["who"], np.int64) - FIRST_NUMBER
    columns = (np.asarray(found[name], np.int64) for name in ("day", "kind", "what", "fen"))
    channel = np.array([CHANNELS_ZH.index(name) for name in people["channel"]], np.int64)
    events = Events(np.searchsorted(who, np.arange(order.customers + 1)), *columns)
    return events, np.asarray(people["day"], np.int64), channel


def _laws(order: Order) -> Laws:
    ways, what = behaviour(order.plain), planted(order)
    extra = calendar.extra_rate(order.days, what.clusters)
    dates = [order.first_day + timedelta(days=n + 1) for n in range(order.days)]
    return Laws(
        ways=ways,
        fear=calendar.fear(order.days, what.news),
        # Who came with the crowd cannot be told from who came on the same day anyhow.
        crowd=1 + (ways.bunch_factor - 1) * extra / (1 + extra),
        month_end=np.array([day.day == 1 for day in dates], np.int64),
        visits=visit_chance(),
        shift=novice_shift(ways.novice_hurry),
        typical=np.log(np.array([channel.amount_yuan for channel in mix(order.plain)])),
        of_oracle=oracle.laws(),
    )


def _particles(channel: int) -> Floats:
    """Usual gap (bin), trust, frailty, nerves and weight of each particle of a channel."""
    low, high = (norm.cdf(np.log(bound / GAP_MEDIAN) / GAP_SIGMA) for bound in GAP_BOUNDS)
    edges = np.log(GAP_MIN / GAP_MEDIAN) + GAP_STEP * (np.arange(0, 80) - 0.5)
    share = np.diff(np.clip((norm.cdf(edges / GAP_SIGMA) - low) / (high - low), 0, 1))
    bins, found = np.flatnonzero(share > 0), []
    for gap in bins:
        drawn = qmc.Sobol(3, seed=1000 * channel + int(gap)).random(DRAWS)
        made = np.empty((DRAWS, 5))
        made[:, 0], made[:, 4] = gap, share[gap] / DRAWS
        made[:, 1] = beta.ppf(drawn[:, 0], *mix(False)[channel].trust)
        made[:, 2] = np.exp(0.35 * norm.ppf(drawn[:, 1]) - 0.35**2 / 2)
        made[:, 3] = gamma.ppf(drawn[:, 2], 4.0, scale=0.25)
        found.append(made)
    return np.concatenate(found)


@_compiled
def _hazards(who: Any, day: int, s: Any, law: Any) -> Any:
    """Chances to leave on a day before the traits: early, later, maturity, yield, fault, rigid, panic."""
    channel, tenure, crowd, fear = who[0], day - who[1], law.crowd[who[1]], law.fear[day]
    ways = law.ways
    held = s.liquid + s.fixed + s.bonus
    wealth = ways.empty_factor if held < LITTLE else (ways.rich_factor if held >= MUCH else 1.0)
    locked = ways.locked_factor if s.fixed + s.bonus > 0 else 1.0
    early = ways.novice_leave[channel] * np.exp(-tenure / ways.novice_decay_days) * crowd
    later = ways.later_leave[channel] / (1.0 + np.exp((ways.later_from_days - tenure) / ways.later_ramp_days))
    poor = ways.yield_leave if 0 < held == s.liquid and tenure > 20 else 0.0
    rigid = ways.rigid_leave if held >= ways.rigid_amount else 0.1 * ways.rigid_leave
    return (
        early * locked * wealth,
        later * locked * wealth,
        ways.maturity_leave[channel] if s.waiting > 0 else 0.0,
        poor,
        ways.fault_leave * s.burden * locked,
        rigid * locked,
        ways.panic_leave * fear * locked,
    )


@_compiled
def _read_day(events: Any, first: int, end: int, day: int, s: Any, d: Any) -> None:
    """What one day shows, and what is held after it; the state stays that of the morning."""
    d.visits, d.faults, d.outs, d.renewed, d.product, d.fen, d.bad = 0, 0, 0, 0, -1, 0, 0.0
    d.liquid, d.fixed, d.bonus = s.liquid, s.fixed, s.bonus
    d.fixed_day, d.bonus_day, d.bought = s.fixed_day, s.bonus_day, s.bought
    place, renews = first, False
    while place < end and events.day[place] == day:
        kind, what, fen = events.kind[place], events.what[place], events.fen[place]
        if kind == VISIT:
            d.visits += 1
        elif kind == FAULT:
            d.faults += 1
            d.bad += (0.5, 1.0, 0.6)[what]
        elif kind in (RENEWAL, REDEMPTION):
            d.liquid -= fen
            renews = kind == RENEWAL
            d.renewed += 1 if renews else 0
            d.outs += 0 if renews else 1
        elif kind == PURCHASE:
            _hold(what, fen, day, d)
            if not renews:
                d.product, d.fen = what, fen
            renews = False
        place += 1
    d.after = place


@_compiled
def _hold(product: int, fen: int, day: int, d: Any) -> None:
    d.bought += 1
    due = day + (0, 30, 90, 120, 60, 120)[product]
    if product == 0:
        d.liquid += fen
    elif product >= BONUS_FIRST:
        d.bonus += fen
        d.bonus_day = max(d.bonus_day, due)
    else:
        d.fixed += fen
        d.fixed_day = max(d.fixed_day, due)


@_compiled
def _shown(channel: int, trust: float, s: Any, d: Any, ways: Any, emptied: bool) -> float:
    """The chance of what a visit showed of money, for one of this trust."""
    first = s.bought == 0
    buys = min(1.0, (ways.first_purchase if first else ways.next_purchase)[channel] * (0.35 + 1.3 * trust))
    chance = buys if d.product >= 0 else 1.0 - buys
    if s.waiting > 0 and not emptied:
        renews = ways.renew * (0.25 + 0.75 * trust)
        chance *= renews if d.renewed else 1.0 - renews
    if d.product >= 0:
        bold = trust * (0.4 if first else 1.0)
        teaser = ways.teaser[channel] if first else 0.0
        bonus, fixed = ways.bonus_share * bold, ways.fixed_share * bold
        own = bonus if d.product >= BONUS_FIRST else (fixed if d.product > 0 else 1.0 - bonus - fixed)
        chance *= max(1e-9, own * (1.0 - teaser) + (teaser if 0 < d.product < BONUS_FIRST else 0.0))
    return float(chance)


@_compiled
def _weigh(who: Any, day: int, s: Any, d: Any, law: Any, of: Any, weights: Any) -> None:
    """One day by Bayes' rule: the weight of each particle with the customer there, and with them left."""
    channel, registered = who
    here, gone = weights
    ways, tenure, away = law.ways, day - registered, day - s.last
    early, later, mature, poor, fault, rigid, panic = _hazards(who, day, s, law)
    shift = law.shift[min(tenure, len(law.shift) - 1)]
    emptied = d.outs > 0 and d.liquid == 0 and s.liquid >= LITTLE and d.bought == s.bought
    empties = ways.full_redemption + (KEEPS_OUT if 0 < s.waiting == s.liquid else 0.0)
    for k in range(len(of)):
        trust = min(1.0, max(0.0, of[k, 1] + s.trust))
        doubt = 1.0 - trust
        interest = (early + later) * of[k, 2] * np.exp(ways.trust_slope * (0.5 - trust))
        total = interest + mature + poor * doubt + fault * of[k, 3] + rigid + panic * doubt * doubt
        leaves = min(0.97, total)
        comes = law.visits[max(0, int(of[k, 0]) - shift), min(away, AWAY_MAX)]
        if s.waiting > 0:
            comes = 1.0 - (1.0 - comes) * WAITING_STAYS_AWAY
        sure = (mature + rigid) / total
        takes = sure + (1.0 - sure) * ways.farewell if s.liquid >= LITTLE else 0.0
        stays, leaving = here[k] * (1.0 - leaves), here[k] * leaves
        if d.visits == 0:
            here[k], gone[k] = stays * (1.0 - comes), gone[k] + leaving * (1.0 - takes)
            continue
        shows = _shown(channel, trust, s, d, ways, emptied) * (empties if emptied else 1.0)
        back = gone[k] * COMES_BACK if away > CHURN_AWAY else 0.0
        here[k], gone[k] = (stays * comes + back) * shows, leaving * takes if emptied else 0.0
    total = here.sum() + gone.sum()
    here /= total
    gone /= total


@_compiled
def _evening(day: int, registered: int, s: Any, d: Any, law: Any) -> None:
    """The state after the day."""
    s.burden *= law.ways.burden_keep if day > registered else 1.0
    if d.visits > 0:
        s.burden += d.bad * (law.ways.burden_keep if day > registered else 1.0)
        s.trust += 0.001 * (d.visits - d.faults) - 0.02 * d.faults + 0.04 * d.renewed
        s.last, s.waiting = day, 0
    if d.product >= 0:
        s.log_sum += np.log(d.fen / 100.0) - (np.log(0.55) if s.bought == 0 else 0.0)
        s.amounts += 1.0
    s.liquid, s.fixed, s.bonus, s.bought = d.liquid, d.fixed, d.bonus, d.bought
    s.fixed_day, s.bonus_day = d.fixed_day, d.bonus_day
    if law.month_end[day] == 1:
        s.liquid += int(s.liquid * law.ways.daily_yield * 30.0)


@_compiled
def _mature(events: Any, place: int, end: int, day: int, s: Any) -> int:
    """Lock-ups that end at the start of the day; the place of the first event after them."""
    while place < end and events.day[place] == day and events.kind[place] == MATURITY:
        if events.what[place] >= BONUS_FIRST:
            s.bonus = 0
        else:
            s.fixed = 0
        s.liquid += events.fen[place]
        s.waiting += events.fen[place]
        place += 1
    return place


@_compiled
def _mean(who: Any, when: Any, s: Any, law: Any, of: Any, weights: Any) -> float:
    """What the oracle would say of each particle at the start of a day, weighed."""
    day, horizon = when
    here, gone = weights
    channel, registered = who
    weight = here + gone
    if s.amounts > 0:
        spread = 0.75**2 + law.ways.amount_noise**2 / s.amounts
        off = s.log_sum / s.amounts - law.typical[channel] - 2.2 * (of[:, 1] - 0.5)
        weight *= np.exp(-0.5 * off * off / spread)
    chances, days = np.zeros(7), np.zeros(4, np.int64)
    days[0], days[2], days[3] = day - s.last, day - registered, _due(day, s)
    chances[6] = law.ways.maturity_leave[channel] if days[3] >= 0 else 0.0
    early, later, _, poor, fault, rigid, panic = _hazards(who, day, s, law)
    least, said, total = WEIGHT_MIN * weight.max(), 0.0, 0.0
    for k in range(len(of)):
        if weight[k] < least:
            continue
        trust = min(1.0, max(0.0, of[k, 1] + s.trust))
        tie, doubt = of[k, 2] * np.exp(law.ways.trust_slope * (0.5 - trust)), 1.0 - trust
        chances[0], chances[1], chances[2] = early * tie, later * tie, poor * doubt + rigid
        chances[3] = fault * of[k, 3] + panic * doubt * doubt
        sure = rigid / chances[:4].sum()
        chances[4] = gone[k] / (here[k] + gone[k])
        chances[5] = sure + (1.0 - sure) * law.ways.farewell if s.liquid >= LITTLE else 0.0
        days[1] = int(of[k, 0])
        said += weight[k] * oracle.chance_of(chances, days, law.of_oracle, (horizon, CHURN_AWAY))
        total += weight[k]
    return float(said / total)


@_compiled
def _due(day: int, s: Any) -> int:
    """Days until the next lock-up ends: 0 where money waits, -1 where none runs."""
    if s.waiting > 0:
        return 0
    due = s.fixed_day - day if s.fixed > 0 else -1
    if s.bonus > 0 and (due < 0 or s.bonus_day - day < due):
        due = s.bonus_day - day
    return int(max(due, 0)) if s.fixed + s.bonus > 0 else -1


@_compiled
def _one(who: Any, when: Any, span: Any, events: Any, law: Any, of: Any, s: Any, d: Any) -> float:
    """The onlooker's chance of one customer: the days from registration on, then the word."""
    place, end = span
    weights = (of[:, 4].copy(), np.zeros(len(of)))
    for day in range(who[1], when[0]):
        place = _mature(events, place, end, day, s)
        _read_day(events, place, end, day, s, d)
        if day > who[1]:
            _weigh(who, day, s, d, law, of, weights)
        _evening(day, who[1], s, d, law)
        place = d.after
    return _mean(who, when, s, law, of, weights)


@_compiled
def _all(who: Any, when: Any, born: Any, events: Any, known: Any, rooms: Any, out: Any) -> None:
    registered, channel = born
    law, particles = known
    state, shown = rooms
    for n in range(len(who)):
        c = who[n]
        span, mine = (events.start[c], events.start[c + 1]), (channel[c], registered[c])
        out[n] = _one(mine, when, span, events, law, particles[channel[c]], state[n], shown[n])
