"""S6: rewards for bringing customers grow; they are for weak channels, and one that stays weak leaves."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.ingest.drawn import PLAIN, csv, source, take, workspace
from tests.plan.worlds import FIRST, given, go, on, rows, written
from winback.diagnose import read as diagnose
from winback.diagnose.run import channels
from winback.plan import read
from winback.reward import read as rewards
from winback.reward.run import run as reward

PLAY = """
name = "bring"
zh = "邀请"
en = "Bring"
holdout_share = 0.0
measure_days = 1
[weak_channels]
new_customers_below = 3
look_days = 5
leave_after_days = 4
[enter]
event = { kind = "referral", days = 1 }
again_after_days = 1
[[steps]]
name = "reward"
grant = "referral_reward"
"""
KINDS = {"referral": {"zh": "邀请", "en": "Referral"}}


def world(root, came, referrals, facts_url=None):
    """`came`: customer, day, channel, inviter; `referrals`: customer and day of the event."""
    lines = ["customer,kind,at,channel,inviter"]
    for who, day, channel, inviter in came:
        lines.append(f"{who},register,{FIRST + timedelta(days=day)} 06:00:00,{channel},{inviter}")
        lines.append(f"{who},visit,{FIRST + timedelta(days=day)} 07:00:00,,")
    lines += [f"{who},referral,{FIRST + timedelta(days=day)} 12:00:00,," for who, day in referrals]
    csv(root / "app.csv", "\n".join(lines))
    mapping = {key: value for key, value in PLAIN.items() if key != "amount"}
    mapping |= {"channel": "channel", "inviter": "inviter"}
    sections = {"experiment": {"control_share": 0.0}, "kinds": KINDS}
    if facts_url is not None:
        sections["storage"] = {"facts_url": facts_url}
    ws = workspace(root, source(events=[mapping]), **sections)
    take(ws)
    written(ws, PLAY)
    return ws


#: Of `web` nobody comes after day 5; `app` gets a customer a day; both have somebody who refers each day.
CAME = [
    ("weak", 0, "web", ""),
    *((f"w{n}", n, "web", "") for n in range(6)),
    ("fine", 0, "app", ""),
    *((f"a{n}", n, "app", "") for n in range(1, 30)),
]
REFERRALS = [(who, day) for who in ("weak", "fine") for day in range(1, 30)]


@pytest.fixture
def ws(tmp_path, facts_url):
    return world(tmp_path, CAME, REFERRALS, facts_url)


def joined_and_left(ws):
    return {each.channel: (each.joined, each.left) for each in read.weak_channels(ws, "bring")}


def test_a_channel_that_stays_weak_leaves_and_the_reason_is_told(ws):
    """Fewer than 3 came on days 4 to 8, so web is weak as of day 9, and still is as of day 13."""
    left = {day: go(ws, day).channels_left for day in range(8, 15)}
    assert [day for day, channels in left.items() if channels] == [13]
    (web,) = left[13]
    assert (web.joined, web.weak_since, web.left) == (on(9), on(9), on(13))
    assert web.why == f"weak since {on(9)}, 4 days: 0 new customers in 5 days, fewer than 3"
    assert rows(ws, "act", "what", "who", "why") == [("channel_left", "winback", f"web: {web.why}")]
    assert [day for day, _ in given(ws, "weak")] == [9, 10, 11, 12]


def test_who_is_of_a_channel_that_is_fine_or_has_left_is_kept_out(ws):
    found = {day: go(ws, day).entered[0].kept_out for day in (8, 9, 13)}
    assert found == {
        8: {"channel_fine": 2},
        9: {"channel_fine": 1},
        13: {"channel_left": 1, "channel_fine": 1},
    }
    assert read.why(ws, "weak", "bring", on(13)).limit.value == "channel_left"


def test_it_is_as_of_the_date_whatever_came_later(ws, tmp_path):
    """Many come to web on day 11: as of day 11 nobody knows of them, as of day 12 it is weak no more."""
    more = [(f"late{n}", 11, "web", "") for n in range(5)]
    (tmp_path / "more").mkdir()
    other = world(tmp_path / "more", CAME + more, REFERRALS)
    for day in range(9, 12):
        go(ws, day)
        go(other, day)
        assert read.weak_channels(other, "bring") == read.weak_channels(ws, "bring")
    assert go(other, 12).channels_left == ()
    assert read.weak_channels(other, "bring")[0].weak_since is None


def test_who_is_brought_counts_for_the_channel_of_who_brings(tmp_path):
    brought = [(f"b{n}", n, "friends", "weak") for n in range(5, 15)]
    ws = world(tmp_path, CAME + brought, REFERRALS)
    for day in (8, 9, 13, 14):
        go(ws, day)
    assert "web" not in joined_and_left(ws)


def test_a_channel_that_came_to_strength_begins_its_days_anew(tmp_path):
    again = [(f"x{n}", 9, "web", "") for n in range(3)]
    ws = world(tmp_path, CAME + again, REFERRALS)
    for day in (9, 10, 14, 15, 18):
        go(ws, day)
    assert joined_and_left(ws)["web"] == (on(9), None)
    go(ws, 19)
    assert joined_and_left(ws)["web"] == (on(9), on(19))


def test_a_dry_run_and_a_second_run_of_the_date_say_the_same_and_a_span_is_walked(ws):
    go(ws, 9, 12)
    (told,) = read.rehearse(ws, (on(13), on(13)))
    assert joined_and_left(ws) == {"web": (on(9), None)}
    assert told.entered == go(ws, 13).entered[0]
    assert go(ws, 13).channels_left == ()
    span = {(each.as_of - on(0)).days: each.entered.entered for each in read.rehearse(ws, (on(6), on(14)))}
    assert [day for day, entered in span.items() if entered] == [9, 10, 11, 12]


def test_each_customer_brought_earns_more_than_the_one_before(tmp_path):
    """One, three, five: a new customer a day, by the shipped table of the referral reward."""
    came = [("weak", 0, "web", ""), *((f"n{day}", day, "web", "weak") for day in (8, 9, 10))]
    ws = world(tmp_path, came, [("weak", day) for day in (8, 9, 10)])
    for day in (9, 10, 11):
        summary = go(ws, day)
        reward(ws, datetime.fromtimestamp(summary.now_us / 1e6, UTC))
    found = sorted(rewards.grants_of(ws, "weak"), key=lambda each: each.granted_us)
    assert [each.amount_minor for each in found] == [100, 300, 500]


def judged(ws, day, **verdicts):
    """A diagnosis as of a day says this of the channels."""
    folder = diagnose.folder(ws, on(day))
    folder.mkdir(parents=True, exist_ok=True)
    told = [
        {"channel": name, "verdict": said, "grounds": ["lost"] if said == "stop" else ["between"]}
        for name, said in verdicts.items()
    ]
    (folder / diagnose.CHANNELS_FILE).write_text(json.dumps({"channels": told}), encoding="utf-8")


def test_the_verdict_of_the_diagnosis_decides_where_one_stands(ws):
    """By their own figures web is weak as of day 9 and app never is; the diagnosis says the opposite."""
    judged(ws, 8, web="keep", app="stop")
    found = {day: go(ws, day) for day in (9, 13)}
    assert read.channels_judged_by(ws, on(13)) == {"bring": on(8)}
    assert joined_and_left(ws) == {"app": (on(9), on(13))}
    (app,) = found[13].channels_left
    assert app.why == f"weak since {on(9)}, 4 days: the diagnosis as of {on(8)} says stop: too many are lost"
    assert [day for day, _ in given(ws, "fine")] == [9]
    assert given(ws, "weak") == []


def test_where_the_diagnosis_only_watches_or_is_too_old_or_later_own_figures_decide(ws):
    judged(ws, 8, web="watch", app="watch")
    judged(ws, 12, web="keep")
    go(ws, 9)
    assert joined_and_left(ws) == {"web": (on(9), None)}
    written(ws, PLAY.replace("look_days", "diagnosis_days_max = 2\nlook_days"))
    assert read.channels_judged_by(ws, on(11)) == {"bring": None}
    assert read.channels_judged_by(ws, on(13)) == {"bring": on(12)}
    written(ws, PLAY.replace("look_days", "by_diagnosis = false\nlook_days"))
    assert read.channels_judged_by(ws, on(13)) == {}


def test_the_verdicts_of_a_real_diagnosis_are_found(ws):
    made = channels(ws, on(20))
    found = diagnose.channel_verdicts(ws, on(25), 31)
    assert found is not None
    assert found.as_of == on(20)
    assert {name: said[0] for name, said in found.channels.items()} == {
        each.channel: each.verdict for each in made.channels
    }
    assert diagnose.channel_verdicts(ws, on(19), 31) is None
    assert diagnose.channel_verdicts(ws, on(25), 4) is None
