"""The first diagnosis as one HTML page that needs no network and reads well on a phone and in print."""

from __future__ import annotations

from html import escape

from winback.diagnose.charts import states_svg
from winback.diagnose.nouns import Cell, Diagnosis, Table
from winback.diagnose.telling import channel_name, definition, headline, shown_channels, tables
from winback.diagnose.words import speak
from winback.language import Say, number, percent

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif;
  color: #1b1b1b; background: #fff; margin: 0 auto; padding: 1rem; max-width: 64rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .25rem; }
header p { margin: .25rem 0; } .quiet { color: #555; font-size: .9rem; }
.figures { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; padding: 0; }
.figures li { border: 1px solid #ccc; border-radius: .4rem; padding: .4rem .8rem; }
.figures b { display: block; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
figure { margin: .5rem 0; max-width: 40rem; } figure svg { width: 100%; height: auto; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid #ddd; text-align: left; white-space: nowrap; }
th { border-bottom: 2px solid #888; } .n { text-align: right; }
td:first-child, th:first-child { position: sticky; left: 0; background: #fff; }
@media print { body { max-width: none; font-size: 11px; } .wide { overflow: visible; }
  section { break-inside: avoid; } th, td { white-space: normal; } }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def page(diagnosis: Diagnosis, language: str) -> str:
    """The whole page as HTML text in `zh` or `en`; equal diagnoses give equal text."""
    say = speak(language)
    title = f"{say('Churn diagnosis')} · {diagnosis.workspace}"
    parts = [
        "<!doctype html>",
        f'<html lang="{"zh-CN" if language == "zh" else "en"}"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>",
        f"<header><h1>{escape(title)}</h1>",
        f"<p>{escape(say('as of {day}').format(day=diagnosis.as_of.isoformat()))}</p>",
        f"<p><strong>{escape(headline(diagnosis, language))}</strong></p>",
        f'<p class="quiet">{escape(definition(diagnosis, language))} '
        f"{escape(say('The phase of a churned customer is the phase at churn.'))}</p></header>",
        _figures(diagnosis.total, say),
        *_sections(diagnosis, language, say),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _figures(total: Cell, say: Say) -> str:
    counts = total.counts
    shown = [
        (say("customers"), number(counts.customers)),
        (say("active"), number(counts.active)),
        (say("dormant"), number(counts.dormant)),
        (say("returned"), number(counts.returned)),
        (say("churned"), number(counts.churned)),
        (say("never"), number(counts.never)),
        (say("churn rate"), percent(total.churn.share)),
    ]
    items = "".join(f"<li>{escape(name)}<b>{escape(value)}</b></li>" for name, value in shown)
    return f'<ul class="figures">{items}</ul>'


def _sections(diagnosis: Diagnosis, language: str, say: Say) -> list[str]:
    structure, phases, channels, matrix = tables(diagnosis, language)
    all_cells = [(say("all"), diagnosis.total)]
    of_phases = [(say(cell.phase or "all"), cell) for cell in diagnosis.by_phase]
    of_channels = [(channel_name(cell.channel, say), cell) for cell in shown_channels(diagnosis)]
    return [
        _section(structure, ""),
        _section(phases, states_svg([*of_phases, *all_cells], say("phase"), say)),
        _section(channels, states_svg([*of_channels, *all_cells], say("channel"), say)),
        _section(matrix, ""),
    ]


def _section(table: Table, chart: str) -> str:
    figure = f'<figure role="img" aria-label="{escape(table.says)}">{chart}</figure>' if chart else ""
    return (
        f"<section><h2>{escape(table.title)}</h2><p>{escape(table.says)}</p>{figure}{_table(table)}</section>"
    )


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
