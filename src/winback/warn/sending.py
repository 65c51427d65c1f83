"""Alerts on their way to operators by Apprise: intent before deed, outcome after, never too often."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from winback.settings.secrets import secret
from winback.settings.warn import WarnSection
from winback.store.workspace import Workspace
from winback.terms.time import day_number
from winback.warn import book
from winback.warn.nouns import AlertKind, AlertSummary

URLS = "WINBACK_ALERT_URLS"
#: Messages an address takes: in 60 seconds, and in one go (a go is far longer than the second some count by).
PER_MINUTE = {"dingtalk": 20, "wecombot": 20, "feishu": 100, "lark": 100}
PER_MINUTE_ELSE = 20
PER_GO = {"feishu": 5, "lark": 5}
#: A failure is tried again after 1, 2, 4 … minutes, so many times in all.
TRIES_MAX = 8
#: What has been "sending" for longer was left by a run that was killed.
HUNG_US = 600_000_000
#: Alerts older than this before the latest go to no address that is new.
OLD_DAYS = 2
_MINUTE_US = 60_000_000
_ANOMALIES = frozenset({AlertKind.WARNINGS_JUMP, AlertKind.CHURN_JUMP, AlertKind.VISITS_FALL})

#: Sends title and body to an address; what went wrong, or None.
Post = Callable[[str, str, str], str | None]


@dataclass(frozen=True)
class Target:
    """An address: its digest (kept), its scheme, and itself (never kept)."""

    digest: str
    scheme: str
    url: str


def targets() -> tuple[Target, ...]:
    """The addresses of the environment, each once. Raises SettingsProblem where its file cannot be read."""
    urls = dict.fromkeys((secret(URLS) or "").split())
    return tuple(
        Target(hashlib.sha256(url.encode()).hexdigest()[:16], url.split("://")[0].lower()[:24], url)
        for url in urls
    )


def send(ws: Workspace, connection: Any, now: datetime, post: Post) -> AlertSummary:
    """Send what is due to every address as of the moment `now`."""
    now_us = int(now.timestamp() * 1_000_000)
    latest = book.fetch(connection, "last_alert_day", [day_number(datetime.max.date())])[0][0]
    if latest is None:
        return AlertSummary()
    counts = {"sent": 0, "failed": 0, "held": 0}
    for target in targets():
        book.do(connection, "address_alerts", [target.digest, target.scheme, latest - OLD_DAYS])
        book.do(connection, "forget_hung", [target.digest, now_us - HUNG_US])
        for row in book.fetch(connection, "due_sendings", [target.digest, now_us]):
            counts[_one(connection, target, row, (now_us, ws.settings.warn, post, counts))] += 1
    states: dict[str, int] = dict(book.fetch(connection, "sendings_by_state", [latest - OLD_DAYS]))
    return AlertSummary(
        **counts, unknown=states.get("unknown", 0), waiting=states.get("waiting", 0) + states.get("failed", 0)
    )


def _one(connection: Any, target: Target, row: Sequence[Any], at: Any) -> str:
    """One alert to one address: `sent`, `failed` or `held`."""
    now_us, section, post, counts = at
    as_of_day, kind, subject, title, body, tries = row
    key = [as_of_day, kind, subject, target.digest]
    if _must_wait(connection, target, (kind, subject), (now_us, section)) or counts["sent"] >= PER_GO.get(
        target.scheme, PER_MINUTE_ELSE
    ):
        return "held"
    if book.do(connection, "intend", [now_us, *key]) == 0:
        return "held"
    wrong = post(target.url, title, body)
    if wrong is None:
        book.do(connection, "settle", ["sent", now_us, None, *key])
        return "sent"
    state = "dropped" if tries + 1 >= TRIES_MAX else "failed"
    book.do(connection, "settle", [state, now_us + 2**tries * _MINUTE_US, wrong[:200], *key])
    return "failed"


def _must_wait(connection: Any, target: Target, what: tuple[str, str], at: tuple[int, WarnSection]) -> bool:
    """Whether the address has had as many as it takes, or one like this not long ago."""
    now_us, section = at
    lately = book.fetch(connection, "sent_since", [target.digest, now_us - _MINUTE_US])[0][0]
    if lately >= PER_MINUTE.get(target.scheme, PER_MINUTE_ELSE):
        return True
    kind, subject = what
    minutes = section.alert_minutes_min if kind == AlertKind.HIGH else 0
    minutes = section.anomaly_hours_min * 60 if kind in _ANOMALIES else minutes
    if kind == AlertKind.CHURN_JUMP:
        last = book.fetch(connection, "last_sent", [target.digest, kind, subject])[0][0]
    else:
        last = book.fetch(connection, "last_sent_of_kind", [target.digest, kind])[0][0]
    return last is not None and now_us - int(last) < minutes * _MINUTE_US


def by_apprise(url: str, title: str, body: str) -> str | None:
    """Post one message; what went wrong, without the address, or None."""
    import logging
    import warnings

    with warnings.catch_warnings():
        # Apprise loads its plug-ins late, and one of them a module that Python deprecates.
        warnings.simplefilter("ignore", DeprecationWarning)
        import apprise

        sender = apprise.Apprise()
        if not sender.add(url):
            return "the address is none that Apprise knows"
    with apprise.LogCapture(level=logging.WARNING) as log:  # type: ignore[no-untyped-call]
        if sender.notify(title=title, body=body):
            return None
        said = str(log.getvalue()).strip().replace(url, "…") or "not delivered"
    return said.splitlines()[-1]
