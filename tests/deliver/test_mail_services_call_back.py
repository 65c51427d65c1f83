"""Mail services call back with what became of mails; only their own calls are taken, only people count."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.deliver.rigs import opening
from tests.deliver.worlds import (
    HOUR,
    MINUTE,
    NOON,
    SECOND,
    Drawn,
    asked,
    business,
    contact,
    go,
    states,
    told,
    treat,
)
from winback.deliver import act
from winback.deliver.nouns import Request
from winback.deliver.providers import mail
from winback.store.workspace import Workspace
from winback.terms.errors import SettingsProblem

TO, KEY = "ann@customer.example", "a key of tests"
ADDRESS = "https://links.example/r/mark/probe"
PERSON = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)"


def service(root: Path, name: str) -> mail.Mail:
    """The provider `probe`, behind it a service that anymail knows."""
    options = {"backend": f"anymail.backends.{name}.EmailBackend", "from": "hi@shop.example"}
    fields = {"postmark": "server_token"}
    return mail.opened(opening("mail", "email", root, key_field=fields.get(name, "api_key"), **options))


@pytest.fixture
def ws(tmp_path: Path, facts_url: str, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """ann was sent message 1 at NOON by mail, by the provider `probe`."""
    monkeypatch.setenv("WINBACK_PROBE_KEY", "probekey123456")
    monkeypatch.setenv("WINBACK_PROBE_WEBHOOK", KEY)
    made = business(tmp_path, facts_url)
    contact(made, "ann", "mail", TO)
    treat(made, {"id": 1, "medium": "email"})
    go(made, NOON, Drawn("probe", "email"))
    return made


def call(body: bytes, **headers: str) -> Request:
    return Request(
        "POST", {}, {"Content-Type": "application/json", **headers}, body, NOON + 2 * HOUR, ADDRESS
    )


def mailgun(event: str, key: str = KEY, after_us: int = HOUR, **said: Any) -> Request:
    """A call as Mailgun signs it."""
    stamp, token = "1780286460", "t" * 50
    signature = hmac.digest(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hex()
    data = {"event": event, "timestamp": (NOON + after_us) / 1e6, "recipient": TO, "id": "E-1"}
    data |= {"user-variables": {"message": "1"}, "message": {"headers": {"message-id": "1@mg.example"}}}
    signed = {"timestamp": stamp, "token": token, "signature": signature}
    return call(json.dumps({"signature": signed, "event-data": data | said}).encode())


def postmark(record: str, by_key: bool = True, **said: Any) -> Request:
    """A call of Postmark, which sends user and password."""
    body = {"RecordType": record, "MessageID": "ref-1", "Email": TO, "BouncedAt": "2026-06-01T05:00:00Z"}
    body |= {"Metadata": {"message": "1"} if by_key else {}}
    word = base64.b64encode(KEY.encode()).decode()
    return call(json.dumps(body | said).encode(), Authorization=f"Basic {word}")


def heard(ws: Workspace, name: str, request: Request) -> int:
    return act.call_back(ws, [service(ws.data, name)], "probe", request)


def whats(ws: Workspace) -> list[str]:
    go(ws, NOON + 3 * HOUR)
    return [event["attributes"]["what"] for event in told(ws)]


GONE = {"severity": "permanent", "reason": "bounce", "delivery-status": {"code": 605}}
# Mailgun's event, what it says more → the state of the message, whether the contact is wrong for good
MAILGUN: list[tuple[str, dict[str, Any], str, bool]] = [
    ("delivered", {}, "delivered", False),
    ("opened", {"client-info": {"user-agent": PERSON}}, "delivered", False),
    ("failed", GONE, "failed", True),
    ("failed", GONE | {"reason": "old", "delivery-status": {"code": 602}}, "failed", False),
    ("failed", {"severity": "temporary", "delivery-status": {"code": 452}}, "sent", False),
    ("accepted", {}, "sent", False),
]


@pytest.mark.parametrize(("event", "said", "state", "is_dead"), MAILGUN)
def test_a_call_moves_the_message(
    ws: Workspace, event: str, said: dict[str, Any], state: str, is_dead: bool
) -> None:
    heard(ws, "mailgun", mailgun(event, **said))
    assert states(ws)[1][0] == state
    assert bool(asked(ws, "SELECT kind FROM deliver_dead_contact")) is is_dead


def test_the_same_call_twice_is_one(ws: Workspace) -> None:
    assert [heard(ws, "mailgun", mailgun("delivered")) for _ in range(2)] == [1, 0]
    assert whats(ws) == ["delivered", "sent"]


def test_a_call_of_somebody_else_is_not_taken(ws: Workspace) -> None:
    with pytest.raises(ValueError, match="not mailgun's"):
        heard(ws, "mailgun", mailgun("delivered", key="another"))
    with pytest.raises(ValueError, match="not postmark's"):
        heard(ws, "postmark", call(postmark("Delivery").body, Authorization="Basic " + "QTpC"))
    for body in (b"", b"{}", b"[]", b"no json", b'{"signature": 1}'):
        with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, the door answers 400
            heard(ws, "mailgun", call(body))
    assert states(ws)[1] == ("sent", None)


def test_a_service_that_signs_is_not_believed_without_its_key(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WINBACK_PROBE_WEBHOOK")
    with pytest.raises(SettingsProblem, match="cannot be checked"):
        heard(ws, "mailgun", mailgun("delivered"))
    assert heard(ws, "postmark", postmark("Delivery")) == 1, "its address is a secret of ours"


def test_a_mail_is_known_by_its_key_or_by_the_services_own_name(ws: Workspace) -> None:
    assert heard(ws, "postmark", postmark("Delivery", by_key=False)) == 1
    assert heard(ws, "postmark", postmark("Delivery", by_key=False, MessageID="another")) == 0
    assert states(ws)[1] == ("delivered", None)


# Postmark's words for a mail that came back → whether the contact is wrong for good
BOUNCES = [("HardBounce", True), ("SoftBounce", False), ("BadEmailAddress", True), ("Blocked", False)]


@pytest.mark.parametrize(("kind", "is_dead"), BOUNCES)
def test_only_what_is_wrong_for_good_buries_a_contact(ws: Workspace, kind: str, is_dead: bool) -> None:
    heard(ws, "postmark", postmark("Bounce", Type=kind))
    assert states(ws)[1][0] == "failed"
    assert bool(asked(ws, "SELECT kind FROM deliver_dead_contact")) is is_dead


@pytest.mark.parametrize("event", ["complained", "unsubscribed"])
def test_who_complains_is_not_written_to_again(ws: Workspace, event: str) -> None:
    heard(ws, "mailgun", mailgun(event))
    treat(ws, {"id": 2, "medium": "email", "due_us": NOON + 1})
    assert whats(ws) == ["opted_out", "sent"]
    assert states(ws)[2] == ("refused", "opted_out")


# the program that clicked, how long after the sending → whether it counts as the customer's reaction
CLICKS = [
    (PERSON, HOUR, True),
    (PERSON, 2 * SECOND, False),
    ("Mozilla/5.0 (compatible; Barracuda/5.0)", HOUR, False),
    (None, HOUR, True),
    (None, 2 * SECOND, False),
]


@pytest.mark.parametrize(("agent", "after_us", "counts"), CLICKS)
def test_only_people_click(ws: Workspace, agent: str | None, after_us: int, counts: bool) -> None:
    client = {} if agent is None else {"client-info": {"user-agent": agent}}
    heard(ws, "mailgun", mailgun("clicked", after_us=after_us, url="https://shop.example", **client))
    assert ("clicked" in whats(ws)) is counts


def test_mandrill_signs_the_address_and_the_form(ws: Workspace) -> None:
    about = {"email": TO, "metadata": {"message": "1"}, "bounce_description": "bad_mailbox", "_id": "M-1"}
    events = json.dumps([{"event": "hard_bounce", "ts": NOON // SECOND, "_id": "M-1", "msg": about}])
    signed = f"{ADDRESS}mandrill_events{events}".encode()
    signature = base64.b64encode(hmac.digest(KEY.encode(), signed, hashlib.sha1)).decode()
    form = urlencode({"mandrill_events": events}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Mandrill-Signature": signature}
    assert heard(ws, "mandrill", Request("POST", {}, headers, form, NOON + MINUTE, ADDRESS)) == 1
    assert states(ws)[1][0] == "failed"
    with pytest.raises(ValueError, match="not mandrill's"):
        heard(ws, "mandrill", Request("POST", {}, headers, form + b"&a=b", NOON + MINUTE, ADDRESS))


def test_smtp_alone_calls_nobody_back(ws: Workspace) -> None:
    options = {"host": "127.0.0.1", "from": "hi@shop.example"}
    carrier = mail.opened(opening("mail", "email", ws.data, **options))
    with pytest.raises(ValueError, match="no receipts"):
        carrier.heard(call(b""))
