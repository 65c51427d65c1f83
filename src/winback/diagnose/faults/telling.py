"""Experience faults as plain sentences in Chinese and English."""

from __future__ import annotations

from winback.diagnose.faults.nouns import FaultHarm, Faults, FaultyVersion
from winback.language import NO_BREAK, Language, number, percent

_TEXT = {
    "lag": ("a lag", "卡顿"),
    "crash": ("a crash", "闪退"),
    "error": ("an error", "报错"),
    "several": ("several kinds of faults on one day", "同一天多种故障"),
    "any": ("a fault", "任何故障"),
    "many_lag": ("lags", "卡顿"),
    "many_crash": ("crashes", "闪退"),
    "many_error": ("errors", "报错"),
    "on": (" on version {version}", "（版本 {version}）"),
    "nameless": ("(not known)", "（未知）"),
    "harm": (
        "After {fault}{on}, customers left within {days} days in {share} of {exposed} cases; after like days "
        "without faults in {others}: {difference} points (95 % interval {low} to {high}). {verdict} "
        "{matched} of the cases found like days.",
        "{fault}{on}之后，{exposed} 人次中有 {share} 在 {days} 天内离开；同类的无故障日之后为 {others}，"
        "相差 {difference} 个百分点（95% 区间 {low} 至 {high}）。{verdict}"
        "{matched} 的人次找到了同类的无故障日。",
    ),
    "harmful": (
        "It drives customers away: about {lost} ({lost_low} to {lost_high}) left because of it.",
        "它在赶走客户：约 {lost} 位（{lost_low} 至 {lost_high}）因此离开。",
    ),
    "harmless": ("No harm is shown.", "看不出它使客户流失。"),
    "faulty": (
        "Version {version} is faulty: {faults} in {rate} of visits, {ratio} times as often as usual "
        "(95 % interval {low} to {high}), and customers leave because of them.",
        "版本 {version} 有问题：{rate} 的登录出现{faults}，是平常的 {ratio} 倍（95% 区间 {low} 至 {high}），"
        "并且客户因此离开。",
    ),
    "often": (
        "Version {version}: {faults} in {rate} of visits, {ratio} times as often as usual "
        "(95 % interval {low} to {high}); that customers leave because of them is not shown.",
        "版本 {version}：{rate} 的登录出现{faults}，是平常的 {ratio} 倍（95% 区间 {low} 至 {high}）；"
        "看不出客户因此离开。",
    ),
    "early": (
        "Version {version}: {faults} in {rate} of visits, {ratio} times as often as usual "
        "(95 % interval {low} to {high}); too few customers were hit, or too lately, "
        "to know whether they leave.",
        "版本 {version}：{rate} 的登录出现{faults}，是平常的 {ratio} 倍（95% 区间 {low} 至 {high}）；"
        "受影响的客户太少或时间太近，还不知道他们是否会离开。",
    ),
    "none": (
        "No fault was met by enough customers to judge ({hit} customer days with a fault, {least} are needed "
        "of a kind).",
        "没有任何故障影响到足够多的客户（{hit} 个有故障的客户日，每种至少需要 {least} 个），无法判断。",
    ),
    "calm": (
        "No fault is shown to drive customers away ({judged} judged).",
        "看不出任何故障使客户流失（共判断 {judged} 项）。",
    ),
    "found": (
        "{harmful} of {judged} faults and versions judged drive customers away; faulty versions: {versions}. "
        "At most {rate} of such findings are expected to be chance.",
        "共判断 {judged} 项故障与版本，其中 {harmful} 项使客户流失；有问题的版本：{versions}。"
        "预计至多 {rate} 属偶然。",
    ),
    "no_versions": ("none", "无"),
    "join": (", ", "、"),
}


def _text(key: str, language: Language) -> str:
    return _TEXT[key][0 if language == "en" else 1]


def tell_faults(faults: Faults, language: Language) -> str:
    """What was found in all."""
    harmful = sum(harm.harmful for harm in faults.harms)
    named = dict.fromkeys(
        v.version or _text("nameless", language) for v in faults.versions if v.standing == "faulty"
    )
    key = "none" if not faults.harms else "found" if harmful or named else "calm"
    return _text(key, language).format(
        hit=number(faults.fault_days),
        least=faults.rules.exposed_min,
        judged=len(faults.harms),
        harmful=harmful,
        versions=_text("join", language).join(named) or _text("no_versions", language),
        rate=percent(faults.rules.false_rate),
    )


def tell_harm(harm: FaultHarm, faults: Faults, language: Language) -> str:
    """Churn after one fault against like customers without."""
    churn, lost = harm.churn, harm.lost_because
    on = ""
    if harm.version is not None:
        on = _text("on", language).format(version=harm.version or _text("nameless", language))
    verdict = _text("harmful" if harm.harmful else "harmless", language).format(
        lost=_people(lost.value), lost_low=_people(lost.low), lost_high=_people(lost.high)
    )
    return _text("harm", language).format(
        fault=_text(harm.kind or "any", language),
        on=on,
        share=percent(churn.share_exposed),
        exposed=number(churn.exposed),
        days=faults.rules.leave_days,
        others=percent(churn.share_others),
        difference=_points(churn.difference.value),
        low=_points(churn.difference.low),
        high=_points(churn.difference.high),
        verdict=verdict,
        matched=percent(churn.matched_share),
    )


def tell_version(version: FaultyVersion, language: Language) -> str:
    """One version with far more faults than usual, and whether they do harm."""
    ratio = version.rate.ratio
    return _text(version.standing, language).format(
        version=version.version or _text("nameless", language),
        faults=_text(f"many_{version.kind}", language),
        rate=f"{100 * version.rate.rate:.2f}{NO_BREAK}%",
        ratio=_times(ratio.value),
        low=_times(ratio.low),
        high=_times(ratio.high),
    )


def _people(value: float | None) -> str:
    return "–" if value is None else number(round(value))


def _points(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:+.1f}"


def _times(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
