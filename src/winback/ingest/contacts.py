"""Contacts at rest: sealed with AES-GCM, found again by a blind index, never in clear outside memory."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from winback.store.secrets import secret
from winback.store.sql import named
from winback.store.workspace import Workspace
from winback.terms.errors import Place, SettingsProblem

KEY = "WINBACK_CONTACTS_KEY"
_NONCE_BYTES, _INDEX_BYTES, _KEY_BYTES = 12, 16, 32
#: Blind indexes come in no order, so each chunk touches the whole index: few large chunks write a fifth of
#: the bytes that many small ones do, and hold other writers up for about two seconds each.
_ROWS_AT_ONCE = 100_000
_CACHE_KIB, _CHECKPOINT_PAGES = 262_144, 50_000


@dataclass(frozen=True)
class Safe:
    """Seals and opens contacts; the two keys are derived from one and serve one purpose each."""

    sealing: AESGCM
    indexing: bytes

    def seal(self, text: str, bound_to: str) -> bytes:
        """Nonce and ciphertext; opens only for the same `bound_to`."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self.sealing.encrypt(nonce, text.encode(), bound_to.encode())

    def open(self, sealed: bytes, bound_to: str) -> str | None:
        """The text; None where it was sealed with another key or for something else."""
        try:
            plain = self.sealing.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to.encode())
        except InvalidTag:
            return None
        return plain.decode()

    def index(self, kind: str, text: str) -> bytes:
        """16 bytes equal for equal contacts, worth nothing without the key."""
        word = f"{kind}:{normalised(kind, text)}".encode()
        return hmac.digest(self.indexing, word, hashlib.sha256)[:_INDEX_BYTES]


def normalised(kind: str, text: str) -> str:
    """The form in which contacts are compared: phones as digits (and +), mail in lower case."""
    if kind == "phone":
        return "".join(letter for letter in text if letter.isdigit() or letter == "+")
    return text.strip().lower() if kind == "mail" else text.strip()


def safe() -> Safe | None:
    """The safe of the key in the environment; None where there is no key.

    Raises SettingsProblem where the key is not 32 bytes in base64 or hexadecimal.
    """
    text = secret(KEY)
    return None if text is None else safe_of(_key_bytes(text))


def safe_of(key: bytes) -> Safe:
    """The safe of one 32-byte key."""
    return Safe(AESGCM(_derived(key, b"winback contacts seal")), _derived(key, b"winback contacts index"))


def _key_bytes(text: str) -> bytes:
    for decode in (bytes.fromhex, lambda t: base64.b64decode(t, validate=True), _urlsafe):
        try:
            key = decode(text)
        except (ValueError, binascii.Error):
            continue
        if len(key) == _KEY_BYTES:
            return key
    raise SettingsProblem(
        "{key} is not {count} bytes in base64 or hexadecimal",
        key=KEY,
        count=_KEY_BYTES,
        place=Place(field=KEY),
        todo="make one with: openssl rand -base64 32",
    )


def _urlsafe(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=_KEY_BYTES, salt=None, info=purpose).derive(key)


SEALED = pa.schema(
    [
        ("customer_id", pa.string()),
        ("kind", pa.string()),
        ("from_at", pa.int64()),
        ("sealed", pa.binary()),
        ("blind_index", pa.binary()),
    ]
)


def stage(found: pa.Table, box: Safe, path: Path) -> int:
    """Seal contacts (columns id, kind, at, contact) into a file for the commit; returns how many."""
    ids, kinds, texts = (found[name].to_pylist() for name in ("id", "kind", "contact"))
    bound = [f"{kind}:{customer}" for kind, customer in zip(kinds, ids, strict=True)]
    sealed = [box.seal(text, to) for text, to in zip(texts, bound, strict=True)]
    index = [box.index(kind, text) for kind, text in zip(kinds, texts, strict=True)]
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table([ids, kinds, found["at"], sealed, index], schema=SEALED)
    pq.write_table(table, path, compression="zstd")
    return len(table)


def store(ws: Workspace, waiting: tuple[Path, ...]) -> None:
    """Bring staged contacts into the facts store; the later-said one of a customer stays. Twice is once."""
    from winback.store import facts

    sql = named("ingest")["keep_contact"]
    with facts.connection(ws) as connection, ws.duckdb() as db:
        reader = db.execute(
            "SELECT customer_id, kind, sealed, blind_index, from_at FROM read_parquet(?)"
            " QUALIFY row_number() OVER (PARTITION BY customer_id, kind ORDER BY from_at DESC, sealed) = 1"
            " ORDER BY customer_id, kind",
            [[str(path) for path in waiting]],
        )
        if connection.vendor == "sqlite":
            _make_room(connection)
        while rows := reader.fetchmany(_ROWS_AT_ONCE):
            with facts.transaction(connection), connection.cursor() as cursor:
                cursor.executemany(sql, rows)


def _make_room(connection: Any) -> None:
    """Let this SQLite connection hold the index in memory and write it to the file less often."""
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")


def counts(ws: Workspace) -> list[tuple[str, int]]:
    """How many customers have a contact of each kind."""
    from winback.store import facts

    with facts.connection(ws) as connection, connection.cursor() as cursor:
        cursor.execute(named("ingest")["count_contacts"])
        return [(str(kind), int(customers)) for kind, customers in cursor.fetchall()]
