"""Registration clusters as plain sentences in Chinese and English."""

from __future__ import annotations

from winback.diagnose.clusters.nouns import Cluster, ClusterName, Clusters
from winback.diagnose.contrast import Contrast
from winback.language import Language, day, number, percent

_TEXT = {
    "short": (
        "{days} days of registrations are too few to tell bunches; {least} are needed.",
        "只有 {days} 天的注册记录，不足以判断注册集中；至少需要 {least} 天。",
    ),
    "thin": (
        "{counted} registrations in {days} days are too few to tell bunches.",
        "{days} 天内只有 {counted} 次注册，不足以判断注册集中。",
    ),
    "none": (
        "No day had far more registrations than weekday and season explain ({days} days looked at).",
        "共查看 {days} 天，没有一天的注册数明显超出星期与季节能解释的水平。",
    ),
    "found": (
        "{bunches} bunches hold {registered} of {counted} registrations; {unnamed} of them lie in no "
        "campaign or holiday. The chance that any of them is mere chance is at most {rate}.",
        "共发现 {bunches} 次注册集中，含 {counted} 次注册中的 {registered} 次；"
        "其中 {unnamed} 次不在任何活动或假日内。"
        "其中有任何一次纯属偶然的概率至多为 {rate}。",
    ),
    "cluster": (
        "{first} to {last}{channel}: {registered} registered, {ratio} times the {expected} expected; "
        "{excess} more (95 % interval {low} to {high}). {name}.",
        "{first} 至 {last}{channel}：注册 {registered} 人，是预期 {expected} 人的 {ratio} 倍，"
        "多出 {excess} 人（95% 区间 {low} 至 {high}）。{name}。",
    ),
    "named": ("Within it: {names}", "期间有：{names}"),
    "unnamed": ("No campaign or holiday lies in it", "期间没有活动或假日"),
    "campaign": ("campaign {name} ({days} days)", "活动“{name}”（{days} 天）"),
    "holiday": ("{name} ({days} days)", "{name}（{days} 天）"),
    "channel": (", channel {channel}", "，渠道“{channel}”"),
    "unknown": ("(not known)", "（未知）"),
    "join": (", ", "、"),
    "churn": (
        "Of {exposed} who came in {what}, {share} were lost within {days} days of registering; of like "
        "others from the same channels "
        "{others}: {difference} points (95 % interval {low} to {high}). {verdict}",
        "{what}注册的 {exposed} 人中，{share} 在注册后 {days} 天内流失；同渠道的其他客户为 {others}，"
        "相差 {difference} 个百分点（95% 区间 {low} 至 {high}）。{verdict}",
    ),
    "all": ("the bunches", "在注册集中期"),
    "one": ("this bunch", "在这一次集中期"),
    "more": ("They leave more often.", "他们更容易流失。"),
    "less": ("They leave less often.", "他们更不容易流失。"),
    "same": ("The data show no difference.", "数据看不出差别。"),
}


def _text(key: str, language: Language) -> str:
    return _TEXT[key][0 if language == "en" else 1]


def tell_clusters(clusters: Clusters, language: Language) -> str:
    """What was found in all, or why it cannot be told."""
    key = clusters.untold or ("found" if clusters.clusters else "none")
    return _text(key, language).format(
        days=number((clusters.before - clusters.first_day).days),
        least=clusters.rules.days_min,
        counted=number(clusters.counted),
        bunches=len(clusters.clusters),
        registered=number(sum(c.registered for c in clusters.clusters)),
        unnamed=sum(not c.is_named for c in clusters.clusters),
        rate=percent(clusters.rules.false_rate),
    )


def tell_cluster(cluster: Cluster, language: Language) -> str:
    """One bunch: when, how many, how many more than expected, and its names."""
    channel = ""
    if cluster.channel is not None:
        known = cluster.channel or _text("unknown", language)
        channel = _text("channel", language).format(channel=known)
    return _text("cluster", language).format(
        first=day(cluster.first_day),
        last=day(cluster.last_day),
        channel=channel,
        registered=number(cluster.registered),
        ratio=f"{cluster.ratio:.1f}",
        expected=number(round(cluster.expected)),
        excess=number(round(cluster.excess)),
        low=number(round(cluster.excess_low)),
        high=number(round(cluster.excess_high)),
        name=_names(cluster, language),
    )


def _names(cluster: Cluster, language: Language) -> str:
    if not cluster.names:
        return _text("unnamed", language)
    told = _text("join", language).join(tell_name(name, language) for name in cluster.names)
    return _text("named", language).format(names=told)


def tell_name(name: ClusterName, language: Language) -> str:
    """A campaign or holiday with the days it shares."""
    said = name.en if language == "en" else name.zh
    return _text(name.kind, language).format(name=said, days=name.days)


def tell_cluster_churn(clusters: Clusters, language: Language, cluster: Cluster | None = None) -> str | None:
    """Churn of those who came in `cluster` (None: in any) against others; None where it cannot be told."""
    churn = clusters.churn if cluster is None else cluster.churn
    if churn is None or churn.difference.value is None:
        return None
    return _text("churn", language).format(
        exposed=number(churn.exposed),
        what=_text("all" if cluster is None else "one", language),
        share=percent(churn.share_exposed),
        days=clusters.rules.follow_days,
        others=percent(churn.share_others),
        difference=points(churn.difference.value),
        low=points(churn.difference.low),
        high=points(churn.difference.high),
        verdict=_text(_side(churn), language),
    )


def _side(churn: Contrast) -> str:
    low, high = churn.difference.low, churn.difference.high
    if low is not None and low > 0:
        return "more"
    return "less" if high is not None and high < 0 else "same"


def points(share: float | None) -> str:
    """A difference of shares in percentage points, with its sign; a dash where it is not known."""
    return "–" if share is None else f"{100 * share:+.1f}"
