"""Segment's own software kits, for Python and for Node, send to the collector as they are."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.collector.door import key, taken
from tests.ingest.drawn import events
from winback.app import open_workspace
from winback.ingest import read

NODE_KIT = "@segment/analytics-node@3"
SCRIPT = """
const { Analytics } = require('@segment/analytics-node')
const kit = new Analytics({ writeKey: process.argv[2], host: process.argv[3], flushAt: 15 })
const failed = []
kit.on('error', (error) => failed.push(String(error.reason || error.code)))
for (let n = 0; n < 100; n++) {
  const properties = { revenue: n + 0.29, product_id: 'F001' }
  kit.track({ userId: 'c' + n, event: 'Order Completed', properties })
}
kit.identify({ userId: 'c1', traits: { channel: 'invitation', email: 'ling@example.cn' } })
kit.page({ anonymousId: 'nobody', name: 'Home' })
kit.page({ userId: 'c1', name: 'Home', timestamp: new Date('2026-03-01T10:00:00+08:00') })
kit.group({ userId: 'c1', groupId: 'g' })
kit.alias({ userId: 'c1', previousId: 'old' })
kit.closeAndFlush().then(() => { console.log(JSON.stringify(failed)) })
"""


@pytest.fixture
def door(serve):
    return serve()


@pytest.mark.parametrize("gzip", [False, True])
def test_the_kit_for_python(door, gzip):
    from segment.analytics.client import Client

    ws = open_workspace(door.file)
    secret, failed = key(ws), []
    time.sleep(1.2)
    kit = Client(secret, host=door.url, gzip=gzip, on_error=lambda error, items: failed.append(str(error)))
    for n in range(250):
        kit.track(f"c{n}", "Order Completed", {"revenue": n + 0.29, "product_id": "F001"})
    kit.track("c1", "Application Opened", {"odd": float("nan"), "half": "\ud83d"})
    kit.identify("c1", {"channel": "invitation", "email": "ling@example.cn"})
    kit.page("c1", "Home")
    kit.shutdown()
    assert failed == []
    door.end()
    _is_in(ws, purchases=250)


def _is_in(ws, purchases):
    summary = taken(ws)
    found = events(ws, "id, kind, amount")
    bought = [(who, amount) for who, kind, amount in found if kind == "purchase"]
    assert sorted(bought) == sorted((f"c{n}", 100 * n + 29) for n in range(purchases))
    assert {kind for _, kind, _ in found} == {"purchase", "register", "visit"}
    registry = {row["id"]: row["channel"] for row in read.registry(ws).to_pylist()}
    assert registry["c1"] == "invitation"
    assert (summary.refused, summary.sources[0].contacts_refused) == (0, 1)


@pytest.fixture(scope="session")
def node_kit(tmp_path_factory) -> Path:
    """A folder with Segment's kit for Node, by npm."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip(
            "NOT TESTED: Segment's kit for Node: node and npm are missing (apt-get install nodejs npm)"
        )
    folder = tmp_path_factory.mktemp("node")
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent", NODE_KIT]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=180, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"NOT TESTED: Segment's kit for Node: npm did not bring {NODE_KIT} in time")
    if done.returncode != 0:
        pytest.skip(f"NOT TESTED: Segment's kit for Node: npm cannot bring {NODE_KIT}")
    (folder / "send.js").write_text(SCRIPT, encoding="utf-8")
    return folder


def test_the_kit_for_node(door, node_kit):
    ws = open_workspace(door.file)
    secret = key(ws)
    time.sleep(1.2)
    command = ["node", "send.js", secret, door.url]
    said = subprocess.run(
        command, cwd=node_kit, capture_output=True, text=True, timeout=60, check=True, env=os.environ
    )
    assert said.stdout.strip() == "[]", said.stderr
    door.end()
    _is_in(ws, purchases=100)
    assert (20513, "c1") in set(events(ws, "day, id")), "what was said of another day is of that day"
