"""The deeper looks of a report as sentences and tables: definitions, flows, retention, findings."""

from __future__ import annotations

from collections.abc import Sequence

from winback.diagnose.findings.sentences import (
    Wording,
    alike_text,
    condition_text,
    conditions_text,
    group_text,
    portrait,
    ratio_text,
    sentence,
    span_text,
)
from winback.diagnose.nouns import (
    Condition,
    Definitions,
    Drill,
    DrillRow,
    Findings,
    Flow,
    Retention,
    Table,
)
from winback.diagnose.rates import rate
from winback.diagnose.report_nouns import Report
from winback.diagnose.retention import DAYS_SHOWN
from winback.diagnose.shifting import structure_table
from winback.diagnose.telling import channel_name
from winback.diagnose.words import interval, probability
from winback.language import Say, number, percent

#: Tables of retention show so many groups: the last cohorts, the largest channels.
GROUPS_SHOWN_MAX = 13
#: The sentence of a drill names the limit below which so many of the lost lie.
MOST = 0.8


def definitions_table(found: Definitions, say: Say) -> Table:
    """Each definition, how many it called lost, and how many of those came back."""
    wrong = percent(found.wrong_max)
    if found.suggested_days is None:
        text = say(
            "Judged on {at} by what happened until {as_of}: with every number of days tried, more than "
            "{wrong} of those called lost came back."
        )
    else:
        text = say(
            "Judged on {at} by what happened until {as_of}: from {days} days on, at most {wrong} of those "
            "called lost came back."
        )
    says = text.format(
        at=found.at.isoformat(), as_of=found.as_of.isoformat(), days=found.suggested_days, wrong=wrong
    )
    columns = (
        say("days without a sign of life"),
        say("called lost"),
        say("share"),
        say("came back"),
        say("share of those called lost"),
        say("95 % interval"),
        say("not called lost, yet gone"),
    )
    rows = tuple(
        (
            number(outcome.days),
            number(outcome.lost.part),
            percent(outcome.lost.share),
            number(outcome.came_back.part),
            percent(outcome.came_back.share),
            interval(outcome.came_back),
            percent(outcome.missed.share),
        )
        for outcome in found.outcomes
    )
    return Table(say("Definitions of churn side by side"), says, columns, (True,) * len(columns), rows)


def flows_table(flows: Sequence[Flow], say: Say) -> Table:
    """Month by month, who came, came back and was lost, and how all stood at the end."""
    worst = max(flows, key=lambda flow: flow.lost)
    says = say(
        "Most were lost in the month from {day}: {lost}, while {came} came and {back} came back."
    ).format(
        day=worst.first_day.isoformat(),
        lost=number(worst.lost),
        came=number(worst.came),
        back=number(worst.came_back),
    )
    columns = (
        say("month from"),
        say("present before"),
        say("came"),
        say("came back"),
        say("lost"),
        say("present after"),
        say("active"),
        say("dormant"),
        say("returned"),
        say("churned"),
    )
    rows = tuple(
        (
            flow.first_day.isoformat(),
            *(
                number(value)
                for value in (
                    flow.present_before,
                    flow.came,
                    flow.came_back,
                    flow.lost,
                    flow.present_after,
                    flow.counts.active,
                    flow.counts.dormant,
                    flow.counts.returned,
                    flow.counts.churned,
                )
            ),
        )
        for flow in flows
    )
    return Table(say("Month by month"), says, columns, (False, *[True] * 9), rows)


def retention_table(curves: Sequence[Retention], say: Say, *, title: str, first: str) -> Table:
    """What is kept of each group after so many days, with intervals; only as far as it was watched."""
    shown = curves[:GROUPS_SHOWN_MAX]
    rows = []
    for curve in shown:
        kept = {point.day: point for point in curve.kept}
        cells = []
        for day in DAYS_SHOWN:
            point = kept.get(day)
            if point is None:
                cells.append("–")
            elif point.low is None or point.high is None:
                cells.append(percent(point.share))
            else:
                cells.append(f"{percent(point.share)} ({100 * point.low:.0f}–{100 * point.high:.0f})")
        median = "–" if curve.median_days is None else number(curve.median_days)
        rows.append((group_name(curve.group, say), number(curve.customers), median, *cells))
    columns = (
        say(first),
        say("customers"),
        say("days until half are gone"),
        *(say("{n} days").format(n=day) for day in DAYS_SHOWN),
    )
    numeric = (False, *[True] * (len(columns) - 1))
    return Table(title, _extremes(shown, say), columns, numeric, tuple(rows))


def group_name(group: str, say: Say) -> str:
    """What a group of a curve is called: a phase or channel in the language, a month as it is."""
    return channel_name(group, say) if group == "" else _told(group, say)


def _told(text: str, say: Say) -> str:
    try:
        return say(text)
    except KeyError:
        return text


def _extremes(curves: Sequence[Retention], say: Say) -> str:
    """The best and the worst kept on the latest day that half of the groups reached, where they differ."""
    if not curves:
        return say("No group is large enough for a curve.")
    found = _best_and_worst(curves)
    if found is None:
        return say("The share not yet churned so many days after the start, by Kaplan and Meier.")
    day, share, best, worst = found
    return say("After {day} days {best} keeps most, {most}, and {worst} least, {least}.").format(
        day=day,
        best=group_name(best, say),
        most=percent(share[best]),
        worst=group_name(worst, say),
        least=percent(share[worst]),
    )


def _best_and_worst(curves: Sequence[Retention]) -> tuple[int, dict[str, float], str, str] | None:
    """The day, the share kept of each group on it, and the groups of the largest and the least."""
    for day in reversed(DAYS_SHOWN):
        share = {curve.group: point.share for curve in curves for point in curve.kept if point.day == day}
        if len(share) < max(2, len(curves) / 2) or len(set(share.values())) < 2:
            continue
        return day, share, max(share, key=share.__getitem__), min(share, key=share.__getitem__)
    return None


def charted(curves: Sequence[Retention], most: int, *, evenly: bool) -> tuple[Retention, ...]:
    """At most so many curves of a table: the two that its sentence names, the last and others evenly between;
    or the two and the first.
    """
    shown = curves[:GROUPS_SHOWN_MAX]
    if len(shown) <= most:
        return tuple(shown)
    found = _best_and_worst(shown)
    rest = [round(place * (len(shown) - 1) / (most - 1)) for place in reversed(range(most))]
    others = [shown[place].group for place in (rest if evenly else range(len(shown)))]
    kept = list(dict.fromkeys([*(found[2:] if found else ()), *others]))[:most]
    return tuple(curve for curve in shown if curve.group in kept)


def findings_summary(found: Findings, say: Say) -> str:
    """How many findings there are, of how much that was looked at."""
    text = say(
        "{looked_at} conditions were tested on {lost} lost and {stayed} who stayed; {found} findings are "
        "stated, of which at most {rate} are expected to be false. A finding says what goes with leaving, "
        "not what causes it. {left_out} lost customers had nobody like them who stayed."
    )
    return text.format(
        looked_at=number(found.looked_at),
        lost=number(found.churned),
        stayed=number(found.stayed),
        found=number(len(found.findings)),
        rate=percent(found.rules.false_rate),
        left_out=number(found.left_out),
    )


def findings_by_group(found: Findings, wording: Wording) -> tuple[Table, ...]:
    """A table for each group with findings: its portrait as title, its strongest finding as sentence."""
    say = wording.say
    columns = (say("they"), say("of the lost"), say("of those who stayed"), say("times as common"), "q")
    told = []
    for group in dict.fromkeys(finding.group for finding in found.findings):
        mine = [finding for finding in found.findings if finding.group == group]
        rows = tuple(
            (
                conditions_text(finding, wording) + alike_text(finding, wording),
                f"{percent(finding.churned.share)} ({interval(finding.churned)})",
                f"{percent(finding.stayed.share)} ({interval(finding.stayed)})",
                ratio_text(finding),
                probability(finding.q),
            )
            for finding in mine
        )
        numeric = (False, True, True, True, True)
        told.append(Table(portrait(mine, wording), sentence(mine[0], wording), columns, numeric, rows))
    return tuple(told)


def drill_tables(drills: Sequence[Drill], wording: Wording) -> tuple[Table, ...]:
    """A table for each feature a group was drilled by: the spans, and how many of either side lie in each."""
    say = wording.say
    tables = []
    for each in drills:
        name = wording.name(each.feature)
        title = say("{group}, by {feature}").format(group=group_text(each.group, say), feature=name)
        title = title[:1].upper() + title[1:]
        columns = (
            name,
            say("of the lost"),
            say("95 % interval"),
            say("of those who stayed"),
            say("95 % interval"),
        )
        rows = tuple(
            (
                span_text(row.condition, wording),
                percent(row.churned.share),
                interval(row.churned),
                percent(row.stayed.share),
                interval(row.stayed),
            )
            for row in each.rows
        )
        tables.append(Table(title, _drilled(each, wording), columns, (False, True, True, True, True), rows))
    return tuple(tables)


def chosen_told(report: Report, wording: Wording) -> tuple[str, ...]:
    """A sentence for each group that was asked for and could not be drilled into, and for each feature."""
    by = wording.say("Not drilled by {feature}: all who were compared are alike in it.")
    told_by = {each.feature for each in report.drills}
    alike = [name for name in report.chosen_by if report.drills and name not in told_by]
    text = wording.say(
        "Not drilled into: {group}. There must be lost customers and others like them who stayed."
    )
    drilled = {each.group for each in report.drills}
    groups = [group_text(group, wording.say) for group in report.chosen if group not in drilled]
    return (
        *(text.format(group=group) for group in groups),
        *(by.format(feature=wording.name(name)) for name in alike),
    )


def _drilled(found: Drill, wording: Wording) -> str:
    """The least limit below which most of the lost lie, or their commonest name, beside those who stayed."""
    named = [row for row in found.rows if row.condition.is_name is not None]
    if named:
        return _share_told(found, max(named, key=lambda row: row.churned.part), wording)
    lost = stayed = 0
    for row in found.rows:
        lost, stayed = lost + row.churned.part, stayed + row.stayed.part
        if row.condition.below is not None and lost >= MOST * row.churned.whole:
            all_below = DrillRow(
                Condition(found.feature, below=row.condition.below),
                rate(lost, row.churned.whole),
                rate(min(stayed, row.stayed.whole), row.stayed.whole),
            )
            return _share_told(found, all_below, wording)
    return wording.say("The lost and those like them who stayed, span by span.")


def _share_told(found: Drill, row: DrillRow, wording: Wording) -> str:
    text = wording.say("{lost} of {group} {condition}; of those like them who stayed, {stayed}.")
    return text.format(
        lost=percent(row.churned.share),
        group=group_text(found.group, wording.say),
        condition=condition_text(row.condition, wording),
        stayed=percent(row.stayed.share),
    )


def report_tables(report: Report, wording: Wording) -> tuple[Table, ...]:
    """Definitions, flows, phases of the lost by month, and retention by cohort, channel and phase."""
    say = wording.say
    landmark = say("Retention by phase, of those present on {day}").format(day=report.landmark.isoformat())
    retentions = (
        (report.cohorts[-GROUPS_SHOWN_MAX:], say("Retention by month of coming"), "cohort"),
        (report.channels, say("Retention by channel"), "channel"),
        (report.phases, landmark, "phase"),
    )
    return (
        definitions_table(report.definitions, say),
        flows_table(report.flows, say),
        structure_table(report.structure_by_month, say),
        *(retention_table(curves, say, title=title, first=first) for curves, title, first in retentions),
    )
