"""Registration bunches: a finder that knows nothing of the plan finds the planted ones and no others."""

import json
from datetime import date

import numpy as np

from tests.simulate.bunches import bunches

FIRST = date(2025, 1, 1)


def found_in(counted):
    rows = counted.rows("SELECT day - DATE '2025-01-01', count(*) FROM registered GROUP BY 1")
    counts = np.zeros(400, int)
    for day, number in rows:
        counts[day] = number
    return bunches(counts, FIRST)


def planted_in(counted):
    told = json.loads((counted.folder / "truth" / "planted.json").read_text(encoding="utf-8"))
    return [
        (c["name"], date.fromisoformat(c["first_day"]), date.fromisoformat(c["last_day"]))
        for c in told["clusters"]
    ]


def test_each_planted_bunch_is_found_and_nothing_else(counted):
    found, planted = found_in(counted), planted_in(counted)
    assert len(found) == len(planted) == 7
    for (first, last), (name, begins, ends) in zip(found, planted, strict=True):
        assert begins <= first <= last <= ends, name


def test_campaigns_and_long_holidays_are_both_planted(one):
    names = {name for name, _, _ in planted_in(one)}
    assert {"春季开户礼", "双十一加息", "Spring Festival", "National Day"} <= names


def test_with_nothing_planted_nothing_is_found(plain):
    assert planted_in(plain) == []
    assert found_in(plain) == []


def test_those_who_came_in_a_bunch_are_lost_more_often(one):
    rows = one.rows(
        """SELECT cluster IS NOT NULL, avg(CAST(state = 'churned' AND phase = 'novice' AS INT))
           FROM customer JOIN '{truth}/customers.parquet' AS hidden USING (customer)
           WHERE customer.channel = '分销' GROUP BY 1 ORDER BY 1"""
    )
    assert rows[1][1] > rows[0][1] + 0.05
