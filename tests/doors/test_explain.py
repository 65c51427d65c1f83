"""`winback explain` tells one customer: registry, figures beside what is usual, risk, reasons, warnings."""

import json
import shutil

import pytest

from tests.doors.test_models import TOML, trained_app
from tests.doors.test_run import RULE
from tests.predict.workspace import KNOWN


@pytest.fixture(scope="module")
def warned(tmp_path_factory):
    """A little app with a model in use, scored and warned of."""
    from typer.testing import CliRunner

    from winback.doors.cli.commands import app

    root = tmp_path_factory.mktemp("explain") / "app"
    shutil.copytree(trained_app(tmp_path_factory)[0], root)
    (root / "winback.toml").write_text(TOML + RULE, encoding="utf-8")
    (version,) = [each.name for each in (root / "data/predict/models").iterdir() if each.is_dir()]
    for words in (["promote", version, "-w", str(root)], ["run", "-w", str(root), "--no-alerts", "-q"]):
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, result.output
    return root


def riskiest(run, root):
    return json.loads(run("warnings", "list", "-w", root, "--json").stdout)["warnings"][0]["customer_id"]


def test_a_customer_is_told_part_by_part(warned, run):
    told = run("explain", riskiest(run, warned), "-w", warned, "--lang", "en").stdout
    for part in (
        "Known",
        "usual for people like them",
        "will leave within 30 days",
        "Riskier than",
        "History",
    ):
        assert part in told, part
    assert "people like them" in told
    assert "None: no playbook gave this customer anything." in told


def test_the_risk_has_its_reasons_and_the_warning_its_history(warned, run):
    found = json.loads(run("explain", riskiest(run, warned), "-w", warned, "--json").stdout)
    assert found["risk"]["probability"] > found["risk"]["mean"]
    assert found["risk"]["above"] > 0.5
    assert len(found["risk"]["reasons"]) >= 1
    (warning,) = found["warnings"]
    assert warning["history"][0]["move"] == "new"
    names = [figure["feature"] for figure in found["figures"]]
    assert names[:3] == ["tenure_days", "days_since_alive", "days_since_visit"]
    assert found["alike"]["is_same"] is True


def test_it_speaks_chinese(warned, run):
    told = run("explain", riskiest(run, warned), "-w", warned, "--lang", "zh").stdout
    for part in ("已知", "同类客户", "30 天内流失的概率", "措施与消息"):
        assert part in told, part


def test_who_has_churned_is_told_without_risk(warned, run):
    import duckdb

    file = warned / f"data/profile/as_of={KNOWN}/profile.parquet"
    (key,) = duckdb.sql(f"SELECT customer FROM '{file}' WHERE state = 'churned' LIMIT 1").fetchall()[0]
    from winback.app import open_workspace
    from winback.ingest import read

    customer = read.registry(open_workspace(warned))["id"][key].as_py()
    found = json.loads(run("explain", customer, "-w", warned, "--json").stdout)
    assert (found["state"], found["risk"], found["unscored"]) == ("churned", None, "not_there")
    assert found["churned"] is not None
    assert "nobody who has churned" in run("explain", customer, "-w", warned, "--lang", "en").stdout


def test_a_day_in_the_past_knows_nothing_of_later_days(warned, run):
    customer = riskiest(run, warned)
    found = json.loads(run("explain", customer, "-w", warned, "--json", "--as-of", "2025-07-18").stdout)
    assert (found["unscored"], found["warnings"]) == ("not_scored", [])
    later = json.loads(run("explain", customer, "-w", warned, "--json").stdout)
    assert found["figures"][0]["value"] == later["figures"][0]["value"] - 2


def test_a_customer_nobody_knows_ends_with_1(warned, run):
    refused = run("explain", "nobody", "-w", warned)
    assert (refused.exit_code, "no customer 'nobody' is known" in refused.stderr) == (1, True)


def test_contacts_are_never_shown(run, shop, monkeypatch):
    monkeypatch.setenv("WINBACK_CONTACTS_KEY", "ab" * 32)
    text = (shop / "winback.toml").read_text(encoding="utf-8")
    text = text.replace('channel = "came_by"\n', 'channel = "came_by"\nphone = "phone"\n')
    (shop / "winback.toml").write_text(text, encoding="utf-8")
    rows = "id,joined,came_by,phone\na,2026-01-01,friend,13800001234\n"
    (shop / "customers.csv").write_text(rows, encoding="utf-8")
    assert run("ingest", "-q").exit_code == 0
    for args in (("--json",), ()):
        told = run("explain", "a", *args)
        assert told.exit_code == 0, told.stderr
        assert "1380000" not in told.stdout
