"""Reports are read from a mailbox: who is not there is not written to again, complaints opt out."""

from __future__ import annotations

import imaplib
import logging
import mailbox
import os
from pathlib import Path
from typing import Any

import pytest

from tests.deliver import reports
from tests.deliver.imap import serving
from tests.deliver.reports import DOMAIN, KEY, TO
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
from winback.deliver.nouns import Receipt, What
from winback.deliver.providers import mail
from winback.deliver.providers.bounces import receipts_in
from winback.store.workspace import Workspace
from winback.terms.errors import SettingsProblem

LATER = NOON + 2 * HOUR


def read(raw: bytes) -> list[tuple[int | None, What, str, bool]]:
    return [
        (each.message_id, each.what, each.detail, each.is_bad_contact)
        for each in receipts_in(raw, DOMAIN, LATER)
    ]


# a report → what it says of the message, and whether the address is wrong for good
SAYS: list[tuple[bytes, list[tuple[What, str, bool]]]] = [
    (reports.POSTFIX, [(What.FAILED, "5.1.1", True)]),
    (reports.EXCHANGE, [(What.FAILED, "5.1.10", True)]),
    (reports.report("failed", "5.1.2"), [(What.FAILED, "5.1.2", True)]),
    (reports.report("failed", "5.2.1"), [(What.FAILED, "5.2.1", True)]),
    (reports.report("failed", "5.2.2"), [(What.FAILED, "5.2.2", False)]),
    (reports.report("failed", "5.7.1 (blocked)"), [(What.FAILED, "5.7.1", False)]),
    (reports.report("failed", "4.4.7"), [(What.FAILED, "4.4.7", False)]),
    (reports.report("failed", "5.1.100"), [(What.FAILED, "5.1.100", False)]),
    (reports.report("delivered", "2.0.0"), [(What.DELIVERED, "2.0.0", False)]),
    (reports.report("delayed", "4.4.1"), []),
    (reports.report("relayed", "2.0.0"), []),
    (reports.complaint("abuse"), [(What.OPTED_OUT, "complaint: abuse", False)]),
    (reports.complaint("not-spam"), []),
    (reports.OUT_OF_OFFICE, []),
    (reports.OF_OTHERS, []),
    (reports.TORN, []),
    (reports.GARBAGE, []),
    (b"", []),
]


@pytest.mark.parametrize(("raw", "said"), SAYS)
def test_a_report_says_what_became_of_the_message(raw: bytes, said: list[tuple[What, str, bool]]) -> None:
    assert read(raw) == [(KEY, *each) for each in said]


def test_a_report_is_of_the_moment_at_which_it_was_written() -> None:
    assert [each.at_us for each in receipts_in(reports.POSTFIX, DOMAIN, LATER)] == [NOON + 9 * SECOND]
    assert [each.at_us for each in receipts_in(reports.POSTFIX, DOMAIN, NOON)] == [NOON], (
        "never of the future"
    )
    undated = reports.POSTFIX.replace(b"\r\nDate: Mon,  1", b"\r\nDate: some 1", 1)
    assert [each.at_us for each in receipts_in(undated, DOMAIN, LATER)] == [LATER]


def test_addresses_are_not_shown() -> None:
    assert TO not in repr(receipts_in(reports.POSTFIX, DOMAIN, LATER))


def written(root: Path, facts_url: str | None = None) -> Workspace:
    """ann was sent message KEY at NOON by mail; the provider is called `probe`."""
    ws = business(root, facts_url)
    contact(ws, "ann", "mail", TO)
    treat(ws, {"id": KEY, "medium": "email"})
    go(ws, NOON, Drawn("probe", "email"))
    return ws


def post(ws: Workspace, bounces: str = "maildir:bounces") -> mail.Mail:
    options = {"host": "127.0.0.1", "port": "1", "tls": "none", "from": "hi@shop.example"}
    return mail.opened(opening("mail", "email", ws.data, domain=DOMAIN, bounces=bounces, **options))


def maildir(ws: Workspace, *mails: bytes) -> mailbox.Maildir:
    ws.data.mkdir(parents=True, exist_ok=True)
    box = mailbox.Maildir(ws.data / "bounces", factory=None)
    for raw in mails:
        box.add(raw)
    return box


def flags(box: mailbox.Maildir) -> list[str]:
    return sorted(mail.get_flags() for mail in mailbox.Maildir(box._path, factory=None))


def dead(ws: Workspace) -> list[tuple[Any, ...]]:
    return asked(ws, "SELECT kind, provider, reason FROM deliver_dead_contact")


def test_who_is_not_there_is_not_written_to_again(tmp_path: Path, facts_url: str) -> None:
    ws = written(tmp_path, facts_url)
    maildir(ws, reports.POSTFIX)
    assert go(ws, LATER, post(ws)).heard == 1
    assert states(ws)[KEY] == ("failed", "5.1.1")
    assert dead(ws) == [("mail", "probe", "5.1.1")]
    assert [event["attributes"]["what"] for event in told(ws)] == ["failed", "sent"]
    treat(ws, {"id": 2, "medium": "email", "due_us": NOON + 1})
    go(ws, LATER, post(ws))
    assert states(ws)[2] == ("refused", "dead_contact")


def test_a_report_read_twice_is_one(tmp_path: Path, facts_url: str) -> None:
    ws = written(tmp_path, facts_url)
    box = maildir(ws, reports.POSTFIX)
    assert go(ws, LATER, post(ws)).heard == 1
    assert flags(box) == ["S"]
    box.add(reports.POSTFIX)
    assert go(ws, LATER + 2 * MINUTE, post(ws)).heard == 0
    assert flags(box) == ["S", "S"]
    assert len(told(ws)) == 2


def test_what_is_not_understood_is_flagged_for_a_person(tmp_path: Path) -> None:
    ws = written(tmp_path)
    box = maildir(ws, reports.OUT_OF_OFFICE, reports.GARBAGE)
    assert go(ws, LATER, post(ws)).heard == 0
    assert flags(box) == ["FS", "FS"]
    assert states(ws)[KEY] == ("sent", None)


def test_a_complaint_opts_out(tmp_path: Path, facts_url: str) -> None:
    ws = written(tmp_path, facts_url)
    maildir(ws, reports.complaint("abuse"))
    go(ws, LATER, post(ws))
    treat(ws, {"id": 2, "medium": "email", "due_us": NOON + 1})
    go(ws, LATER + 2 * MINUTE, post(ws))
    assert states(ws)[2] == ("refused", "opted_out")
    assert dead(ws) == []
    assert "opted_out" in [event["attributes"]["what"] for event in told(ws)]


# whom the report names: final, original recipient → whether ann's contact is wrong
NAMED = [
    (TO, "", True),
    (TO.upper(), "", True),
    ("new@customer.example", TO, True),
    ("new@customer.example", "", False),
]


@pytest.mark.parametrize(("final", "original", "is_dead"), NAMED)
def test_only_the_address_that_is_named_is_wrong(
    tmp_path: Path, final: str, original: str, is_dead: bool
) -> None:
    ws = written(tmp_path)
    maildir(ws, reports.report("failed", "5.1.1", recipient=final, original=original))
    go(ws, LATER, post(ws))
    assert states(ws)[KEY] == ("failed", "5.1.1")
    assert bool(dead(ws)) is is_dead


def test_a_new_address_is_not_buried_by_a_report_on_the_old_one(tmp_path: Path) -> None:
    ws = written(tmp_path)
    asked(ws, "DELETE FROM ingest_contact RETURNING id")
    contact(ws, "ann", "mail", "ann@new.example")
    maildir(ws, reports.POSTFIX)
    go(ws, LATER, post(ws))
    assert (states(ws)[KEY], dead(ws)) == (("failed", "5.1.1"), [])


def test_a_mailbox_is_looked_into_once_a_minute(tmp_path: Path) -> None:
    ws = written(tmp_path)
    box = maildir(ws)
    assert go(ws, LATER, post(ws)).heard == 0
    box.add(reports.POSTFIX)
    assert go(ws, LATER + MINUTE - 1, post(ws)).heard == 0
    assert go(ws, LATER + MINUTE, post(ws)).heard == 1


def test_a_mailbox_that_cannot_be_read_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ws = written(tmp_path)
    treat(ws, {"id": 2, "medium": "inbox", "due_us": NOON + 1, "purpose": "service"})
    with caplog.at_level(logging.WARNING):
        found = go(ws, LATER, post(ws, "maildir:nothing-here"), Drawn())
    assert (found.outcomes, found.heard) == ({"sent": 1}, 0)
    assert "the mailbox of provider probe cannot be read" in caplog.text


def test_an_mbox_is_read_and_marked(tmp_path: Path) -> None:
    ws = written(tmp_path)
    box = mailbox.mbox(ws.data / "bounces.mbox")
    box.add(reports.POSTFIX)
    box.add(reports.OUT_OF_OFFICE)
    box.close()
    assert go(ws, LATER, post(ws, "mbox:bounces.mbox")).heard == 1
    box = mailbox.mbox(ws.data / "bounces.mbox")
    assert [each.get_flags() for each in box] == ["RO", "ROF"]
    assert box.get_bytes(0) == b"Status: RO\n" + reports.POSTFIX, "the mail itself is as it was"
    box.close()
    assert go(ws, LATER + 2 * MINUTE, post(ws, "mbox:bounces.mbox")).heard == 0


def test_mails_are_read_by_imap_and_marked_only_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINBACK_PROBE_BOUNCES", "word")
    ws = written(tmp_path)
    with serving({"bounces": "word"}, [reports.EXCHANGE, reports.OUT_OF_OFFICE]) as server:
        assert go(ws, LATER, post(ws, f"imap://bounces@127.0.0.1:{server.port}/Bounced")).heard == 1
        assert [each.flags for each in server.mails] == [{"\\Seen"}, {"\\Seen", "\\Flagged"}]
        assert server.folders == ["Bounced"]
        assert go(ws, LATER + 2 * MINUTE, post(ws, f"imap://bounces@127.0.0.1:{server.port}")).heard == 0
    assert states(ws)[KEY] == ("failed", "5.1.10")


def test_a_wrong_password_is_told_and_not_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("WINBACK_PROBE_BOUNCES", "wrongword")
    ws = written(tmp_path)
    with serving({"bounces": "word"}, [reports.EXCHANGE]) as server, caplog.at_level(logging.DEBUG):
        carrier = post(ws, f"imap://bounces@127.0.0.1:{server.port}")
        with pytest.raises(imaplib.IMAP4.error):
            list(carrier.fetched(LATER))
        assert go(ws, LATER, carrier).heard == 0
        assert server.mails[0].flags == set()
    assert "wrongword" not in caplog.text


# what cannot be a mailbox → what is said
WRONG = [
    ("pop3://bounces@mail.example", "bounces cannot be read"),
    ("imaps://mail.example/INBOX", "bounces cannot be read"),
    ("imaps://bounces@mail.example", "needs a password"),
]


@pytest.mark.parametrize(("address", "said"), WRONG)
def test_what_is_no_mailbox_is_said_at_the_start(tmp_path: Path, address: str, said: str) -> None:
    assert "WINBACK_PROBE_BOUNCES" not in os.environ
    with pytest.raises(SettingsProblem, match=said):
        post(business(tmp_path), address)


def test_a_receipt_without_its_message_is_nobodys(tmp_path: Path) -> None:
    ws = business(tmp_path)
    maildir(ws, reports.POSTFIX)
    assert go(ws, LATER, post(ws)).heard == 0
    assert Receipt(What.FAILED, 0).recipients == ()
