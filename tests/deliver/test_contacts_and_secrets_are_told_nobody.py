"""Neither contacts nor secrets stand in a file, a log line, an event, an error or an output."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tests.deliver.rigs import SECRETS
from tests.deliver.worlds import CONTACTS_KEY, LINKS_KEY, NOON, Drawn, business, contact, go, grant, treat
from winback.deliver import act, read
from winback.deliver.nouns import Fate, Reply, Request

PHONE, ADDRESS, TOKEN = "13877776666", "ann.lee@private.example", "pushtoken-8899aabb"


def test_no_contact_and_no_secret_is_written_anywhere(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    caplog.set_level(logging.DEBUG)
    ws = business(tmp_path, deliver={"links_url": "https://m.shop.example"})
    for kind, text in (("phone", PHONE), ("mail", ADDRESS), ("push_token", TOKEN)):
        contact(ws, "ann", kind, text)
    grant(ws, 70)
    fates = [Fate.SENT, Fate.LATER, Fate.BAD_CONTACT, Fate.REJECTED, Fate.UNKNOWN, RuntimeError, Fate.DOWN]
    numbers = iter(range(1, 100))
    for medium in ("sms", "email", "push"):
        for fate in fates:
            treat(ws, {"id": next(numbers), "medium": medium, "purpose": "service", "grant_id": 70})
            go(ws, NOON, Drawn("probe", medium, fate))
        treat(ws, {"id": next(numbers), "medium": medium})
    go(ws, NOON)

    class Caller(Drawn):
        def heard(self, request: Request) -> list[Reply]:
            return [Reply(PHONE, "TD"), Reply(PHONE, f"call me at {PHONE}")]

    act.call_back(ws, [Caller("probe", "sms")], "probe", Request("POST", {}, {}, PHONE.encode(), NOON))
    with pytest.raises(Exception, match="no provider") as raised:
        act.call_back(ws, [], "probe", Request("POST", {}, {}, PHONE.encode(), NOON))
    shown = f"{read.messages_of(ws, 'ann')} {read.consent_of(ws, 'ann')} {raised.value}"
    written = [shown.encode(), caplog.text.encode(), *(part.encode() for part in capfd.readouterr())]
    written += [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    assert len(written) > 8
    for private in (PHONE, ADDRESS, TOKEN, CONTACTS_KEY, LINKS_KEY, *SECRETS.values()):
        assert not [each for each in written if private.encode() in each], private
