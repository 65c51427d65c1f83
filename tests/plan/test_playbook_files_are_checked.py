"""What is wrong in a playbook is told with file, line and key; what the shipped ones say is right."""

import pytest

from tests.plan.worlds import SAVE, go, on, rows, shop, written
from winback.plan import read
from winback.settings.playbooks_read import playbook_files, shipped_names
from winback.terms.errors import SettingsProblem

EVENTS = {"ann": [(0.5, "visit")], "bob": [(0.5, "visit"), (2.0, "purchase")]}


@pytest.fixture
def ws(tmp_path):
    return shop(tmp_path, EVENTS)


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ('medium = "sms"', 'medium = "fax"', 21, r'steps\[3\].medium.*found "fax"; allowed: inbox or sms'),
        ('wait = "2d"', 'wait = "2 days"', 15, "found '2 days'; allowed: a whole number of days"),
        ('on_reaction = "end"', 'on_reaction = "inbox_first"', 17, '"inbox_first" does not stand after'),
        ('until = ["visit"]', 'until = ["login"]', 16, 'found "login"; allowed: one of register'),
        ('medium = "sms"', 'medium = "sms"\npromises = "coupon"', 22, 'no grant "coupon" is given on every'),
        ('message = "miss_you"\nmedium = "sms"', 'grant = "gold"', 20, 'no reward "gold" stands in rewards'),
        ('name = "sms_then"', 'name = "two_days"', 19, 'a step "two_days" is there already'),
        ("holdout_share = 0.0", "measure_days = 1", 5, "the longest walk takes 2 days; give at least 2"),
        ("holdout_share = 0.0", "holdout_share = 2", 5, "found 2; allowed: a number from 0 to 1"),
        ("holdout_share = 0.0", "hold_out = 0.1", 5, "unknown key 'hold_out'; allowed: name, zh"),
        ("above = 7", "over = 7", 7, "unknown key 'over'"),
        ("days_since_visit", "days_since_vist", 7, "allowed: days_since_visit"),
        ('when = [{ feature = "days_since_visit", above = 7 }]', "", 6, "says nobody; give at least one"),
        ('message = "miss_you"\nmedium = "sms"', "end = true\ncost = 1", 21, "cost stands with message or"),
        ('until = ["visit"]', "", 17, "nothing is waited for"),
        ("[enter]", '[enter]\ncause = ["rigid"]', 7, 'events of kind "cause", which this workspace'),
        ('zh = "好久不见"', "", 22, "is missing"),
    ],
)
def test_a_fault_is_told_at_its_place(ws, before, after, line, said):
    written(ws, SAVE.replace(before, after, 1))
    with pytest.raises(SettingsProblem, match=said) as found:
        read.check_playbooks(ws)
    place = found.value.each[0].place
    assert place.file.endswith("0.toml")
    assert place.line == line


def test_all_faults_are_told_at_once(ws):
    written(ws, SAVE.replace('"sms"', '"fax"').replace('"2d"', '"soon"'), "name = 3", "not toml")
    with pytest.raises(SettingsProblem) as found:
        read.check_playbooks(ws)
    assert {each.place.file[-6:] for each in found.value.each} == {"0.toml", "1.toml", "2.toml"}
    assert len(found.value.each) > 5


def test_a_name_stands_once(ws):
    written(ws, SAVE, SAVE)
    with pytest.raises(SettingsProblem, match="the playbook save stands in"):
        read.check_playbooks(ws)


def test_every_shipped_playbook_is_right(tmp_path):
    kinds = {name: {"zh": name, "en": name} for name in ("cause", "fixed", "calm", "referral")}
    names = list(shipped_names())
    assert len(names) >= 12
    ws = shop(tmp_path, EVENTS, playbooks={"shipped": names}, kinds=kinds)
    assert [file.playbook.name for file in read.check_playbooks(ws)] == names


def test_an_unknown_shipped_name_is_told(tmp_path):
    ws = shop(tmp_path, EVENTS, playbooks={"shipped": ["gradet"]})
    with pytest.raises(SettingsProblem, match=r"allowed: .*graded_warning"):
        playbook_files(ws.settings, ws.root)


def test_a_branch_asks_what_the_customer_is_on_that_day(ws):
    branch = (
        '[[steps]]\nname = "buyer"\nbranch = [{ when = [{ feature = "purchase_count_life", at_least = 1 }], '
    )
    branch += 'to = "sms_then" }]\nnext = "inbox_first"\n'
    written(ws, SAVE.replace('[[steps]]\nname = "inbox_first"', branch + '[[steps]]\nname = "inbox_first"'))
    go(ws, 8)
    assert rows(ws, "treatment", "customer_id", "step") == [("ann", "inbox_first"), ("bob", "sms_then")]


def test_causes_and_tags_are_events_point_in_time(tmp_path):
    kinds = {name: {"zh": name, "en": name} for name in ("cause", "tag")}
    lines = ["customer,kind,at,detail", "ann,visit,2026-01-01 10:00:00,", "bob,visit,2026-01-01 10:00:00,"]
    lines += ["ann,cause,2026-01-05 10:00:00,rigid", "ann,cause,2026-01-20 10:00:00,panic"]
    lines += ["bob,tag,2026-01-05 10:00:00,vip"]
    from tests.ingest.drawn import PLAIN, csv, source, take, workspace

    csv(tmp_path / "app.csv", "\n".join(lines))
    mapping = {key: value for key, value in PLAIN.items() if key != "amount"} | {"detail": "detail"}
    ws = workspace(tmp_path, source(events=[mapping]), kinds=kinds, experiment={"control_share": 0.0})
    take(ws)
    by_cause = SAVE.replace('when = [{ feature = "days_since_visit", above = 7 }]', 'cause = ["rigid"]')
    by_tag = SAVE.replace('when = [{ feature = "days_since_visit", above = 7 }]', 'tag = ["vip"]')
    written(ws, by_cause, by_tag.replace('name = "save"', 'name = "tagged"\nlayer = "other"'))
    told = {}
    for each in read.rehearse(ws, (on(3), on(25))):
        if each.entered.meant:
            told.setdefault(each.entered.playbook, []).append((each.as_of - on(0)).days)
    assert told == {"save": list(range(5, 20)), "tagged": list(range(5, 26))}
