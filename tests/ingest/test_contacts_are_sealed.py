"""Contacts lie in the facts store, sealed; nowhere else, and nowhere in clear."""

from __future__ import annotations

import base64
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.drawn import csv, events, source, take, workspace
from winback.ingest import contacts, read
from winback.store import facts
from winback.store.workspace import Workspace
from winback.terms.errors import SettingsProblem

KEY = "5f" * 32
PHONES = ("13800000001", "13800000002")
MAPPING = {"kind": "kind", "customer": "customer", "at": "at", "phone": "phone", "mail": "mail"}


def _shop(root: Path) -> Workspace:
    csv(
        root / "app.csv",
        f"""customer,kind,at,phone,mail
        ann,register,2026-03-01,{PHONES[0]},Ann@example.com
        bob,register,never,{PHONES[1]},bob@example.com
        eve,register,2026-03-01,{PHONES[1]}""",
    )
    return workspace(root, source(events=[MAPPING]))


def test_contacts_are_found_again_with_the_key_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINBACK_CONTACTS_KEY", KEY)
    ws = _shop(root)
    assert take(ws).sources[0].contacts == 2
    with facts.connection(ws) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, sealed, blind_index FROM ingest_contact WHERE customer_id = 'ann' ORDER BY kind"
        )
        (_, mail, _), (_, phone, index) = cursor.fetchall()
    box = contacts.safe_of(bytes.fromhex(KEY))
    assert box.open(bytes(phone), "phone:ann") == PHONES[0]
    assert box.open(bytes(mail), "mail:ann") == "Ann@example.com"
    assert box.open(bytes(phone), "phone:bob") is None, "a seal is bound to its customer"
    assert bytes(index) == box.index("phone", "138 0000-0001"), "however it is written"
    assert contacts.safe_of(b"x" * 32).open(bytes(phone), "phone:ann") is None


@pytest.mark.parametrize("key", [None, KEY])
def test_no_contact_lies_anywhere_in_clear(
    root: Path, monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    if key:
        monkeypatch.setenv("WINBACK_CONTACTS_KEY", key)
    ws = _shop(root)
    take(ws)
    stored = [path for path in ws.data.rglob("*") if path.is_file()]
    assert len(stored) > 5
    for path in stored:
        for secret in (*PHONES, "example.com"):
            assert secret.encode() not in _plain(path), path
    assert [r.reason for r in read.refusals(ws)] == [
        "time cannot be read",
        "4 columns, where the header has 5",
    ]
    for refusal in read.refusals(ws):
        assert not any(secret in refusal.raw for secret in (*PHONES, "example.com"))


def _plain(path: Path) -> bytes:
    """What stands in a file, uncompressed."""
    if path.suffix != ".parquet":
        return path.read_bytes()
    return repr(pq.read_table(path, partitioning=None).to_pylist()).encode()


def test_without_a_key_events_come_in_and_contacts_are_counted_as_refused(root: Path) -> None:
    ws = _shop(root)
    summary = take(ws)
    assert (summary.sources[0].contacts, summary.sources[0].contacts_refused) == (0, 2)
    assert any(
        "2 contacts were not kept, as WINBACK_CONTACTS_KEY is not set" in note for note in summary.notes
    )
    assert events(ws, "id") == [("ann",)]


def test_with_the_key_given_later_the_file_is_read_for_its_contacts(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws = _shop(root)
    take(ws)
    monkeypatch.setenv("WINBACK_CONTACTS_KEY", KEY)
    summary = take(ws)
    assert (summary.events, summary.sources[0].contacts) == (0, 2)
    assert [(c.kind, c.customers) for c in read.contact_counts(ws)] == [("mail", 1), ("phone", 1)]
    assert take(ws).sources[0].files_skipped == 1


def test_contacts_of_quarantined_rows_survive_a_repair(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINBACK_CONTACTS_KEY", KEY)
    take(_shop(root))
    at = {"column": "at", "map": {"never": "2026-03-02"}}
    ws = workspace(root, source(events=[MAPPING | {"at": at}]))
    assert take(ws, retry=True).sources[0].contacts == 2
    assert [(c.kind, c.customers) for c in read.contact_counts(ws)] == [("mail", 2), ("phone", 2)]


def test_the_contact_said_last_stays_whatever_comes_first(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINBACK_CONTACTS_KEY", KEY)
    head = "customer,kind,at,phone,mail\n"
    csv(root / "a.csv", f"{head}ann,register,2026-03-02,{PHONES[1]},")
    ws = workspace(root, source(path="*.csv", events=[MAPPING]))
    take(ws)
    csv(root / "b.csv", f"{head}ann,register,2026-03-01,{PHONES[0]},")
    take(ws)
    with facts.connection(ws) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM ingest_contact")
        [(sealed,)] = cursor.fetchall()
    assert contacts.safe_of(bytes.fromhex(KEY)).open(bytes(sealed), "phone:ann") == PHONES[1]


@pytest.mark.parametrize("form", ["hex", "base64", "file"])
def test_the_key_is_taken_in_each_stated_form(root: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    text = KEY if form == "hex" else base64.b64encode(bytes.fromhex(KEY)).decode()
    if form == "file":
        (root / "key").write_text(text + "\n")
        monkeypatch.setenv("WINBACK_CONTACTS_KEY_FILE", str(root / "key"))
    else:
        monkeypatch.setenv("WINBACK_CONTACTS_KEY", text)
    box = contacts.safe()
    assert box is not None
    assert box.index("mail", "A@b.c") == contacts.safe_of(bytes.fromhex(KEY)).index("mail", "a@B.c ")


def test_a_key_of_another_length_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINBACK_CONTACTS_KEY", "5f" * 16)
    with pytest.raises(SettingsProblem, match="not 32 bytes") as told:
        contacts.safe()
    assert "5f5f" not in str(told.value)


@settings(deadline=None)
@given(st.text(), st.text())
def test_what_was_sealed_opens(text: str, bound_to: str) -> None:
    box = contacts.safe_of(b"k" * 32)
    assert box.open(box.seal(text, bound_to), bound_to) == text
