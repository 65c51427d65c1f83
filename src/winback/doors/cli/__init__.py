"""The `winback` command."""

from __future__ import annotations


def main() -> None:
    """Run the command with the arguments of the process."""
    from winback.doors.cli.commands import app

    app()
