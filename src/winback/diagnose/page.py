"""The first diagnosis as one HTML page that needs no network and reads well on a phone and in print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from winback.diagnose.charts import states_svg, structure_svg
from winback.diagnose.nouns import Cell, Diagnosis, Table
from winback.diagnose.telling import channel_name, charted_channels, definition, headline, tables
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
.wraps td:first-child { white-space: normal; min-width: 16rem; }
details { margin: .5rem 0; } summary { cursor: pointer; }
td:first-child, th:first-child { position: sticky; left: 0; background: #fff; }
@media print { html { font-size: 11px; } body { max-width: none; font-size: 1rem; }
  .wide { overflow: visible; }
  section, figure, tr { break-inside: avoid; } h2, summary { break-after: avoid; }
  thead { display: table-header-group; }
  table { max-width: 100%; } th, td { padding: .2rem .35rem; white-space: normal; }
  details > *, details::details-content { display: block; content-visibility: visible; } }
"""
#: A longer table is folded on the screen; print shows it.
ROWS_OPEN_MAX = 10
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def page(diagnosis: Diagnosis, language: str) -> str:
    """The whole page as HTML text in `zh` or `en`; equal diagnoses give equal text."""
    sections = html_sections(diagnosis, language, first_charts(diagnosis, language))
    return html_document(diagnosis, language, sections)


def html_document(diagnosis: Diagnosis, language: str, sections: Sequence[str]) -> str:
    """A page that begins with the headline and the definition, and holds these sections."""
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
        *sections,
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


def first_charts(diagnosis: Diagnosis, language: str) -> dict[str, str]:
    """The charts of the first diagnosis as SVG, by a name that says what each shows."""
    say = speak(language)
    all_cells = [(say("all"), diagnosis.total)]
    of_phases = [(say(cell.phase or "all"), cell) for cell in diagnosis.by_phase]
    of_channels = [(channel_name(cell.channel, say), cell) for cell in charted_channels(diagnosis)]
    drawn = {
        "structure-of-the-churned": structure_svg(diagnosis.structure, say),
        "states-by-phase": states_svg([*of_phases, *all_cells], say("phase"), say),
        "states-by-channel": states_svg([*of_channels, *all_cells], say("channel"), say),
    }
    return {name: chart for name, chart in drawn.items() if chart}


def html_sections(diagnosis: Diagnosis, language: str, charts: Mapping[str, str]) -> list[str]:
    """The sections of the first diagnosis with their charts, those that there are."""
    say = speak(language)
    structure, phases, channels, matrix = tables(diagnosis, language)
    return [
        html_section(structure, charts.get("structure-of-the-churned", ""), say),
        html_section(phases, charts["states-by-phase"], say),
        html_section(channels, charts["states-by-channel"], say),
        html_section(matrix, charts.get("churn-by-channel-and-phase", ""), say),
    ]


def html_section(
    table: Table, chart: str, say: Say, *, framed: bool = True, rows_open_max: int = ROWS_OPEN_MAX
) -> str:
    """A section: title, the sentence, the chart (other markup if not `framed`), the table if it has rows.

    A table of more than `rows_open_max` rows is folded on the screen.
    """
    figure = chart
    if chart and framed:
        figure = f'<figure role="img" aria-label="{escape(table.says)}">{chart}</figure>'
    head = f"<h2>{escape(table.title)}</h2><p>{escape(table.says)}</p>"
    shown = html_table(table) if table.rows else ""
    if len(table.rows) > rows_open_max:
        summary = say("table of {n} rows").format(n=number(len(table.rows)))
        shown = html_folded(summary, shown)
    return f"<section>{head}{figure}{shown}</section>"


def html_folded(summary: str, body: str) -> str:
    """Markup that is closed on the screen below its summary, and open in print."""
    return f"<details><summary>{escape(summary)}</summary>{body}</details>"


def html_table(table: Table, *, wraps: bool = False) -> str:
    """A table; its cells keep to one line unless `wraps`."""
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
    wide = "wide wraps" if wraps else "wide"
    return f'<div class="{wide}"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
