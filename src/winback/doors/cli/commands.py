"""All commands in the order of the flow, each with the examples that its help shows."""

from __future__ import annotations

from typing import Annotated

import typer

from winback.doors.cli import beginning, simulating
from winback.doors.cli.group import Group

app = typer.Typer(
    name="winback",
    cls=Group,
    epilog="Exit codes and every option: docs/reference/commands.md",
    no_args_is_help=True,
    rich_markup_mode="rich",
    add_completion=False,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


@app.callback()
def winback(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """Sees customers leaving before they leave, and brings them back."""
    if version:
        from winback import __version__

        typer.echo(__version__)
        raise typer.Exit


def _examples(*lines: str) -> str:
    return "\n\n".join(("[bold]Examples[/bold]", *lines))


app.command(epilog=_examples("winback init", "winback init --lang zh", "winback init shop/"))(beginning.init)
app.command(
    epilog=_examples(
        "winback simulate --out app --customers 20000",
        "winback simulate --out app --customers 1000 --days 120 --seed 7 --format csv",
        "winback simulate --out app --customers 5000 --dirty --force",
    )
)(simulating.simulate)
