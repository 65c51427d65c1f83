"""Word that comes back to a mailbox: looked for now and then, kept, and only then marked as read."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from winback.deliver import book, receiving
from winback.deliver.nouns import Carrier, Fetching
from winback.store.workspace import Workspace
from winback.terms.time import MICROS_PER_SECOND

#: A mailbox is looked into once in so many seconds, by one worker.
LOOK_SECONDS = 60
log = logging.getLogger("winback.deliver")


def fetch_all(ws: Workspace, connection: Any, carriers: Sequence[Carrier], now: int) -> int:
    """Keep what came to the mailboxes of these carriers; how much of it was new.

    A mailbox that cannot be read stops nobody: the next look tries again. A kill between keeping and marking
    reads the mail once more, and its receipts are known.
    """
    return sum(_fetched(ws, connection, each, now) for each in carriers if isinstance(each, Fetching))


def _fetched(ws: Workspace, connection: Any, carrier: Fetching, now: int) -> int:
    kept = 0
    book.do(connection, "know_provider", [carrier.name])
    due = now - LOOK_SECONDS * MICROS_PER_SECOND
    if book.do(connection, "look_now", [now, carrier.name, due]) < 1:
        return 0
    seconds = ws.settings.deliver.scanner_seconds
    try:
        for mail in carrier.fetched(now):
            kept += receiving.keep(connection, carrier.name, mail.receipts, now, scanner_seconds=seconds)
            mail.done()
    except Exception as failed:  # whatever a mailbox raises, messages go out all the same
        log.warning("the mailbox of provider %s cannot be read: %s", carrier.name, type(failed).__name__)
    return kept
