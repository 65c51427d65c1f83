"""`winback profile`: features, phase, state and trust of every customer as of a day."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from winback.app import open_workspace
from winback.doors.cli import options, shown
from winback.doors.judged import latest_as_of
from winback.language import Language, Say, day, number, percent, seconds, speaker
from winback.profile.nouns import Phase, ProfileSummary, State, Thresholds, Trust
from winback.store.workspace import Workspace
from winback.terms.errors import Place, SettingsProblem
from winback.terms.money import Money


def profile(
    *,
    as_of: options.AsOf = None,
    features: Annotated[
        bool, typer.Option("--features", help="Only list the features and what they mean.")
    ] = False,
    sql: Annotated[
        str | None,
        typer.Option(
            "--sql", metavar="FEATURE", help="Only show plain SQL that gives this feature from events."
        ),
    ] = None,
    thresholds: Annotated[
        bool,
        typer.Option(
            "--thresholds", help="Only tell how active customers behave: usual gaps, usual balance."
        ),
    ] = False,
    workspace: options.Workspace = None,
    lang: options.Lang = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
) -> None:
    """Compute the features, phase, state and trust of every customer, as known at the start of a day.

    What is there already is not computed again. Ends with 5 where nothing has been taken in.
    """
    ws = open_workspace(workspace)
    language: Language = lang.value if lang else ws.settings.workspace.language
    if features:
        _list_features(ws, language, as_json=as_json)
        return
    when = as_of or latest_as_of(ws)
    if sql is not None:
        _show_sql(ws, sql, when, as_json=as_json)
        return
    if thresholds:
        from winback.profile.read import thresholds as derive

        found = derive(ws, when)
        if as_json:
            shown.show_json(found)
        else:
            tell_thresholds(ws, found, language)
        return
    from winback import flow

    with shown.progress(quiet=quiet or as_json) as progress:
        summary = flow.profile(ws, when, progress=progress)
    if as_json:
        shown.show_json(summary)
    else:
        tell(summary, language)


def tell(summary: ProfileSummary, language: Language) -> None:
    """How many customers stand where, and where the features lie."""
    say = speaker(language)
    text = say("Profiled {customers} customers as of {day}: {features} features in {time}.")
    if not summary.fresh:
        text = say("{customers} customers had been profiled as of {day} already, with {features} features.")
    shown.show_line(
        text.format(
            customers=number(summary.customers),
            day=day(summary.as_of),
            features=number(summary.features),
            time=seconds(summary.seconds, say),
        )
    )
    for title, names, counts in (
        (say("state"), State, summary.states),
        (say("phase"), Phase, summary.phases),
        (say("trust"), Trust, summary.trusts),
    ):
        in_order = [*(name.value for name in names), *sorted(set(counts) - set(names))]
        _tell_counts(title, {name: counts[name] for name in in_order if name in counts}, say)


def _tell_counts(title: str, counts: dict[str, int], say: Say) -> None:
    whole = sum(counts.values())
    rows = [
        (say(name) if name else say("(not known)"), number(count), percent(count / whole if whole else None))
        for name, count in counts.items()
    ]
    shown.show_line()
    shown.show_table(title, (title, say("customers"), say("share")), (False, True, True), rows)


def tell_thresholds(ws: Workspace, found: Thresholds, language: Language) -> None:
    """What the data say about active customers, each limit with its quantile and sample."""
    say = speaker(language)
    section = ws.settings.workspace
    rows = []
    for meaning, limit in (
        (say("a quarter come back within"), found.visit_from),
        (say("most come back within"), found.visit_to),
        (say("nearly all hold over"), found.hold_over),
    ):
        if limit is None:
            rows.append((meaning, "–", "–", "–", "–"))
            continue
        value = f"{limit.value:,.1f} {say('days')}"
        if limit is found.hold_over:
            value = str(Money(round(limit.value), section.currency, section.minor_digits))
        rows.append((meaning, value, limit.feature, f"{limit.quantile:.2f}", number(limit.sample)))
    columns = [say(head) for head in ("active customers", "value", "feature", "quantile", "sample")]
    shown.show_table(day(found.as_of), columns, (False, True, False, True, True), rows)


def _list_features(ws: Workspace, language: Language, *, as_json: bool) -> None:
    from winback.profile.read import catalogue

    found = catalogue(ws.settings)
    if as_json:
        shown.show_json(list(found))
        return
    say = speaker(language)
    rows = [(each.name, each.unit, getattr(each, language)) for each in found]
    columns = (say("feature"), say("unit"), say("meaning"))
    shown.show_table(
        say("{count} features").format(count=number(len(found))), columns, (False, False, False), rows
    )


def _show_sql(ws: Workspace, name: str, when: date, *, as_json: bool) -> None:
    from winback.profile.read import catalogue, feature_sql

    known = catalogue(ws.settings)
    if name not in known:
        raise SettingsProblem(
            "there is no such feature", place=Place(field=name), todo="winback profile --features lists them"
        )
    text = feature_sql(ws, name, when)
    if as_json:
        shown.show_json({"feature": name, "as_of": when, "sql": text})
    else:
        typer.echo(text)
