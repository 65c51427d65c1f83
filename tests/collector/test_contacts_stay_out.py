"""Contacts are sealed at the door for their customer, or dropped and counted; in clear they lie nowhere."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.collector.door import batch, call, key, spooled, taken, workspace
from tests.ingest.drawn import events
from winback.ingest import read
from winback.ingest.contacts import safe_of
from winback.store import facts

KEY = bytes(range(32))
PHONE, MAIL, TOKEN = "+8613800138000", "ling@example.cn", "device-token-1"
TRAITS = {"Phone": PHONE, "email": MAIL, "channel": "invitation"}


def _lies_somewhere(ws, *texts):
    kept = [path for path in ws.data.rglob("*") if path.is_file()]
    return [path.name for path in kept if any(text.encode() in _content(path) for text in texts)]


def _content(path):
    """The bytes of a file; of a packed one what they say."""
    if path.suffix == ".parquet":
        return str(pq.read_table(path, partitioning=None).to_pylist()).encode()
    return path.read_bytes()


def test_the_search_finds_what_is_packed(tmp_path):
    ws = workspace(tmp_path)
    ws.data.mkdir()
    pq.write_table(pa.table({"x": [f"call {PHONE}"] * 9}), ws.data / "a.parquet", compression="zstd")
    assert _lies_somewhere(ws, PHONE) == ["a.parquet"]


def test_contacts_of_a_customer_come_in_sealed(ws, monkeypatch):
    monkeypatch.setenv("WINBACK_CONTACTS_KEY", KEY.hex())
    device = {"device": {"token": TOKEN, "model": "X"}}
    batch(ws, key(ws), call(1, type="identify", traits=TRAITS, context=device))
    assert not _lies_somewhere(ws, PHONE, MAIL, TOKEN)
    summary = taken(ws).sources[0]
    assert (summary.contacts, summary.contacts_refused) == (3, 0)
    assert not _lies_somewhere(ws, PHONE, MAIL, TOKEN)
    assert {c.kind: c.customers for c in read.contact_counts(ws)} == {"phone": 1, "mail": 1, "push_token": 1}
    assert _opened(ws) == {"phone": PHONE, "mail": MAIL, "push_token": TOKEN}
    assert read.registry(ws)["channel"].to_pylist() == ["invitation"]


def _opened(ws):
    box = safe_of(KEY)
    with facts.connection(ws) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT customer_id, kind, sealed FROM ingest_contact")
        return {kind: box.open(bytes(sealed), f"{kind}:{who}") for who, kind, sealed in cursor.fetchall()}


def test_without_a_key_contacts_are_dropped_and_counted(ws):
    batch(ws, key(ws), call(1, type="identify", traits=TRAITS))
    assert not _lies_somewhere(ws, PHONE, MAIL)
    summary = taken(ws)
    assert (summary.sources[0].contacts, summary.sources[0].contacts_refused) == (0, 2)
    assert any("2 contacts were dropped at the door" in note for note in summary.notes)
    assert not _lies_somewhere(ws, PHONE, MAIL)
    assert len(events(ws)) == 1


@pytest.mark.parametrize(
    "told",
    [
        {"properties": {"email": MAIL}},
        {"properties": {"deep": [{"er": {"EMAIL": MAIL}}]}},
        {"context": {"traits": {"email": MAIL}}},
        {"email": MAIL},
        {"traits": {"phoneNumber": PHONE, "mobile": "13900139000"}},
        {"type": "trakc", "traits": {"email": MAIL}},
        {"traits": {"email": MAIL}, "padding": "x" * 33_000},
        {"traits": {"email": {"old": MAIL}}},
        {"messageId": None, "traits": {"email": MAIL}},
    ],
)
def test_wherever_they_stand_contacts_lie_nowhere_in_clear(ws, monkeypatch, told):
    monkeypatch.setenv("WINBACK_CONTACTS_KEY", KEY.hex())
    batch(ws, key(ws), call(1, **told))
    assert len(spooled(ws)) == 1
    assert not _lies_somewhere(ws, PHONE, MAIL, "13900139000")
    taken(ws)
    assert not _lies_somewhere(ws, PHONE, MAIL, "13900139000")


def test_a_name_written_with_escapes_is_seen(ws):
    from tests.collector.door import asked, basic

    event = json.dumps(call(1, traits={"email": MAIL})).replace('"email"', '"\\u0065m\\u0061il"')
    answer = asked(ws, ("/v1/batch", f'{{"batch":[{event}]}}'.encode(), basic(key(ws))))[0]
    assert answer.status == 200
    assert not _lies_somewhere(ws, MAIL)


def test_a_browser_cannot_change_where_a_customer_is_reached(ws, monkeypatch):
    monkeypatch.setenv("WINBACK_CONTACTS_KEY", KEY.hex())
    batch(ws, key(ws, "web", is_browser=True), call(1, type="identify", traits=TRAITS))
    summary = taken(ws).sources[0]
    assert (summary.contacts, summary.contacts_refused) == (0, 2)
    assert not _lies_somewhere(ws, PHONE, MAIL)


def test_contacts_sealed_for_one_customer_do_not_go_to_another(tmp_path, monkeypatch):
    monkeypatch.setenv("WINBACK_CONTACTS_KEY", KEY.hex())
    other = {"kind": "kind", "customer": {"sql": "'x-' || userId"}, "at": "at", "where": "kind IS NOT NULL"}
    ws = workspace(tmp_path, collector={"events": [other]})
    batch(ws, key(ws), call(1, type="identify", traits=TRAITS))
    assert taken(ws).events == 1
    assert read.contact_counts(ws) == []


def test_the_names_of_contacts_are_settings(tmp_path):
    ws = workspace(tmp_path, collector={"contacts": {"phone": ["tel"], "mail": [], "push_token": []}})
    batch(ws, key(ws), call(1, traits={"tel": PHONE, "wechat": "ling"}))
    assert not _lies_somewhere(ws, PHONE)
    assert spooled(ws)[0]["e"]["traits"] == {"wechat": "ling"}


def test_a_contact_cannot_be_mapped():
    from pydantic import ValidationError

    from winback.settings import Settings

    mapping = {"kind": "kind", "customer": "customer", "at": "at", "mail": "event"}
    with pytest.raises(ValidationError, match="mail"):
        Settings.model_validate({"collector": {"events": [mapping]}})
