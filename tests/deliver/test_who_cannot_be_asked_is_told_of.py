"""A provider that cannot be asked leaves a word: in the log, and in the rows of its messages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.deliver.worlds import MINUTE, NOON, Drawn, asked, business, contact, go, states, treat
from winback.deliver.nouns import Fate, Parcel
from winback.store.workspace import Workspace

PHONE = "13800001111"


class Mute(Drawn):
    """Cannot be asked: it fails with words that hold the contact, after it told what it `knows`."""

    def ask(self, parcel: Parcel) -> Any:
        yield from super().ask(parcel)
        raise ConnectionError(f"no route, wanted {parcel.letters[-1].to}")


def lost(root: Path, facts_url: str) -> tuple[Workspace, Mute]:
    """Two messages of which nothing is known, and their provider."""
    ws = business(root, facts_url)
    for number, customer in enumerate(("ann", "bob")):
        contact(ws, customer, "phone", PHONE[:-1] + str(number))
    treat(ws, {"id": 1, "medium": "sms"}, {"id": 2, "medium": "sms", "customer_id": "bob"})
    carrier = Mute(medium="sms", fate=RuntimeError)
    go(ws, NOON, carrier)
    assert states(ws) == {1: ("unknown", "RuntimeError"), 2: ("unknown", "RuntimeError")}
    return ws, carrier


def test_it_is_logged_and_kept_without_a_word_of_the_contact(
    tmp_path: Path, facts_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    ws, carrier = lost(tmp_path, facts_url)
    caplog.clear()
    for minutes in (1, 2):
        go(ws, NOON + minutes * MINUTE, carrier)
    why = ("unknown", "RuntimeError; asking: ConnectionError")
    assert states(ws) == {1: why, 2: why}, "both words stand, once"
    said = [record.getMessage() for record in caplog.records if record.name == "winback.deliver"]
    assert said == ["provider drawn cannot be asked about 2 messages of batch 1: ConnectionError"] * 2
    assert PHONE[:-1] not in caplog.text
    assert asked(ws, "SELECT count(*) FROM deliver_message WHERE reason LIKE '%1380000%'") == [(0,)]


def test_what_it_told_before_it_failed_counts(tmp_path: Path, facts_url: str) -> None:
    ws, carrier = lost(tmp_path, facts_url)
    carrier.knows = {1: Fate.SENT}
    go(ws, NOON + MINUTE, carrier)
    assert states(ws) == {1: ("sent", None), 2: ("unknown", "RuntimeError; asking: ConnectionError")}


def test_once_it_can_be_asked_the_word_is_gone(tmp_path: Path, facts_url: str) -> None:
    ws, carrier = lost(tmp_path, facts_url)
    go(ws, NOON + MINUTE, carrier)
    answers = Drawn(medium="sms")
    answers.knows = {1: Fate.SENT, 2: Fate.SENT}
    go(ws, NOON + 2 * MINUTE, answers)
    assert states(ws) == {1: ("sent", None), 2: ("sent", None)}
