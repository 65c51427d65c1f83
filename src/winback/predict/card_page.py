"""A model card as one HTML page that needs no network and reads well on a phone and in print."""

from __future__ import annotations

from html import escape

from winback.language import Language
from winback.predict import card_charts as charts
from winback.predict import card_telling as telling
from winback.predict.card_telling import Table
from winback.predict.nouns import ModelCard

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif;
  color: #1b1b1b; background: #fff; margin: 0 auto; padding: 1rem; max-width: 64rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .25rem; }
header p { margin: .25rem 0; } .quiet { color: #555; font-size: .9rem; }
figure { margin: .5rem 0; max-width: 40rem; } figure svg { width: 100%; height: auto; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid #ddd; text-align: left; white-space: nowrap; }
th { border-bottom: 2px solid #888; } .n { text-align: right; }
td:first-child, th:first-child { position: sticky; left: 0; background: #fff; }
@media print { html { font-size: 11px; } body { max-width: none; font-size: 1rem; }
  .wide { overflow: visible; }
  section, figure, tr { break-inside: avoid; } h2, summary { break-after: avoid; }
  thead { display: table-header-group; }
  table { max-width: 100%; } th, td { padding: .2rem .35rem; white-space: normal; } }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def page(card: ModelCard, language: Language) -> str:
    """The whole page as HTML text; equal cards give equal text."""
    say = telling.speak(language)
    title = f"{say('Model card')} · {telling.workspace(card, language)}"
    made = say("version {version}, trained on what was known at the start of {day}")
    parts = [
        "<!doctype html>",
        f'<html lang="{"zh-CN" if language == "zh" else "en"}"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>",
        f"<header><h1>{escape(title)}</h1>",
        f"<p>{escape(made.format(version=card.version, day=card.known_on))}</p>",
        f"<p><strong>{escape(telling.headline(card, language))}</strong></p>",
        f'<p class="quiet">{escape(telling.definition(card, language))}</p></header>',
        _sentences(say("What accuracy means here"), telling.accuracy_says(card, language)),
        *_tables(card, language),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _tables(card: ModelCard, language: Language) -> list[str]:
    say = telling.speak(language)
    known = [("seen", card.seen), ("unseen", card.unseen)]
    phases, channels = list(card.by_phase.items()), telling.channels(card, language)
    return [
        _section(telling.scores_table(card, language), ""),
        _section(telling.rivals_table(card, language), charts.rivals_svg(card, say)),
        _section(telling.reliability_table(card, language), charts.reliability_svg(card, say)),
        _sentences(say("How much of that is chance"), telling.honesty_says(card, language)),
        _section(telling.deciles_table(card, language), charts.deciles_svg(card, say)),
        _sentences(say("Warnings that are nearly sure"), telling.sure_says(card, language)),
        _sentences(say("Lead time"), (telling.lead_says(card, language),)),
        _section(telling.groups_table("By phase", phases, language), ""),
        _section(telling.cold_table(card, language), ""),
        _section(telling.groups_table("By channel", channels, language), ""),
        _section(telling.groups_table("Customers seen and unseen in training", known, language), ""),
        _section(
            telling.weights_table(card, language), charts.weights_svg(card, telling.speak_of(card, language))
        ),
        _section(telling.drift_table(card, language), ""),
        _section(telling.origin_table(card, language), ""),
    ]


def _sentences(title: str, sentences: tuple[str, ...]) -> str:
    told = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    return f"<section><h2>{escape(title)}</h2>{told}</section>"


def _section(table: Table, chart: str) -> str:
    figure = f'<figure role="img" aria-label="{escape(table.title)}">{chart}</figure>' if chart else ""
    says = f"<p>{escape(table.says)}</p>" if table.says else ""
    return f"<section><h2>{escape(table.title)}</h2>{says}{figure}{_table(table)}</section>"


def _table(table: Table) -> str:
    marks = ['class="n"' if numeric else "" for numeric in table.numeric]
    head = "".join(
        f'<th scope="col" {mark}>{escape(name)}</th>' for name, mark in zip(table.columns, marks, strict=True)
    )
    rows = "".join(
        "<tr>"
        + "".join(f"<td {mark}>{escape(text)}</td>" for text, mark in zip(row, marks, strict=True))
        + "</tr>"
        for row in table.rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
