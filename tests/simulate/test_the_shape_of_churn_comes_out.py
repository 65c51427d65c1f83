"""The reported figures, counted from raw exports; tolerances are three or more standard errors of a seed.

With 24,000 customers about 12,000 churn, so the share of novices has a standard error of half a
point; about 3,500 are lost as novices from distribution (half a point on 90 %, 0.7 on 80 %), and
finance supermarkets bring about 1,100 (0.7 points on 95 %).
"""

import pytest

LOST_NOVICES = "FROM customer WHERE channel = '分销' AND state = 'churned' AND phase = 'novice'"
STAYED = "FROM customer WHERE channel = '分销' AND state = 'alive'"
SMALL = "avg(CAST(peak < 10000 AND NOT bonus AS INT))"
FEW = "avg(CAST(purchases <= 2 AS INT))"


def share_of_churned(counted, phase):
    return counted.value(f"SELECT avg(CAST(phase = '{phase}' AS INT)) FROM customer WHERE state = 'churned'")


def rates(counted, phase):
    """Churned in the phase, of all whose phase it was at the end or when they churned."""
    found = counted.rows(
        f"""SELECT channel, avg(CAST(state = 'churned' AS INT)) FROM customer
            WHERE phase = '{phase}' AND state <> 'never' GROUP BY 1 HAVING count(*) >= 30"""
    )
    return dict(found)


def rates_among_those_who_came_so_far(counted, phase):
    """Churned in the phase, of all who ever reached it (a novice is anyone)."""
    reached = {"novice": "true", "growth": "tenure >= 90", "mature": "phase = 'mature'"}[phase]
    found = counted.rows(
        f"""SELECT channel, avg(CAST(state = 'churned' AND phase = '{phase}' AS INT)) FROM customer
            WHERE state <> 'never' AND {reached} GROUP BY 1 HAVING count(*) >= 30"""
    )
    return dict(found)


def worst(rates):
    return max(rates, key=rates.__getitem__)


def test_novices_are_nearly_half_of_the_churned_and_far_above_the_other_phases(counted):
    novices = share_of_churned(counted, "novice")
    assert novices == pytest.approx(0.48, abs=0.04)
    assert novices > share_of_churned(counted, "growth") + 0.08
    assert novices > share_of_churned(counted, "mature") + 0.20


@pytest.mark.parametrize("rates_of", [rates, rates_among_those_who_came_so_far])
def test_distribution_is_worst_among_novices(counted, rates_of):
    found = rates_of(counted, "novice")
    assert worst(found) == "分销"
    assert found["分销"] > 1.2 * found["邀请"]


@pytest.mark.parametrize("rates_of", [rates, rates_among_those_who_came_so_far])
def test_invitation_is_worst_among_growth_and_mature_customers(counted, rates_of):
    growth = {c: r for c, r in rates_of(counted, "growth").items() if c != "理财超市"}
    assert worst(growth) == "邀请"
    assert worst(rates_of(counted, "mature")) == "邀请"


def test_lost_novices_of_distribution_bought_at_most_twice(counted):
    assert counted.value(f"SELECT {FEW} {LOST_NOVICES}") == pytest.approx(0.90, abs=0.03)


def test_lost_novices_of_distribution_held_little_and_never_a_bonus_product(counted):
    assert counted.value(f"SELECT {SMALL} {LOST_NOVICES}") == pytest.approx(0.80, abs=0.04)


def test_those_of_distribution_who_stayed_are_clearly_others(counted):
    assert counted.value(f"SELECT {FEW} {STAYED}") < 0.40
    assert counted.value(f"SELECT {SMALL} {STAYED}") < 0.35


def test_nearly_everyone_from_finance_supermarkets_is_lost(counted):
    lost = counted.value(
        """SELECT avg(CAST(state = 'churned' AS INT)) FROM customer
           WHERE channel = '理财超市' AND state <> 'never'"""
    )
    assert lost == pytest.approx(0.95, abs=0.02)


def test_settled_active_customers_come_every_seven_to_fifteen_days(counted):
    low, middle, high = counted.value(
        """WITH gap AS (SELECT customer, day, day - lag(day) OVER (PARTITION BY customer ORDER BY day) AS days
                        FROM alive),
           usual AS (SELECT customer, avg(days) AS days FROM gap JOIN customer USING (customer)
                     WHERE state = 'alive' AND last_day >= DATE '2026-01-21' AND gap.day - customer.day > 90
                     GROUP BY 1 HAVING count(*) >= 4)
           SELECT quantile_cont(days, [0.2, 0.5, 0.9]) FROM usual"""
    )
    assert low == pytest.approx(7, abs=1)
    assert middle == pytest.approx(10, abs=1)
    assert high == pytest.approx(15, abs=1)


def test_settled_active_customers_hold_more_than_a_hundred_yuan(counted):
    active = "FROM customer WHERE state = 'alive' AND last_day >= DATE '2026-01-21' AND tenure >= 90"
    assert counted.value(f"SELECT avg(CAST(balance > 100 AS INT)) {active}") > 0.95
    assert counted.value("SELECT avg(CAST(balance < 100 AS INT)) FROM customer WHERE state = 'churned'") > 0.5


def test_novices_come_more_often_than_settled_customers(one):
    novice, settled = one.rows(
        """WITH gap AS (SELECT customer, day, day - lag(day) OVER (PARTITION BY customer ORDER BY day) AS days
                        FROM alive)
           SELECT median(days) FROM gap JOIN customer USING (customer)
           WHERE days IS NOT NULL GROUP BY gap.day - customer.day > 90 ORDER BY gap.day - customer.day > 90"""
    )
    assert novice[0] < 0.75 * settled[0]


def test_with_nothing_planted_no_channel_stands_out(plain):
    for phase in ("novice", "growth", "mature"):
        found = rates_among_those_who_came_so_far(plain, phase)
        assert max(found.values()) < 1.35 * min(found.values())
