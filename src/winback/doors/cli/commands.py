"""All commands in the order of the flow, each with the examples that its help shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from winback.doors.cli import (
    beginning,
    checking,
    collecting,
    delivering,
    demonstrating,
    diagnosing,
    experimenting,
    explaining,
    ingesting,
    messages_acting,
    messages_shown,
    modelling,
    planning,
    playbooks,
    policies,
    predicting,
    profiling,
    quarantining,
    rewards_acting,
    rewards_run,
    rewards_shown,
    running,
    simulating,
    tasks,
    training,
    warnings_acting,
    warnings_replay,
    warnings_run,
    warnings_shown,
    working,
)
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


def _show_version(asked: bool) -> None:
    if asked:
        from winback import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def winback(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version and end."),
    ] = False,
) -> None:
    """Sees customers leaving before they leave, and brings them back."""


def _examples(*lines: str) -> str:
    return "\n\n".join(("[bold]Examples[/bold]", *lines))


_COMMANDS: tuple[tuple[Callable[..., None], tuple[str, ...]], ...] = (
    (beginning.init, ("winback init", "winback init --lang zh", "winback init shop/")),
    (checking.check, ("winback check", "winback check -w shop/ --json")),
    (
        ingesting.ingest,
        (
            "winback ingest",
            "winback ingest --source orders --strict",
            "winback ingest --retry",
            "winback ingest --wait 600",
        ),
    ),
    (
        collecting.collector,
        ("winback collector", "winback collector --host 0.0.0.0 --port 8400 --workers 2"),
    ),
    (
        simulating.simulate,
        (
            "winback simulate --out app --customers 20000",
            "winback simulate --out app --customers 1000 --days 120 --seed 7 --format csv",
            "winback simulate --out app --customers 5000 --dirty --force",
            "winback simulate --out app --customers 3000 --live --nights 30",
        ),
    ),
    (
        profiling.profile,
        (
            "winback profile",
            "winback profile --as-of 2026-03-01",
            "winback profile --features --lang zh",
            "winback profile --sql visit_days_30d",
            "winback profile --thresholds --json",
        ),
    ),
    (
        diagnosing.diagnose,
        (
            "winback diagnose",
            "winback diagnose --as-of 2026-03-01 --html churn.html",
            "winback diagnose --full",
            "winback diagnose --churn-days 14,30,60,90",
            "winback diagnose --json | jq .total",
        ),
    ),
    (
        training.train,
        (
            "winback train",
            "winback train --as-of 2026-03-01 --rows 100000 --card card.html",
            "winback train --promote",
        ),
    ),
    (
        modelling.promote,
        (
            "winback promote 2026-03-01-0f16148e",
            'winback promote 2026-03-01-0f16148e --override "the rival gives no reasons" --who ling',
        ),
    ),
    (modelling.rollback, ('winback rollback --reason "worse than its card said"',)),
    (predicting.predict, ("winback predict", "winback predict --as-of 2026-03-01 --json")),
    (
        warnings_run.warn,
        ("winback warn", "winback warn --as-of 2026-03-01 --no-alerts", "winback warn --json"),
    ),
    (
        warnings_replay.replay,
        (
            "winback replay --first 2026-01-01 --last 2026-01-31",
            "winback replay --first 2026-01-01 --last 2026-01-31 --against stricter.toml --html replay.html",
        ),
    ),
    (rewards_run.reward, ("winback reward", "winback reward --who ling --json")),
    (
        explaining.explain,
        (
            "winback explain C00042",
            "winback explain C00042 --as-of 2026-03-01 --lang zh",
            "winback explain C00042 --json",
        ),
    ),
    (
        running.run,
        (
            "winback run",
            "winback run --as-of 2026-03-01 --no-alerts",
            "winback run --train --json",
        ),
    ),
    (
        delivering.deliver,
        ("winback deliver", "winback deliver --workers 2", "winback deliver --json"),
    ),
    (
        demonstrating.demo,
        ("winback demo", "winback demo --lang zh", "winback demo --customers 2000 --out small"),
    ),
)
_QUARANTINE: tuple[tuple[str, Callable[..., None], tuple[str, ...]], ...] = (
    ("list", quarantining.list_rows, ("winback quarantine list", "winback quarantine list --rows 0 --json")),
    ("export", quarantining.export, ("winback quarantine export bad.csv --source orders",)),
    ("import", quarantining.hand_back, ("winback quarantine import bad.csv",)),
)
_MODELS: tuple[tuple[str, Callable[..., None], tuple[str, ...]], ...] = (
    ("show", modelling.show, ("winback models show", "winback models show 2026-03-01-0f16148e --lang zh")),
    (
        "card",
        modelling.card,
        ("winback models card card.html", "winback models card card.json --version 2026-03-01-0f16148e"),
    ),
)
_KEYS: tuple[tuple[str, Callable[..., None], tuple[str, ...]], ...] = (
    (
        "add",
        collecting.add,
        ("winback keys add shop", "winback keys add web --browser", "winback keys add app --inbox"),
    ),
    ("list", collecting.list_keys, ("winback keys list", "winback keys list --json")),
    ("revoke", collecting.revoke, ("winback keys revoke web", "winback keys revoke 3f2a90c1")),
)
_WARNINGS: tuple[tuple[str, Callable[..., None], tuple[str, ...]], ...] = (
    (
        "list",
        warnings_shown.list_open,
        ("winback warnings list", "winback warnings list --level high --json"),
    ),
    ("show", warnings_shown.show, ("winback warnings show C00042",)),
    ("export", warnings_shown.export, ("winback warnings export open.csv --level medium",)),
    ("ack", warnings_acting.acknowledge, ("winback warnings ack C00042 C00043 --who ling",)),
    ("snooze", warnings_acting.snooze, ("winback warnings snooze C00042 --until 2026-03-15",)),
    ("close", warnings_acting.close, ('winback warnings close C00042 --reason "phoned, all is well"',)),
    ("reopen", warnings_acting.reopen, ("winback warnings reopen C00042",)),
    ("alerts", warnings_acting.alerts, ("winback warnings alerts", "winback warnings alerts --json")),
)

_POLICIES: tuple[tuple[str, Callable[..., None], tuple[str, ...]], ...] = (
    ("list", policies.list_policies, ("winback policies list", "winback policies list --json")),
    ("show", policies.show, ("winback policies show", "winback policies show 3f9a --json")),
    (
        "switch-on",
        policies.switch_on,
        (
            "winback policies switch-on --who ling",
            'winback policies switch-on --override "a rule of the law, in force from today"',
        ),
    ),
    ("compare", policies.compare, ("winback policies compare", "winback policies compare 3f9a --json")),
)
_EXPERIMENT: tuple[tuple[str, Callable[..., None], tuple[str, ...]], ...] = (
    ("list", experimenting.list_all, ("winback experiment list", "winback experiment list --json")),
    ("check", experimenting.check, ("winback experiment check graded_warning",)),
    ("rotate", experimenting.rotate, ("winback experiment rotate --from 2026-07-01 --who ling",)),
)
_PLAYBOOKS: tuple[tuple[str, Callable[..., None], tuple[str, ...]], ...] = (
    ("list", playbooks.list_all, ("winback playbooks list", "winback playbooks list --json")),
    ("show", playbooks.show, ("winback playbooks show graded_warning",)),
    ("check", playbooks.check, ("winback playbooks check",)),
    ("pause", playbooks.pause, ('winback playbooks pause graded_warning --reason "the app is down"',)),
    ("resume", playbooks.resume, ("winback playbooks resume graded_warning",)),
    ("stop", playbooks.stop, ('winback playbooks stop graded_warning --reason "it does not pay"',)),
    ("export", playbooks.export, ("winback playbooks export graded_warning entered.csv",)),
)
_TASKS: tuple[tuple[str, Callable[..., None], tuple[str, ...]], ...] = (
    ("list", tasks.list_open, ("winback tasks list", "winback tasks list --json")),
    ("export", tasks.export, ("winback tasks export calls.csv",)),
    ("done", tasks.done, ('winback tasks done 4611686018427387904 --outcome "comes back in March"',)),
)
_WORKER: tuple[tuple[str, Callable[..., None], tuple[str, ...]], ...] = (
    ("status", working.status, ("winback worker status", "winback worker status --json")),
)

_MESSAGES: tuple[tuple[str, Callable[..., None], tuple[str, ...]], ...] = (
    (
        "list",
        messages_shown.list_some,
        ("winback messages list", "winback messages list --state refused --rows 50"),
    ),
    ("show", messages_shown.show, ("winback messages show C00042",)),
    (
        "preview",
        messages_shown.preview,
        (
            "winback messages preview hello C00042 --in en",
            "winback messages preview graded_warning.we_noticed C00042 --medium push",
        ),
    ),
    ("holds", messages_shown.holds, ("winback messages holds",)),
    ("addresses", messages_shown.addresses, ("winback messages addresses",)),
    (
        "hold",
        messages_acting.hold,
        (
            'winback messages hold --reason "wrong amount in the text"',
            'winback messages hold --medium sms --reason "gateway"',
        ),
    ),
    ("release", messages_acting.release, ("winback messages release 3 --who ling",)),
    ("opt-out", messages_acting.opt_out, ("winback messages opt-out C00042 --medium sms",)),
    ("opt-in", messages_acting.opt_in, ("winback messages opt-in C00042 --medium email",)),
    ("settle", messages_acting.settle, ("winback messages settle 4611686018427387905 --as again",)),
)
_REWARDS: tuple[tuple[str, Callable[..., None], tuple[str, ...]], ...] = (
    (
        "list",
        rewards_shown.list_grants,
        ("winback rewards list", "winback rewards list --state held --json"),
    ),
    ("show", rewards_shown.show, ("winback rewards show C00042",)),
    ("budgets", rewards_shown.budgets, ("winback rewards budgets", "winback rewards budgets --json")),
    ("claims", rewards_shown.claims, ("winback rewards claims", "winback rewards claims --state waiting")),
    ("approve", rewards_acting.approve, ("winback rewards approve 4711 --who ming",)),
    ("reject", rewards_acting.reject, ('winback rewards reject 4711 --reason "one household"',)),
    ("reverse", rewards_acting.reverse, ('winback rewards reverse 4711 --reason "given by mistake"',)),
    ("accept", rewards_acting.accept, ('winback rewards accept 815 --reason "the app told it late"',)),
    ("dismiss", rewards_acting.dismiss, ('winback rewards dismiss 815 --reason "tried twice"',)),
    ("raise", rewards_acting.raise_budget, ('winback rewards raise winback 5000.00 --reason "spring"',)),
    ("policy", rewards_acting.put_policy, ('winback rewards policy size size.toml --reason "tried in May"',)),
)

for _command, _shown in _COMMANDS:
    app.command(epilog=_examples(*_shown))(_command)

quarantine = typer.Typer(no_args_is_help=True, help="The rows that were refused: look at them, repair them.")
app.add_typer(quarantine, name="quarantine")
for _name, _command, _shown in _QUARANTINE:
    quarantine.command(_name, epilog=_examples(*_shown))(_command)

models = typer.Typer(
    invoke_without_command=True,
    callback=modelling.list_models,
    epilog=_examples("winback models", "winback models --json"),
)
app.add_typer(models, name="models")
for _name, _command, _shown in _MODELS:
    models.command(_name, epilog=_examples(*_shown))(_command)

warnings = typer.Typer(no_args_is_help=True, help="Early warnings: look at them, act on them, tell of them.")
app.add_typer(warnings, name="warnings")
for _name, _command, _shown in _WARNINGS:
    warnings.command(_name, epilog=_examples(*_shown))(_command)

keys = typer.Typer(no_args_is_help=True, help="Write keys: who may send events to the collector.")
app.add_typer(keys, name="keys")
for _name, _command, _shown in _KEYS:
    keys.command(_name, epilog=_examples(*_shown))(_command)

policies_group = typer.Typer(
    no_args_is_help=True, help="Warning policies: tried on the past, switched on, held to their promise."
)
app.add_typer(policies_group, name="policies")
for _name, _command, _shown in _POLICIES:
    policies_group.command(_name, epilog=_examples(*_shown))(_command)

experiment = typer.Typer(
    no_args_is_help=True, help="Who is left out: control groups, holdouts, and whether all is in order."
)
app.add_typer(experiment, name="experiment")
for _name, _command, _shown in _EXPERIMENT:
    experiment.command(_name, epilog=_examples(*_shown))(_command)

plan = typer.Typer(
    invoke_without_command=True,
    callback=planning.plan,
    epilog=_examples(
        "winback plan",
        "winback plan --as-of 2026-03-01",
        "winback plan --as-of 2026-03-01 --now 2026-03-01T12:00",
        "winback plan --dry-run",
        "winback plan --dry-run --first 2026-02-01 --as-of 2026-02-28",
    ),
)
app.add_typer(plan, name="plan")
plan.command("why", epilog=_examples("winback plan why C00042 graded_warning --as-of 2026-03-01"))(
    planning.why
)

playbooks_group = typer.Typer(
    no_args_is_help=True, help="Playbooks: look at them, check, pause, resume, stop."
)
app.add_typer(playbooks_group, name="playbooks")
for _name, _command, _shown in _PLAYBOOKS:
    playbooks_group.command(_name, epilog=_examples(*_shown))(_command)

tasks_group = typer.Typer(no_args_is_help=True, help="Calls and alerts that people are to do.")
app.add_typer(tasks_group, name="tasks")
for _name, _command, _shown in _TASKS:
    tasks_group.command(_name, epilog=_examples(*_shown))(_command)

worker = typer.Typer(invoke_without_command=True)
worker.callback(
    epilog=_examples("winback worker", "winback worker --once", "winback worker --until-idle -w shop/")
)(working.worker)
app.add_typer(worker, name="worker")
for _name, _command, _shown in _WORKER:
    worker.command(_name, epilog=_examples(*_shown))(_command)

messages = typer.Typer(no_args_is_help=True, help="Messages to customers: look at them, hold them, opt out.")
app.add_typer(messages, name="messages")
for _name, _command, _shown in _MESSAGES:
    messages.command(_name, epilog=_examples(*_shown))(_command)

rewards = typer.Typer(no_args_is_help=True, help="Rewards: grants, budgets, claims, and the ledger of them.")
app.add_typer(rewards, name="rewards")
for _name, _command, _shown in _REWARDS:
    rewards.command(_name, epilog=_examples(*_shown))(_command)
ledger = typer.Typer(no_args_is_help=True, help="The ledger of rewards.")
rewards.add_typer(ledger, name="ledger")
ledger.command(
    "export",
    epilog=_examples(
        "winback rewards ledger export ledger.csv", "winback rewards ledger export new.csv --after 1200"
    ),
)(rewards_shown.export_ledger)
