"""The contracts of import-linter hold, and each of them can break."""

import os
import subprocess
import sys
import tomllib

import pytest

LAYERS = "Imports look left, and every module has its layer"
CYCLES = "No cycles among the parts of a package"
NOUNS = "Nouns know no database, network or framework"
GROUND = "Terms and settings know no store and no framework"

GROUND_PLAN = {
    f"winback/{name}.py": ""
    for name in (
        "doors/cli",
        "app",
        "flow",
        "language",
        "ingest/nouns",
        "ingest/read",
        "profile/read",
        "store/workspace",
        "settings/model",
        "terms/time",
    )
}


def lint(tree, root):
    """Run the contracts of pyproject.toml on a tree; the output and whether all were kept."""
    (tree / "pyproject.toml").write_bytes((root / "pyproject.toml").read_bytes())
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr, done.returncode == 0


def test_every_contract_is_tried_below(root):
    config = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    assert {contract["name"] for contract in config["contracts"]} == {LAYERS, CYCLES, NOUNS, GROUND}


def test_a_house_that_keeps_to_the_plan_passes(written, root):
    output, kept = lint(written(GROUND_PLAN | {"winback/profile/run.py": "import winback.ingest.read"}), root)
    assert kept, output


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("ingest/run.py", "import winback.profile.read", LAYERS),
        ("store/sql.py", "import winback.ingest.read", LAYERS),
        ("terms/words.py", "import winback.settings.model", LAYERS),
        ("utils.py", "", LAYERS),
        ("ingest/read.py", "import winback.ingest.files.csv", CYCLES),
        ("profile/nouns.py", "import duckdb", NOUNS),
        ("profile/nouns.py", "import sqlite3", NOUNS),
        ("settings/more.py", "import django", GROUND),
    ],
)
def test_a_contract_breaks_where_the_plan_is_left(written, root, file, line, contract):
    cycle = {"winback/ingest/files/csv.py": "import winback.ingest.read"}
    output, kept = lint(written(GROUND_PLAN | cycle | {f"winback/{file}": line}), root)
    assert not kept
    broken = [row.removesuffix(" BROKEN") for row in output.splitlines() if row.endswith(" BROKEN")]
    assert broken == [contract], output
