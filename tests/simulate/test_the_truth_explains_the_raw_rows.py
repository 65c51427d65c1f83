"""The hidden truth: leaving ends the visits, causes have their marks, chances keep their word."""

import duckdb
import pyarrow as pa
import pytest

from winback.simulate.oracle import churn_probability

SINCE, UNTIL = "2025-05-01", "2025-12-01"


@pytest.fixture(scope="module", params=[14, 30])
def foretold(request, one):
    """Every fourth customer, week by week: true chance, and what came of it, from raw visits alone."""
    days = request.param
    rows = duckdb.sql(
        f"""SELECT * FROM '{one.folder}/truth/hazard.parquet'
            WHERE as_of BETWEEN DATE '{SINCE}' AND DATE '{UNTIL}' AND customer % 4 = 0"""
    ).to_arrow_table()
    chance = rows.append_column("chance", pa.array(churn_probability(rows, days)))
    one.base.register("chance", chance)
    return one.base.sql(
        f"""WITH outcome AS (
              SELECT any_value(c.chance) AS chance, any_value(c.as_of - c.days_since_visit) AS last_day,
                     min(alive.day) AS next_day, any_value(c.as_of) AS as_of,
                     any_value(c.tenure_days) AS tenure
              FROM chance AS c LEFT JOIN alive ON alive.customer = c.customer AND alive.day >= c.as_of
              GROUP BY c.customer, c.as_of)
            SELECT chance, tenure, CAST(last_day + 31 <= as_of + {days}
                               AND (next_day IS NULL OR next_day - last_day > 30) AS INT) AS churned
            FROM outcome"""
    ).to_arrow_table()


def test_true_chances_keep_their_word(foretold):
    fifths = duckdb.sql(
        """SELECT floor(least(chance, 0.999) * 5), avg(chance), avg(churned), count(*)
           FROM foretold GROUP BY 1 HAVING count(*) > 150"""
    ).fetchall()
    assert len(fifths) >= 3
    for _, said, came, rows in fifths:
        assert came == pytest.approx(said, abs=0.015 + 3 * (said * (1 - said) / rows) ** 0.5)


def test_true_chances_keep_their_word_for_the_new_and_for_the_old(foretold):
    for _, said, came, rows in duckdb.sql(
        "SELECT tenure < 60, avg(chance), avg(churned), count(*) FROM foretold GROUP BY 1"
    ).fetchall():
        assert came == pytest.approx(said, abs=0.004 + 3 * (said * (1 - said) / rows) ** 0.5)


def test_after_leaving_visits_stop_until_the_day_of_return(one):
    seen = one.value(
        """SELECT count(*) FROM '{truth}/leaves.parquet' AS l JOIN alive
           ON alive.customer = l.customer AND alive.day > l.leave_day
           AND alive.day < coalesce(l.return_day, DATE '2099-01-01')"""
    )
    assert seen == 0


def test_some_return_by_themselves(one):
    back = one.value(
        """SELECT count(DISTINCT l.customer) FROM '{truth}/leaves.parquet' AS l
           JOIN alive ON alive.customer = l.customer AND alive.day = l.return_day"""
    )
    assert back > 200


def test_all_four_causes_occur_and_panic_only_round_the_news(one):
    causes = dict(one.rows("SELECT cause, count(*) FROM '{truth}/leaves.parquet' GROUP BY 1"))
    assert set(causes) == {"natural", "frustrated", "rigid", "panic"}
    assert min(causes.values()) > 50
    days = one.rows("SELECT DISTINCT leave_day FROM '{truth}/leaves.parquet' WHERE cause = 'panic'")
    assert {day[0].strftime("%m-%d")[:2] for day in days} == {"05", "10"}


def test_low_trust_shows_in_what_people_buy(one):
    rows = one.rows(
        """SELECT trust > 0.5, avg(CAST(product_kind = '活期' AS INT)), median(yuan)
           FROM purchase JOIN '{truth}/customers.parquet' USING (customer) GROUP BY 1 ORDER BY 1"""
    )
    (_, liquid_low, yuan_low), (_, liquid_high, yuan_high) = rows
    assert liquid_low > liquid_high + 0.1
    assert yuan_low < yuan_high
