"""The shipped playbooks, walked on customers of the kind they are for; their texts can be filled."""

import pytest

from tests.plan.worlds import given, go, on, shop
from winback.deliver.texts import message
from winback.plan import read
from winback.settings.deliver import TemplateSection
from winback.settings.playbooks_read import shipped_names
from winback.warn.run import run as warn

KINDS = {name: {"zh": name, "en": name} for name in ("cause", "fixed", "calm", "referral")}
RULES = [
    {"name": "away", "level": "medium", "when": [{"feature": "days_since_visit", "above": 7}]},
    {"name": "money", "level": "high", "when": [{"events": "redemption", "days": 2, "at_least": 1}]},
]


def switched_on(root, events, *names, rules=None):
    """A shop with these shipped playbooks and nobody held out."""
    from importlib.resources import files

    sections = {"rules": rules} if rules is not None else {}
    ws = shop(root, events, kinds=KINDS, **sections)
    (root / "playbooks").mkdir()
    for name in names:
        text = (files("winback") / "plan" / "shipped" / f"{name}.toml").read_text(encoding="utf-8")
        if "holdout_share" in text:
            text = text.replace("holdout_share = 0.1", "holdout_share = 0.0")
        else:
            text = text.replace("[enter]", "holdout_share = 0.0\n[enter]", 1)
        (root / "playbooks" / f"{name}.toml").write_text(text, encoding="utf-8")
    return ws


@pytest.fixture
def warned(tmp_path):
    """Mia goes quiet (medium), Hal takes his money out (high), Rae goes quiet and reacts."""
    events = {
        "mia": [(0.5, "visit"), (0.5, "purchase")],
        "hal": [(0.5, "visit"), (7.5, "redemption")],
        "rae": [(0.5, "visit"), (9.5, "visit")],
        "ok": [(n + 0.5, "visit") for n in range(25)],
    }
    ws = switched_on(tmp_path, events, "graded_warning", rules=RULES)
    for day in range(8, 20):
        warn(ws, on(day))
        go(ws, day)
    return ws


def test_a_high_warning_is_a_text_message_at_once(warned):
    assert given(warned, "hal")[0] == (8, "sms_now")


def test_lower_warnings_begin_in_the_app_and_end_in_a_text_message(warned):
    assert given(warned, "mia") == [(8, "inbox_first"), (9, "push_then"), (11, "sms_at_last")]


def test_who_reacts_hears_no_more(warned):
    assert given(warned, "rae") == [(8, "inbox_first"), (9, "push_then")]


def test_who_is_well_hears_nothing(warned):
    assert given(warned, "ok") == []


def test_a_returned_customer_is_watched_and_slipping_starts_the_next_step(tmp_path):
    events = {
        "back": [(0.5, "visit"), (40.5, "visit")],
        "stays": [(0.5, "visit"), *((40.5 + n, "visit") for n in range(70))],
    }
    ws = switched_on(tmp_path, events, "returned_watch")
    go(ws, 41, 48, 71, 76, 101)
    assert [step for _, step in given(ws, "stays")] == ["welcome"]
    slipped = given(ws, "back")
    assert [step for _, step in slipped] == ["welcome", "slipping", "still_there", "by_phone"]
    assert [day for day, _ in slipped] == [41, 71, 71, 76]


@pytest.mark.parametrize("name", shipped_names())
def test_every_text_can_be_filled_in_both_languages(name, tmp_path):
    (tmp_path / "shop").mkdir()
    ws = shop(tmp_path / "shop", {"a": [(0.5, "visit")]}, kinds=KINDS, playbooks={"shipped": [name]})
    (file,) = read.check_playbooks(ws)
    for text in file.playbook.texts.values():
        section = TemplateSection.model_validate(text.model_dump())
        for language in ("zh", "en"):
            assert message(section, language, f"texts.{name}")


def test_a_shipped_playbook_says_what_it_is_in_both_languages(tmp_path):
    ws = shop(tmp_path, {"a": [(0.5, "visit")]}, kinds=KINDS, playbooks={"shipped": list(shipped_names())})
    files = read.check_playbooks(ws)
    assert len({file.playbook.zh for file in files}) == len(files) == len(shipped_names())
