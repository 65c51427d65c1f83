"""What the diagnosis says, in English and Chinese, and how figures are written."""

from __future__ import annotations

from winback.diagnose.nouns import Rate
from winback.language import NO_BREAK, Say, percent

#: English keys that are shorter than what is told.
ENGLISH = {"never": "never active", "as of {day}": "as of {day} (events before this day)"}

CHINESE = {
    "active": "活跃",
    "dormant": "沉默",
    "returned": "回流",
    "churned": "流失",
    "never": "从未活跃",
    "novice": "新手期",
    "growth": "成长期",
    "mature": "成熟期",
    "register": "注册",
    "visit": "登录",
    "purchase": "购买",
    "redemption": "赎回",
    "balance": "余额变动",
    "fault": "卡顿或闪退",
    "touch": "触达",
    "claim": "核销",
    "phase": "时期",
    "channel": "渠道",
    "customers": "客户数",
    "churn rate": "流失率",
    "95 % interval": "95% 区间",
    "share of the churned": "占流失客户",
    "all": "合计",
    "(not known)": "（未知）",
    " or ": "或",
    "Churn diagnosis": "流失诊断",
    "as of {day}": "截至 {day}（不含当日）",
    "Churned: no {kinds} for more than {days} days. Dormant: more than {dormant} days. "
    "Returned: came back after churning, in the last {returned} days. "
    "The churn rate is churned customers of those who were ever active.": (
        "流失：超过 {days} 天没有{kinds}。沉默：超过 {dormant} 天。回流：流失后在最近 {returned} 天内回来。"
        "流失率 = 流失客户 ÷ 曾经活跃的客户。"
    ),
    "Of {alive} customers who were ever active, {lost} have churned: {rate}.": (
        "曾经活跃的 {alive} 位客户中，{lost} 位已流失：{rate}。"
    ),
    "No customer was ever active before this day.": "在此之前没有任何客户活跃过。",
    "No customer has churned.": "没有客户流失。",
    "Of the {lost} churned, {part} were in the {phase} phase when they churned: {rate}, "
    "more than in any other phase.": (
        "在 {lost} 位流失客户中，{part} 位流失时处于{phase}：{rate}，高于其他时期。"
    ),
    "The {phase} phase has the highest churn rate: {rate}, against {all} of all customers.": (
        "{phase}的流失率最高：{rate}；全部客户为 {all}。"
    ),
    "The {channel} channel has the highest churn rate: {rate}, against {all} of all customers.": (
        "“{channel}”渠道的流失率最高：{rate}；全部客户为 {all}。"
    ),
    "Worst by phase: {cells}.": "各时期流失率最高的渠道：{cells}。",
    "{phase}: {channel} {rate}, against {all} of the phase": (
        "{phase}：“{channel}”{rate}，该时期全部客户为 {all}"
    ),
    "No channel stands out within a phase.": "没有渠道在某一时期内明显偏高。",
    "No phase stands out: the highest churn rate, in the {phase} phase, is {rate}, against {all} of all "
    "customers.": "没有时期明显偏高：{phase}的流失率最高，为 {rate}；全部客户为 {all}。",
    "No channel stands out: the highest churn rate, of the {channel} channel, is {rate}, against {all} of "
    "all customers.": "没有渠道明显偏高：“{channel}”的流失率最高，为 {rate}；全部客户为 {all}。",
    "; ": "；",
    "No phase has {least} customers who were ever active, too few to compare.": (
        "没有任何时期达到 {least} 位曾经活跃的客户，不足以比较。"
    ),
    "No channel has {least} customers who were ever active, too few to compare.": (
        "没有任何渠道达到 {least} 位曾经活跃的客户，不足以比较。"
    ),
    "Who the churned are, by phase": "流失客户的时期结构",
    "States by phase": "各时期的客户状态",
    "States by channel": "各渠道的客户状态",
    "Churn rate by channel within each phase": "各渠道在各时期的流失率",
    "The phase of a churned customer is the phase at churn.": "流失客户的时期以流失当日为准。",
    "trust": "信任度",
    "campaign": "活动",
    "language": "语言",
    " ": "",
    " and ": "，并且",
    "once": "1 次",
    "{n} times": "{n} 次",
    "1 day": "1 天",
    "{n} days": "{n} 天",
    "never bought": "从未购买",
    "bought {times} at most": "最多购买 {times}",
    "bought {times} or more": "购买 {times}及以上",
    "bought on {days} at most": "最多在 {days}里有过购买",
    "bought on {days} or more": "在 {days}及以上有过购买",
    "had none: {name}": "{name}为 0",
    "had {name}: {value} at most": "{name}不超过 {value}",
    "had {name}: {value} or more": "{name}达到 {value} 及以上",
    "had {name}: below {value}": "{name}低于 {value}",
    "had {name}: {value}": "{name}为“{value}”",
    "never reached {value} in one {name}": "单笔{name}从未达到 {value}",
    "those lost": "全部流失客户",
    "those lost from {channel}": "“{channel}”渠道的流失客户",
    "those lost in the {phase} phase": "{phase}流失客户",
    "those lost from {channel} in the {phase} phase": "“{channel}”渠道{phase}流失客户",
    "{share} of {group} {condition} ({interval}, {lost} lost); of those like them who stayed, "
    "{kept_share} ({kept_interval}, {kept} effective).": (
        "{group}中，{share} {condition}（{interval}，流失 {lost} 人）；留下的同类客户中为 {kept_share}"
        "（{kept_interval}，等效 {kept} 人）。"
    ),
    "{ratio} times as common ({low} to {high}); {q}.": "前者是后者的 {ratio} 倍（{low} 至 {high}）；{q}。",
    "None of those who stayed did; {q}.": "留下的客户中没有；{q}。",
    "q below 0.001": "q 小于 0.001",
    "q = {q}": "q = {q}",
    "Portrait of {group}: {traits}.": "{group}画像：{traits}。",
    "{share} (95 % interval {low} to {high})": "{share}（95% 区间 {low} 至 {high}）",
}


def speak(language: str) -> Say:
    """The teller for `zh` or `en`. Raises KeyError for a message that has no Chinese."""
    if language == "zh":
        return CHINESE.__getitem__
    return lambda message: ENGLISH.get(message, message)


def interval(rate: Rate) -> str:
    """The interval of a rate; a dash where there is none."""
    if rate.low is None or rate.high is None:
        return "–"
    return f"{100 * rate.low:.1f} – {100 * rate.high:.1f}{NO_BREAK}%"


def rate_text(rate: Rate, say: Say) -> str:
    """A rate with its interval, for use in a sentence."""
    text = say("{share} (95 % interval {low} to {high})")
    return text.format(share=percent(rate.share), low=percent(rate.low), high=percent(rate.high))
