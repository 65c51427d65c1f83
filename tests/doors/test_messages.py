"""`winback deliver` and `winback messages` as a person runs them."""

import json
import time

import pytest

from tests.deliver.worlds import contact, states, treat
from tests.ingest.drawn import csv
from winback.app import open_workspace

DUE = 1_600_000_000_000_000
SHOP = """
[workspace]
name = "shop"
language = "en"

[deliver]
quiet_purposes = []

[[sources]]
name = "app"
format = "csv"
path = "app.csv"
[[sources.events]]
kind = "kind"
customer = "customer"
at = "at"

[templates.hello]
zh = "您好 {{ customer.id }}"
en = "Hello {{ customer.id }}"
"""


@pytest.fixture
def shop(run, tmp_path, monkeypatch):
    """ann is to get a message by SMS and one to the inbox, bob one to the inbox that is held out."""
    monkeypatch.setenv("WINBACK_CONTACTS_KEY", "11" * 32)
    (tmp_path / "winback.toml").write_text(SHOP, encoding="utf-8")
    csv(
        tmp_path / "app.csv",
        "customer,kind,at\nann,register,2026-01-01 08:00:00\nbob,register,2026-01-01 08:00:00",
    )
    assert run("ingest").exit_code == 0
    ws = open_workspace(tmp_path)
    contact(ws, "ann", "phone", "13800001111")
    now = time.time_ns() // 1000
    each = {"due_us": now - 1_000_000}
    treat(
        ws,
        each | {"id": 1, "medium": "sms", "purpose": "service"},
        each | {"id": 2},
        each | {"id": 3, "customer_id": "bob", "is_held_out": True},
    )
    return ws


def test_what_is_due_goes_out_and_is_told(shop, run):
    result = run("deliver")
    assert result.exit_code == 0, result.stderr
    assert "Taken in 3, judged 3: let through 2, as if 1." in result.stdout
    assert "Outcomes: sent 2" in result.stdout
    again = json.loads(run("deliver", "--json").stdout)
    assert (again["taken"], again["outcomes"]) == (0, {})
    assert again["states"] == {"as_if": 1, "sent": 2}


def test_operators_look_at_messages_in_both_languages(shop, run):
    run("deliver")
    shown = run("messages", "list", "--state", "sent").stdout
    assert "sandbox_sms" in shown
    assert "13800001111" not in shown
    assert "没有等待的消息。" in run("messages", "list", "--lang", "zh").stdout
    assert "back · write · inbox · marketing · sent" in run("messages", "show", "ann").stdout
    assert "留白（视同已发）" in run("messages", "show", "bob", "--lang", "zh").stdout
    assert run("messages", "show", "eve").exit_code == 1
    assert len(json.loads(run("messages", "show", "ann", "--json").stdout)["messages"]) == 2


def test_a_message_is_previewed_for_a_customer(shop, run):
    shown = run("messages", "preview", "hello", "ann").stdout
    assert "shop: Hello ann Reply STOP to opt out" in shown
    assert "GSM-7, 37 units, 1 parts" in shown
    assert "No contact of that kind is known." in run("messages", "preview", "hello", "bob").stdout
    missing = run("messages", "preview", "nothing", "ann")
    assert missing.exit_code == 1
    assert "no template 'nothing' in the workspace; there are: hello" in missing.stderr


def test_a_message_is_previewed_in_either_language(shop, run):
    assert "您好 ann" in run("messages", "preview", "hello", "ann", "--in", "zh").stdout
    assert "Hello ann" in run("messages", "preview", "hello", "ann", "--in", "en", "--lang", "zh").stdout


def test_a_playbook_is_previewed_before_anybody_is_in_it(shop, run):
    shipped = run("messages", "preview", "graded_warning.we_noticed", "ann", "--medium", "push")
    assert shipped.exit_code == 0, shipped.stderr
    assert shipped.stdout.splitlines()[0] == "to ann in en, by push"


def test_a_short_message_has_no_title(shop, run):
    (shop.root / "winback.toml").write_text(SHOP + 'en_title = "A title"\n', encoding="utf-8")
    assert "A title" not in run("messages", "preview", "hello", "ann").stdout
    assert "A title" in run("messages", "preview", "hello", "ann", "--medium", "email").stdout


def test_the_addresses_for_call_backs_are_listed(shop, run, monkeypatch):
    assert run("messages", "addresses").exit_code == 1
    monkeypatch.setenv("WINBACK_LINKS_KEY", "a key of tests")
    more = '[deliver]\nlinks_url = "https://m.shop.example"\n'
    more += '[[providers]]\nname = "gate"\nmedium = "sms"\nkind = "http_sms"\n'
    more += '[[providers]]\nname = "app"\nmedium = "push"\nkind = "fcm"\n'
    said = SHOP.replace("[deliver]\nquiet_purposes = []\n", more, 1)
    (shop.root / "winback.toml").write_text(said, encoding="utf-8")
    lines = run("messages", "addresses").stdout.split()
    assert lines[:2] == ["gate", "(http_sms):"]
    assert lines[2].startswith("https://m.shop.example/r/")
    listed = json.loads(run("messages", "addresses", "--json").stdout)
    assert [each["provider"] for each in listed] == ["gate"]


def test_what_several_workers_sent_is_told_as_one(shop, run):
    assert "Outcomes: sent 2" in run("deliver", "--workers", "2").stdout


def test_a_hold_stops_everything_until_it_is_released(shop, run):
    assert "Hold 1 stands" in run("messages", "hold", "--reason", "wrong text", "--who", "ling").stdout
    run("deliver")
    assert {state for state, _ in states(shop).values()} == {"held"}
    assert "wrong text" in run("messages", "holds").stdout
    assert "Hold 1 is over; 3 messages are judged again." in run("messages", "release", "1").stdout
    assert "No hold stands." in run("messages", "holds").stdout
    run("deliver")
    assert {state for state, _ in states(shop).values()} == {"sent", "as_if"}


def test_customers_opt_out_and_in(shop, run):
    assert "ann is opted out." in run("messages", "opt-out", "ann", "--medium", "inbox").stdout
    run("deliver")
    assert states(shop)[2] == ("refused", "opted_out")
    assert "ann is opted in." in run("messages", "opt-in", "ann").stdout


def test_only_what_is_unknown_can_be_settled(shop, run):
    result = run("messages", "settle", "1", "--as", "sent")
    assert result.exit_code == 1
    assert "not one whose outcome is unknown" in result.stderr
