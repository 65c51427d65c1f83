"""What lies in `incoming` is taken once, wherever a run is killed, and put away when it is in."""

from __future__ import annotations

import json
import os
import signal
from datetime import UTC, datetime, timedelta

import pytest

from tests.ingest.drawn import NOW, csv, events, lanes, source, take, workspace
from tests.ingest.test_a_kill_leaves_nothing_half import die_at
from winback.ingest import manifest, read
from winback.ingest.gather import FILES_MOST
from winback.ingest.incoming import TAKEN
from winback.ingest.nouns import COLLECTED, DELIVERED
from winback.terms.errors import SettingsProblem

POINTS = [
    ("winback.ingest.log.pq.write_table", 1),
    ("winback.ingest.work.save", 1),
    ("winback.ingest.settle.write_lane", 1),
    ("winback.ingest.manifest.save", 1),
    ("winback.ingest.work.end", 1),
    ("winback.ingest.incoming.put_away", 1),
    ("winback.ingest.incoming._away", 1),
    ("winback.ingest.incoming._away", 2),
    ("winback.ingest.incoming._forget", 1),
]


def line(number, *, who=None, at=NOW, sent=None, received=NOW, **over):
    """A line as the door writes it."""
    told = {
        "type": "page",
        "userId": who or f"c{number}",
        "messageId": f"m{number}",
        "timestamp": at.isoformat(),
    }
    head = {"r": int(received.timestamp() * 1_000_000), "k": "shop", "s": sent.isoformat() if sent else None}
    return json.dumps(head | {"e": told | over})


def segment(ws, name, *lines):
    """A segment that was handed over."""
    path = ws.data / COLLECTED / f"{name}.ndjson"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{each}\n" for each in lines), encoding="utf-8")
    return path


def waiting(ws):
    return sorted(path.name for path in (ws.data / COLLECTED).iterdir())


def kept(ws):
    return sorted(path.name for path in (ws.data / TAKEN).rglob("*.ndjson"))


def test_a_segment_is_taken_and_put_away(tmp_path):
    ws = workspace(tmp_path)
    segment(ws, "1", line(1), line(2))
    segment(ws, ".open-2", line(3))
    summary = take(ws)
    assert [(s.source, s.files, s.events) for s in summary.sources] == [("collector", 1, 2)]
    assert (waiting(ws), kept(ws)) == ([".open-2.ndjson"], ["1.ndjson"])
    assert take(ws).sources == ()


@pytest.mark.parametrize(("point", "nth"), POINTS)
def test_a_kill_anywhere_loses_nothing_and_doubles_nothing(tmp_path, point, nth):
    ws, whole = workspace(tmp_path / "killed"), workspace(tmp_path / "whole")
    for each in (ws, whole):
        segment(each, "1", line(1), line(2))
        segment(each, "2", line(2), line(3, at=NOW - timedelta(days=3)), line(4, type="trakc"))
    take(whole)
    assert die_at(ws, point, nth) == -signal.SIGKILL
    segment(ws, "3", line(5))
    segment(whole, "3", line(5))
    take(ws)
    take(whole)
    assert events(ws) == events(whole)
    assert lanes(ws) == lanes(whole)
    assert len(events(ws)) == 4
    assert [r.row for r in read.refusals(ws)] == [3]
    assert (waiting(ws), kept(ws)) == ([], ["1.ndjson", "2.ndjson", "3.ndjson"])


def test_a_segment_that_comes_again_under_another_name_changes_nothing(tmp_path):
    ws = workspace(tmp_path)
    segment(ws, "1", line(1), line(2))
    take(ws)
    segment(ws, "9", line(2), line(1), line(3))
    summary = take(ws).sources[0]
    assert (summary.events, summary.duplicates) == (1, 2)
    assert [row[0] for row in events(ws)] == ["c1", "c2", "c3"]


@pytest.mark.parametrize("in_one", [True, False])
def test_a_copy_on_the_other_side_of_midnight_is_the_same(tmp_path, in_one):
    """Each copy is put right by when it was sent and received, so the two moments differ a little."""
    ws = workspace(tmp_path)
    midnight = datetime(2026, 5, 31, 16, tzinfo=UTC)
    first = line(1, at=midnight, sent=midnight, received=midnight - timedelta(seconds=1))
    again = line(1, at=midnight, sent=midnight, received=midnight + timedelta(seconds=1))
    if in_one:
        segment(ws, "1", first, again)
    else:
        segment(ws, "1", again)
        take(ws)
        segment(ws, "2", first)
    take(ws)
    assert len(events(ws)) == 1


def test_a_copy_that_comes_months_later_is_known(tmp_path):
    ws = workspace(tmp_path)
    long_ago = NOW - timedelta(days=200)
    segment(ws, "1", line(1, at=long_ago))
    take(ws)
    for number in range(3):
        segment(ws, f"2-{number}", line(10 + number))
        take(ws)
    segment(ws, "3", line(1, at=long_ago))
    assert take(ws).sources[0].events == 0


def test_many_small_runs_leave_few_files_and_a_small_manifest(tmp_path):
    ws = workspace(tmp_path)
    for number in range(30):
        segment(ws, f"{number:03d}", line(number), line(1000 + number))
        take(ws)
    known = read.manifest(ws)
    assert known.events == 60
    assert len(events(ws)) == 60
    assert all(len(files) <= 2 * FILES_MOST for files in known.days.values())
    assert len(known.intakes) <= 2
    assert known.intakes[-1].number == 30, "numbers go on though intakes are forgotten"


def test_a_run_that_was_killed_after_files_were_put_together_goes_on(tmp_path):
    ws = workspace(tmp_path)
    for number in range(FILES_MOST):
        segment(ws, f"{number:03d}", line(number))
        take(ws)
    segment(ws, "900", line(900))
    die_at(ws, "winback.ingest.registry.write_days", 1)
    journal = json.loads((ws.data / "work.json").read_text(encoding="utf-8"))
    assert journal["absorbed"], "the kill came after files were put together"
    take(ws)
    assert [row[0] for row in events(ws)] == [*(f"c{number}" for number in range(FILES_MOST)), "c900"]
    assert sum(count for _, _, count in lanes(ws)["visit"]) == FILES_MOST + 1


def test_what_was_taken_is_kept_for_some_days(tmp_path):
    ws = workspace(tmp_path, collector={"archive_days": 2})
    old = segment(ws, "1", line(1))
    long_ago = (NOW - timedelta(days=3)).timestamp()
    os.utime(old, (long_ago, long_ago))
    take(ws)
    new = segment(ws, "2", line(2))
    os.utime(new, (NOW.timestamp(), NOW.timestamp()))
    take(ws)
    assert kept(ws) == ["2.ndjson"]


def test_nothing_is_kept_where_settings_say_so(tmp_path):
    ws = workspace(tmp_path, collector={"archive_days": 0})
    segment(ws, "1", line(1))
    take(ws)
    assert (waiting(ws), kept(ws)) == ([], [])


def test_receipts_of_messages_come_in_as_touches(tmp_path):
    ws = workspace(tmp_path)
    told = {"message": 42, "what": "delivered", "playbook": "p", "step": "s"}
    receipt = {"id": "r1", "customer": "c1", "at": NOW.isoformat(), "kind": "touch", "detail": "sms"}
    claim = {"id": "r2", "customer": "c1", "at": NOW.isoformat(), "kind": "claim", "detail": "gift"}
    folder = ws.data / DELIVERED
    folder.mkdir(parents=True)
    lines = [receipt | {"attributes": told}, claim | {"attributes": {"grant": 7}, "amount": "1000.00"}]
    text = "".join(json.dumps(each) + "\n" for each in lines)
    (folder / "1.ndjson").write_text(text, encoding="utf-8")
    assert take(ws).events == 2
    found = events(ws, "kind, detail, amount, attributes->>'$.message', attributes->>'$.grant'")
    assert found == [("claim", "gift", 100_000, None, "7"), ("touch", "sms", None, "42", None)]
    (folder / "2.ndjson").write_text(text, encoding="utf-8")
    assert take(ws).events == 0
    assert not list(folder.iterdir())


def test_sources_of_ones_own_and_built_in_ones_go_side_by_side(tmp_path):
    ws = workspace(tmp_path, source())
    csv(tmp_path / "app.csv", "customer,kind,at,amount\nx,visit,2026-05-01,")
    segment(ws, "1", line(1))
    assert sorted(s.source for s in take(ws).sources) == ["app", "collector"]
    segment(ws, "2", line(2))
    assert [s.source for s in take(ws, sources=["collector", "deliver"]).sources] == ["collector"]


def test_a_workspace_with_no_sources_at_all_is_told(tmp_path):
    with pytest.raises(SettingsProblem, match="has no sources"):
        take(workspace(tmp_path))


def test_a_run_that_takes_nothing_commits_nothing(tmp_path):
    ws = workspace(tmp_path)
    segment(ws, "1", line(1))
    take(ws)
    version = manifest.load(ws.data).version
    take(ws)
    assert manifest.load(ws.data).version == version


def test_lines_that_are_none_of_ours_are_kept_in_quarantine(tmp_path):
    ws = workspace(tmp_path)
    segment(ws, "1", "\0\0\0", "[]", '{"r": 1}', line(1))
    assert take(ws).sources[0].events == 1
    assert {r.reason for r in read.refusals(ws)} == {"not a line of the collector"}


def test_what_a_commit_replaced_stays_for_a_while(tmp_path):
    """A reader that has read the manifest may open its files though small runs follow one another."""
    ws = workspace(tmp_path)
    segment(ws, "1", line(1))
    take(ws)
    before = manifest.files_of(read.manifest(ws))
    for number in (2, 3):
        segment(ws, str(number), line(number))
        take(ws, now=NOW + timedelta(seconds=20 * number))
    assert all(path.exists() for path in before)
    assert before - manifest.files_of(read.manifest(ws))
    take(ws, now=NOW + timedelta(minutes=10))
    gone = {path for path in before if not path.exists()}
    assert gone == before - manifest.files_of(read.manifest(ws))
