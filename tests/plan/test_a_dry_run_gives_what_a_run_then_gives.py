"""A dry run tells every treatment that a run then gives: of those who enter, of those inside, key by key."""

import random

from tests.plan.worlds import FIRST, everything, go, moment, on, rows, shop, written
from winback.plan import read
from winback.plan.tables import TREATMENT_SCHEMA

#: Branches on what customers are, on arms and on warnings; grants with promises; waits that withdraw or not.
PLAYS = (
    """
name = "away"
zh = "离开"
en = "Away"
priority = 80
holdout_share = 0.3
layer = "one"
measure_days = 12
saved_share = 0.5
arms = { calm = 0.5, bold = 0.5 }
[enter]
when = [{ feature = "days_since_visit", above = 3 }]
again_after_days = 12
[[steps]]
name = "who"
branch = [
    { when = [{ feature = "purchase_count_life", at_least = 1 }], to = "packet" },
    { arm = ["bold"], when = [{ feature = "days_since_visit", above = 4 }], to = "end" },
    { arm = ["calm"], to = "hello" },
]
next = "hello"
[[steps]]
name = "packet"
grant = "value_red_packet"
[[steps]]
name = "tell"
message = "hello"
medium = "sms"
promises = "packet"
[[steps]]
name = "hello"
message = "hello"
medium = "inbox"
[[steps]]
name = "two_days"
wait = "2d"
until = ["visit", "purchase"]
on_reaction = { purchase = "end", visit = "call" }
[[steps]]
name = "again"
branch = [{ when = [{ feature = "days_since_visit", above = 5 }], to = "call" }]
next = "end"
[[steps]]
name = "call"
call = "ring_them"
[texts.hello]
zh = "好久不见"
en = "We miss you"
""",
    """
name = "bought"
zh = "买过"
en = "Bought"
layer = "two"
measure_days = 8
holdout_share = 0.0
[enter]
when = [{ feature = "purchase_count_life", at_least = 1 }]
again_after_days = 5
[[steps]]
name = "thanks"
message = "thanks"
medium = "push"
[[steps]]
name = "a_day"
wait = "1d"
until = ["visit"]
withdraw = false
on_reaction = "alert"
[[steps]]
name = "alert"
alert = "look_here"
[texts.thanks]
zh = "谢谢"
en = "Thanks"
""",
)
DAYS = 13


def drawn(seed):
    """Forty customers who visit and buy as a die says."""
    die = random.Random(seed)
    return {
        f"c{n:02d}": sorted(
            (day + die.random(), die.choice(["visit", "visit", "visit", "purchase"]))
            for day in range(DAYS)
            if die.random() < 0.25
        )
        for n in range(40)
    }


def given_at(ws, now_us):
    """What stands as given at a moment, key by key."""
    found = rows(ws, "treatment", *TREATMENT_SCHEMA.names)
    place = TREATMENT_SCHEMA.names.index("due_us")
    held = TREATMENT_SCHEMA.names.index("is_held_out")
    return [
        tuple(bool(v) if at == held else v for at, v in enumerate(row))
        for row in found
        if row[place] == now_us
    ]


def stopped(ws):
    return {row[0] for row in rows(ws, "treatment", "id", "stopped_us") if row[1] is not None}


def test_each_day_gives_what_was_told_before_it(tmp_path, facts_url):
    ws = shop(tmp_path, drawn(1), facts_url)
    written(ws, *PLAYS)
    seen, withdrawn = 0, 0
    for day in range(4, DAYS):
        now_us, before = moment(ws, day + 0.5), everything(ws)
        (told,) = read.rehearse_days(ws, (on(day), on(day)), lambda _, at=now_us: at)
        assert everything(ws) == before
        were_stopped, there = stopped(ws), {row[0] for row in rows(ws, "treatment", "id")}
        summary = go(ws, day + 0.5)
        assert [each.entered for each in told.playbooks] == list(summary.entered)
        expected = [tuple(row.values()) for row in told.treatments.to_pylist()]
        newly = stopped(ws) - were_stopped
        assert sorted(r[:17] for r in expected) == sorted(r[:17] for r in given_at(ws, now_us)), day
        assert newly == (set(told.withdrawn.tolist()) & there) - were_stopped
        seen, withdrawn = seen + len(expected), withdrawn + len(newly)
    assert seen > 60
    assert withdrawn > 5


def test_where_the_sources_are_silent_nobody_enters_and_those_inside_go_on(tmp_path):
    ws = shop(tmp_path, drawn(3))
    written(ws, *PLAYS)
    go(ws, 6.5)
    now_us = moment(ws, 9.5)
    (told,) = read.rehearse_days(ws, (on(9), on(9)), lambda _: now_us, silent_on=lambda _: FIRST)
    assert told.playbooks == ()
    assert told.silent_since == FIRST
    assert told.treatments.num_rows > 0
    assert set(told.treatments["entry_id"].to_pylist()) <= {row[0] for row in rows(ws, "entry", "id")}
