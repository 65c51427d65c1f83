"""Calls in Segment's words become events of our kinds, at the moment they happened by our clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.collector.door import asked, basic, batch, call, key, taken, workspace
from tests.ingest.drawn import events
from winback.ingest import read

MICROS = 1_000_000


@pytest.mark.parametrize(
    ("told", "becomes"),
    [
        ({"type": "page", "name": "Home"}, ("visit", None, None, None)),
        ({"type": "screen"}, ("visit", None, None, None)),
        (
            {"event": "Application Opened", "context": {"app": {"version": "8.1"}}},
            ("visit", None, None, "8.1"),
        ),
        (
            {"event": "Order Completed", "properties": {"revenue": 12.5, "product_id": "F001"}},
            ("purchase", 1250, "F001", None),
        ),
        (
            {"event": "Order Completed", "properties": {"total": "8", "products": [{"sku": "F2"}]}},
            ("purchase", 800, "F2", None),
        ),
        ({"event": "Order Refunded", "properties": {"value": 3}}, ("redemption", 300, None, None)),
        ({"type": "identify", "traits": {"channel": "invitation"}}, ("register", None, None, None)),
        ({"event": "Contract Signed"}, ("contract_signed", None, None, None)),
        ({"event": "Fund Bought", "properties": {"amount": 0.29}}, ("purchase", 29, None, None)),
    ],
)
def test_a_call_becomes_an_event(tmp_path, told, becomes):
    ws = workspace(
        tmp_path,
        kinds={"contract_signed": {"zh": "签约", "en": "signed"}},
        collector={"tracks": {**workspace(tmp_path).settings.collector.tracks, "Fund Bought": "purchase"}},
    )
    assert batch(ws, key(ws), call(**told)).status == 200
    summary = taken(ws)
    assert (summary.events, summary.refused) == (1, 0)
    assert events(ws, "kind, amount, product, version") == [becomes]


@pytest.mark.parametrize("name", ["track", "identify", "page", "screen", "alias", "group"])
def test_each_call_has_a_path_of_its_own(ws, name):
    secret = key(ws)
    one = {"userId": "c1", "messageId": "m1", "event": "Signed In", "writeKey": secret}
    long, short = asked(ws, (f"/v1/{name}", one, {}), (f"/v1/{name[0]}", one | {"messageId": "m2"}, {}))
    assert (long.status, short.status) == (200, 200)
    summary = taken(ws).sources[0]
    becomes_something = name not in {"alias", "group"}
    assert (summary.rows, summary.events) == (2, 2 if becomes_something else 0)


def test_the_moment_is_put_right_where_the_sender_has_another_clock(ws):
    before = datetime.now(UTC)
    slow = before - timedelta(days=400)
    said = call(timestamp=(slow - timedelta(hours=2)).isoformat())
    batch(ws, key(ws), said, sentAt=slow.isoformat())
    taken(ws)
    (at,) = events(ws, '"at"')[0]
    expected = (before - timedelta(hours=2)).timestamp() * MICROS
    assert 0 <= at - expected < 60 * MICROS


@pytest.mark.parametrize(
    ("told", "sent", "at"),
    [
        ("2026-03-01T10:00:00.5+08:00", None, datetime(2026, 3, 1, 2, 0, 0, 500_000, UTC)),
        ("2026-03-01T10:00:00", None, datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01T10:00:00Z", "no time at all", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("2026-03-01T10:00:00Z", {"odd": 1}, datetime(2026, 3, 1, 10, tzinfo=UTC)),
        (1772359200000, None, datetime(2026, 3, 1, 10, tzinfo=UTC)),
    ],
)
def test_odd_times_are_understood(ws, told, sent, at):
    batch(ws, key(ws), call(timestamp=told), sentAt=sent)
    assert taken(ws).events == 1
    assert events(ws, '"at"') == [(int(at.timestamp() * MICROS),)]


def test_without_a_time_it_is_the_moment_it_came(ws):
    before = datetime.now(UTC).timestamp() * MICROS
    batch(ws, key(ws), call(timestamp=None))
    taken(ws)
    assert 0 <= events(ws, '"at"')[0][0] - before < 60 * MICROS


def test_null_ids_are_no_ids(ws):
    batch(ws, key(ws), call(1, anonymousId=None), call(2, userId=None, anonymousId="a-2"))
    summary = taken(ws)
    assert [row[0] for row in events(ws)] == ["c1"]
    assert summary.refused == 0
    assert any("without userId (1)" in note for note in summary.notes)


def test_anonymous_customers_are_kept_where_settings_say_so(tmp_path):
    ws = workspace(tmp_path, collector={"anonymous": "keep"})
    batch(ws, key(ws), call(1), call(2, userId=None, anonymousId="a-2"))
    taken(ws)
    assert sorted(row[0] for row in events(ws)) == ["a-2", "c1"]


def test_what_becomes_no_event_is_counted_by_name(ws):
    batch(ws, key(ws), call(1, event="Button Clicked"), call(2, event="Button Clicked"), call(3))
    summary = taken(ws)
    assert summary.events == 1
    assert any("2 calls became no event: Button Clicked (2)" in note for note in summary.notes)


def test_what_identify_says_is_known_of_the_customer(ws):
    told = {"channel": "invitation", "birthday": "1990-02-03", "createdAt": "2024-05-06T00:00:00Z"}
    context = {"locale": "zh-CN", "timezone": "Asia/Tokyo", "campaign": {"name": "spring"}}
    batch(ws, key(ws), call(type="identify", traits=told, context=context))
    taken(ws)
    row = read.registry(ws).to_pylist()[0]
    assert (row["channel"], row["campaign"], row["language"]) == ("invitation", "spring", "zh-CN")
    assert (row["time_zone"], row["birthday"].isoformat()) == ("Asia/Tokyo", "1990-02-03")
    assert row["registered_day"] == (datetime(2024, 5, 6) - datetime(1970, 1, 1)).days


def test_only_identify_tells_of_the_customer(ws):
    context = {"locale": "zh-CN", "timezone": "Asia/Tokyo", "campaign": {"name": "spring"}}
    batch(ws, key(ws), call(1, context=context, traits={"channel": "x"}, properties={"value": "much"}))
    assert taken(ws).events == 1
    row = read.registry(ws).to_pylist()[0]
    assert (row["channel"], row["campaign"], row["language"], row["time_zone"]) == (None,) * 4
    assert not list((ws.data / "registry").glob("*.changes.parquet"))


@pytest.mark.parametrize("odd", [{"createdAt": "1970-01-01"}, {"createdAt": "long ago"}, {"birthday": "?"}])
def test_odd_things_that_identify_tells_do_not_keep_it_out(ws, odd):
    context = {"timezone": "GMT+08:00"}
    batch(ws, key(ws), call(1, type="identify", traits=odd | {"channel": "x"}, context=context))
    summary = taken(ws)
    assert (summary.events, summary.refused) == (1, 0)
    assert read.registry(ws)["channel"].to_pylist() == ["x"]


def test_a_browser_may_say_little(ws):
    public = key(ws, "web", is_browser=True)
    bought = call(2, event="Order Completed", properties={"revenue": 1})
    batch(ws, public, call(1), bought, call(3, type="identify", traits={"channel": "x"}))
    taken(ws)
    assert [row[1] for row in events(ws)] == ["visit"]


def test_a_mapping_of_ones_own_takes_the_place_of_the_default(tmp_path):
    mapping = {
        "kind": {"const": "visit"},
        "customer": {"sql": "upper(userId)"},
        "at": "receivedAt",
        "id": "messageId",
        "where": "source = 'shop'",
        "attributes": {"page": {"sql": "properties->>'$.url'"}},
    }
    ws = workspace(tmp_path, collector={"events": [mapping]})
    batch(ws, key(ws), call(1, type="page", properties={"url": "/a"}))
    batch(ws, key(ws, "other"), call(2))
    taken(ws)
    assert events(ws, "id, kind, attributes") == [("C1", "visit", '{"page":"/a"}')]


def test_answers_to_messages_are_touches_and_claims(ws):
    tapped = {"message": "9007199254740993", "playbook": "p", "step": "s"}
    batch(
        ws,
        key(ws),
        call(1, event="Push Notification Tapped", properties=tapped),
        call(2, event="Reward Claimed", properties={"reward": "red_packet", "grant": 7, "amount": 5}),
    )
    assert taken(ws).events == 2
    of_touch = '{"message":"9007199254740993","playbook":"p","step":"s","grant":null,"what":"clicked"}'
    of_claim = '{"message":null,"playbook":null,"step":null,"grant":7,"what":null}'
    assert events(ws, "kind, detail, amount, attributes") == [
        ("claim", "red_packet", 500, of_claim),
        ("touch", "push", None, of_touch),
    ]


def test_gzip_is_unpacked(ws):
    import gzip
    import json

    body = gzip.compress(json.dumps({"batch": [call()]}).encode())
    answer = asked(ws, ("/v1/batch", body, basic(key(ws)) | {"content-encoding": "gzip"}))[0]
    assert answer.status == 200
    assert taken(ws).events == 1
