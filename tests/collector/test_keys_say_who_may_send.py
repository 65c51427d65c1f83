"""Write keys let senders in; they are kept as digests, and revoked while the collector runs."""

from __future__ import annotations

import base64
import json
import time

import pytest
from typer.testing import CliRunner

from tests.collector.door import asked, basic, call, key, taken
from tests.ingest.drawn import events
from winback.doors.cli.commands import app
from winback.doors.collector.keys import FILE
from winback.terms.errors import DataProblem, SettingsProblem


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("wrong"),
        {"authorization": "Basic !!!"},
        {"authorization": "Digest abc"},
        {"authorization": "Basic " + base64.b64encode(b"\xff:").decode()},
    ],
)
def test_without_a_key_nothing_is_taken(ws, headers):
    key(ws)
    answer = asked(ws, ("/v1/batch", {"batch": [call()]}, headers))[0]
    assert (answer.status, answer.body["code"]) == (401, "unauthorized")


def test_the_key_may_stand_in_the_header_or_in_the_body(ws):
    secret = key(ws)
    answers = asked(
        ws,
        ("/v1/batch", {"batch": [call(1)]}, basic(secret)),
        ("/v1/batch", {"batch": [call(2)], "writeKey": secret}, {}),
        ("/v1/track", call(3, writeKey=secret), {}),
        ("/v1/track", call(4), {"authorization": f"Bearer {secret}"}),
        ("/v1/track", call(5, writeKey=7), {}),
    )
    assert [answer.status for answer in answers] == [200, 200, 200, 200, 401]


def test_a_key_is_nowhere_but_with_its_sender(ws):
    secret = key(ws)
    asked(ws, ("/v1/track", call(1, writeKey=secret, context={"writekey": secret}), {}))
    taken(ws)
    assert len(events(ws)) == 1
    kept = [path for path in ws.data.rglob("*") if path.is_file()]
    assert len(kept) > 5
    assert not [path.name for path in kept if secret.encode() in path.read_bytes()]
    assert (ws.data / FILE).stat().st_mode & 0o077 == 0


def test_a_revoked_key_is_turned_away_by_a_collector_that_runs(serve):
    door = serve()
    runner, where = CliRunner(), ["-w", str(door.file)]
    said = runner.invoke(app, ["keys", "add", "shop", "--json", *where])
    secret = json.loads(said.stdout)["key"]
    assert _becomes(door, secret, 200), "a key that was made while it runs is known"
    assert runner.invoke(app, ["keys", "revoke", "shop", *where]).exit_code == 0
    assert _becomes(door, secret, 401)
    listed = runner.invoke(app, ["keys", "list", *where]).stdout
    assert "shop" in listed
    assert secret not in listed
    assert runner.invoke(app, ["keys", "revoke", "shop", *where]).exit_code == 1


def _becomes(door, secret, status):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if door.post("/v1/track", call(), basic(secret)).status == status:
            return True
        time.sleep(0.1)
    return False


def test_two_keys_of_a_name_stand_side_by_side_until_one_is_revoked(ws):
    from datetime import UTC, datetime

    from winback.doors.collector import keys

    old, new = key(ws), key(ws)
    now = datetime.now(UTC)
    ended = keys.revoke(ws.data, keys.digest_of(old)[:8], now=now)
    assert [each.digest for each in ended] == [keys.digest_of(old)]
    answers = asked(ws, *(("/v1/track", call(), basic(each)) for each in (old, new)))
    assert [answer.status for answer in answers] == [401, 200]


def test_a_name_that_cannot_be_is_told(ws):
    with pytest.raises(SettingsProblem, match="no name of a key"):
        key(ws, "My Shop")


def test_a_broken_file_of_keys_stops_a_start_but_not_a_collector_that_runs(ws):
    from winback.doors.collector.keys import KeyRing

    secret = key(ws)
    ring = KeyRing(ws.data)
    (ws.data / FILE).write_text("{", encoding="utf-8")
    assert not ring.reload()
    assert ring.of(secret) is not None
    with pytest.raises(DataProblem, match="write keys cannot be read"):
        KeyRing(ws.data)
