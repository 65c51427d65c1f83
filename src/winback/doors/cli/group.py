"""The group of commands: problems become a message and an exit code, an interruption ends cleanly."""

from __future__ import annotations

import errno
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from winback.app import located
from winback.doors.cli import tongue, usage
from winback.language import speaker
from winback.terms import errors

#: What each exit code of the command means; docs/reference/commands.md is made from it.
EXIT_CODES = {
    0: "it did what was asked",
    errors.Problem.exit_code: (
        "something went wrong that no other code names; a name that there is not, of a customer, a playbook, "
        "a reward, a claim or whatever else, ends every command with it"
    ),
    errors.SettingsProblem.exit_code: "the workspace file, the environment or the command line is wrong",
    errors.DataProblem.exit_code: "a source cannot be read, or a strict run met a bad row",
    errors.BusyProblem.exit_code: "another run holds the workspace",
    errors.NotReadyProblem.exit_code: "what this command reads has not been made yet",
    130: "interrupted (Ctrl-C); what was committed stays, and the same command goes on from there",
}


class Group(TyperGroup):
    """Runs a command; nothing that a person can put right is shown as a traceback."""

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **more: Any) -> Any:
        """Read the arguments before the command; help is dressed in the reader's language."""
        tongue.begin(args)
        if len(args) < 2 or not {"--help", "-h"}.isdisjoint(args):
            usage.dress(tongue.of_usage())
            usage.translate(self, tongue.of_usage())
        try:
            return super().make_context(info_name, args, *rest, **more)
        except usage.UsageError as wrong:
            usage.reword(wrong, tongue.of_usage())
            raise

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except errors.Problem as problem:
            _tell("error: {problem}", located(problem))
            raise typer.Exit(problem.exit_code) from None
        except usage.UsageError as wrong:
            usage.reword(wrong, tongue.of_usage())
            raise
        except KeyboardInterrupt:
            _tell("interrupted; what was committed stays, and the same command goes on from there")
            raise typer.Exit(130) from None
        except OSError as error:
            if error.errno == errno.EPIPE or error.strerror is None:
                raise
            place = errors.Place(error.filename and str(error.filename))
            _tell("error: {problem}", errors.Problem(error.strerror, place=place))
            raise typer.Exit(errors.Problem.exit_code) from None


def _tell(text: str, problem: errors.Problem | None = None) -> None:
    say = speaker(tongue.of_problems())
    told = say(text) if problem is None else say(text).format(problem=problem.told(say))
    sys.stderr.write(f"{told}\n")
    sys.stderr.flush()
