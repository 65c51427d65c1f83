"""A replay for people: policies side by side, as rows of a table and as a page that needs nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from winback.language import Language, number, percent
from winback.terms.money import Money
from winback.warn.nouns import Hits, Level, Replayed
from winback.warn.words import speak, word

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_STYLE = (
    "body{font:15px/1.5 sans-serif;margin:2em auto;max-width:60em;padding:0 1em;color:#222}"
    "table{border-collapse:collapse;margin:1em 0}"
    "th,td{padding:.3em .8em;border-bottom:1px solid #ddd;text-align:right}"
    "th:first-child,td:first-child{text-align:left}.whole{white-space:nowrap}"
    "@media print{body{max-width:none;margin:0;font-size:11px}tr{break-inside:avoid}}"
)


def comparison(
    found: Sequence[Replayed], language: Language, currency: tuple[str, int]
) -> list[tuple[str, ...]]:
    """A row a figure: what it is called, and what it is for each policy. `currency` is code and decimals."""
    say = speak(language)
    named = [_figures(each, language, currency) for each in found]
    rows = [(name, *(figures[name] for figures in named)) for name in named[0]]
    return [(say("policy"), *(each.policy for each in found)), *rows]


def promise(
    promised: Replayed | None, live: Replayed | None, language: Language
) -> list[tuple[str, str, str]]:
    """A row a figure: what it is called, what the replay promised, what came of it; a dash if unknown."""
    say = speak(language)
    sides = [_a_day(each, language) if each else {} for each in (promised, live)]
    names = list(dict.fromkeys(name for side in sides for name in side))
    head = (say("figure"), say("promised"), say("live"))
    return [head, *((name, sides[0].get(name, "–"), sides[1].get(name, "–")) for name in names)]


def _a_day(found: Replayed, language: Language) -> dict[str, str]:
    """The figures that can be compared over spans of different lengths."""
    say, hits, days = speak(language), found.hits, len(found.days)
    figures = _figures(found, language, ("", 0))
    kept = [
        say("precision"),
        *(
            say("right at level {level}").format(level=word(level.word, language))
            for level in reversed(Level)
        ),
        say("recall"),
        say("lead time, days (10, 50, 90 %)"),
        say("load a day (mean, most)"),
    ]
    decided = hits.right + hits.wrong
    return {
        say("days"): f"{found.first} – {found.last} ({number(days)})",
        say("model"): figures[say("model")],
        say("warned a day"): f"{hits.warned / days:,.1f}",
        say("outcome known"): percent(decided / hits.warned if hits.warned else None),
        **{name: figures[name] for name in kept},
        say("repeated"): percent(found.repeated / hits.warned if hits.warned else None),
    }


def _figures(found: Replayed, language: Language, currency: tuple[str, int]) -> dict[str, str]:
    say, hits = speak(language), found.hits
    lead = ", ".join(f"{days:g}" for days in found.lead_days) or "–"
    by_level = {
        say("right at level {level}").format(level=word(level.word, language)): _precision(
            found.by_level[level.word]
        )
        for level in reversed(Level)
    }
    return {
        say("model"): _models(found, language),
        say("warnings"): number(hits.warned),
        say("right"): number(hits.right),
        say("wrong"): number(hits.wrong),
        say("undecided"): number(hits.undecided),
        say("precision"): _precision(hits),
        **by_level,
        say("churns"): number(found.churned),
        say("caught"): number(found.caught),
        say("missed"): number(found.missed),
        say("recall"): percent(found.caught / found.churned if found.churned else None),
        say("repeated"): number(found.repeated),
        say("lead time, days (10, 50, 90 %)"): lead,
        say("load a day (mean, most)"): f"{found.load_mean:,.1f}, {number(found.load_max)}",
        say("value at risk warned of"): str(Money(found.value_warned_minor, *currency)),
        say("value at risk caught"): str(Money(found.value_caught_minor, *currency)),
    }


def _models(found: Replayed, language: Language) -> str:
    """The models that told probabilities, with their days where there were several, and what they knew."""
    say = speak(language)
    told = []
    for spoke in found.spoke:
        name = spoke.model or say("rules alone")
        if len(found.spoke) > 1:
            name = say("{name} ({days} days)").format(name=name, days=number(spoke.days))
        if spoke.learnt_days:
            name += say(": learnt from {days} of them").format(days=number(spoke.learnt_days))
        told.append(name)
    return say("; ").join(told) or "–"


def _precision(hits: Hits) -> str:
    decided = hits.right + hits.wrong
    return percent(hits.right / decided if decided else None)


def _whole(text: str) -> str:
    """Text as HTML in which no date is broken at the end of a line."""
    return _DATE.sub(r'<span class="whole">\g<0></span>', escape(text))


def replay_page(found: Sequence[Replayed], language: Language, currency: tuple[str, int]) -> str:
    """The page: the comparison, what right means, and the load of every day."""
    say, one = speak(language), found[0]
    title = say("Replay from {first} to {last}").format(first=one.first, last=one.last)
    means = say(
        "Right: the customer churned within {days} days of the warning. Outcomes are known to {known_to}."
    )
    means = means.format(days=one.horizon_days, known_to=one.known_to)
    heads = (say("day"), *(say("{policy}: new and raised").format(policy=each.policy) for each in found))
    days = [
        (day.as_of.isoformat(), *(number(each.days[n].new + each.days[n].raised) for each in found))
        for n, day in enumerate(one.days)
    ]
    head, *rows = comparison(found, language, currency)
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style><h1>{_whole(title)}</h1>{_table(head, rows)}<p>{_whole(means)}</p>"
        f"{_table(heads, days)}</html>\n"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{lines}</table>"
