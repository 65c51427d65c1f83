"""What commands on models share: who acts, the scores in a line, the card as a file."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from winback.doors.cli import shown
from winback.doors.words import speak
from winback.language import Language, number, percent
from winback.store.whole import written_whole
from winback.terms.errors import Place, SettingsProblem

if TYPE_CHECKING:
    from winback.predict.nouns import ModelCard

Who = Annotated[str | None, typer.Option("--who", help="Who acts; else the name of the login.")]


def signature(who: str | None) -> tuple[str, str]:
    """Who acts, and the moment (ISO)."""
    return who or getpass.getuser(), datetime.now(UTC).isoformat(timespec="seconds")


def scores_line(card: ModelCard, language: Language) -> str:
    """The scores that matter most, in one line."""
    scores, say = card.scores, speak(language)
    text = say(
        "AUC {auc} ({spread}), log loss {loss}, calibration error {error}; of the {capacity} riskiest "
        "{precision} leave."
    )
    return text.format(
        auc=figure(scores.auc.value),
        spread=f"{figure(scores.auc.low)} – {figure(scores.auc.high)}",
        loss=figure(scores.log_loss.value),
        error=percent(scores.calibration_error.value),
        capacity=number(card.capacity),
        precision=percent(scores.precision.value),
    )


def figure(value: float | None) -> str:
    """A score with four decimals; a dash where it is not known."""
    return "–" if value is None else f"{value:.4f}"


def write_card(found: ModelCard, file: Path, language: Language) -> None:
    """Write a card whole, as the name of the file ends. Raises SettingsProblem where it ends otherwise."""
    from winback.predict.read import page

    if file.suffix.lower() not in {".html", ".json"}:
        raise SettingsProblem(
            "a card is written as .html or .json",
            place=Place(file=str(file)),
            todo="end the name of the file with one of these",
        )
    if file.suffix.lower() == ".html":
        text = page(found, language)
    else:
        text = json.dumps(shown.plain(found), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    with written_whole(file) as aside:
        aside.write_text(text, encoding="utf-8")
