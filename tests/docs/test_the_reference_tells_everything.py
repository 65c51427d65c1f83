"""A command, option, setting, feature, kind of event or exit code that is not documented fails here."""

import typer

from docs.reference import generate
from winback.doors.cli.commands import app
from winback.doors.cli.group import EXIT_CODES
from winback.profile.catalogue import catalogue
from winback.settings import schema
from winback.settings.model import Settings
from winback.terms import errors
from winback.terms.kinds import Kind


def written(name):
    return (generate.HERE / name).read_text(encoding="utf-8")


def test_the_pages_are_what_the_code_makes():
    stale = [name for name, text in generate.pages().items() if written(name) != text]
    assert stale == [], "run `make docs`"


def test_every_setting_has_its_meaning():
    page = written("settings.md")
    tables = {"workspace", "storage", "products", "churn", "limits", "features", "kinds", "sources"}
    tables |= {"phases", "trust", "campaigns", "channel_costs", "sources[].events"}
    tables |= {"diagnose", "findings", "channel_quality", "registration_clusters", "faults"}
    tables |= {"channels", "attributes"}
    tables |= {"predict", "warn", "worker", "rules"}
    tables |= {"experiment", "playbooks"}
    tables |= {"deliver", "deliver.caps", "deliver.news", "providers", "templates"}
    tables |= {"collector", "collector.contacts", "collector.events"}
    tables |= {"rewards", "pots", "reward", "rewards.NAME.steps", "rewards.NAME.prizes"}
    keys = {key for key, *_ in schema.keys(Settings) if not generate._is_shared(key)} - tables
    assert len(keys) > 60
    assert {key for key in keys if f"| `{key}` |" not in page} == set()


def test_every_command_tells_what_it_does_and_shows_examples():
    for path, command in generate.commands(typer.main.get_command(app), ("winback",)):
        assert command.help, path
        assert f"\n{' '.join(path)}" in command.epilog, path
        assert f"## {' '.join(path)}\n" in written("commands.md"), path


def test_every_option_tells_what_it_means():
    page = written("commands.md")
    for path, command in generate.commands(typer.main.get_command(app), ("winback",)):
        section = page.split(f"## {' '.join(path)}\n")[1].split("\n## ")[0]
        for parameter in command.params:
            if parameter.name != "help":
                assert parameter.help, (path, parameter.name)
                name = parameter.opts[0] if parameter.param_type_name == "option" else parameter.name.upper()
                assert f"`{name}" in section, (path, name)


def test_every_exit_code_has_its_meaning():
    problems = [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, errors.Problem)
    ]
    assert len(problems) > 4
    for problem in problems:
        assert problem.exit_code in EXIT_CODES
        assert f"| `{problem.exit_code}` | {EXIT_CODES[problem.exit_code]} |" in written("commands.md")


def test_every_feature_has_its_meaning_in_both_languages():
    page = written("features.md")
    for feature in catalogue(Settings()):
        assert f"| `{feature.name}` | {feature.unit} |" in page
        assert feature.en in page
        assert feature.zh in page


def test_every_kind_of_event_has_its_meaning():
    for kind in Kind:
        assert f"| `{kind.value}` | {generate.KINDS[kind][0]} |" in written("kinds.md")
