"""`winback collector` answers the links in messages and the call-backs of providers behind the same port."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.collector.door import Served, basic, call, key, taken
from tests.deliver.worlds import CONTACTS_KEY, LINKS_KEY, Drawn, contact, go, states, treat
from tests.ingest.drawn import events
from winback.app import open_workspace
from winback.deliver import read
from winback.store.workspace import Workspace

LANDING = "https://shop.example/back"
SETTINGS = f"""
[deliver]
links_url = "https://m.shop.example"
landing_url = "{LANDING}"
quiet_purposes = []
[templates.hello]
zh = "您好 {{{{ link }}}}"
en = "Hello {{{{ link }}}}"
[[providers]]
name = "gate"
medium = "sms"
kind = "http_sms"
options = {{ url = "http://127.0.0.1:9/x", from = "1" }}
"""
PERSON = {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)"}
AN_HOUR = 3_600_000_000


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch, _no_secrets: None) -> None:
    monkeypatch.setenv("WINBACK_CONTACTS_KEY", CONTACTS_KEY)
    monkeypatch.setenv("WINBACK_LINKS_KEY", LINKS_KEY)
    monkeypatch.setenv("WINBACK_GATE_KEY", "user")
    monkeypatch.setenv("WINBACK_GATE_SECRET", "password")


@pytest.fixture
def door(serve: Callable[..., Served]) -> Served:
    """A collector whose workspace sent message 1 to ann, in Chinese, an hour ago."""
    found = serve(SETTINGS)
    reached(open_workspace(found.file))
    return found


def reached(ws: Workspace) -> None:
    before = time.time_ns() // 1000 - AN_HOUR
    contact(ws, "ann", "phone", "13800001111")
    treat(ws, {"id": 1, "medium": "sms", "due_us": before})
    go(ws, before, Drawn("gate", "sms"))


def visit(door: Served, method: str, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    """Status, page and headers; redirects are not followed."""
    line = http.client.HTTPConnection("127.0.0.1", door.port, timeout=30)
    try:
        line.request(method, path, headers=PERSON | headers)
        answer = line.getresponse()
        return answer.status, answer.read().decode(), {n.lower(): v for n, v in answer.getheaders()}
    finally:
        line.close()


def link(door: Served, action: str) -> str:
    return f"/{action}/" + read.links(open_workspace(door.file)).token(action, 1)


def answers(door: Served) -> list[tuple[str, str]]:
    """What stands in the event log of ann's answers, after deliver has told and ingest has taken it."""
    ws = open_workspace(door.file)
    go(ws, time.time_ns() // 1000, Drawn("gate", "sms"))
    taken(ws, datetime.now(UTC))
    found = [(customer, json.loads(said)["what"]) for customer, said in events(ws, "id, attributes")]
    return [(customer, what) for customer, what in found if what != "sent"]


def test_a_click_leads_on_and_becomes_an_event(door: Served) -> None:
    status, _, headers = visit(door, "GET", link(door, "c"))
    assert (status, headers["location"]) == (302, LANDING)
    assert answers(door) == [("ann", "clicked")]
    assert states(open_workspace(door.file))[1] == ("delivered", None)


def test_machines_are_led_on_and_do_not_count(door: Served) -> None:
    assert visit(door, "HEAD", link(door, "c"))[0] == 302
    assert visit(door, "GET", link(door, "c"), **{"user-agent": "Barracuda Sentinel (EE)"})[0] == 302
    assert answers(door) == []


def test_the_page_to_unsubscribe_changes_nothing_and_post_does(door: Served) -> None:
    ws = open_workspace(door.file)
    status, page, headers = visit(door, "GET", link(door, "u"))
    assert status == 200
    assert '<form method="post"><button>' in page
    assert "script" not in page
    assert "default-src 'none'" in headers["content-security-policy"]
    assert visit(door, "HEAD", link(door, "u"))[:2] == (200, "")
    assert read.consent_of(ws, "ann") == []
    assert visit(door, "POST", link(door, "u"))[0] == 200
    ((medium, purpose, _, is_given, _),) = read.consent_of(ws, "ann")
    assert (medium, purpose, is_given) == ("sms", "marketing", False)
    assert answers(door) == [("ann", "opted_out")]


def test_a_provider_calls_back_at_its_own_address(door: Served) -> None:
    ws = open_workspace(door.file)
    address = read.callback_url(ws, "gate").removeprefix("https://m.shop.example")
    assert visit(door, "GET", f"{address}?message=1&status=1")[0] == 200
    assert visit(door, "GET", f"{address}?from=%2B8613800001111&text=TD")[0] == 200
    assert visit(door, "GET", "/r/guessed/gate?message=1&status=2")[0] == 404
    assert states(ws)[1] == ("delivered", None)
    assert [row[0] for row in read.consent_of(ws, "ann")] == ["sms"]


def test_events_are_taken_all_the_same(door: Served) -> None:
    secret = key(open_workspace(door.file))
    deadline = time.monotonic() + 30
    while (status := door.post("/v1/track", call(), basic(secret)).status) == 401:
        assert time.monotonic() < deadline, "the key does not become known"
        time.sleep(0.1)
    assert status == 200
    assert visit(door, "GET", "/c/forged")[0] == 404


def test_the_setting_switches_them_off(serve: Callable[..., Served]) -> None:
    door = serve("[collector]", "links = false", SETTINGS)
    reached(open_workspace(door.file))
    assert visit(door, "GET", link(door, "c"))[0] == 404
    assert answers(door) == []


def test_an_opt_out_that_cannot_be_kept_is_to_come_again(
    serve: Callable[..., Served], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as without:
        without.delenv("WINBACK_CONTACTS_KEY")
        door = serve(SETTINGS)
    address = read.callback_url(open_workspace(door.file), "gate").removeprefix("https://m.shop.example")
    assert visit(door, "GET", f"{address}?from=%2B8613800001111&text=TD")[0] == 503


def languages() -> list[Any]:
    return [("zh-Hans", "zh", "退订"), ("en-GB", "en", "Unsubscribe"), (None, "en", "Unsubscribe")]


@pytest.mark.parametrize(("customer", "browser", "button"), languages())
def test_pages_speak_the_customers_language_else_the_browsers(
    tmp_path: Path, customer: str | None, browser: str, button: str
) -> None:
    from tests.deliver.worlds import NOON, asked, business
    from winback.doors.links.application import Call, LinksDoor

    ws = business(tmp_path, deliver={"links_url": "https://m.shop.example"})
    treat(ws, {"id": 1})
    go(ws, NOON)
    said = "NULL" if customer is None else f"'{customer}'"
    asked(ws, f"UPDATE deliver_message SET language = {said} RETURNING id")
    other = {"accept-language": "en" if customer else browser}
    path = "/u/" + read.links(ws).token("u", 1)
    page = LinksDoor(ws, [], lambda: NOON).answer(Call("GET", path, "", other, b"")).body.decode()
    assert f"<button>{button}</button>" in page
    assert "小店" in page
