"""`winback collector` answers the links in messages and the call-backs of providers behind the same port."""

from __future__ import annotations

import http.client
import json
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.collector.door import Served, basic, call, key, served, taken
from tests.deliver.worlds import CONTACTS_KEY, LINKS_KEY, Drawn, contact, go, states, treat
from tests.ingest.drawn import events
from winback.app import open_workspace
from winback.deliver import read

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


KEYS = {
    "WINBACK_CONTACTS_KEY": CONTACTS_KEY,
    "WINBACK_LINKS_KEY": LINKS_KEY,
    "WINBACK_GATE_KEY": "user",
    "WINBACK_GATE_SECRET": "password",
}
_number = count(1)


@dataclass(frozen=True)
class Reached:
    """A customer with a number of their own, who was sent a message an hour ago."""

    door: Served
    message: int
    customer: str
    number: str


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch, _no_secrets: None) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A collector with all secrets."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in KEYS.items():
            environment.setenv(name, value)
        found = served(tmp_path_factory.mktemp("links"), [SETTINGS])
    yield found
    found.end(signal.SIGKILL)


@pytest.fixture
def someone(door: Served) -> Reached:
    """Somebody else for each test."""
    return reached(door)


def reached(door: Served) -> Reached:
    ws, before, id = open_workspace(door.file), time.time_ns() // 1000 - AN_HOUR, next(_number)
    found = Reached(door, id, f"ann{id}", f"138000011{id:02d}")
    contact(ws, found.customer, "phone", found.number)
    treat(ws, {"id": id, "customer_id": found.customer, "medium": "sms", "due_us": before})
    go(ws, before, Drawn("gate", "sms"))
    return found


def visit(door: Served, method: str, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    """Status, page and headers; redirects are not followed."""
    line = http.client.HTTPConnection("127.0.0.1", door.port, timeout=30)
    try:
        line.request(method, path, headers=PERSON | headers)
        answer = line.getresponse()
        return answer.status, answer.read().decode(), {n.lower(): v for n, v in answer.getheaders()}
    finally:
        line.close()


def link(whom: Reached, action: str) -> str:
    return f"/{action}/" + read.links(open_workspace(whom.door.file)).token(action, whom.message)


def answers(whom: Reached) -> list[str]:
    """What stands in the event log of their answers, after deliver has told and ingest has taken it."""
    ws = open_workspace(whom.door.file)
    go(ws, time.time_ns() // 1000, Drawn("gate", "sms"))
    taken(ws, datetime.now(UTC))
    found = [json.loads(said) for customer, said in events(ws, "id, attributes") if customer == whom.customer]
    return [each["what"] for each in found if each["what"] != "sent"]


def test_a_click_leads_on_and_becomes_an_event(someone: Reached) -> None:
    status, _, headers = visit(someone.door, "GET", link(someone, "c"))
    assert (status, headers["location"]) == (302, LANDING)
    assert answers(someone) == ["clicked"]
    assert states(open_workspace(someone.door.file))[someone.message] == ("delivered", None)


def test_machines_are_led_on_and_do_not_count(someone: Reached) -> None:
    scanner = {"user-agent": "Barracuda Sentinel (EE)"}
    assert visit(someone.door, "HEAD", link(someone, "c"))[0] == 302
    assert visit(someone.door, "GET", link(someone, "c"), **scanner)[0] == 302
    assert answers(someone) == []


def test_the_page_to_unsubscribe_changes_nothing_and_post_does(someone: Reached) -> None:
    ws, door = open_workspace(someone.door.file), someone.door
    status, page, headers = visit(door, "GET", link(someone, "u"))
    assert status == 200
    assert '<form method="post"><button>' in page
    assert "script" not in page
    assert "default-src 'none'" in headers["content-security-policy"]
    assert visit(door, "HEAD", link(someone, "u"))[:2] == (200, "")
    assert read.consent_of(ws, someone.customer) == []
    assert visit(door, "POST", link(someone, "u"))[0] == 200
    ((medium, purpose, _, is_given, _),) = read.consent_of(ws, someone.customer)
    assert (medium, purpose, is_given) == ("sms", "marketing", False)
    assert answers(someone) == ["opted_out"]


def test_a_provider_calls_back_at_its_own_address(someone: Reached) -> None:
    ws, door = open_workspace(someone.door.file), someone.door
    address = read.callback_url(ws, "gate").removeprefix("https://m.shop.example")
    assert visit(door, "GET", f"{address}?message={someone.message}&status=1")[0] == 200
    assert visit(door, "GET", f"{address}?from=%2B86{someone.number}&text=TD")[0] == 200
    assert visit(door, "GET", f"/r/guessed/gate?message={someone.message}&status=2")[0] == 404
    assert states(ws)[someone.message] == ("delivered", None)
    assert [row[0] for row in read.consent_of(ws, someone.customer)] == ["sms"]


def test_events_are_taken_all_the_same(door: Served) -> None:
    secret = key(open_workspace(door.file))
    deadline = time.monotonic() + 30
    while (status := door.post("/v1/track", call(), basic(secret)).status) == 401:
        assert time.monotonic() < deadline, "the key does not become known"
        time.sleep(0.1)
    assert status == 200
    assert visit(door, "GET", "/c/forged")[0] == 404


def test_the_setting_switches_them_off(serve: Callable[..., Served]) -> None:
    whom = reached(serve("[collector]", "links = false", SETTINGS))
    assert visit(whom.door, "GET", link(whom, "c"))[0] == 404
    assert answers(whom) == []


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


def test_odd_paths_find_no_door(tmp_path: Path) -> None:
    from tests.collector.door import asked, workspace

    assert [one.status for one in asked(workspace(tmp_path), ("*", b"", {}), ("", b"", {}))] == [404, 404]
