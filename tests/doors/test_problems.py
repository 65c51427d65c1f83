"""What goes wrong ends with a sentence and its exit code; no traceback, nothing on standard output."""

import subprocess
import sys

import pytest

from winback.terms import errors


@pytest.fixture
def failing(run, monkeypatch):
    """The command with a workspace whose opening raises this."""

    def failed(problem):
        def opened(_):
            raise problem

        monkeypatch.setattr("winback.doors.cli.checking.open_workspace", opened)
        return run("check")

    return failed


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (errors.Problem("odd"), 1),
        (errors.SettingsProblem("odd"), 2),
        (errors.DataProblem("odd"), 3),
        (errors.BusyProblem("odd"), 4),
        (errors.NotReadyProblem("odd"), 5),
    ],
)
def test_a_problem_ends_with_its_code_and_its_sentence(failing, problem, code):
    result = failing(problem)
    assert (result.exit_code, result.stdout, result.stderr) == (code, "", "error: odd\n")


def test_place_and_advice_are_told(failing):
    place = errors.Place("winback.toml", 7, "churn.days")
    result = failing(errors.SettingsProblem("is wrong", place=place, todo="mend it"))
    assert result.stderr == "error: winback.toml:7, churn.days: is wrong\n  → mend it\n"


def test_an_interruption_ends_with_130_and_says_what_stays(failing):
    result = failing(KeyboardInterrupt())
    assert result.exit_code == 130
    assert result.stderr == "interrupted; what was committed stays, and the same command goes on from there\n"


def test_what_the_system_refuses_is_told_with_its_file(failing):
    result = failing(PermissionError(13, "Permission denied", "/data/lock"))
    assert (result.exit_code, result.stderr) == (1, "error: /data/lock: Permission denied\n")


def test_without_a_workspace_the_way_out_is_told(run):
    result = run("diagnose")
    assert result.exit_code == 2
    assert "no winback.toml is here" in result.stderr
    assert "`winback init` writes one" in result.stderr


@pytest.mark.parametrize("command", ["profile", "diagnose"])
def test_before_anything_was_taken_in_the_next_step_is_told(run, shop, command):
    result = run(command)
    assert result.exit_code == 5
    assert "run winback ingest" in result.stderr


def test_a_day_that_is_none_is_refused(run, shop):
    result = run("diagnose", "--as-of", "2026-02-30")
    assert result.exit_code == 2
    assert "'2026-02-30' is no day; allowed is a day such as 2026-03-01" in " ".join(result.stderr.split())


def test_the_command_is_a_module_too_and_starts_without_the_engines():
    code = "import sys, winback.doors.cli.commands; print([name for name in sys.modules if name == 'numba'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    version = subprocess.run(
        [sys.executable, "-m", "winback", "--version"], capture_output=True, text=True, check=True
    )
    assert version.stdout.strip() == "0.1.0"


def test_a_reader_that_goes_away_early_is_no_traceback(shop):
    line = f"{sys.executable} -m winback profile --features -w {shop} | head -n 1"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


def test_a_key_that_a_stage_complains_about_is_told_with_its_line(run, shop):
    text = (shop / "winback.toml").read_text(encoding="utf-8").replace('"who"', '"nobody"')
    (shop / "winback.toml").write_text(text, encoding="utf-8")
    result = run("ingest")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-2].startswith(f"error: {shop}/winback.toml:18, sources.orders: ")
