"""Writes the pages of this folder from the code: `make docs`. A test fails when they are not up to date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import typer
from pydantic_core import PydanticUndefined

from winback.doors.cli.beginning import starting_text
from winback.doors.cli.commands import app
from winback.doors.cli.group import EXIT_CODES
from winback.profile.catalogue import catalogue
from winback.settings import schema
from winback.settings.locate import lines_of
from winback.settings.model import Settings
from winback.settings.rules import Condition
from winback.settings.sources import Constant, Expression, Renamed
from winback.terms.kinds import MAY_HAVE_AMOUNT, WITH_AMOUNT, Kind

HERE = Path(__file__).parent
MADE = "<!-- Made by `make docs` from the code; edit there. -->\n"

#: What each shared kind of event means, and which fields it uses beside customer, at and id.
KINDS = {
    Kind.REGISTER: (
        "注册",
        "The customer came, or told something new: channel, campaign, inviter, birthday, language, "
        "time zone, contacts. A later one changes what is known from its moment on.",
        "channel campaign inviter birthday language time_zone phone mail push_token",
    ),
    Kind.VISIT: ("登录 / 访问", "The customer opened the app or the shop.", "version"),
    Kind.PURCHASE: (
        "申购 / 投资 / 购买",
        "Money came in; never negative.",
        "amount product product_kind",
    ),
    Kind.REDEMPTION: (
        "赎回 / 转出",
        "Money went out, or a purchase was taken back; never negative.",
        "amount product product_kind",
    ),
    Kind.BALANCE: (
        "余额 / 保有量",
        "What the customer holds from this moment on; may be negative.",
        "amount",
    ),
    Kind.FAULT: ("卡顿 / 闪退", "The app failed the customer: lag, crash or error.", "detail version"),
    Kind.TOUCH: ("触达", "We reached out to the customer; `detail` is the medium.", "detail"),
    Kind.CLAIM: ("核销", "The customer used a reward; `detail` is which. Never negative.", "amount detail"),
}

FORMS = {
    "text": "The name of a column.",
    **{
        f"{{ {', '.join(model.model_fields)} }}": (model.__doc__ or "").strip()
        for model in (Constant, Renamed, Expression)
    },
}
CONDITIONS = {
    "feature": "Which feature; see features.md.",
    "at_least": "Holds from this value on.",
    "at_most": "Holds up to this value.",
    "above": "Holds above this value.",
    "below": "Holds below this value.",
}


def pages() -> dict[str, str]:
    """All pages by file name."""
    return {
        "settings.md": settings_page(),
        "commands.md": commands_page(),
        "features.md": features_page(),
        "kinds.md": kinds_page(),
    }


def settings_page() -> str:
    """Every setting: what it allows, its default, what it means."""
    meaning = meanings(starting_text("en"))
    out = ["# Settings", MADE, _SETTINGS_HEAD]
    for name, field in Settings.model_fields.items():
        out.append(f"## {name}\n")
        rows = [
            (f"`{key}`", _allowed(annotation), _default(inner), meaning[key])
            for key, annotation, inner in schema.keys(schema.field_annotation(field), name)
            if not _is_shared(key) and key in meaning
        ]
        out.append(_table(("key", "allowed", "default", "meaning"), rows))
    out.append("## A field of a mapping\n\nEach field of an event is one of:\n")
    out.append(_table(("form", "meaning"), [(f"`{form}`", text) for form, text in FORMS.items()]))
    out.append("## A condition of a rule\n\nA feature that is not known fulfils no condition.\n")
    conditions = [
        (f"`{name}`", schema.described(schema.field_annotation(field)), CONDITIONS[name])
        for name, field in Condition.model_fields.items()
    ]
    out.append(_table(("key", "allowed", "meaning"), conditions))
    return "\n".join(out)


_SETTINGS_HEAD = """\
The workspace file is `winback.toml`; `winback init` writes one with every line explained. What is wrong in it
is told all at once, each fault with file, line, key, what was found and what is allowed.

A key of a section that is one table (workspace, storage, products, churn, limits, predict, warn) can be given
by the environment too: `WINBACK_<SECTION>__<KEY>`, for example `WINBACK_CHURN__DAYS=45`; with `_FILE` behind
it, the variable names a file that holds the value. The environment wins.

Secrets never stand in the file: a password in an address, or a key named like a secret, is refused.

| secret | environment variable (or the same with `_FILE`) |
| --- | --- |
| key for contacts | `WINBACK_CONTACTS_KEY`: 32 bytes as base64 or hex |
| address of the facts with a password | `WINBACK_STORAGE__FACTS_URL` |
| password of the facts, where the address has none | `WINBACK_FACTS_PASSWORD` |
| address of a PostgreSQL source | the variable that its `url_env` names |
| account at a provider called NAME | `WINBACK_<NAME>_KEY`, `WINBACK_<NAME>_SECRET` |
| what comes back of mail | `WINBACK_<NAME>_BOUNCES`: a mailbox; `WINBACK_<NAME>_WEBHOOK`: calls |
| key that signs links in messages | `WINBACK_LINKS_KEY` |
| where alerts to operators go | `WINBACK_ALERT_URLS`: Apprise addresses, apart by white space |

`NAME` stands for a name of your own, `[]` for each of several.
"""


def meanings(text: str) -> dict[str, str]:
    """The comment behind each key of the starting file, by general path."""
    live = "\n".join(re.sub(r"^#(?=\S)", "", line) for line in text.splitlines())
    lines = live.splitlines()
    found: dict[str, str] = {}
    for path, number in lines_of(live).items():
        _, mark, comment = lines[number - 1].partition("  # ")
        general = schema.general(Settings, path)
        if mark and lines[number - 1].lstrip().startswith(f"{path[-1]} ="):
            found.setdefault(general, comment)
    return found


def _allowed(annotation: Any) -> str:
    a_field = schema.models(annotation)[:3] == [Constant, Renamed, Expression]
    return "[a field](#a-field-of-a-mapping)" if a_field else schema.described(annotation)


def _is_shared(key: str) -> bool:
    """Whether a key is part of a form of a field or of a condition, each told once."""
    return re.search(r"\.(const|column|map|default|sql)$|\.(all|any)\[\]\.|\.NAME$", key) is not None


def _default(field: Any) -> str:
    if field is None or field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True)
    if value is None or value is PydanticUndefined:
        return "not set"
    if isinstance(value, tuple | dict):
        return "`" + " ".join(map(str, value)) + "`" if value else "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def commands_page() -> str:
    """Every command with its options and examples, and the exit codes."""
    out = ["# Commands", MADE, _COMMANDS_HEAD]
    codes = [(f"`{code}`", text) for code, text in EXIT_CODES.items()]
    out.append(_table(("exit code", "meaning"), codes))
    for path, command in commands(typer.main.get_command(app), ("winback",)):
        out.append(f"## {' '.join(path)}\n")
        out.append(_plain(command.help or "") + "\n")
        rows = [_option(parameter) for parameter in command.params if parameter.name != "help"]
        if rows:
            out.append(_table(("option", "default", "meaning"), rows))
        examples = [line for line in (command.epilog or "").split("\n\n") if line.startswith("winback ")]
        if examples:
            out.append("```sh\n" + "\n".join(examples) + "\n```\n")
    return "\n".join(out)


_COMMANDS_HEAD = """\
Results go to standard output; progress, notes and errors to standard error. With `--json`, standard output is
JSON and nothing else. Amounts in JSON are whole minor units. No command reads standard input.
"""


def commands(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command below a group, with its words; the group too where it does something by itself."""
    inner = getattr(command, "commands", None)
    if inner is None or command.invoke_without_command:
        yield path, command
    if inner is None:
        return
    for name, each in inner.items():
        yield from commands(each, (*path, name))


def _option(parameter: Any) -> tuple[str, str, str]:
    words = parameter.opts if parameter.param_type_name == "option" else [parameter.name.upper()]
    value = "" if getattr(parameter, "is_flag", False) or words[0].isupper() else f" {_metavar(parameter)}"
    default = parameter.default
    if parameter.required:
        told = "must be given"
    elif default is None or default is False or callable(default) or default == ():
        told = "–"
    else:
        told = f"`{getattr(default, 'value', default)}`"
    variable = f" Or by `{parameter.envvar}`." if getattr(parameter, "envvar", None) else ""
    return f"`{', '.join(words)}{value}`", told, f"{parameter.help}{variable}"


def _metavar(parameter: Any) -> str:
    if parameter.metavar:
        return str(parameter.metavar)
    kind = parameter.type_descriptor.annotation
    members = [
        member for each in (kind, *get_args(kind)) for member in getattr(each, "__members__", {}).values()
    ]
    if members:
        return "|".join(member.value for member in members)
    return "N" if kind in (int, float) else "PATH" if Path in (kind, *get_args(kind)) else "TEXT"


def _plain(text: str) -> str:
    return re.sub(r"\[/?\w+\]", "", text).strip()


def features_page() -> str:
    """Every feature of a workspace with default settings."""
    found = catalogue(Settings())
    out = ["# Features", MADE]
    out.append(_FEATURES_HEAD.format(count=len(found)))
    rows = [
        (f"`{each.name}`", each.unit, "yes" if each.may_be_null else "no", each.en, each.zh) for each in found
    ]
    out.append(_table(("feature", "unit", "null?", "meaning", "含义"), rows))
    return "\n".join(out)


_FEATURES_HEAD = """\
The {count} features of a workspace with default settings; kinds and product kinds of your own add more,
and `[features.NAME]` adds what you declare. How they are computed: [profile](../2-profile.md).
`null?` tells whether a feature may be unknown; money is in minor units.
"""


def kinds_page() -> str:
    """Every kind of event that all workspaces know."""
    out = ["# Kinds of events", MADE]
    out.append(_KINDS_HEAD)
    rows = []
    for kind in Kind:
        zh, text, fields = KINDS[kind]
        money = "must" if kind in WITH_AMOUNT else "may" if kind in MAY_HAVE_AMOUNT else "–"
        rows.append((f"`{kind.value}`", zh, text, " ".join(f"`{each}`" for each in fields.split()), money))
    out.append(_table(("kind", "中文", "meaning", "fields", "amount"), rows))
    return "\n".join(out)


_KINDS_HEAD = """\
The kinds that every workspace knows; `[kinds.NAME]` adds your own. Every event has `customer`, `at` and
`kind`, may have an `id` (of the message, for knowing it again) and `attributes`.
"""


def _table(columns: tuple[str, ...], rows: list[Any]) -> str:
    lines = [columns, ("---",) * len(columns), *rows]
    cells = (" | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in line) for line in lines)
    return "\n".join(f"| {line} |" for line in cells) + "\n"


if __name__ == "__main__":
    for name, text in pages().items():
        (HERE / name).write_text(text, encoding="utf-8")
