"""The command as a person runs it, in a folder of its own."""

import pytest
from typer.testing import CliRunner


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command in an empty folder; gives exit code, standard output and standard error."""
    from winback.doors.cli.commands import app

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "110")
    for name in ("WINBACK_WORKSPACE", "WINBACK_CONTACTS_KEY", "WINBACK_CONTACTS_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)

    def ran(*args):
        return CliRunner().invoke(app, [str(arg) for arg in args])

    return ran
