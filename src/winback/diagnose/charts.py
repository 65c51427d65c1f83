"""Charts as SVG text, drawn by Altair and vl-convert without a network."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import vl_convert

from winback.diagnose.nouns import STATES, Cell
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
            legend=alt.Legend(orient="top", columns=3),
        ),
        order=alt.Order(field="order", type="quantitative"),
    )
    return svg(encoded)


def svg(chart: alt.Chart) -> str:
    """The chart as SVG that scales with the page."""
    spec = chart.configure(
        font=FONT,
        axis=alt.AxisConfig(labelFontSize=13, labelLimit=150),
        legend=alt.LegendConfig(labelFontSize=13),
    ).to_dict()
    return str(vl_convert.vegalite_to_svg(spec))
