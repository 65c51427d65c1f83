"""The card of a model as a terminal shows it: fewer columns than its page."""

from __future__ import annotations

from dataclasses import replace

from winback.language import Language
from winback.predict import card_telling as telling
from winback.predict.card_telling import Table
from winback.predict.nouns import ModelCard

#: Columns of the table of rivals: name, AUC, average precision, log loss, precision, both leads.
RIVAL_COLUMNS = (0, 2, 3, 4, 5, 6, 8)
#: Columns of the tables of groups: all but the interval of the AUC.
GROUP_COLUMNS = (0, 1, 2, 3, 4, 6, 7, 8, 9)


def rivals(card: ModelCard, language: Language) -> Table:
    """The model and its rivals, without intervals and without what each rival settled on."""
    return _only(telling.rivals_table(card, language), RIVAL_COLUMNS)


def tables(card: ModelCard, language: Language) -> tuple[Table, ...]:
    """The tables of a card, each with the sentence that says what it shows."""
    phases, channels = list(card.by_phase.items()), telling.channels(card, language)
    return (
        telling.scores_table(card, language),
        rivals(card, language),
        telling.reliability_table(card, language),
        telling.deciles_table(card, language),
        _only(telling.groups_table("By phase", phases, language), GROUP_COLUMNS),
        _only(telling.cold_table(card, language), GROUP_COLUMNS),
        _only(telling.groups_table("By channel", channels, language), GROUP_COLUMNS),
        telling.weights_table(card, language),
        telling.drift_table(card, language),
        telling.origin_table(card, language),
    )


def sentences(card: ModelCard, language: Language) -> tuple[str, ...]:
    """What accuracy means here, how honest the probabilities are, which warnings are nearly sure."""
    return (
        *telling.accuracy_says(card, language),
        *telling.honesty_says(card, language),
        *telling.sure_says(card, language),
        telling.lead_says(card, language),
    )


def _only(table: Table, places: tuple[int, ...]) -> Table:
    """The table with these columns alone."""
    return replace(
        table,
        columns=tuple(table.columns[place] for place in places),
        numeric=tuple(table.numeric[place] for place in places),
        rows=tuple(tuple(row[place] for place in places) for row in table.rows),
    )
