"""The control group is sticky, can be drawn anew, and who was in it on any day can be told again."""

from datetime import date

import pyarrow as pa
import pytest

from winback.experiment import read
from winback.experiment.act import rotate
from winback.experiment.run import run
from winback.settings.model import Settings
from winback.store.workspace import Workspace
from winback.terms.errors import NotReadyProblem, Problem

IDS = pa.array([f"C{n}" for n in range(5_000)])
JANUARY, MARCH, APRIL = date(2026, 1, 1), date(2026, 3, 1), date(2026, 4, 1)
PLAYBOOK = """
name = "{name}"
zh = "一"
en = "One"
holdout_share = {holdout}
[enter]
state = ["churned"]
[[steps]]
name = "phone"
call = "why"
"""


@pytest.fixture
def made(tmp_path, facts_url):
    """A workspace with this share in control, and these playbooks with their holdout shares."""

    def make(share=0.05, **playbooks):
        said = {"experiment": {"control_share": share}, "storage": {"facts_url": facts_url}}
        (tmp_path / "playbooks").mkdir(exist_ok=True)
        for name, holdout in playbooks.items():
            text = PLAYBOOK.format(name=name, holdout=holdout)
            (tmp_path / "playbooks" / f"{name}.toml").write_text(text, encoding="utf-8")
        return Workspace(Settings.model_validate(said), tmp_path)

    return make


def control(ws, day):
    return read.control_of(read.rotation_on(ws, day), IDS)


def test_the_group_of_a_day_stays_what_it_was(made):
    ws = made()
    run(ws, JANUARY)
    before = control(ws, JANUARY)
    rotate(ws, MARCH, "ling")
    assert (control(ws, date(2026, 2, 28)) == before).all()
    assert not (control(ws, MARCH) == before).all()
    assert [each.number for each in read.rotations(ws)] == [1, 2]
    run(ws, APRIL)
    assert len(read.rotations(ws)) == 2


def test_a_larger_share_keeps_those_who_were_in_it(made):
    run(made(0.05), JANUARY)
    ws = made(0.10)
    run(ws, MARCH)
    small, large = control(ws, JANUARY), control(ws, MARCH)
    assert small.sum() < large.sum()
    assert not (small & ~large).any()


def test_twice_is_once(made):
    ws = made(save=0.1, call=0.2)
    assert run(ws, JANUARY).new == ("call", "save")
    assert run(ws, JANUARY).new == ()
    assert run(ws, MARCH).new == ()
    assert len(read.definitions(ws)) == 2
    assert len(read.rotations(ws)) == 1


def test_a_changed_holdout_counts_from_its_day(made):
    run(made(save=0.1), JANUARY)
    ws = made(save=0.2)
    run(ws, MARCH)
    assert read.definitions_on(ws, JANUARY)["save"].holdout_bp == 1000
    assert read.definitions_on(ws, APRIL)["save"].holdout_bp == 2000


def test_before_the_first_there_is_none(made):
    ws = made()
    run(ws, MARCH)
    with pytest.raises(NotReadyProblem):
        read.rotation_on(ws, JANUARY)


def test_a_rotation_begins_after_the_last(made):
    ws = made()
    with pytest.raises(NotReadyProblem):
        rotate(ws, MARCH, "ling")
    run(ws, MARCH)
    with pytest.raises(Problem, match="begins after it"):
        rotate(ws, MARCH, "ling")
