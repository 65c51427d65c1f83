"""The dry run of the doors tells of plan, rewards and the gate what plan, reward and deliver then do."""

from collections import Counter
from datetime import UTC, datetime

from tests.plan.test_a_dry_run_gives_what_a_run_then_gives import PLAYS, drawn
from tests.plan.worlds import moment, on, shop, written
from winback import flow
from winback.doors.rehearsal import rehearse, together
from winback.store import facts

GIVING = PLAYS[1].replace(
    '[[steps]]\nname = "thanks"\nmessage = "thanks"\nmedium = "push"\n',
    '[[steps]]\nname = "coupon"\ngrant = "coupon"\n'
    '[[steps]]\nname = "thanks"\nmessage = "thanks"\nmedium = "inbox"\npromises = "coupon"\n',
)
SECTIONS = {
    "rewards": {
        "coupon": {"kind": "trial_coupon", "amount_minor": 500},
        "value_red_packet": {"kind": "red_packet", "amount_minor": 900},
    },
    "pots": {"winback": {"budget_minor": 9_000, "day_max_minor": 2_000, "customer_max_minor": 1_000}},
    "deliver": {"caps": [{"hours": 24, "count": 1}]},
}


def asked(ws, sql):
    with facts.connection(ws) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def done(ws, day):
    """A run of everything at noon; what became of the treatments of that moment, by playbook."""
    now_us = moment(ws, day + 0.5)
    flow.experiment(ws, on(day))
    flow.plan(ws, on(day), now_us)
    flow.reward(ws, datetime.fromtimestamp(now_us / 1e6, UTC))
    flow.deliver_prepare(ws, now_us)
    of_now = f"IN (SELECT id FROM plan_treatment WHERE due_us = {now_us})"
    grants = asked(ws, f"SELECT playbook, state, reason FROM reward_grant WHERE id {of_now}")
    sent = f"CASE WHEN cleared_until_us > {now_us} THEN 'sent' ELSE state END"
    messages = asked(ws, f"SELECT playbook, {sent}, reason FROM deliver_message WHERE id {of_now}")
    return Counter(grants), Counter(messages)


def test_each_day_is_as_was_told(tmp_path, facts_url):
    ws = shop(tmp_path, drawn(1), facts_url, **SECTIONS)
    written(ws, PLAYS[0], GIVING)
    words = set()
    for day in range(4, 10):
        now_us = moment(ws, day + 0.5)
        (told,) = rehearse(ws, (on(day), on(day)), lambda _, at=now_us: at, silent_on=lambda _: None)
        grants, messages = done(ws, day)
        for each in told.limited:
            for counts, states, reasons in (
                (grants, each.grants, each.grants_kept_back),
                (messages, each.messages, each.messages_kept_back),
            ):
                mine = {key: n for key, n in counts.items() if key[0] == each.playbook}
                assert states == dict(sum((Counter({s: n}) for (_, s, _), n in mine.items()), Counter()))
                kept = sum((Counter({why: n}) for (_, _, why), n in mine.items() if why), Counter())
                assert reasons == dict(kept)
                words |= set(reasons)
        assert {each.playbook for each in told.limited} >= {key[0] for key in (*grants, *messages)}
    assert words >= {"day_limit", "frequency_cap", "no_contact", "grant_refused"}


def test_over_a_past_span_pots_begin_full_and_what_is_given_on_a_day_counts_on_the_next(tmp_path):
    ws = shop(tmp_path, drawn(1), **SECTIONS)
    written(ws, PLAYS[0], GIVING)
    days = list(
        rehearse(ws, (on(4), on(9)), lambda at: moment(ws, (at - on(0)).days + 0.5), silent_on=lambda _: None)
    )
    granted = [sum(sum(each.granted_minor.values()) for each in day.limited) for day in days]
    assert max(granted) <= 2_000
    assert sum(granted) <= 9_000
    (of_bought,) = (each for each in together(days) if each.playbook == "bought")
    assert of_bought.grants["granted"] * 500 <= sum(granted)
    assert "pot_empty" in of_bought.grants_kept_back or "day_limit" in of_bought.grants_kept_back
    assert asked(ws, "SELECT count(*) FROM plan_entry") == [(0,)]
