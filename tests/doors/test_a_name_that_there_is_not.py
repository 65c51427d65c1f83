"""A name that there is not ends every command with 1, and the answer says what is there or what to do."""

from pathlib import Path

import pytest

from tests.plan.worlds import on


@pytest.fixture
def planned(run, one_playbook):
    """A shop with one playbook, run as of the ninth day."""
    assert run("plan", "--as-of", on(8), "--quiet").exit_code == 0
    assert run("warn", "--as-of", on(8), "--quiet").exit_code == 0
    return one_playbook


COMMANDS = (
    ("playbooks", "show", "nothing"),
    ("playbooks", "pause", "nothing"),
    ("playbooks", "resume", "nothing"),
    ("playbooks", "stop", "nothing", "--reason", "x"),
    ("playbooks", "export", "nothing", "out.csv"),
    ("plan", "why", "ann", "nothing"),
    ("plan", "why", "nobody", "save"),
    ("experiment", "check", "nothing"),
    ("rewards", "show", "nobody"),
    ("rewards", "approve", "77", "--who", "ling"),
    ("rewards", "reject", "77", "--reason", "x"),
    ("rewards", "reverse", "77", "--reason", "x"),
    ("rewards", "accept", "77", "--reason", "x"),
    ("rewards", "dismiss", "77", "--reason", "x"),
    ("rewards", "raise", "nothing", "5", "--reason", "x"),
    ("messages", "show", "nobody"),
    ("messages", "preview", "nothing", "ann"),
    ("messages", "preview", "hello", "nobody"),
    ("messages", "release", "77"),
    ("messages", "settle", "77", "--as", "sent"),
    ("tasks", "done", "77", "--outcome", "x"),
    ("warnings", "show", "nobody"),
    ("explain", "nobody"),
    ("keys", "revoke", "nothing"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_it_ends_with_1_and_says_so(run, planned, command):
    result = run(*command)
    assert result.exit_code == 1
    assert result.output.strip()
    assert "Traceback" not in result.output
    assert not (planned / "out.csv").exists()


def test_an_experiment_that_there_is_not_names_the_next_step(run, planned):
    told = run("experiment", "check", "nothing").stderr
    assert "there: save" in told
    assert "→ winback playbooks list shows what can be run; winback plan begins its experiment" in told


def test_the_reference_says_what_1_means():
    page = (Path(__file__).parents[2] / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    assert "| `1` | something went wrong that no other code names; a name that there is not" in page
