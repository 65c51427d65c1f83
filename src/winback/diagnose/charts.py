"""Charts as SVG text, drawn by Altair and vl-convert without a network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import altair as alt
import vl_convert

from winback.diagnose.clusters.nouns import Clusters
from winback.diagnose.nouns import (
    PHASES,
    STATES,
    Cell,
    Definitions,
    Flow,
    Kept,
    MonthStructure,
    PhaseShare,
)
from winback.language import Say
from winback.profile.nouns import State

#: One colour a state, told apart by the colour-blind (after Okabe and Ito).
COLOURS = {
    State.ACTIVE: "#0072b2",
    State.DORMANT: "#e69f00",
    State.RETURNED: "#009e73",
    State.CHURNED: "#d55e00",
    State.NEVER: "#c0c0c0",
}
#: One colour a phase, after the same.
PHASE_COLOURS = ["#56b4e9", "#0072b2", "#cc79a7"]
#: Browsers without the font draw labels wider than they were measured: room for that on the left.
PADDING = {"left": 18, "right": 8, "top": 5, "bottom": 5}
WIDTH_PX = 420
FONT = "system-ui, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"


def states_svg(rows: Sequence[tuple[str, Cell]], first: str, say: Say) -> str:
    """A stacked bar of the states of each row, as shares of its customers."""
    values = [
        {first: name, "state": say(state.value), "order": order, "count": getattr(cell.counts, state.value)}
        for name, cell in rows
        for order, state in enumerate(STATES)
    ]
    names = [say(state.value) for state in STATES]
    colours = alt.Scale(domain=names, range=[COLOURS[state] for state in STATES])
    chart = alt.Chart(alt.InlineData(values=values), width=WIDTH_PX, height=alt.Step(26)).mark_bar()
    encoded = chart.encode(
        y=alt.Y(field=first, type="nominal", sort=[name for name, _ in rows], title=None),
        x=alt.X(
            field="count",
            type="quantitative",
            aggregate="sum",
            stack="normalize",
            title=None,
            axis=alt.Axis(format="%", tickCount=5),
        ),
        color=alt.Color(
            field="state",
            type="nominal",
            scale=colours,
            title=None,
            sort=names,
            legend=alt.Legend(orient="top", columns=3, symbolOpacity=1),
        ),
        order=alt.Order(field="order", type="quantitative"),
    )
    return svg(encoded)


def structure_svg(shares: Sequence[PhaseShare], say: Say) -> str:
    """A bar a phase: its share of the churned, with its interval."""
    values = [
        {"phase": say(each.phase), "share": each.rate.share, "low": each.rate.low, "high": each.rate.high}
        for each in shares
        if each.rate.whole
    ]
    if not values:
        return ""
    names = [say(each.phase) for each in shares]
    chart = alt.Chart(alt.InlineData(values=values), width=WIDTH_PX, height=alt.Step(26)).encode(
        y=alt.Y(field="phase", type="nominal", sort=names, title=None)
    )
    bars = chart.mark_bar(color=COLOURS[State.CHURNED]).encode(
        x=alt.X(field="share", type="quantitative", title=None, axis=alt.Axis(format="%", tickCount=5))
    )
    spans = chart.mark_rule(strokeWidth=2).encode(
        x=alt.X(field="low", type="quantitative"), x2=alt.X2(field="high")
    )
    return svg(alt.layer(bars, spans))


def heat_svg(cells: Sequence[tuple[str, str, float]], labels: tuple[str, str], columns: Sequence[str]) -> str:
    """A heat map of shares: (row, column, share), rows in given order; `labels` name rows and columns."""
    first, second = labels
    values = [{first: row, second: column, "share": share} for row, column, share in cells]
    rows = list(dict.fromkeys(row for row, _, _ in cells))
    chart = alt.Chart(alt.InlineData(values=values), width=WIDTH_PX, height=alt.Step(26)).encode(
        x=alt.X(field=second, type="nominal", sort=list(columns), title=None, axis=alt.Axis(labelAngle=0)),
        y=alt.Y(field=first, type="nominal", sort=rows, title=None),
    )
    scale = alt.Scale(scheme="oranges", domain=[0, 1])
    tiles = chart.mark_rect().encode(
        color=alt.Color(field="share", type="quantitative", scale=scale, legend=None)
    )
    figures = chart.mark_text(fontSize=13).encode(
        text=alt.Text(field="share", type="quantitative", format=".1%"),
        color=alt.condition("datum.share > 0.6", alt.value("white"), alt.value("black")),
    )
    return svg(alt.layer(tiles, figures))


def lines_svg(lines: Sequence[tuple[str, Sequence[Kept]]], axis: str) -> str:
    """Curves of what is kept, with their intervals as bands; `axis` names the days."""
    values = [
        {"group": name, "day": point.day, "share": point.share, "low": point.low, "high": point.high}
        for name, points in lines
        for point in points
    ]
    names = [name for name, _ in lines]
    chart = alt.Chart(alt.InlineData(values=values), width=WIDTH_PX, height=260).encode(
        x=alt.X(field="day", type="quantitative", title=axis),
        color=alt.Color(
            field="group",
            type="nominal",
            sort=names,
            title=None,
            legend=alt.Legend(orient="top", columns=3, symbolOpacity=1),
        ),
    )
    band = chart.mark_area(opacity=0.2, interpolate="step-after").encode(
        y=alt.Y(field="low", type="quantitative", scale=alt.Scale(domain=[0, 1])),
        y2=alt.Y2(field="high"),
    )
    line = chart.mark_line(interpolate="step-after").encode(
        y=alt.Y(field="share", type="quantitative", title=None, axis=alt.Axis(format="%"))
    )
    return svg(alt.layer(band, line))


def clusters_svg(clusters: Clusters, say: Say) -> str:
    """Registrations day by day with what weekday and season explain, and the bunches behind them."""
    if not clusters.days:
        return ""
    values = [
        {"day": each.day.isoformat(), "registered": each.registered, "expected": each.expected}
        for each in clusters.days
    ]
    bunches = [
        {"from": bunch.first_day.isoformat(), "to": (bunch.last_day + timedelta(days=1)).isoformat()}
        for bunch in clusters.clusters
    ]
    time = alt.X(field="day", type="temporal", title=None, axis=alt.Axis(format="%Y-%m", tickCount=6))
    chart = alt.Chart(alt.InlineData(values=values), width=WIDTH_PX, height=240)
    counts = alt.Y(field="registered", type="quantitative", title=say("registered a day"))
    registered = chart.mark_line(color=COLOURS[State.ACTIVE], strokeWidth=1).encode(x=time, y=counts)
    explained = chart.mark_line(color=COLOURS[State.CHURNED], strokeWidth=1.5).encode(
        x=time, y=alt.Y(field="expected", type="quantitative")
    )
    spans = alt.Chart(alt.InlineData(values=bunches)).mark_rect(color=COLOURS[State.DORMANT], opacity=0.4)
    shaded = spans.encode(x=alt.X(field="from", type="temporal"), x2=alt.X2(field="to"))
    return svg(alt.layer(shaded, registered, explained))


def definitions_svg(found: Definitions, say: Say) -> str:
    """For every number of days, the share called lost and the share of those who came back."""
    named = ((say("called lost"), "lost"), (say("of those, came back"), "came_back"))
    values = [
        {"what": name, "days": outcome.days, "share": getattr(outcome, part).share}
        for outcome in found.curve
        for name, part in named
        if getattr(outcome, part).share is not None
    ]
    chart = alt.Chart(alt.InlineData(values=values), width=WIDTH_PX, height=240).mark_line()
    encoded = chart.encode(
        x=alt.X(field="days", type="quantitative", title=say("days without a sign of life")),
        y=alt.Y(field="share", type="quantitative", title=None, axis=alt.Axis(format="%")),
        color=alt.Color(
            field="what",
            type="nominal",
            title=None,
            sort=[name for name, _ in named],
            scale=alt.Scale(range=[COLOURS[State.CHURNED], COLOURS[State.ACTIVE]]),
            legend=alt.Legend(orient="top"),
        ),
    )
    return svg(encoded)


def flows_svg(flows: Sequence[Flow], say: Say) -> str:
    """Each month's coming and coming back above the line, its lost below."""
    named = (
        (say("came"), COLOURS[State.ACTIVE], [flow.came for flow in flows]),
        (say("came back"), COLOURS[State.RETURNED], [flow.came_back for flow in flows]),
        (say("lost"), COLOURS[State.CHURNED], [-flow.lost for flow in flows]),
    )
    values = [
        {"what": name, "month": f"{flow.first_day:%Y-%m}", "count": count}
        for name, _, counts in named
        for flow, count in zip(flows, counts, strict=True)
    ]
    scale = alt.Scale(domain=[name for name, _, _ in named], range=[colour for _, colour, _ in named])
    chart = alt.Chart(alt.InlineData(values=values), width=WIDTH_PX, height=240).mark_bar()
    encoded = chart.encode(
        x=alt.X(field="month", type="nominal", title=None, axis=alt.Axis(labelAngle=-60)),
        y=alt.Y(field="count", type="quantitative", title=None, axis=alt.Axis(format=",d")),
        color=alt.Color(
            field="what", type="nominal", title=None, scale=scale, legend=alt.Legend(orient="top")
        ),
    )
    return svg(encoded)


def phases_svg(months: Sequence[MonthStructure], say: Say) -> str:
    """A stacked bar for each month in which somebody was lost: the shares of the phases at churn."""
    names = [say(phase) for phase in PHASES]
    values = [
        {
            "month": f"{month.first_day:%Y-%m}",
            "phase": say(each.phase),
            "order": order,
            "count": each.rate.part,
        }
        for month in months
        for order, each in enumerate(month.phases)
        if month.lost
    ]
    if not values:
        return ""
    chart = alt.Chart(alt.InlineData(values=values), width=WIDTH_PX, height=240).mark_bar()
    encoded = chart.encode(
        x=alt.X(field="month", type="nominal", title=None, axis=alt.Axis(labelAngle=-60)),
        y=alt.Y(
            field="count",
            type="quantitative",
            aggregate="sum",
            stack="normalize",
            title=None,
            axis=alt.Axis(format="%"),
        ),
        color=alt.Color(
            field="phase",
            type="nominal",
            title=None,
            sort=names,
            scale=alt.Scale(domain=names, range=PHASE_COLOURS),
            legend=alt.Legend(orient="top"),
        ),
        order=alt.Order(field="order", type="quantitative"),
    )
    return svg(encoded)


def svg(chart: alt.Chart | alt.LayerChart | alt.FacetChart) -> str:
    """The chart as SVG that scales with the page."""
    spec = chart.configure(
        font=FONT,
        padding=PADDING,
        axis=alt.AxisConfig(labelFontSize=13, labelLimit=150),
        legend=alt.LegendConfig(labelFontSize=13),
    ).to_dict()
    return str(vl_convert.vegalite_to_svg(spec))


def png(drawn: str) -> bytes:
    """A chart given as SVG text as PNG, two pixels for one of its units."""
    return bytes(vl_convert.svg_to_png(drawn, scale=2.0))
