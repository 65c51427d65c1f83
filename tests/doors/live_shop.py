"""How long it takes from an event to its effect, by the processes that a business runs.

`python -m tests.doors.live_shop 40` starts a collector and a worker with the settings as they are shipped,
sends visits and claims of 40 treated customers, and tells the seconds until the facts show it.
"""

from __future__ import annotations

import json
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.collector.door import Served, basic, key, served
from winback.app import open_workspace
from winback.store import facts
from winback.store.workspace import Workspace

SETTINGS = """
[workspace]
name = "shop"
language = "en"
time_zone = "UTC"
[storage]
facts_url = "{facts_url}"
[[sources]]
name = "app"
format = "csv"
path = "app.csv"
[[sources.events]]
kind = "kind"
customer = "customer"
at = "at"
[[rules]]
name = "away"
level = "medium"
when = [{{ feature = "days_since_visit", above = 7 }}]
[experiment]
control_share = 0.0
[worker]
night_at = "00:00"
[deliver]
quiet_from = "{quiet_from}"
quiet_to = "{quiet_to}"
[rewards.thanks]
kind = "red_packet"
amount_minor = 500
"""
#: A red packet and word of it; the word waits for the end of quiet hours, so that a reaction can withdraw it.
PLAYBOOK = """
name = "save"
zh = "挽留"
en = "Save"
holdout_share = 0.0
[enter]
warning = ["medium"]
again_after_days = 30
[[steps]]
name = "packet"
grant = "thanks"
[[steps]]
name = "tell"
message = "packet"
medium = "inbox"
promises = "packet"
[[steps]]
name = "two_days"
wait = "2d"
until = ["visit", "claim"]
on_reaction = "end"
[texts.packet]
zh = "您有 {{ grant.amount }} 红包"
en = "{{ grant.amount }} is waiting for you"
"""
#: A returned customer: the word is withdrawn, the play is over, the warning is closed; or a claim is settled.
RETURNED = (
    "SELECT count(*) FROM plan_treatment AS given JOIN plan_entry AS entry ON entry.id = given.entry_id"
    " JOIN warn_warning AS warning ON warning.customer_id = given.customer_id"
    " WHERE given.customer_id = %s AND given.step = 'tell' AND given.stopped_us IS NOT NULL"
    " AND entry.ended_us IS NOT NULL AND warning.status = 'closed'"
)
SETTLED = "SELECT count(*) FROM reward_grant WHERE customer_id = %s AND state = 'claimed'"


@dataclass(frozen=True)
class Live:
    """A shop whose collector and worker run."""

    ws: Workspace
    door: Served
    secret: str
    worker: subprocess.Popen[bytes]

    def post(self, customer: str, call: dict[str, Any]) -> float:
        """Send a call; the moment at which it was answered for."""
        body = json.dumps({"userId": customer, **call}).encode()
        headers = basic(self.secret) | {"content-type": "application/json"}
        request = urllib.request.Request(f"{self.door.url}/v1/track", body, headers, method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 200
        return time.monotonic()

    def visits(self, customer: str) -> float:
        """The customer opens the app."""
        return self.post(customer, {"event": "Application Opened"})

    def claims(self, customer: str) -> float:
        """The customer claims the red packet."""
        return self.post(customer, {"event": "Reward Claimed", "properties": {"reward": "thanks"}})

    def is_so(self, statement: str, customer: str) -> bool:
        """Whether the facts show it of this customer."""
        with facts.connection(self.ws) as connection, connection.cursor() as cursor:
            cursor.execute(statement, [customer])
            return bool(cursor.fetchall()[0][0])

    def waits(self, statement: str, customer: str, seconds_max: float) -> float:
        """The moment at which the facts showed it."""
        deadline = time.monotonic() + seconds_max
        while time.monotonic() < deadline:
            if self.is_so(statement, customer):
                return time.monotonic()
            time.sleep(0.1)
        raise AssertionError(f"not within {seconds_max} s: {statement} of {customer}")


def names(count: int) -> list[str]:
    """The customers, all away for eight days."""
    return [f"c{n:04d}" for n in range(count)]


@contextmanager
def live(root: Path, count: int, facts_url: str = "sqlite:///facts.sqlite") -> Iterator[Live]:
    """The shop with so many customers, once its first night has treated them all."""
    now = datetime.now(UTC)
    long_ago = f"{now - timedelta(days=9):%Y-%m-%d %H:%M:%S}"
    lines = [f"{customer},{kind},{long_ago}" for customer in names(count) for kind in ("register", "visit")]
    lines += [f"always,visit,{now - timedelta(days=days, hours=1):%Y-%m-%d %H:%M:%S}" for days in range(10)]
    (root / "app.csv").write_text("\n".join(["customer,kind,at", *lines]) + "\n", encoding="utf-8")
    quiet = [f"{now + timedelta(hours=hours):%H}:00" for hours in (-2, 3)]
    text = SETTINGS.format(facts_url=facts_url, quiet_from=quiet[0], quiet_to=quiet[1])
    (root / "winback.toml").write_text(text, encoding="utf-8")
    (root / "playbooks").mkdir()
    (root / "playbooks" / "save.toml").write_text(PLAYBOOK, encoding="utf-8")
    ws = open_workspace(root)
    secret = key(ws)
    door = served(root, ())
    command = [sys.executable, "-c", "from winback.doors.cli import main; main()", "worker", "-w", str(root)]
    worker = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        found = Live(ws, door, secret, worker)
        facts.prepare()
        found.waits("SELECT count(*) FROM reward_grant WHERE customer_id = %s", names(count)[-1], 120)
        yield found
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(60)
        door.end(signal.SIGKILL)


def measured(found: Live, customers: Sequence[str], pause_seconds: float) -> list[float]:
    """Seconds from event to effect of each customer: visits and claims by turns, at different moments."""
    waiting: dict[str, tuple[float, str]] = {}
    seconds: list[float] = []

    def looked() -> None:
        for customer, (sent, statement) in list(waiting.items()):
            if found.is_so(statement, customer):
                seconds.append(time.monotonic() - sent)
                del waiting[customer]

    for number, customer in enumerate(customers):
        if number % 2:
            waiting[customer] = found.claims(customer), SETTLED
        else:
            waiting[customer] = found.visits(customer), RETURNED
        until = time.monotonic() + pause_seconds
        while time.monotonic() < until:
            looked()
            time.sleep(0.1)
    deadline = time.monotonic() + 120
    while waiting and time.monotonic() < deadline:
        looked()
        time.sleep(0.1)
    assert not waiting, f"no effect within two minutes: {waiting}"
    return seconds


def main(count: int) -> None:
    """Measure and tell."""
    with tempfile.TemporaryDirectory() as folder, live(Path(folder), count) as found:
        seconds = sorted(measured(found, names(count), 2.3))
    told = f"{count} events: median {statistics.median(seconds):.1f} s, longest {seconds[-1]:.1f} s\n"
    sys.stdout.write(told)


if __name__ == "__main__":
    main(int(sys.argv[1]))
