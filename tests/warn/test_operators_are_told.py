"""Alerts reach a server on this machine through Apprise: intent first, not too often, tried again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.warn.worlds import shop, walk
from winback.store import facts
from winback.store.workspace import Workspace
from winback.warn import act, book
from winback.warn.nouns import AlertSummary
from winback.warn.sending import PER_MINUTE_ELSE

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
VISITS = {"ann": [0], "bob": [0], "cat": list(range(0, 60, 3))}


class Phone:
    """Takes what is posted; answers 500 while it is broken."""

    def __init__(self) -> None:
        phone, self.heard, self.is_broken = self, [], False  # type: ignore[var-annotated]

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if not phone.is_broken:
                    phone.heard.append((body["title"], body["message"]))
                self.send_response(500 if phone.is_broken else 200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"json://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def phone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Phone]:
    made = Phone()
    Thread(target=made.server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setenv("WINBACK_ALERT_URLS", made.url)
    yield made
    made.server.shutdown()
    made.server.server_close()


def states(ws: Workspace) -> list[tuple[Any, ...]]:
    with facts.connection(ws) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT kind, state, tries FROM warn_sending ORDER BY as_of_day, id")
        return [tuple(row) for row in cursor.fetchall()]


def test_the_digest_tells_what_a_run_brought(tmp_path: Path, facts_url: str, phone: Phone) -> None:
    ws = shop(tmp_path, VISITS, facts_url, workspace={"name": "shop", "language": "en"})
    walk(ws, 8)
    assert act.send_alerts(ws, NOW) == AlertSummary(sent=1)
    ((title, body),) = phone.heard
    assert title == "shop: early warnings as of 2026-01-09"
    assert body.splitlines() == [
        "New 2, raised 0, lowered 0, closed 0.",
        "Open: high 0, medium 2, low 0; value at risk 20.00 CNY.",
        "New and raised by level: medium 2",
        "New and raised by channel: web 2",
        "New and raised by phase: novice 2",
        "Top reasons: away 2",
    ]
    assert act.send_alerts(ws, NOW) == AlertSummary(), "once is enough"


def test_operators_are_told_in_chinese(tmp_path: Path, phone: Phone) -> None:
    ws = shop(tmp_path, VISITS, workspace={"name": "小店", "language": "zh"})
    walk(ws, 14, 15)
    act.send_alerts(ws, NOW)
    titles = [title for title, _ in phone.heard]
    assert titles == ["小店：2026-01-15 流失预警", "小店：2026-01-16 流失预警", "小店：新增 2 位高风险客户"]
    assert "ann (10.00 CNY), bob (10.00 CNY)" in phone.heard[2][1]


def test_what_failed_is_kept_and_tried_again_later_and_later(tmp_path: Path, phone: Phone) -> None:
    ws = shop(tmp_path, VISITS)
    walk(ws, 8)
    phone.is_broken = True
    assert act.send_alerts(ws, NOW) == AlertSummary(failed=1, waiting=1)
    assert act.send_alerts(ws, NOW + timedelta(seconds=30)).failed == 0, "not before a minute has passed"
    assert act.send_alerts(ws, NOW + timedelta(seconds=61)).failed == 1
    phone.is_broken = False
    assert act.send_alerts(ws, NOW + timedelta(seconds=120)).sent == 0, "the second wait is two minutes"
    assert act.send_alerts(ws, NOW + timedelta(seconds=200)).sent == 1
    assert states(ws) == [("digest", "sent", 3)]


def test_what_hung_when_a_process_died_is_never_sent_again(tmp_path: Path, phone: Phone) -> None:
    ws = shop(tmp_path, VISITS)
    walk(ws, 8)

    def dies(*_: str) -> str | None:
        assert states(ws) == [("digest", "sending", 1)], "the intent stands before the deed"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        act.send_alerts(ws, NOW, dies)
    assert act.send_alerts(ws, NOW + timedelta(hours=1)) == AlertSummary(unknown=1)
    assert phone.heard == []


def test_alerts_of_high_warnings_are_so_many_minutes_apart(tmp_path: Path, phone: Phone) -> None:
    ws = shop(tmp_path, {"ann": [0], "bob": [1], "cat": list(range(0, 60, 3))})
    walk(ws, 15)
    assert act.send_alerts(ws, NOW).sent == 2
    walk(ws, 16)
    assert act.send_alerts(ws, NOW + timedelta(minutes=59)) == AlertSummary(sent=1, held=1, waiting=1)
    assert act.send_alerts(ws, NOW + timedelta(minutes=60)) == AlertSummary(sent=1)


def test_an_address_gets_no_more_a_minute_than_it_takes(tmp_path: Path, phone: Phone) -> None:
    ws = shop(tmp_path, VISITS)
    walk(ws, 8)
    with facts.connection(ws) as connection:
        for n in range(30):
            book.do(connection, "keep_alert", [20_461, "digest", str(n), "t", "b"])
    first = act.send_alerts(ws, NOW)
    assert (first.sent, first.held) == (PER_MINUTE_ELSE, 11)
    assert act.send_alerts(ws, NOW + timedelta(seconds=61)).sent == 11


def test_no_address_is_kept_in_the_facts(tmp_path: Path, phone: Phone) -> None:
    ws = shop(tmp_path, VISITS)
    walk(ws, 8)
    phone.is_broken = True
    act.send_alerts(ws, NOW)
    port = str(phone.server.server_port).encode()
    for file in ws.data.glob("facts.sqlite*"):
        assert b"json://" not in file.read_bytes()
        assert b":" + port not in file.read_bytes()


def test_without_an_address_alerts_wait_and_nothing_is_lost(
    tmp_path: Path, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws = shop(tmp_path, VISITS)
    walk(ws, 8)
    monkeypatch.delenv("WINBACK_ALERT_URLS")
    assert act.send_alerts(ws, NOW) == AlertSummary()
    monkeypatch.setenv("WINBACK_ALERT_URLS", phone.url)
    assert act.send_alerts(ws, NOW).sent == 1


def test_an_address_that_apprise_does_not_know_fails_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws = shop(tmp_path, VISITS)
    walk(ws, 8)
    monkeypatch.setenv("WINBACK_ALERT_URLS", "nonsense://x")
    assert act.send_alerts(ws, NOW).failed == 1
