"""The live base of the demo is played by a process of its own, which ends with the demo however that ends."""

import json
from datetime import date, timedelta

import pytest

from winback.doors.cli import beside
from winback.terms.errors import Problem
from winback.terms.progress import Silent

ORDER = {"customers": 150, "days": 100, "seed": 3}


class Heard(Silent):
    """What was told."""

    def __init__(self):
        self.totals, self.units = {}, 0

    def start(self, label, total=None):
        self.totals[label] = total

    def advance(self, units=1):
        self.units += units


def test_days_are_played_beside_and_each_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("WINBACK_CONTACTS_KEY", "00" * 32)
    heard = Heard()
    with beside.playing(tmp_path / "live", ORDER, 2, "en") as playing:
        days = playing.days(heard)
    assert days.nights == 2
    assert days.after - days.first == timedelta(days=2)
    assert days.after > date(2025, 1, 1)
    assert heard.totals == {"days": 2}
    assert heard.units == 2
    assert not playing.process.is_alive()


def test_what_goes_wrong_there_is_told_here(tmp_path):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with (
        beside.playing(tmp_path, ORDER, 2, "en") as playing,
        pytest.raises(Problem, match="the folder is not empty"),
    ):
        playing.days(Silent())
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_other_process_ends_with_this_one(tmp_path):
    def fail():
        with beside.playing(tmp_path / "live", ORDER, 90, "en") as playing:
            nonlocal process
            process = playing.process
            raise KeyboardInterrupt

    process = None
    with pytest.raises(KeyboardInterrupt):
        fail()
    assert process is not None
    assert not process.is_alive()


def test_a_process_that_is_gone_is_told(tmp_path):
    with beside.playing(tmp_path / "live", ORDER, 90, "en") as playing:
        playing.process.kill()
        with pytest.raises(Problem, match="is gone"):
            playing.days(Silent())


def test_the_demo_tells_of_both_bases(run):
    small = ("--customers", "120", "--days", "100", "--live-customers", "150", "--nights", "1")
    found = json.loads(run("demo", *small, "--json").stdout)
    assert found["live"]["first"] < found["live"]["after"]
    assert found["diagnosis"]["total"]["counts"]["active"] > 0
