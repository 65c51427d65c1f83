"""Providers with lists are asked, by their real software, what became of letters; the others say nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deliver.loopback import Heard, Said, Server, serving
from tests.deliver.rigs import RIGS, SECRETS, TIMEOUT, Rig
from tests.deliver.worlds import HOUR, MINUTE, NOON, SECOND, business, contact, go, states, treat
from winback.deliver.nouns import Fate, Letter, Parcel

ASKED = [rig for rig in RIGS if rig.lists]
TEXT = "您好"


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(params=ASKED, ids=lambda rig: rig.kind)
def rig(request: pytest.FixtureRequest) -> Rig:
    """Each kind of provider that can be asked."""
    found: Rig = request.param
    return found


@pytest.fixture
def server(rig: Rig) -> Iterator[Server]:
    """Its server; nothing was sent."""
    with serving(lambda _: listing(rig)) as running:
        yield running


def listing(rig: Rig, *sent: tuple[int, str, str]) -> Said:
    assert rig.lists is not None
    return rig.lists(list(sent))


def letter(rig: Rig, id: int = 1, text: str = TEXT) -> Letter:
    return Letter(
        id=id,
        customer_id="ann",
        medium=rig.medium,
        purpose="marketing",
        template="hello",
        playbook="back",
        step="write",
        grant_id=None,
        to=rig.contact,
        title="",
        body=text,
    )


def asked(rig: Rig, server: Server, root: Path, at_us: int = NOON) -> list[tuple[int, Fate]]:
    found = rig.open(server, root).ask(Parcel(1, at_us, [letter(rig)], at_us + MINUTE))
    return [(each.id, each.fate) for each in found]


# what the list says of the letter → its fate
LISTED = [("sent", Fate.SENT), ("delivered", Fate.DELIVERED), ("failed", Fate.REJECTED)]


@pytest.mark.parametrize(("state", "fate"), LISTED)
def test_a_letter_in_the_list_was_sent(
    rig: Rig, server: Server, tmp_path: Path, state: str, fate: Fate
) -> None:
    server.answer = lambda _: listing(rig, (7, "another", "sent"), (1, TEXT, state))
    assert asked(rig, server, tmp_path) == [(1, fate)]


def test_a_letter_that_is_not_in_a_whole_list_was_not_sent(rig: Rig, server: Server, tmp_path: Path) -> None:
    server.answer = lambda _: listing(rig, (7, "another", "sent"))
    assert asked(rig, server, tmp_path) == ([(1, Fate.LATER)] if rig.is_whole else [])


def test_the_list_is_of_the_letters_own_number_and_day(rig: Rig, server: Server, tmp_path: Path) -> None:
    asked(rig, server, tmp_path)
    (heard,) = server.heard
    said = json.loads(heard.body) if heard.body.startswith(b"{") else heard.query | heard.form
    assert rig.contact in said.values()
    assert {"20260601", "2026-06-01T00:00:00Z", "2026-06-01", NOON // SECOND - 1} & set(said.values())


def test_a_full_list_tells_nothing_of_what_is_not_in_it(rig: Rig, server: Server, tmp_path: Path) -> None:
    server.answer = lambda _: listing(rig, *((7, "another", "sent") for _ in range(50)))
    assert asked(rig, server, tmp_path) == []


def test_aliyun_is_asked_for_both_days_about_midnight(tmp_path: Path) -> None:
    (rig,) = (rig for rig in ASKED if rig.kind == "aliyun")

    def answer(heard: Heard) -> Said:
        is_next = (heard.query | heard.form)["SendDate"] == "20260602"
        return listing(rig, (1, TEXT, "sent")) if is_next else listing(rig)

    with serving(answer) as server:
        before_midnight = NOON + 12 * HOUR - MINUTE
        assert asked(rig, server, tmp_path, before_midnight) == [(1, Fate.SENT)]
        assert len(server.heard) == 2


@pytest.mark.parametrize("rig", [rig for rig in RIGS if not rig.lists], ids=lambda rig: rig.kind)
def test_the_others_say_nothing(rig: Rig, tmp_path: Path) -> None:
    with serving(lambda _: Said()) as server:
        assert list(rig.open(server, tmp_path).ask(Parcel(1, NOON, [letter(rig)]))) == []
        assert server.heard == []


def test_what_was_sent_without_an_answer_is_found_and_not_sent_again(
    rig: Rig, server: Server, tmp_path: Path
) -> None:
    ws = business(tmp_path, templates={"hello": {"zh": TEXT, "en": "Hello"}})
    contact(ws, "ann", "phone", rig.contact)
    treat(ws, {"id": 1, "medium": "sms"})
    carrier = rig.open(server, tmp_path)
    server.answer = lambda _: Said(200, "", seconds=2 * TIMEOUT)
    go(ws, NOON, carrier)
    assert states(ws)[1][0] == "unknown"
    calls = len(server.heard)
    text = "【小店】" + TEXT + "拒收请回复R"
    server.answer = lambda _: listing(rig, (1, text, "sent"))
    go(ws, NOON + MINUTE, carrier)
    assert states(ws)[1] == ("sent", None)
    assert len(server.heard) == calls + 1, "it was asked for, not sent"


def test_a_list_that_may_lag_behind_is_not_believed_at_once(rig: Rig, server: Server, tmp_path: Path) -> None:
    ws = business(tmp_path, templates={"hello": {"zh": TEXT, "en": "Hello"}})
    contact(ws, "ann", "phone", rig.contact)
    treat(ws, {"id": 1, "medium": "sms"})
    carrier = rig.open(server, tmp_path)
    server.answer = lambda _: Said(200, "", seconds=2 * TIMEOUT)
    go(ws, NOON, carrier)
    server.answer = lambda _: listing(rig)
    go(ws, NOON + MINUTE, carrier)
    assert states(ws)[1][0] == "unknown"
    go(ws, NOON + 11 * MINUTE, carrier)
    assert states(ws)[1][0] == ("waiting" if rig.is_whole else "unknown"), (
        "surely not sent: it is tried again"
    )
