"""`winback warnings list`, `show` and `export`: the warnings that are open, and what became of one."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.language import Language, day, number, speaker
from winback.settings.called import channel_called, rule_called
from winback.store.whole import written_whole
from winback.store.workspace import Workspace
from winback.terms.errors import Problem
from winback.terms.money import Money
from winback.warn.nouns import Change, EarlyWarning, Level, Move

if TYPE_CHECKING:
    import pyarrow as pa


class LevelWord(StrEnum):
    """A level as it is asked for."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


#: By what open warnings stand in order; a sentence for people.
ORDER = (
    "The highest level comes first; within a level the most money to be lost: the value at risk times "
    "the chance to leave."
)
LevelMin = Annotated[LevelWord, typer.Option("--level", help="Only warnings of this level or above.")]


def list_open(
    *,
    level: LevelMin = LevelWord.LOW,
    rows: Annotated[int, typer.Option("--rows", min=0, help="So many are shown; 0 shows all.")] = 20,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """List open warnings, the highest level first, within it the most money to be lost.

    That is the value at risk times the chance to leave; the value itself where no model spoke.
    """
    from winback.warn import read
    from winback.warn.read import speak

    ws = open_workspace(workspace)
    language = lang.value if lang else ws.settings.workspace.language
    say, table = speak(language), _open(ws, level)
    found = read.nouns_of(ws, table.slice(0, rows or table.num_rows), language)
    if as_json:
        shown.show_json({"open": table.num_rows, "warnings": found})
        return
    if not found:
        shown.show_line(say("No warning is open."))
        return
    heads = ("customer", "level", "status", "since", "score", "at risk", "rules", "phase", "channel")
    cells = [tuple(_cells(ws, each, language)) for each in found]
    numeric = (False, False, False, False, True, True, False, False, False)
    shown.show_table(say("Warnings"), [say(head) for head in heads], numeric, cells)
    text = say("{shown} of {all} open warnings.")
    shown.show_line(text.format(shown=number(len(found)), all=number(table.num_rows)))
    shown.show_line(say(ORDER))


def show(
    *,
    customer: Annotated[str, typer.Argument(help="The customer's id.")],
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Show every warning of a customer: why it was given, and everything that happened to it.

    Ends with 1 where there is none.
    """
    from winback.warn import read

    ws = open_workspace(workspace)
    language = lang.value if lang else ws.settings.workspace.language
    found = read.warnings_of(ws, customer, language)
    if not found:
        raise Problem("No warning of {customer} is known.", customer=customer)
    if as_json:
        shown.show_json(found)
        return
    for each in found:
        tell_one(ws, each, language)


def tell_short(ws: Workspace, warning: EarlyWarning, language: Language) -> None:
    """A warning in one line, with its reasons below."""
    shown.show_line(" · ".join(cell for cell in _cells(ws, warning, language) if cell))
    for reason in warning.reasons:
        shown.show_line(f"  • {reason}")


def tell_one(ws: Workspace, warning: EarlyWarning, language: Language) -> None:
    """A warning with its reasons and its history."""
    from winback.warn.read import speak

    say = speak(language)
    tell_short(ws, warning, language)
    heads = [say(head) for head in ("when", "what happened", "from", "to", "who", "why")]
    cells = [_change(ws, change, language) for change in warning.history]
    shown.show_table(say("History"), heads, (False,) * 6, cells)


def export(
    *,
    file: Annotated[Path, typer.Argument(help="The CSV file to write.")],
    level: LevelMin = LevelWord.LOW,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    as_json: options.AsJson = False,
) -> None:
    """Write all open warnings to a CSV file. Money is in whole minor units; no contact is in it."""
    import pyarrow.csv

    from winback.warn.read import speak

    ws = open_workspace(workspace)
    table = _open(ws, level).drop_columns(["customer", "reasons", "closed_day", "closing"])
    with written_whole(file) as aside:
        pyarrow.csv.write_csv(_readable(table), aside)
    if as_json:
        shown.show_json({"file": file, "rows": table.num_rows})
        return
    say = speak(lang.value if lang else ws.settings.workspace.language)
    text = say("Wrote {rows} warnings to {file}.")
    shown.show_line(text.format(rows=number(table.num_rows), file=file))


def _open(ws: Workspace, level: LevelWord) -> pa.Table:
    from winback.warn import read

    return read.open_warnings(ws, Level[level.value.upper()])


def _readable(table: pa.Table) -> pa.Table:
    """Levels as words, days as dates."""
    import pyarrow as pa

    words = [Level(level).word for level in table["level"].to_pylist()]
    table = table.set_column(table.schema.get_field_index("level"), "level", pa.array(words, pa.string()))
    for place, name in enumerate(table.column_names):
        if name.endswith("_day"):
            table = table.set_column(place, name, table[name].cast(pa.date32()))
    return table


def _cells(ws: Workspace, warning: EarlyWarning, language: Language) -> Iterator[str]:
    from winback.warn.read import word

    section, say = ws.settings.workspace, speaker(language)
    yield warning.customer_id
    yield word(warning.level.word, language)
    yield word((warning.closing or warning.status).value, language)
    yield day(warning.opened)
    yield "–" if warning.score is None else str(warning.score)
    yield str(Money(warning.value_minor, section.currency, section.minor_digits))
    yield say(", ").join(rule_called(ws.settings, rule, language) for rule in warning.rules)
    yield word(warning.phase, language)
    yield channel_called(ws.settings, word(warning.channel, language), language)


def _change(ws: Workspace, change: Change, language: Language) -> tuple[str, ...]:
    from winback.warn.read import word

    why = word(change.why, language) if change.move is Move.CLOSED else change.why
    rules = change.why.split()
    if rules and {rule.name for rule in ws.settings.rules}.issuperset(rules):
        why = speaker(language)(", ").join(rule_called(ws.settings, rule, language) for rule in rules)
    return (
        day(change.as_of),
        word(change.move.value, language),
        "" if change.level_from is None else word(change.level_from.word, language),
        word(change.level.word, language),
        change.who,
        why,
    )
