"""What the command line itself says, of a wrong call and around its help, in the reader's language."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import typer

from winback.language import Language, Say, helper, speaker
from winback.terms.told import Told

#: What Typer says; the names in braces are what it fills in, and `why` is itself one of these.
TEMPLATES = (
    "Invalid value for {where}: {why}",
    "Invalid value: {why}",
    "Missing command.",
    "Missing option {name}. Choose from: {allowed}",
    "Missing option {name}.",
    "Missing argument {name}. Choose from: {allowed}",
    "Missing argument {name}.",
    "No such command {name}. Did you mean {near}?",
    "No such command {name}.",
    "No such option: {name} (Possible options: {near})",
    "No such option: {name}",
    "Option {name} requires an argument.",
    "Option {name} does not take a value.",
    "Got unexpected extra argument(s) ({arguments})",
    "{found} is not one of {allowed}.",
    "File {file} does not exist.",
    "File {file} is a directory.",
    "Directory {file} does not exist.",
    "Directory {file} is a file.",
    "Path {file} does not exist.",
    "Input should be greater than or equal to {ge}",
    "Input should be less than or equal to {le}",
    "Input should be a valid integer, unable to parse string as an integer",
    "Input should be a valid number, unable to parse string as a number",
)
#: The head of the examples below a command's help.
EXAMPLES = "Examples"
#: What pydantic puts before the message of a check that it called; it tells a person nothing.
PREFIXES = ("Value error, ", "Assertion failed, ")
#: Fixed texts of Typer's pages, by the names under which it keeps them.
FIXED = {
    "ARGUMENTS_PANEL_TITLE": "Arguments",
    "OPTIONS_PANEL_TITLE": "Options",
    "COMMANDS_PANEL_TITLE": "Commands",
    "ERRORS_PANEL_TITLE": "Error",
    "DEFAULT_STRING": "[default: {}]",
    "ENVVAR_STRING": "[env var: {}]",
    "REQUIRED_LONG_STRING": "[required]",
    "RICH_HELP": "Try [blue]'{command_path} {help_option}'[/] for help.",
}
#: The language in which Typer's pages are told now.
_worn: list[Language] = ["en"]
#: The error of a wrong call, whichever Typer is there.
UsageError: type[Exception] = typer.BadParameter.__mro__[1]


def reword(wrong: Any, language: Language) -> None:
    """Have a wrong call (a UsageError) told in a language."""
    say = speaker(language)
    if isinstance(wrong.message, Told):
        wrong.message = wrong.message.told(say)
    text = told(wrong.format_message(), say)
    wrong.format_message = lambda: text
    dress(language)


def translate(command: Any, language: Language) -> None:
    """Have a command, its options and all below it say of themselves in a language what they do."""
    say = helper(language)
    if language == "en":
        return
    for name in ("help", "short_help", "epilog"):
        if text := getattr(command, name, None):
            setattr(command, name, _paragraphs(text, say))
    for option in command.params:
        _translate_option(option, say)
    command.get_help_option = _translated_help_option(command.get_help_option, say)
    for below in getattr(command, "commands", {}).values():
        translate(below, language)


def _translate_option(option: Any, say: Say) -> Any:
    if text := getattr(option, "help", None):
        option.help = _paragraphs(text, say)
    return option


def _translated_help_option(plain: Callable[[Any], Any], say: Say) -> Callable[[Any], Any]:
    """The option --help is made only where it is asked for."""
    return lambda ctx: _translate_option(plain(ctx), say)


def _paragraphs(text: str, say: Say) -> str:
    parts = (" ".join(part.split()) for part in inspect.cleandoc(text).split("\n\n"))
    return "\n\n".join(say(part) for part in parts).replace(EXAMPLES, say(EXAMPLES))


def told(text: str, say: Say) -> str:
    """What Typer says, said by `say` where it is known, without the prefixes of pydantic."""
    for prefix in PREFIXES:
        text = text.removeprefix(prefix)
    lines = re.sub(r"\s*\n\s*", " ", text)
    for template in TEMPLATES:
        found = _pattern(template).fullmatch(lines)
        if found:
            fields = {name: told(value, say) for name, value in found.groupdict().items()}
            return say(template).format(**fields)
    return text


def dress(language: Language) -> None:
    """Have titles and notes of Typer's pages, and the word before the usage, told in a language."""
    if _worn[0] == language:
        return
    from typer import rich_utils

    _worn[0], say = language, speaker(language)
    for name, text in FIXED.items():
        setattr(rich_utils, name, say(text))
    _fold_words(rich_utils)
    context: Any = typer.core.TyperGroup.context_class
    context.formatter_class = _formatter(say)


def _fold_words(rich_utils: Any) -> None:
    """Have texts without blanks, as Chinese ones are, go on in the next line where Typer would cut them."""
    plain = getattr(rich_utils, "_make_rich_text", None)
    if plain is None or getattr(plain, "folds", False):
        return

    def folded(**of: Any) -> Any:
        text = plain(**of)
        if hasattr(text, "overflow"):
            text.overflow = "fold"
        return text

    folded.folds = True  # type: ignore[attr-defined]
    rich_utils._make_rich_text = folded


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    return re.compile("".join(f"(?P<{p}>.+)" if n % 2 else re.escape(p) for n, p in enumerate(parts)))


def _formatter(say: Say) -> type:
    base: Any = _PLAIN

    class Formatter(base):  # type: ignore[misc]
        """Writes the usage with its word in the reader's language."""

        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, say("Usage: ") if prefix is None else prefix)

    return Formatter


_PLAIN: type = typer.core.TyperGroup.context_class.formatter_class
