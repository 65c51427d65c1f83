"""The gate asks in a fixed order; the first rule that holds is the reason, and each refusal is a row."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.deliver.worlds import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    Drawn,
    asked,
    at,
    business,
    contact,
    go,
    grant,
    insert,
    refusals,
    states,
    treat,
)
from tests.ingest.drawn import PLAIN, csv, source, take
from winback.deliver import passing
from winback.deliver.gate.judge import PEOPLE, table
from winback.deliver.gate.times import is_trading_day
from winback.deliver.nouns import Fate
from winback.store.workspace import Workspace

NIGHT = at("2026-06-01 13:30")  # 21:30 in Shanghai
SATURDAY = at("2026-06-06 04:00")


def people(root: Path, facts_url: str | None = None, **sections: Any) -> Workspace:
    """ann in Shanghai, bob in London, cat in a zone that there is not, dan of whom no zone is known."""
    csv(
        root / "app.csv",
        """customer,kind,at,amount,zone,language
           ann,register,2026-01-01 08:00:00,,Asia/Shanghai,zh-CN
           bob,register,2026-01-01 08:00:00,,Europe/London,en
           cat,register,2026-01-01 08:00:00,,Mars/Olympus,en
           dan,register,2026-01-01 08:00:00,,,""",
    )
    mapped = PLAIN | {"time_zone": "zone", "language": "language"}
    ws = business(root, facts_url, sources=[source(events=[mapped])], **sections)
    take(ws)
    return ws


def say(ws: Workspace, customer: str, medium: str, **over: Any) -> None:
    row = {"customer_id": customer, "medium": medium, "purpose": "marketing", "at_us": 1, "is_given": False}
    insert(ws, "deliver_consent", [row | {"source": "test"} | over])


# what is the matter                      → the reason, and the state it leads to
LAW = [
    ("hold opted_out no_contact night weekend capped no_grant", "emergency_hold", "held"),
    ("opted_out no_contact night weekend capped no_grant", "opted_out", "refused"),
    ("no_contact night weekend capped no_grant", "no_contact", "refused"),
    ("dead_contact night weekend capped no_grant", "dead_contact", "refused"),
    ("night weekend capped no_grant", "quiet_hours", "waiting"),
    ("weekend capped no_grant", "no_trading_day", "waiting"),
    ("capped limited no_grant", "frequency_cap", "waiting"),
    ("limited", "provider_limit", "waiting"),
    ("no_grant", "grant_refused", "refused"),
    ("undecided_grant", "grant_awaited", "waiting"),
    ("", None, "sent"),
]


@pytest.mark.parametrize(("matters", "reason", "state"), LAW)
def test_the_first_rule_that_holds_is_the_reason(
    tmp_path: Path, facts_url: str, matters: str, reason: str | None, state: str
) -> None:
    what = set(matters.split())
    limit = {"per_day_max": 1} if "limited" in what else {}
    providers = [{"name": "sandbox_sms", "medium": "sms", "kind": "sandbox", **limit}]
    ws = business(tmp_path, facts_url, deliver={"trading_days_only": ["marketing"]}, providers=providers)
    now = SATURDAY if "weekend" in what else NOON
    now += 10 * HOUR if "night" in what else 0
    due = {"medium": "sms", "due_us": now}
    if "capped" in what:
        treat(ws, due | {"id": 1, "customer_id": "ann", "is_held_out": True, "due_us": NOON - HOUR})
        contact(ws, "ann", "phone", "13800001111")
        go(ws, NOON - HOUR)
    if "limited" in what:
        treat(ws, due | {"id": 2, "customer_id": "zoe", "due_us": NOON - HOUR})
        contact(ws, "zoe", "phone", "13900001111")
        go(ws, NOON - HOUR)
    if "hold" in what:
        insert(ws, "deliver_hold", [{"since_us": 1, "who": "t", "why": "t"}])
    if "opted_out" in what:
        say(ws, "ann", "sms")
    if "no_contact" not in what and "capped" not in what:
        contact(ws, "ann", "phone", "13800001111")
    if "no_contact" in what and "capped" in what:
        forget(ws)
    if "dead_contact" in what:
        bury(ws)
    grants = {"no_grant": "refused", "undecided_grant": "held"}
    for each in what & set(grants):
        grant(ws, 70, grants[each])
        due["grant_id"] = 70
    treat(ws, due | {"id": 9})
    go(ws, now)
    assert states(ws)[9] == (state, reason)
    told = [(id, why) for id, why, _ in refusals(ws) if id == 9]
    assert told == ([(9, reason)] if reason else [])


def forget(ws: Workspace) -> None:
    asked(ws, "DELETE FROM ingest_contact WHERE customer_id = 'ann' RETURNING id")


def bury(ws: Workspace) -> None:
    ((kind, index),) = asked(ws, "SELECT kind, blind_index FROM ingest_contact WHERE customer_id = 'ann'")
    row = {"kind": kind, "blind_index": bytes(index), "at_us": 1, "provider": "p", "reason": "r"}
    insert(ws, "deliver_dead_contact", [row])


# customer, moment (UTC)                → until when it waits (UTC), None: it goes
QUIET = [
    ("ann", "2026-06-01 12:59", None),
    ("ann", "2026-06-01 13:00", "2026-06-02 01:00"),
    ("ann", "2026-06-01 23:00", "2026-06-02 01:00"),
    ("ann", "2026-06-02 00:59", "2026-06-02 01:00"),
    ("ann", "2026-06-02 01:00", None),
    ("bob", "2026-06-01 13:00", None),
    ("bob", "2026-06-01 20:00", "2026-06-02 08:00"),
    ("bob", "2026-10-24 22:00", "2026-10-25 09:00"),
    ("cat", "2026-06-01 13:00", "2026-06-02 01:00"),
    ("dan", "2026-06-01 13:00", "2026-06-02 01:00"),
]


@pytest.mark.parametrize(("customer", "moment", "until"), QUIET)
def test_quiet_hours_hold_to_the_next_edge_in_the_customers_zone(
    tmp_path: Path, customer: str, moment: str, until: str | None
) -> None:
    ws = people(tmp_path)
    treat(ws, {"id": 1, "customer_id": customer, "due_us": at(moment)})
    go(ws, at(moment))
    assert refusals(ws) == ([] if until is None else [(1, "quiet_hours", at(until))])
    if until is not None:
        go(ws, at(until) - 1)
        assert states(ws)[1][0] == "waiting"
        go(ws, at(until))
        assert states(ws)[1] == ("sent", None), "held, not dropped"


def test_service_goes_at_night_and_an_invalid_zone_is_noted(
    tmp_path: Path, facts_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws = people(tmp_path, facts_url)
    known = [
        ("ann", "zh-CN", "Asia/Shanghai"),
        ("cat", "en", "Mars/Olympus"),
        ("eve", "en", "../../etc/passwd"),
    ]
    monkeypatch.setattr(passing, "people", lambda _: table(PEOPLE, known))
    each = {"purpose": "service", "due_us": NIGHT}
    treat(ws, *(each | {"id": n, "customer_id": who} for n, who in ((1, "cat"), (2, "ann"), (3, "eve"))))
    treat(ws, each | {"id": 4, "customer_id": "eve", "purpose": "marketing"})
    go(ws, NIGHT)
    rows = asked(ws, "SELECT id, state, language, note FROM deliver_message ORDER BY id")
    assert rows[:2] == [(1, "sent", "en", "invalid_zone"), (2, "sent", "zh-CN", None)]
    assert [row[3] for row in rows[2:]] == ["invalid_zone", None], "the one that waits is judged again"
    assert refusals(ws) == [(4, "quiet_hours", at("2026-06-02 01:00"))], "the workspace's own zone holds"


# the day                                       is one on which markets trade
DAYS = [
    ("2026-06-05", True),
    ("2026-06-06", False),  # a Saturday
    ("2026-10-01", False),  # National Day, a Thursday
    ("2026-02-14", False),  # a make-up Saturday: people work, markets do not
    ("2026-01-04", False),  # a make-up Sunday
    ("2090-01-02", True),  # a Monday of a year that no calendar knows yet
]


@pytest.mark.parametrize(("day", "trades"), DAYS)
def test_trading_days_are_working_days_but_for_weekends(day: str, trades: bool) -> None:
    assert is_trading_day(date.fromisoformat(day)) is trades


def test_on_a_saturday_it_waits_for_monday_and_then_for_the_morning(tmp_path: Path) -> None:
    ws = business(tmp_path, deliver={"trading_days_only": ["marketing"]})
    treat(ws, {"id": 1, "due_us": SATURDAY}, {"id": 2, "due_us": SATURDAY, "purpose": "service"})
    go(ws, SATURDAY)
    assert states(ws) == {1: ("waiting", "no_trading_day"), 2: ("sent", None)}
    monday = at("2026-06-07 16:00")
    assert refusals(ws) == [(1, "no_trading_day", monday)]
    go(ws, monday)
    assert refusals(ws)[1] == (1, "quiet_hours", at("2026-06-08 01:00"))
    go(ws, at("2026-06-08 01:00"))
    assert states(ws)[1] == ("sent", None)


def test_caps_roll_and_keep_marketing_apart_from_service(tmp_path: Path, facts_url: str) -> None:
    ws = business(tmp_path, facts_url, deliver={"quiet_purposes": []})
    late = at("2026-06-01 15:30")  # 23:30 in Shanghai
    treat(ws, {"id": 1, "due_us": late})
    go(ws, late)
    treat(ws, {"id": 2, "due_us": late + HOUR}, {"id": 3, "due_us": late + HOUR, "purpose": "service"})
    go(ws, late + HOUR)
    assert states(ws)[3] == ("sent", None)
    assert refusals(ws) == [(2, "frequency_cap", late + DAY)], "not by calendar day: half past midnight waits"
    go(ws, late + DAY)
    assert states(ws)[2] == ("sent", None), "a capped message is not lost"


CAPS = [{"hours": 24, "count": 3}, {"hours": 24, "count": 1, "medium": "sms"}]
# medium and expected value of each waiting message → which of them go, in order
SLOTS = [
    ([("inbox", 5), ("inbox", 9), ("inbox", 7), ("inbox", 8)], {2, 3, 4}),
    ([("sms", 100), ("sms", 90), ("inbox", 80), ("push", 70)], {1, 3, 4}),
    ([("inbox", 1), ("inbox", 1), ("inbox", 1), ("inbox", 1)], {1, 2, 3}),
]


@pytest.mark.parametrize(("wanted", "gone"), SLOTS)
def test_the_highest_expected_value_takes_the_slot(
    tmp_path: Path, wanted: list[tuple[str, int]], gone: set[int]
) -> None:
    ws = business(tmp_path, deliver={"caps": CAPS})
    contact(ws, "ann", "phone", "13800001111")
    contact(ws, "ann", "push_token", "abc")
    for number, (medium, value) in enumerate(wanted, start=1):
        treat(ws, {"id": number, "medium": medium, "expected_minor": value})
    go(ws)
    assert {id for id, (state, _) in states(ws).items() if state == "sent"} == gone


def test_a_message_whose_grant_does_not_stand_takes_no_slot(tmp_path: Path, facts_url: str) -> None:
    ws = business(tmp_path, facts_url)
    grant(ws, 70, "refused")
    treat(ws, {"id": 1, "grant_id": 70, "expected_minor": 99}, {"id": 2})
    go(ws)
    assert states(ws) == {1: ("refused", "grant_refused"), 2: ("sent", None)}


def test_a_failed_message_gives_its_slot_back(tmp_path: Path) -> None:

    ws = business(tmp_path)
    treat(ws, {"id": 1})
    go(ws, NOON, Drawn(fate=Fate.REJECTED))
    treat(ws, {"id": 2, "due_us": NOON + 1})
    go(ws, NOON + MINUTE)
    assert states(ws) == {1: ("failed", "no to "), 2: ("sent", None)}


def test_a_cap_of_none_refuses_for_good_and_what_waits_too_long_is_refused(tmp_path: Path) -> None:
    ws = business(tmp_path, deliver={"caps": [{"hours": 24, "count": 0}], "wait_hours_max": 6})
    treat(ws, {"id": 1}, {"id": 2, "purpose": "service"})
    go(ws)
    assert states(ws) == {1: ("refused", "frequency_cap"), 2: ("sent", None)}
    treat(ws, {"id": 3, "due_us": NIGHT})
    go(ws, NIGHT)
    assert refusals(ws)[-1] == (3, "quiet_hours", at("2026-06-02 01:00"))
    assert states(ws)[3] == ("refused", "quiet_hours"), "the morning is more than six hours away"


def test_what_is_found_too_late_is_not_sent_and_takes_no_slot(tmp_path: Path, facts_url: str) -> None:
    ws = business(tmp_path, facts_url)
    treat(
        ws, {"id": 1, "due_us": NOON - 73 * HOUR, "expected_minor": 9}, {"id": 2, "due_us": NOON - 71 * HOUR}
    )
    go(ws)
    assert states(ws) == {1: ("refused", "too_late"), 2: ("sent", None)}


def test_a_grant_is_awaited_and_then_told_of(tmp_path: Path) -> None:
    ws = business(tmp_path)
    treat(ws, {"id": 1, "grant_id": 70})
    go(ws)
    assert states(ws)[1] == ("waiting", "grant_awaited")
    grant(ws, 70)
    go(ws, NOON + 10 * MINUTE)
    assert states(ws)[1] == ("sent", None)


def test_consent_is_needed_where_the_settings_say_so(tmp_path: Path, facts_url: str) -> None:
    ws = business(tmp_path, facts_url, deliver={"marketing_needs_consent": ["inbox"]})
    treat(
        ws, {"id": 1}, {"id": 2, "customer_id": "bob"}, {"id": 3, "customer_id": "cat", "purpose": "service"}
    )
    say(ws, "bob", "inbox", is_given=False, at_us=1)
    say(ws, "bob", "inbox", is_given=True, at_us=2)
    go(ws)
    assert states(ws) == {1: ("refused", "no_consent"), 2: ("sent", None), 3: ("sent", None)}


def test_a_slot_counts_in_both_arms_alike(tmp_path: Path) -> None:
    ws = business(tmp_path)
    treat(ws, {"id": 1, "is_held_out": True}, {"id": 2, "customer_id": "bob"})
    treat(ws, {"id": 3, "due_us": NOON + 1}, {"id": 4, "customer_id": "bob", "due_us": NOON + 1})
    go(ws)
    go(ws, NOON + HOUR)
    assert states(ws)[3] == states(ws)[4] == ("waiting", "frequency_cap")
