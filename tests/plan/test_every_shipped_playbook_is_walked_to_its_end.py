"""Each shipped playbook from entry to end: treated, held out, reacting; its messages in both languages."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.ingest.drawn import PLAIN, csv, source, take, workspace
from tests.plan.worlds import FIRST, given, go, on, rows
from winback.deliver import read as deliver
from winback.reward import read as rewards
from winback.reward.run import run as reward
from winback.settings.playbooks_read import shipped_names
from winback.warn.run import run as warn

KINDS = {name: {"zh": name, "en": name} for name in ("cause", "fixed", "calm", "referral")}
RULES = [{"name": "away", "level": "high", "when": [{"feature": "days_since_visit", "above": 7}]}]
COLUMNS = ("customer", "kind", "at", "amount", "detail", "product_kind", "birthday", "language", "channel")
BOUGHT = (0.5, "purchase", {"amount": "100000.00", "product_kind": "fixed_term"})


def cause(day, word):
    return (day, "cause", {"detail": word})


#: Of each playbook: what the customer did, on which days it is run, what is given when; and of one who reacts
#: besides the event, after which nothing more is given.
WALKS = {
    "graded_warning": (
        [(0.5, "visit"), BOUGHT],
        [8, 15],
        [(8, "sms_now"), (15, "call_them")],
        ((12.5, "visit"), 1),
    ),
    "trial_habit": (
        [(5.5, "visit")],
        [9, 12],
        [(9, "coupon"), (9, "coupon_told"), (12, "coupon_reminded")],
        ((10.5, "purchase", {"amount": "1000.00"}), 2),
    ),
    "bonus_guidance": (
        [(0.5, "purchase", {"amount": "100.00", "product_kind": "liquid"})],
        [1, 5, 15],
        [(1, "news"), (5, "bonus"), (5, "bonus_told"), (15, "bonus_reminded")],
        ((7.5, "purchase", {"amount": "2000.00", "product_kind": "bonus_interest"}), 3),
    ),
    "valued_return": (
        [BOUGHT, (0.6, "redemption", {"amount": "99950.00"}), (0.7, "balance", {"amount": "50.00"})],
        [31, 38, 52],
        [(31, "packet"), (31, "packet_sms"), (38, "packet_push"), (52, "by_phone")],
        ((40.5, "purchase", {"amount": "10000.00"}), 3),
    ),
    "cause_rigid": (
        [(0.5, "visit"), cause(1.5, "rigid")],
        [32, 92, 182],
        [(32, "understood"), (92, "kept_warm"), (182, "back")],
        ((60.5, "purchase", {"amount": "1.00"}), 1),
    ),
    "cause_frustrated": (
        [(0.5, "visit"), cause(1.5, "frustrated"), (40.5, "fixed")],
        [32, 41, 55],
        [(32, "what_went_wrong"), (41, "coupon"), (41, "mended"), (55, "mended_again")],
        ((45.5, "visit"), 3),
    ),
    "cause_panic": (
        [(0.5, "visit"), cause(1.5, "panic"), (20.5, "calm")],
        [2, 21],
        [(2, "safe"), (21, "good_news")],
        ((9.5, "purchase", {"amount": "1.00"}), 1),
    ),
    "cause_natural": (
        [(0.5, "visit"), cause(1.5, "natural")],
        [32, 37, 51],
        [(32, "draw"), (32, "draw_told"), (37, "draw_sms"), (51, "what_was_missing")],
        ((39.5, "visit"), 3),
    ),
    "birthday": (
        [BOUGHT],
        [9, 12],
        [(9, "coupon"), (9, "wishes"), (12, "wishes_sms")],
        ((10.5, "visit"), 2),
    ),
    "liked_product": (
        [BOUGHT, (0.6, "purchase", {"amount": "50.00", "product_kind": "liquid"})],
        [31, 38],
        [(31, "fixed_term"), (38, "by_sms")],
        ((33.5, "visit"), 1),
    ),
    "returned_watch": (
        [(0.5, "visit"), (40.5, "visit")],
        [41, 48, 71, 76],
        [(41, "welcome"), (71, "slipping"), (71, "still_there"), (76, "by_phone")],
        ((73.5, "visit"), 3),
    ),
    "long_touch": (
        [(0.5, "visit")],
        [90, 135, 180, 225],
        [(90, "first"), (135, "second"), (180, "third"), (225, "last")],
        ((150.5, "visit"), 2),
    ),
    "referral_progress": ([(0.5, "visit"), (5.5, "referral")], [6], [(6, "reward"), (6, "told")], None),
}


def sides(name):
    """Three customers by the formula of the docs: treated, held out, and another who is treated."""

    def is_held_out(customer):
        drawn = hashlib.sha256(f"winback:{name}:{customer}".encode()).digest()
        return int.from_bytes(drawn[:8], "big") % 10_000 < 1_000

    everybody = [f"c{n}" for n in range(1_000)]
    held = [each for each in everybody if is_held_out(each)]
    treated = [each for each in everybody if not is_held_out(each)]
    return treated[0], held[0], treated[1]


def world(root, name, facts_url):
    """A shop with this playbook as it is shipped; the treated one reads Chinese, the held-out one English."""
    done, _, _, reaction = WALKS[name]
    lines = [",".join(COLUMNS)]
    for customer, language in zip(sides(name), ("zh", "en", "zh"), strict=True):
        told = {"birthday": "1990-01-10", "language": language, "channel": "web"}
        mine = [(0, "register", told), *done]
        if reaction is not None and customer == sides(name)[2]:
            mine.append(reaction[0])
        for day, kind, *rest in mine:
            at = datetime.combine(FIRST, datetime.min.time()) + timedelta(days=day)
            cells = {"customer": customer, "kind": kind, "at": str(at), **(rest[0] if rest else {})}
            lines.append(",".join(cells.get(column, "") for column in COLUMNS))
    csv(root / "app.csv", "\n".join(lines))
    mapping = PLAIN | {name: name for name in COLUMNS}
    sections = {"experiment": {"control_share": 0.0}, "kinds": KINDS, "rules": RULES}
    sections |= {"playbooks": {"shipped": [name]}, "storage": {"facts_url": facts_url}}
    ws = workspace(root, source(events=[mapping]), **sections)
    take(ws)
    return ws


def walked(ws, name):
    """Run on each day of the walk."""
    for day in WALKS[name][1]:
        if name == "graded_warning":
            warn(ws, on(day))
        go(ws, day)
    return ws


def columns_of(ws, customer):
    """What a customer was given, without what is its own."""
    names = ("due_us", "step", "kind", "medium", "template", "purpose", "reward", "arm", "version")
    found = rows(ws, "treatment", *names, "customer_id", "is_held_out")
    return [row[:-2] for row in found if row[-2] == customer], {
        bool(row[-1]) for row in found if row[-2] == customer
    }


def test_every_shipped_playbook_is_here():
    assert set(WALKS) == set(shipped_names())


@pytest.mark.parametrize("name", sorted(WALKS))
def test_a_shipped_playbook_is_walked_to_its_end(name, tmp_path):
    is_walked_to_its_end(walked(world(tmp_path, name, "sqlite:///facts.sqlite"), name), name)


@pytest.mark.parametrize("facts_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
@pytest.mark.parametrize("name", ["valued_return", "returned_watch"])
def test_the_same_on_postgresql(name, tmp_path, facts_url):
    is_walked_to_its_end(walked(world(tmp_path, name, facts_url), name), name)


def is_walked_to_its_end(ws, name):
    treated, twin, reacting = sides(name)
    _, _, expected, reaction = WALKS[name]
    assert sorted(given(ws, treated)) == sorted(expected)
    assert rows(ws, "entry", "ending") == [("done",)] * 3
    given_treated, treated_held = columns_of(ws, treated)
    given_twin, twin_held = columns_of(ws, twin)
    assert given_twin == given_treated
    assert (treated_held, twin_held) == ({False}, {True})
    if reaction is not None:
        assert sorted(given(ws, reacting)) == sorted(expected[: reaction[1]])
    for customer, language in ((treated, "zh"), (twin, "en")):
        for _, _, kind, medium, template, purpose, *_ in given_treated:
            if kind == "message":
                shown = deliver.preview(ws, f"{name}.{template}", customer, medium=medium, purpose=purpose)
                assert shown.language == language
                assert shown.body
                assert "{{" not in shown.body
                assert any("一" <= letter <= "鿿" for letter in shown.body) == (language == "zh")


def test_a_hundred_thousand_bought_is_a_red_packet_of_a_thousand(tmp_path):
    """S14 from entry to the grant: bought 100,000, hardly anything left; claimed by investing 10,000 more."""
    ws = world(tmp_path, "valued_return", "sqlite:///facts.sqlite")
    summary = go(ws, 31)
    reward(ws, datetime.fromtimestamp(summary.now_us / 1e6, UTC))
    (grant,) = rewards.grants_of(ws, sides("valued_return")[0])
    assert (grant.amount_minor, grant.purchase_min_minor, grant.state.value) == (
        100_000,
        1_000_000,
        "granted",
    )
    (as_if,) = rewards.grants_of(ws, sides("valued_return")[1])
    assert (as_if.amount_minor, as_if.state.value) == (100_000, "as_if")


def test_who_still_holds_a_hundred_gets_no_red_packet_and_who_reports_no_balance_does(tmp_path, monkeypatch):
    done, *rest = WALKS["valued_return"]
    for number, (after, expected) in enumerate(
        (([(0.7, "balance", {"amount": "100.00"})], 0), ([(0.7, "balance", {"amount": "99.99"})], 3), ([], 3))
    ):
        monkeypatch.setitem(WALKS, "valued_return", ([*done[:-1], *after], *rest))
        root = tmp_path / str(number)
        root.mkdir()
        assert go(world(root, "valued_return", "sqlite:///facts.sqlite"), 31).entered[0].entered == expected


def test_days_of_the_walks_are_days_of_the_calendar():
    assert on(9) == date(2026, 1, 10)
