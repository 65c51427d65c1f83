"""The charts of a model card as SVG text, drawn by Altair and vl-convert without a network."""

from __future__ import annotations

from typing import Any

import altair as alt
import vl_convert

from winback.language import Say
from winback.predict.card_telling import rival_name, weight_name
from winback.predict.nouns import ModelCard

BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#888888"
WIDTH_PX, HEIGHT_PX = 420, 260
FONT = "system-ui, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"


LABELS = alt.Axis(labelLimit=240)


def reliability_svg(card: ModelCard, say: Say) -> str:
    """What happened against what was said, with intervals; on the line they are equal."""
    values: list[dict[str, float | None]] = [
        {"said": band.said, "happened": band.actual.value, "low": band.actual.low, "high": band.actual.high}
        for band in card.reliability
    ]
    most = max((value["high"] or 0 for value in values), default=1)
    line = alt.Chart(
        alt.InlineData(values=[{"x": 0.0, "y": 0.0}, {"x": float(most), "y": float(most)}])
    ).mark_line(color=GREY, strokeDash=[4, 4])
    base = alt.Chart(alt.InlineData(values=values))
    spread = base.mark_rule(color=BLUE).encode(x=_share("said", say), y=_share("low", say), y2="high:Q")
    points = base.mark_point(color=BLUE, filled=True, size=60).encode(
        x=_share("said", say), y=_share("happened", say)
    )
    return _svg(line.encode(x="x:Q", y="y:Q") + spread + points)


def deciles_svg(card: ModelCard, say: Say) -> str:
    """The actual rate of each tenth, the riskiest first, and the base rate as a line."""
    values = [{"tenth": place, "rate": band.actual.value} for place, band in enumerate(card.deciles, start=1)]
    bars = alt.Chart(alt.InlineData(values=values)).mark_bar(color=BLUE).encode(
        x=alt.X("tenth:O", title=say("tenth"), axis=alt.Axis(labelAngle=0)),
        y=alt.Y("rate:Q", title=say("happened"), axis=alt.Axis(format="%")),
    )  # fmt: skip
    rate = alt.Chart(alt.InlineData(values=[{"rate": card.scores.base_rate.value}]))
    return _svg(bars + rate.mark_rule(color=ORANGE, strokeWidth=2).encode(y="rate:Q"))


def rivals_svg(card: ModelCard, say: Say) -> str:
    """AUC of the model and its rivals with intervals."""
    values: list[dict[str, Any]] = [{"name": say("model"), **_auc(card.scores.auc)}]
    values += [{"name": rival_name(rival, say), **_auc(rival.scores.auc)} for rival in card.rivals]
    names = [value["name"] for value in sorted(values, key=lambda value: -(value["value"] or 0))]
    base = alt.Chart(alt.InlineData(values=values))
    y = alt.Y("name:N", sort=names, title=None, axis=alt.Axis(labelLimit=200))
    scale = alt.Scale(zero=False)
    points = base.mark_point(filled=True, size=70, color=BLUE).encode(
        y=y, x=alt.X("value:Q", scale=scale, title="AUC", axis=alt.Axis(tickCount=5))
    )
    return _svg(
        base.mark_rule(color=BLUE).encode(y=y, x=alt.X("low:Q", scale=scale), x2="high:Q") + points,
        tall=False,
    )


def weights_svg(card: ModelCard, say: Say) -> str:
    """Shares of all contributions, the largest first."""
    values = [
        {"name": weight_name(weight.kind, weight.measure, say), "share": weight.share}
        for weight in card.weights[:15]
    ]
    names = [str(value["name"]) for value in values]
    bars = alt.Chart(alt.InlineData(values=values)).mark_bar(color=BLUE).encode(
        y=alt.Y("name:N", sort=names, title=None, axis=LABELS),
        x=alt.X("share:Q", title=say("share of all contributions"), axis=alt.Axis(format="%")),
    )  # fmt: skip
    return _svg(bars, tall=False)


def _auc(interval: Any) -> dict[str, float | None]:
    return {"value": interval.value, "low": interval.low, "high": interval.high}


def _share(field: str, say: Say) -> Any:
    kind = alt.X if field == "said" else alt.Y
    title = say("said") if field == "said" else say("happened")
    return kind(f"{field}:Q", title=title, axis=alt.Axis(format="%"))


def _svg(chart: Any, *, tall: bool = True) -> str:
    sized = chart.properties(width=WIDTH_PX, **({"height": HEIGHT_PX} if tall else {}))
    spec = sized.configure(
        font=FONT, padding=10, axis=alt.AxisConfig(labelFontSize=13, titleFontSize=13, labelLimit=240)
    ).to_dict()
    return str(vl_convert.vegalite_to_svg(spec))
