"""Every provider, with its real software against a server on this machine, keeps one contract."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deliver.loopback import Said, Server, serving
from tests.deliver.rigs import RIGS, SECRETS, TIMEOUT, Rig
from tests.deliver.worlds import NOON
from winback.deliver.nouns import Carrier, Fate, Letter, Parcel

BODY = "【小店】好久不见，18.80元红包等您拒收请回复R"


@pytest.fixture(params=RIGS, ids=lambda rig: rig.kind)
def rig(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Rig:
    """Each kind of provider, its secrets set."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    found: Rig = request.param
    return found


@pytest.fixture
def server(rig: Rig) -> Iterator[Server]:
    """Its server, which takes everything."""
    with serving(lambda _: rig.says[Fate.SENT]) as running:
        yield running


def letter(rig: Rig, id: int = 4_611_686_018_427_387_905) -> Letter:
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
        title="您好",
        body=BODY,
        parameters={"amount": BODY},
    )


def sent(carrier: Carrier, *letters: Letter) -> list[tuple[int, Fate]]:
    return [(each.id, each.fate) for each in carrier.send(Parcel(1, NOON, letters))]


def test_a_letter_arrives_word_for_word(rig: Rig, server: Server, tmp_path: Path) -> None:
    carrier = rig.open(server, tmp_path)
    one = letter(rig)
    (outcome,) = carrier.send(Parcel(1, NOON, [one]))
    assert (outcome.id, outcome.fate, outcome.ref, outcome.error) == (one.id, Fate.SENT, rig.ref, None)
    (heard,) = server.heard
    to, key, text = rig.told(heard)
    assert (to.removeprefix("+86"), text) == (rig.contact.removeprefix("+86"), BODY)
    assert key in (None, str(one.id))
    assert (carrier.name, carrier.medium) == ("probe", rig.medium)


def test_each_letter_has_one_outcome(rig: Rig, server: Server, tmp_path: Path) -> None:
    carrier = rig.open(server, tmp_path)
    letters = [letter(rig, id) for id in range(1, 4)]
    assert sorted(sent(carrier, *letters)) == [(id, Fate.SENT) for id in range(1, 4)]
    assert len(server.heard) == 3


def test_each_no_is_understood(rig: Rig, server: Server, tmp_path: Path) -> None:
    for fate, said in rig.says.items():
        carrier = rig.open(server, tmp_path)
        server.answer = lambda _, said=said: said  # type: ignore[misc]
        before = len(server.heard)
        ((_, found),) = sent(carrier, letter(rig))
        assert found is fate
        assert len(server.heard) == before + 1, "the software itself tries nothing twice"


def test_no_answer_is_unknown_and_nothing_is_tried_again(rig: Rig, server: Server, tmp_path: Path) -> None:
    server.answer = lambda _: Said(200, "", seconds=TIMEOUT * 2)
    carrier = rig.open(server, tmp_path)
    assert sent(carrier, letter(rig, 1)) == [(1, Fate.UNKNOWN)]
    assert len(server.heard) == 1


def test_where_nobody_listens_nothing_was_sent(rig: Rig, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = Server(lambda _: Said(), f"http://127.0.0.1:{free.getsockname()[1]}")
    assert sent(rig.open(closed, tmp_path), letter(rig, 1)) == [(1, Fate.DOWN)]


def test_neither_contacts_nor_secrets_are_said(
    rig: Rig,
    server: Server,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    carrier = rig.open(server, tmp_path)
    one, errors = letter(rig), []
    for said in (*rig.says.values(), Said(500, "x"), Said(200, "no json")):
        server.answer = lambda _, said=said: said  # type: ignore[misc]
        errors += [outcome.error or "" for outcome in carrier.send(Parcel(1, NOON, [one]))]
    written = "".join([caplog.text, *capfd.readouterr(), *errors, repr(one)])
    for secret in (rig.contact, *SECRETS.values()):
        assert not secret or secret not in written
