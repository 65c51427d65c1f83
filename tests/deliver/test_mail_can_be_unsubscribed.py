"""Mail through a server on this machine, and through django-anymail, with one-click unsubscribing."""

from __future__ import annotations

import email
import email.policy
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.deliver.loopback import Said, serving
from tests.deliver.rigs import opening
from tests.deliver.worlds import NOON
from winback.deliver.nouns import Carrier, Fate, Letter, Parcel
from winback.deliver.providers import mail

UNSUBSCRIBE = "https://m.shop.example/u/token"


class Post:
    """Takes mail; refuses who is not there, and whom it wants later."""

    def __init__(self) -> None:
        self.taken: list[Any] = []

    async def handle_RCPT(  # noqa: N802 - the server's own name
        self, _: Any, __: Any, envelope: Any, address: str, *___: Any
    ) -> str:
        if address.startswith("nobody"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("later"):
            return "451 4.7.1 greylisted"
        if address.startswith("spam"):
            return "554 5.7.1 refused by policy"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    handler = Post()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


def letter(id: int, to: str) -> Letter:
    said = {"customer_id": "ann", "medium": "email", "purpose": "marketing", "template": "hello"}
    text = {"title": "好久不见", "body": "您好\n18.80元", "unsubscribe_url": UNSUBSCRIBE}
    return Letter(id=id, to=to, playbook="back", step="write", grant_id=None, **said, **text)


def smtp(root: Path, port: int) -> Carrier:
    options = {"host": "127.0.0.1", "port": str(port), "tls": "none", "from": "小店 <hi@shop.example>"}
    return mail.opened(opening("mail", "email", root, **options))


def test_mail_arrives_with_a_way_out(tmp_path: Path, post: tuple[Post, int]) -> None:
    handler, port = post
    (outcome,) = smtp(tmp_path, port).send(Parcel(1, NOON, [letter(7, "ann@shop.example")]))
    assert outcome.fate is Fate.SENT
    (taken,) = handler.taken
    assert (taken["Subject"], taken.get_content().splitlines()) == ("好久不见", ["您好", "18.80元"])
    assert taken["List-Unsubscribe"] == f"<{UNSUBSCRIBE}>"
    assert taken["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert taken["Message-ID"] == "<7@winback.invalid>"


def test_each_no_of_a_mail_server_is_understood(tmp_path: Path, post: tuple[Post, int]) -> None:
    names = ("nobody", "later", "spam", "ann")
    letters = [letter(n, f"{name}@shop.example") for n, name in enumerate(names)]
    outcomes = list(smtp(tmp_path, post[1]).send(Parcel(1, NOON, letters)))
    assert [each.fate for each in outcomes] == [Fate.BAD_CONTACT, Fate.LATER, Fate.REJECTED, Fate.SENT]
    assert not any("shop.example" in (each.error or "") for each in outcomes)


def test_where_no_mail_server_listens_nothing_was_sent(tmp_path: Path, post: tuple[Post, int]) -> None:
    (outcome,) = smtp(tmp_path, 1).send(Parcel(1, NOON, [letter(1, "ann@shop.example")]))
    assert outcome.fate is Fate.DOWN


def test_mail_goes_through_anymail_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINBACK_PROBE_KEY", "probekey123456")
    said = {"To": "ann@shop.example", "MessageID": "P-1", "ErrorCode": 0, "Message": "OK", "SubmittedAt": "x"}
    with serving(lambda _: Said(200, said)) as server:
        options = {"backend": "anymail.backends.postmark.EmailBackend", "key_field": "server_token"}
        options |= {"from": "hi@shop.example", "api_url": f"{server.url}/"}
        carrier = mail.opened(opening("mail", "email", tmp_path, **options))
        (outcome,) = carrier.send(Parcel(1, NOON, [letter(7, "ann@shop.example")]))
        assert outcome.fate is Fate.SENT
        told = json.loads(server.heard[0].body)
        server.answer = lambda _: Said(500, "")
        assert next(iter(carrier.send(Parcel(1, NOON, [letter(8, "ann@shop.example")])))).fate is Fate.UNKNOWN
        server.answer = lambda _: Said(503, "")
        assert next(iter(carrier.send(Parcel(1, NOON, [letter(8, "ann@shop.example")])))).fate is Fate.DOWN
    assert (told["Subject"], told["To"]) == ("好久不见", "ann@shop.example")
    assert {"Name": "List-Unsubscribe", "Value": f"<{UNSUBSCRIBE}>"} in told["Headers"]
    assert server.heard[0].headers["X-Postmark-Server-Token"] == "probekey123456"
