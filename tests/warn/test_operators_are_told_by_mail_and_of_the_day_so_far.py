"""Mail to a server on this machine; what the live pass finds unusual; not too often, whoever found it."""

from __future__ import annotations

import email
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import policy as mail_policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.ingest.drawn import take
from tests.warn.test_operators_are_told import NOW, VISITS, Phone, phone, states  # noqa: F401
from tests.warn.worlds import FIRST, on, shop, walk
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.time import day_number
from winback.warn import act, anomalies, book
from winback.warn.nouns import AlertKind, AlertSummary
from winback.warn.run import live


class Mailbox:
    """Keeps what is sent to it; turns everything away while it is closed."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.is_closed = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.is_closed:
            return "451 try again later"
        self.letters.append(email.message_from_bytes(envelope.content, policy=mail_policy.default))
        return "250 taken"


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A mail server on this machine, to which alerts go."""
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    address = f"mailto://127.0.0.1:{port}/?from=winback@shop.example&to=ling@shop.example&mode=insecure"
    monkeypatch.setenv("WINBACK_ALERT_URLS", address)
    yield box
    server.stop()


def test_alerts_go_by_mail_and_what_failed_is_tried_again(tmp_path: Path, mailbox: Mailbox) -> None:
    ws = shop(tmp_path, VISITS, workspace={"name": "shop", "language": "en"})
    walk(ws, 8)
    mailbox.is_closed = True
    assert act.send_alerts(ws, NOW) == AlertSummary(failed=1, waiting=1)
    mailbox.is_closed = False
    assert act.send_alerts(ws, NOW + timedelta(seconds=30)).sent == 0, "not before a minute has passed"
    assert act.send_alerts(ws, NOW + timedelta(seconds=61)).sent == 1
    assert act.send_alerts(ws, NOW + timedelta(seconds=200)) == AlertSummary()
    (letter,) = mailbox.letters
    assert letter["Subject"] == "shop: early warnings as of 2026-01-09"
    assert "ling@shop.example" in letter["To"]
    body = letter.get_body(("plain", "html"))
    assert body is not None
    assert "New 2, raised 0, lowered 0, closed 0." in body.get_content()
    assert states(ws) == [("digest", "sent", 2)]


def at(day: int, hour: float) -> datetime:
    return datetime.fromisoformat(f"{FIRST}T00:00:00+08:00") + timedelta(days=day, hours=hour)


def busy(root: Path, visits_by_day: dict[int, int]) -> Workspace:
    """A shop of 200 customers, so many of whom visit at ten on each of these days."""
    visits: dict[str, list[int]] = {f"a{n:03}": [0] for n in range(200)}
    for day, count in visits_by_day.items():
        for n in range(count):
            visits[f"a{n:03}"].append(day)
    made = shop(root, visits, workspace={"name": "shop", "language": "en"})
    source = made.settings.sources[0].model_copy(update={"path": "app*.csv"})
    return Workspace(made.settings.model_copy(update={"sources": (source,)}), made.root)


def test_visits_that_fell_by_day_are_told_at_once(tmp_path: Path, phone: Phone) -> None:  # noqa: F811
    ws = busy(tmp_path, dict.fromkeys(range(1, 36), 150) | {36: 90})
    walk(ws, 36)
    assert live(ws, at(36, 11)).alerts == 1
    act.send_alerts(ws, NOW)
    assert ("shop: visits fell", "As of 2026-02-06: 90 against a usual 150.0.") in phone.heard


def test_visits_that_are_as_usual_by_that_time_of_day_are_not_told(tmp_path: Path) -> None:
    ws = busy(tmp_path, dict.fromkeys(range(1, 36), 150) | {36: 120})
    walk(ws, 36)
    assert live(ws, at(36, 11)).alerts == 0


def test_only_visits_up_to_the_same_time_of_day_are_compared(tmp_path: Path) -> None:
    ws = busy(tmp_path, dict.fromkeys(range(1, 36), 150))
    lines = ["customer,kind,at,amount,channel", f"a001,visit,{on(36)} 09:00:00,,"]
    (tmp_path / "app2.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    take(ws)
    cut = int(at(36, 9).timestamp() * 1_000_000)
    assert anomalies.visits_so_far(ws, cut) == (1, 0.0), "on earlier days everybody came at ten"


def test_many_warnings_by_day_are_told_as_a_jump(tmp_path: Path, phone: Phone) -> None:  # noqa: F811
    ws = busy(tmp_path, dict.fromkeys(range(1, 12), 200))
    walk(ws, *range(5, 12))
    lines = ["customer,kind,at,amount,channel"]
    lines += [f"a{n:03},redemption,{on(11)} 09:00:00,11500.00," for n in range(40)]
    (tmp_path / "app2.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    take(ws)
    found = live(ws, at(11, 12))
    assert (found.new, found.alerts) == (40, 2)
    act.send_alerts(ws, NOW)
    titles = [title for title, _ in phone.heard]
    assert "shop: 40 customers newly at high risk" in titles
    assert "shop: warnings jumped" in titles


def test_run_and_live_pass_together_tell_of_high_warnings_not_too_often(
    tmp_path: Path,
    phone: Phone,  # noqa: F811
) -> None:
    ws = shop(tmp_path, VISITS)
    with facts.connection(ws) as connection:
        for subject in ("", "2026-01-09 10:00", "2026-01-09 10:10"):
            book.do(connection, "keep_alert", [day_number(on(8)), AlertKind.HIGH, subject, subject, "b"])
    assert act.send_alerts(ws, NOW) == AlertSummary(sent=1, held=2, waiting=2)
    assert act.send_alerts(ws, NOW + timedelta(minutes=59)).sent == 0
    assert act.send_alerts(ws, NOW + timedelta(minutes=60)).sent == 1
    assert act.send_alerts(ws, NOW + timedelta(minutes=120)).sent == 1


def test_anomalies_of_run_and_live_pass_are_hours_apart_those_of_channels_apart(
    tmp_path: Path,
    phone: Phone,  # noqa: F811
) -> None:
    ws = shop(tmp_path, VISITS)
    with facts.connection(ws) as connection:
        for kind, subject in (
            (AlertKind.VISITS_FALL, ""),
            (AlertKind.VISITS_FALL, "live"),
            (AlertKind.CHURN_JUMP, "web"),
            (AlertKind.CHURN_JUMP, "fx"),
        ):
            book.do(connection, "keep_alert", [day_number(on(8)), kind, subject, f"{kind} {subject}", "b"])
    assert act.send_alerts(ws, NOW) == AlertSummary(sent=3, held=1, waiting=1)
    assert act.send_alerts(ws, NOW + timedelta(hours=23)).sent == 0
    assert act.send_alerts(ws, NOW + timedelta(hours=24)).sent == 1
