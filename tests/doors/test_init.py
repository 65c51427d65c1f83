"""`winback init` writes a file that is right as it stands, tells every setting, and overwrites nothing."""

import json
import re
import tomllib

import pytest

from winback.doors.cli.beginning import starting_text
from winback.settings import schema
from winback.settings.load import load
from winback.settings.locate import lines_of
from winback.settings.model import Settings

LANGUAGES = ("en", "zh")


def all_set(text):
    """The file with every commented setting taken in."""
    return "\n".join(
        line[1:] if line.startswith("#") and not line.startswith("# ") else line for line in text.splitlines()
    )


def without_comments(text):
    """The settings alone, values that are texts for people left out."""
    return [
        line.split("  # ")[0] for line in all_set(text).splitlines() if line and not line.startswith("# ")
    ]


def short(key):
    """Conditions and forms of fields look alike wherever they stand."""
    key = re.sub(r"^(phases|trust)\[\]\.(all|any)\[\]", "condition", key)
    return re.sub(r"^.*\.(const|column|map|default|sql)(\.NAME)?$", r"form.\1", key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_writes_a_file_that_says_what_the_defaults_say(run, tmp_path, language):
    assert run("init", "--lang", language).exit_code == 0
    settings = load(tmp_path / "winback.toml", {})
    named = settings.workspace.model_copy(update={"name": "workspace", "language": "zh"})
    assert settings.model_copy(update={"workspace": named}) == Settings()
    assert settings.workspace.language == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_with_every_line_taken_in_is_right_too(tmp_path, language):
    (tmp_path / "winback.toml").write_text(all_set(starting_text(language)), encoding="utf-8")
    settings = load(tmp_path / "winback.toml", {})
    assert len(settings.sources) == 3
    assert settings.kinds
    assert settings.features
    assert settings.campaigns


def test_the_defaults_it_tells_are_the_defaults():
    raw = tomllib.loads(all_set(starting_text("en")))
    for name in ("storage", "limits", "churn"):
        defaults = getattr(Settings(), name).model_dump()
        for key, value in raw[name].items():
            told = tuple(value) if isinstance(value, list) else value
            assert told == defaults[key] or key == "threads_max", (name, key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_there_is_stands_in_it(language):
    told = {short(schema.general(Settings, path)) for path in lines_of(all_set(starting_text(language)))}
    assert {short(key) for key, *_ in schema.keys(Settings)} - told == set()


def test_both_languages_hold_the_same_settings():
    english, chinese = (without_comments(starting_text(language)) for language in LANGUAGES)
    differing = {line.split(" = ")[0] for line in set(english) ^ set(chinese)}
    assert differing == {"name", "language"}


def test_a_file_that_is_there_is_not_overwritten(run, tmp_path):
    (tmp_path / "winback.toml").write_text("mine", encoding="utf-8")
    result = run("init")
    assert result.exit_code == 2
    assert "winback.toml: is there already and is not overwritten" in result.stderr
    assert (tmp_path / "winback.toml").read_text(encoding="utf-8") == "mine"


def test_it_may_be_written_into_another_folder_and_told_as_json(run, tmp_path):
    result = run("init", "shop", "--json")
    assert json.loads(result.stdout) == {"file": "shop/winback.toml"}
    assert (tmp_path / "shop" / "winback.toml").is_file()
