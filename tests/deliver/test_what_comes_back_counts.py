"""Receipts, replies, clicks and unsubscribing come back as events; machines do not count as customers."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.deliver.rigs import SECRETS, opening
from tests.deliver.worlds import (
    HOUR,
    MINUTE,
    NOON,
    SECOND,
    Drawn,
    asked,
    at,
    business,
    contact,
    go,
    states,
    told,
    treat,
)
from winback.deliver import act, read
from winback.deliver.links import Links
from winback.deliver.nouns import Receipt, Reply, Request, What
from winback.deliver.providers import aliyun, http_sms, tencent, twilio, webhook
from winback.doors.links.application import LinksDoor
from winback.ingest import read as ingest
from winback.ingest.run import run as ingest_run
from winback.store.workspace import Workspace

URL = "https://m.shop.example"
PERSON = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)"


def reached(root: Path, facts_url: str | None = None, medium: str = "sms", **deliver: Any) -> Workspace:
    """ann was sent message 1 at NOON by the provider `drawn`."""
    templates = {"hello": {"zh": "您好 {{ link }}", "en": "Hello {{ link }}"}}
    ws = business(root, facts_url, deliver={"links_url": URL, **deliver}, templates=templates)
    contact(ws, "ann", {"sms": "phone", "email": "mail"}.get(medium, "push_token"), "13800001111")
    treat(ws, {"id": 1, "medium": medium})
    go(ws, NOON, Drawn(medium=medium))
    return ws


class Caller(Drawn):
    """A provider that says what the test draws."""

    def __init__(self, *said: Receipt | Reply) -> None:
        super().__init__("drawn", "sms")
        self.said = said

    def heard(self, request: Any) -> Any:
        return self.said


def call_back(ws: Workspace, *said: Receipt | Reply, now: int = NOON + HOUR) -> int:
    return act.call_back(ws, [Caller(*said)], "drawn", Request("POST", {}, {}, b"", now))


def visit(
    ws: Workspace, action: str, method: str = "GET", agent: str = PERSON, now: int = NOON + HOUR
) -> int:
    """Visit the link of message 1; the status of the answer."""
    token = read.links(ws).token(action, 1)
    return served(ws, method, f"/{action}/{token}", agent=agent, now=now)[0]


def served(
    ws: Workspace, method: str, path: str, *, agent: str = PERSON, now: int = NOON + HOUR
) -> tuple[int, str]:
    """What the door answers, by ASGI."""
    said: list[dict[str, Any]] = []
    path, _, query = path.partition("?")
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode()}
    scope["headers"] = [(b"user-agent", agent.encode()), (b"accept-language", b"en")]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"List-Unsubscribe=One-Click"}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    asyncio.run(LinksDoor(ws, [http_sms_of(ws)], lambda: now)(scope, receive, send))
    return said[0]["status"], said[1]["body"].decode()


def http_sms_of(ws: Workspace) -> Any:
    return http_sms.opened(opening("http_sms", "sms", ws.root, url="http://127.0.0.1:1/x", **{"from": "1"}))


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def events(ws: Workspace) -> list[tuple[str, str]]:
    go(ws, NOON + 2 * HOUR)
    return [(event["id"], event["attributes"]["what"]) for event in told(ws)]


def test_a_receipt_moves_the_message_and_becomes_an_event(tmp_path: Path, facts_url: str) -> None:
    ws = reached(tmp_path, facts_url)
    receipt = Receipt(What.DELIVERED, NOON + MINUTE, ref="ref-1")
    assert call_back(ws, receipt) == 1
    assert call_back(ws, receipt) == 0, "twice is once"
    assert states(ws) == {1: ("delivered", None)}
    assert events(ws) == [("1:delivered", "delivered"), ("1:sent", "sent")]


def test_a_failure_frees_the_slot_and_buries_the_contact_until_there_is_a_new_one(tmp_path: Path) -> None:
    ws = reached(tmp_path)
    call_back(ws, Receipt(What.FAILED, NOON + MINUTE, ref="ref-1", detail="30006", is_bad_contact=True))
    treat(ws, {"id": 2, "medium": "sms", "due_us": NOON + 1}, {"id": 3, "due_us": NOON + 1})
    go(ws, NOON + HOUR)
    assert states(ws)[1] == ("failed", "30006")
    assert states(ws)[2] == ("refused", "dead_contact")
    assert states(ws)[3] == ("sent", None), "what failed took no slot"
    asked(ws, "DELETE FROM ingest_contact RETURNING id")
    contact(ws, "ann", "phone", "13900002222")
    treat(ws, {"id": 4, "medium": "sms", "due_us": NOON + 2, "purpose": "service"})
    go(ws, NOON + HOUR)
    assert states(ws)[4] == ("sent", None)


WORDS = [
    ("R", True),
    ("r", True),
    (" TD ", True),
    ("STOP", True),
    ("Stop.", True),
    ("退订", True),
    ("please stop sending", False),
    ("R you there?", False),
    ("", False),
]


@pytest.mark.parametrize(("text", "opts_out"), WORDS)
def test_only_a_whole_message_opts_out(tmp_path: Path, text: str, opts_out: bool) -> None:
    ws = reached(tmp_path)
    contact(ws, "bob", "phone", "13800001111")
    call_back(ws, Reply("+8613800001111", text))
    assert {row[0] for row in read.consent_of(ws, "ann")} == ({"sms"} if opts_out else set())
    assert bool(read.consent_of(ws, "bob")) is opts_out, "all who share the number"


def test_an_opt_out_stops_what_was_let_through_already(tmp_path: Path, facts_url: str) -> None:
    ws = reached(tmp_path, facts_url)
    treat(ws, {"id": 2, "medium": "sms", "due_us": NOON + 1, "purpose": "service"})
    treat(ws, {"id": 3, "medium": "sms", "due_us": NOON + 1, "customer_id": "bob"})
    contact(ws, "bob", "phone", "13700003333")
    from winback.deliver.run import prepare

    prepare(ws, NOON + MINUTE)
    assert states(ws)[3] == ("waiting", None)
    act.opt(ws, "bob", NOON + MINUTE, of=("sms", "all"), is_given=False, who="ling")
    go(ws, NOON + 2 * MINUTE)
    assert states(ws)[2] == ("sent", None)
    assert states(ws)[3] == ("refused", "opted_out")


# method, agent, seconds after the sending   → counts as the customer's reaction
CLICKS = [
    ("GET", PERSON, 60, True),
    ("GET", PERSON, 5, True),
    ("GET", PERSON, 4.999, False),
    ("GET", PERSON, 0, False),
    ("GET", PERSON, -3, False),
    ("HEAD", PERSON, 60, False),
    ("GET", "Barracuda Sentinel (EE)", 60, False),
    ("GET", "Mozilla/5.0 (compatible; bingbot/2.0)", 60, False),
    ("GET", "", 60, False),
    ("GET", "Slackbot-LinkExpanding 1.0", 60, False),
    ("GET", "curl/8.5.0", 60, False),
    ("HEAD", "Barracuda Sentinel (EE)", 2, False),
]


@pytest.mark.parametrize(("method", "agent", "seconds", "counts"), CLICKS)
def test_link_scanners_are_no_customers(
    tmp_path: Path, method: str, agent: str, seconds: float, counts: bool
) -> None:
    ws = reached(tmp_path)
    assert visit(ws, "c", method, agent, NOON + int(seconds * SECOND)) == 200
    assert clicks(ws) == (1 if counts else 0)


def clicks(ws: Workspace) -> int:
    """How many clicks ingest is told of."""
    return [what for _, what in events(ws)].count("clicked")


def test_a_person_who_comes_after_the_scanner_counts_once(tmp_path: Path, facts_url: str) -> None:
    ws = reached(tmp_path, facts_url)
    visit(ws, "c", "HEAD", PERSON, NOON + SECOND)
    visit(ws, "c", "GET", PERSON, NOON + 2 * SECOND)
    assert states(ws)[1] == ("sent", None), "machines prove no arrival"
    visit(ws, "c", "GET", PERSON, NOON + MINUTE)
    assert states(ws)[1] == ("delivered", None)
    assert clicks(ws) == 1


def test_the_seconds_are_a_setting(tmp_path: Path) -> None:
    ws = reached(tmp_path, scanner_seconds=0)
    visit(ws, "c", "GET", PERSON, NOON + SECOND)
    assert clicks(ws) == 1


def test_a_scanner_that_comes_before_the_outcome_does_not_count(tmp_path: Path) -> None:
    ws = reached(tmp_path)
    asked(ws, "UPDATE deliver_message SET state = 'sending', sent_us = NULL RETURNING id")
    visit(ws, "c", "GET", PERSON, NOON + SECOND)
    assert clicks(ws) == 0
    visit(ws, "c", "GET", PERSON, NOON + MINUTE)
    assert clicks(ws) == 1


def test_machines_that_visit_every_link_unsubscribe_nobody(tmp_path: Path) -> None:
    ws = reached(tmp_path)
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
        visit(ws, "u", method, "Mozilla/5.0 (compatible; bingbot/2.0)", NOON + SECOND)
    assert read.consent_of(ws, "ann") == []
    assert served(ws, "POST", f"/c/{read.links(ws).token('c', 1)}")[0] == 404


def test_looking_at_the_page_unsubscribes_nobody_and_post_does(tmp_path: Path, facts_url: str) -> None:
    ws = reached(tmp_path, facts_url, "email")
    assert visit(ws, "u") == visit(ws, "u", "HEAD") == 200
    assert read.consent_of(ws, "ann") == []
    assert visit(ws, "u", "POST") == 200
    ((medium, purpose, _, is_given, source),) = read.consent_of(ws, "ann")
    assert (medium, purpose, is_given, source) == ("email", "marketing", False, "link")
    assert ("opted_out") in [what for _, what in events(ws)]


def test_links_of_others_lead_nowhere(tmp_path: Path) -> None:
    ws = reached(tmp_path)
    good = read.links(ws)
    forged = Links(URL, b"another key").token("u", 1)
    for path in (f"/u/{forged}", "/u/AAAA", f"/u/{good.token('c', 1)}", "/x", f"/u/{good.token('u', 999)}"):
        assert served(ws, "POST", path)[0] == 404
    assert read.consent_of(ws, "ann") == []


def test_a_gateway_calls_back_through_the_door_and_a_stranger_does_not(tmp_path: Path) -> None:
    ws = reached(tmp_path)
    address = read.callback_url(ws, "probe").removeprefix(URL)
    assert served(ws, "GET", f"{address}?message=1&status=1")[0] == 200
    assert states(ws)[1] == ("delivered", None)
    assert served(ws, "GET", f"{address}?from=%2B8613800001111&text=TD")[0] == 200
    assert len(read.consent_of(ws, "ann")) == 1
    assert served(ws, "GET", f"{address}?nonsense=1")[0] == 400
    assert served(ws, "GET", "/r/guessed/probe?message=1&status=2")[0] == 404


def test_ingest_takes_what_is_told_once(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    ws = reached(tmp_path)
    call_back(ws, Receipt(What.DELIVERED, NOON + MINUTE, ref="ref-1"))
    go(ws, NOON + HOUR)
    ingest_run(ws, now=datetime(2026, 6, 2, tzinfo=UTC))
    with ws.duckdb() as db:
        rows = db.sql(
            f'SELECT kind, detail, attributes FROM ({ingest.events(ws)}) AS events ORDER BY "at"'
        ).fetchall()
    assert [(kind, detail) for kind, detail, _ in rows] == [("touch", "sms")] * 2
    assert [json.loads(each)["what"] for _, _, each in rows] == ["sent", "delivered"]


def called(body: Any, **over: Any) -> Request:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Request("POST", over.get("query", {}), over.get("headers", {}), text, NOON, over.get("url", ""))


def test_aliyun_calls_back(tmp_path: Path) -> None:
    carrier = aliyun.opened(opening("aliyun", "sms", tmp_path, sign_name="小店"))
    each = {"phone_number": "1", "success": False, "err_code": "MOBILE_NOT_ON_SERVICE", "out_id": "7"}
    up = {"phone_number": "13800001111", "content": "TD"}
    receipt, reply = carrier.heard(called([each | {"report_time": "2026-06-01 12:00:05"}, up]))
    assert receipt == Receipt(
        What.FAILED, NOON + 5 * SECOND, 7, detail="MOBILE_NOT_ON_SERVICE", is_bad_contact=True
    )
    assert reply == Reply("13800001111", "TD")


def test_tencent_calls_back(tmp_path: Path) -> None:
    said = {"app_id": "1", "sign_name": "小店"}
    carrier = tencent.opened(opening("tencent", "sms", tmp_path, **said))
    each = {
        "user_receive_time": "2026-06-01 12:00:05",
        "report_status": "SUCCESS",
        "sid": "S-1",
        "errmsg": "OK",
    }
    assert list(carrier.heard(called([each]))) == [
        Receipt(What.DELIVERED, NOON + 5 * SECOND, ref="S-1", detail="OK")
    ]
    assert list(carrier.heard(called({"mobile": "1380", "text": "TD"}))) == [Reply("1380", "TD")]


def test_twilio_signs_what_it_calls_back(tmp_path: Path) -> None:
    from twilio.request_validator import RequestValidator

    carrier = twilio.opened(opening("twilio", "sms", tmp_path, **{"from": "+1500"}))
    url, form = f"{URL}/r/m/probe", {"MessageSid": "SM1", "MessageStatus": "delivered"}
    signature = RequestValidator(SECRETS["WINBACK_PROBE_SECRET"]).compute_signature(url, form)
    body = b"MessageSid=SM1&MessageStatus=delivered"
    request = called(body, url=url, headers={"x-twilio-signature": signature})
    assert list(carrier.heard(request)) == [Receipt(What.DELIVERED, NOON, ref="SM1")]
    with pytest.raises(ValueError, match="not Twilio's"):
        carrier.heard(called(body, url=url, headers={"x-twilio-signature": "forged"}))


def test_a_webhook_calls_back_signed(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from standardwebhooks import Webhook

    carrier = webhook.opened(opening("webhook", "webhook", tmp_path, url="http://127.0.0.1:1"))
    body, now = json.dumps({"message": 7, "what": "read", "at_us": NOON}), datetime.now(UTC)
    signed = Webhook(SECRETS["WINBACK_PROBE_SECRET"]).sign("m", now, body)
    headers = {"webhook-id": "m", "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signed}
    assert list(carrier.heard(called(body.encode(), headers=headers))) == [Receipt(What.READ, NOON, 7)]
    with pytest.raises(ValueError, match="signature"):
        carrier.heard(called(b"{}", headers=headers))


def test_the_moment_of_these_tests_is_noon_in_china() -> None:
    assert at("2026-06-01 04:00") == NOON
