"""`winback demo` does all that is built, in one folder, and again."""

import contextlib
import json
import os
import re
import sqlite3

import pytest
from typer.testing import CliRunner

SMALL = ("--customers", "300", "--days", "120", "--nights", "0", "--lang", "en")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def done(folder):
    """One demo for all that only look at it."""
    from winback.doors.cli.commands import app

    with contextlib.chdir(folder):
        result = CliRunner().invoke(app, ["demo", *SMALL])
    assert result.exit_code == 0, result.output
    return result


def test_it_ends_with_tables_the_page_and_what_to_try_next(done, folder):
    assert "States by phase" in done.stdout
    assert "States by channel" in done.stdout
    assert "distribution" in done.stdout
    [page] = (folder / "demo").glob("data/diagnose/as_of=*/diagnosis.en.html")
    assert page.name in done.stdout.replace("\n", "")
    assert "Try next:" in done.stdout


def test_what_it_says_to_try_can_be_tried(done, folder, run, monkeypatch):
    monkeypatch.chdir(folder)
    commands = re.findall(r"^  (?:WINBACK_\S+ )?winback (.+?)  ", done.stdout, re.MULTILINE)
    assert len(commands) >= 6
    for command in commands:
        words = command.replace("2025-10-01", "2025-04-01").split()
        assert run(*words).exit_code == 0, command


def test_it_runs_again_with_the_same_figures(run):
    first, again = (json.loads(run("demo", *SMALL, "--json").stdout)["diagnosis"] for _ in range(2))
    assert first == again
    assert first["total"]["counts"]["active"] > 50


def test_contacts_are_sealed_and_the_key_is_gone_afterwards(done, folder):
    assert "WINBACK_CONTACTS_KEY" not in os.environ
    facts = sqlite3.connect(folder / "demo" / "data" / "facts.sqlite")
    [(count,)] = facts.execute("SELECT count(*) FROM ingest_contact").fetchall()
    facts.close()
    assert count > 300


def test_a_folder_that_no_demo_made_is_left_alone(run, tmp_path):
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "mine.txt").write_text("mine", encoding="utf-8")
    result = run("demo", *SMALL)
    assert result.exit_code == 1
    assert "holds something that no demo made" in result.stderr
    assert (tmp_path / "demo" / "mine.txt").exists()


@pytest.mark.parametrize(("locale", "told"), [("zh_CN.UTF-8", "流失"), ("C", "churned")])
def test_it_speaks_the_language_of_the_environment(run, monkeypatch, locale, told):
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", locale)
    assert told in run("demo", "--customers", "100", "--days", "90", "--nights", "0").stdout


def test_the_whole_report_can_be_asked_for(done, folder, run, monkeypatch):
    monkeypatch.chdir(folder)
    result = run("diagnose", "-w", "demo", "--full", "--lang", "en")
    assert result.exit_code == 0
    assert "conditions were tested on" in result.stdout
    assert "Definitions of churn side by side" in result.stdout
    assert list(folder.glob("demo/data/diagnose/*/report.en.html"))
    assert {"diagnosis", "findings", "clusters"} <= set(
        json.loads(run("diagnose", "-w", "demo", "--full", "--json").stdout)
    )
