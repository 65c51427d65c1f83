"""A batch is never refused for some bad events in it, because software kits drop what gets a 400."""

from __future__ import annotations

import json

import pytest

from tests.collector.door import asked, basic, batch, call, key, taken, workspace
from tests.ingest.drawn import events
from winback.ingest import read

TYPES = "track identify page screen alias group"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (5, "the event is no object with a type and an id"),
        (None, "the event is no object with a type and an id"),
        ([], "the event is no object with a type and an id"),
        ({"userId": "c9", "messageId": "m9"}, f"the type is none of {TYPES}"),
        (call(9, type="trakc"), f"the type is none of {TYPES}"),
        (call(9, userId=None), "neither userId nor anonymousId"),
        (call(9, userId=" "), "neither userId nor anonymousId"),
        (call(9, padding="x" * 33_000), "more than 32 KB"),
        (call(9, timestamp="yesterday"), "time cannot be read"),
        (call(9, timestamp="2150-01-01T00:00:00Z"), "time in the future"),
        (call(9, event="Order Completed", properties={}), "no amount"),
        (call(9, event="Order Completed", properties={"revenue": "much"}), "not a decimal number"),
        (
            call(9, event="Order Completed", properties={"revenue": 1, "currency": "usd"}),
            "the currency is not CNY",
        ),
    ],
)
def test_a_bad_event_goes_to_quarantine_and_the_others_in(ws, bad, reason):
    answer = batch(ws, key(ws), call(1), bad, call(2))
    assert (answer.status, answer.body) == (200, {"success": True})
    taken(ws)
    assert [row[0] for row in events(ws)] == ["c1", "c2"]
    assert [refusal.reason for refusal in read.refusals(ws)] == [reason]


@pytest.mark.parametrize(
    ("text", "taken_ids"),
    [
        (b'{"batch":[%b,{"type":"page","userId":"c2","messageId":"m2","x":NaN}]}', ["c1", "c2"]),
        (b'{"batch":[%b,{"type":"page","userId":"c2","messageId":"m2","x":"\\ud83d"}]}', ["c1", "c2"]),
        (b'{"batch":[%b,{"type":"page","userId":"c2","messageId":"m2","x":"\xff"}]}', ["c1", "c2"]),
        (b'{"batch":[%b,{"type":"page","userId":"c\xff","messageId":"m2"}]}', ["c1"]),
        (b'\xef\xbb\xbf{"batch":[%b]}', ["c1"]),
        (b'{"batch":[\n%b,\r\n {"type":"page",\n"userId":"c2", "messageId":"m2"}]}', ["c1", "c2"]),
        ('{"batch":[%b,{"type":"page","userId":"客户","messageId":"m2"}]}', ["c1", "客户"]),
    ],
)
def test_text_that_is_nearly_json_is_taken_as_far_as_it_goes(ws, text, taken_ids):
    form = text.encode() if isinstance(text, str) else text
    answer = asked(ws, ("/v1/batch", form % json.dumps(call(1)).encode(), basic(key(ws))))[0]
    assert answer.status == 200
    taken(ws)
    assert [row[0] for row in events(ws)] == taken_ids


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"not JSON", 400, "no_json"),
        (b'{"batch":[{"type":"track"', 400, "no_json"),
        (b"[]", 400, "no_batch"),
        (b"{}", 400, "no_batch"),
        (b'{"batch":null}', 400, "no_batch"),
        (b'{"batch":' + b"[" * 100_000, 400, "no_json"),
        (b'{"batch":["' + b"x" * 600_000 + b'"]}', 413, "too_large"),
        (b'{"batch":[' + b"1," * 2500 + b"1]}", 413, "too_many_events"),
    ],
)
def test_what_cannot_be_cut_into_events_is_refused(ws, body, status, code):
    answer = asked(ws, ("/v1/batch", body, basic(key(ws))))[0]
    assert (answer.status, answer.body["code"]) == (status, code)


def test_an_empty_batch_is_well(ws):
    assert batch(ws, key(ws)).status == 200


@pytest.mark.parametrize("packed", [b"no gzip", b"\x1f\x8b\x08\x00"])
def test_what_is_not_gzip_is_refused(ws, packed):
    headers = basic(key(ws)) | {"content-encoding": "gzip"}
    assert asked(ws, ("/v1/batch", packed, headers))[0].body["code"] == "no_gzip"


def test_a_small_gzip_that_becomes_large_is_refused(ws):
    import gzip

    bomb = gzip.compress(b'{"batch":["' + b"x" * 50_000_000 + b'"]}')
    answer = asked(ws, ("/v1/batch", bomb, basic(key(ws)) | {"content-encoding": "gzip"}))[0]
    assert answer.status == 413


def test_limits_are_settings(tmp_path):
    ws = workspace(tmp_path, collector={"event_kib_max": 1, "batch_events_max": 2, "batch_kib_max": 4})
    secret = key(ws)
    assert batch(ws, secret, call(1), call(2, padding="x" * 1100)).status == 200
    assert batch(ws, secret, call(1), call(2), call(3)).status == 413
    assert batch(ws, secret, call(1, padding="x" * 4100)).status == 413
    assert taken(ws).events == 1


def test_a_context_of_the_batch_is_that_of_every_event(ws):
    own = {"app": {"version": "2"}}
    batch(ws, key(ws), call(1), call(2, context=own), context={"app": {"version": "1"}})
    taken(ws)
    assert events(ws, "id, version") == [("c1", "1"), ("c2", "2")]


def test_a_repaired_line_comes_in(ws):
    from winback.ingest.act import export_quarantine, hand_back
    from winback.ingest.run import run

    batch(ws, key(ws), call(1, type="trakc"))
    summary = taken(ws)
    assert summary.waiting_in_quarantine == 1
    out = ws.root / "bad.csv"
    export_quarantine(ws, out)
    out.write_text(out.read_text(encoding="utf-8-sig").replace("trakc", "track"), encoding="utf-8-sig")
    assert hand_back(ws, out) == 1
    from datetime import UTC, datetime

    again = run(ws, now=datetime.now(UTC), retry=True)
    assert (again.repaired, [row[0] for row in events(ws)]) == (1, ["c1"])
