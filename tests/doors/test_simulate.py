"""`winback simulate` writes a workspace that can be taken in as it is."""

import json

import pytest

SMALL = ("simulate", "--out", "app", "--customers", "200", "--days", "60")


def test_it_tells_what_it_wrote_and_what_comes_next(run):
    result = run(*SMALL)
    assert result.exit_code == 0
    assert "Simulated 200 customers over 60 days" in result.stdout
    assert "Next: winback ingest -w app" in result.stdout


def test_its_workspace_is_right(run):
    run(*SMALL, "--format", "csv", "--dirty")
    result = run("check", "-w", "app", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["is_good"] is True


def test_figures_are_given_as_json(run):
    summary = json.loads(run(*SMALL, "--json").stdout)
    assert summary["rows"]["registrations"] == 200
    assert summary["order"]["seed"] == 1


def test_a_folder_that_is_not_empty_is_refused_without_force(run):
    assert run(*SMALL).exit_code == 0
    result = run(*SMALL)
    assert result.exit_code == 1
    assert "--force" in result.stderr
    assert run(*SMALL, "--force").exit_code == 0


@pytest.mark.parametrize(
    "option", [("--customers", "0"), ("--days", "0"), ("--format", "xlsx"), ("--first-day", "x")]
)
def test_what_cannot_be_is_refused(run, option):
    assert run("simulate", "--out", "app", *option).exit_code == 2
