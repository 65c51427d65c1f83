"""What the diagnosis says, in English and Chinese, and how figures are written."""

from __future__ import annotations

from winback.diagnose.nouns import Rate
from winback.language import NO_BREAK, Say, percent

#: Smaller p and q values are not told apart.
PROBABILITY_MIN = 0.0001

#: English keys that are shorter than what is told.
ENGLISH = {
    "fault lag": "lag",
    "fault crash": "crash",
    "fault error": "error",
    "fault several": "several",
    "never": "never active",
    "as of {day}": "as of {day} (events before this day)",
}

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
    "fault": "故障",
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
    "No channel stands out: the highest churn rate, of the {channel} channel, is {rate}, against {all} "
    "of all customers.": "没有渠道明显偏高：“{channel}”的流失率最高，为 {rate}；全部客户为 {all}。",
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
    "low": "低",
    "middle": "中",
    "high": "高",
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
    "had {name}: “{value}”": "{name}为“{value}”",
    "others": "其他",
    "were last seen on the day of their last {kind}": "最后一次活跃就在最近一次{kind}的当天",
    "were last seen within {days} of their last {kind}": "最后一次活跃在最近一次{kind}后 {days}之内",
    "were last seen {days} or more after their last {kind}": "最近一次{kind}过了 {days}及以上仍有活跃",
    "Not drilled by {feature}: all who were compared are alike in it.": (
        "无法按{feature}细分：参与对比的客户在这一点上都相同。"
    ),
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
    "Judged on {at} by what happened until {as_of}: with every number of days tried, more than "
    "{wrong} of those called lost came back.": (
        "以 {at} 判定、用截至 {as_of} 的事实检验：所试的每个天数，"
        "被判流失的客户中都有超过 {wrong} 后来回来了。"
    ),
    "Judged on {at} by what happened until {as_of}: from {days} days on, at most {wrong} of those "
    "called lost came back.": (
        "以 {at} 判定、用截至 {as_of} 的事实检验：从 {days} 天起，被判流失的客户中回来的不超过 {wrong}。"
    ),
    "days without a sign of life": "没有活跃迹象的天数",
    "called lost": "判为流失",
    "of those, came back": "其中后来回来",
    "share": "占比",
    "came back": "回来",
    "share of those called lost": "占被判流失者",
    "not called lost, yet gone": "未判流失却再未回来",
    "Definitions of churn side by side": "流失定义对比",
    "Most were lost in the month from {day}: {lost}, while {came} came and {back} came back.": (
        "流失最多的是 {day} 起的一个月：流失 {lost}，新来 {came}，回来 {back}。"
    ),
    "month from": "月份起于",
    "present before": "月初在场",
    "came": "新来",
    "lost": "流失",
    "present after": "月末在场",
    "Month by month": "逐月流动",
    "days until half are gone": "流失过半的天数",
    "No group is large enough for a curve.": "没有足够大的群组可以画出曲线。",
    "The share not yet churned so many days after the start, by Kaplan and Meier.": (
        "开始后若干天尚未流失的比例（Kaplan–Meier）。"
    ),
    "After {day} days {best} keeps most, {most}, and {worst} least, {least}.": (
        "{day} 天后，{best}留存最高（{most}），{worst}最低（{least}）。"
    ),
    "Retention by month of coming": "按到来月份的留存",
    "Retention by channel": "按渠道的留存",
    "Retention by phase, of those present on {day}": "按时期的留存（{day} 在场的客户）",
    "cohort": "到来月份",
    "days since coming": "到来后的天数",
    "days since {day}": "{day} 之后的天数",
    "Findings": "发现",
    "they": "特征",
    "of the lost": "流失者中",
    "of those who stayed": "留下者中",
    "times as common": "倍数",
    "{looked_at} conditions were tested on {lost} lost and {stayed} who stayed; {found} findings are "
    "stated, of which at most {rate} are expected to be false. A finding says what goes with leaving, "
    "not what causes it. {left_out} lost customers had nobody like them who stayed.": (
        "对 {lost} 位流失客户与 {stayed} 位留下的客户检验了 {looked_at} 个条件，得出 {found} 条发现，"
        "其中预期至多 {rate} 为误。"
        "发现只说明什么与流失相伴，不说明原因。另有 {left_out} 位流失客户找不到可比的留下者。"
    ),
    "Nothing sets the churned apart that could be stated.": "没有可以成立的发现。",
    " (nearly the same: {others})": "（几乎等同：{others}）",
    "{low} or more": "{low} 及以上",
    "under {high}": "低于 {high}",
    "{low} to under {high}": "{low} 至低于 {high}",
    "{group}, by {feature}": "{group}：按{feature}",
    "{lost} of {group} {condition}; of those like them who stayed, {stayed}.": (
        "{group}中，{lost} {condition}；留下的同类客户中为 {stayed}。"
    ),
    "The lost and those like them who stayed, span by span.": "流失者与留下的同类客户，逐段对比。",
    "verdict": "结论",
    "keep": "保留",
    "watch": "观察",
    "stop": "停止",
    "registered": "注册数",
    "cost of one": "单客成本",
    "value in {n} days": "{n} 天价值",
    "pays back on day": "第几天回本",
    "bought in {n} days": "{n} 天内购买",
    "bought twice in {n} days": "{n} 天内购买两次",
    "lost in {n} days": "{n} 天内流失",
    "Channel quality": "渠道质量",
    "from": "起",
    "to": "止",
    "expected": "预期",
    "excess": "超出",
    "named by": "对应活动或节日",
    "p for all looked at": "全部比较校正后的 p",
    "When they had registered": "注册集中",
    "registered a day": "每日注册数",
    "Thin line: registered each day; thick line: what weekday and season explain; shaded: bunches.": (
        "细线：每日注册数；粗线：星期与季节所能解释的；阴影：注册集中的日子。"
    ),
    "fault lag": "卡顿",
    "fault crash": "闪退",
    "fault error": "报错",
    "fault several": "多种故障",
    "any fault": "任一故障",
    "version": "版本",
    "Not drilled into: {group}. There must be lost customers and others like them who stayed.": (
        "无法细分：{group}。须既有流失客户，又有留下的同类客户。"
    ),
    "Who was lost, by phase and month": "逐月流失客户的时期结构",
    "No two months have {least} lost customers, too few to compare.": (
        "流失客户达到 {least} 位、可供比较的月份不足两个。"
    ),
    "Those lost in the months from {first} and from {last} were in much the same phases.": (
        "{first} 起与 {last} 起两个月的流失客户，时期结构大致相同。"
    ),
    "Of those lost in the month from {first}, {was} were in the {phase} phase; of those in the month "
    "from {last}, {now}.": (
        "{first} 起的一个月，流失客户中处于{phase}的占 {was}；{last} 起的一个月为 {now}。"
    ),
    "table of {n} rows": "表格（{n} 行）",
    "customers compared": "对比客户数",
    "lost of those hit": "遇到者流失",
    "lost of those like them": "同类未遇到者流失",
    "difference in points": "差（百分点）",
    "Crashes, lag and errors": "闪退、卡顿与报错",
    "{share} (95 % interval {low} to {high})": "{share}（95% 区间 {low} 至 {high}）",
}


def speak(language: str) -> Say:
    """The teller for `zh` or `en`. Raises KeyError for a message that has no Chinese."""
    if language == "zh":
        return CHINESE.__getitem__
    return lambda message: ENGLISH.get(message, message)


def probability(value: float) -> str:
    """A p or q value with two digits that count; below 0.0001 it is told as that, never as 0."""
    return "<0.0001" if value < PROBABILITY_MIN else f"{value:.2g}"


def interval(rate: Rate) -> str:
    """The interval of a rate; a dash where there is none."""
    if rate.low is None or rate.high is None:
        return "–"
    return f"{100 * rate.low:.1f} – {100 * rate.high:.1f}{NO_BREAK}%"


def rate_text(rate: Rate, say: Say) -> str:
    """A rate with its interval, for use in a sentence."""
    text = say("{share} (95 % interval {low} to {high})")
    return text.format(share=percent(rate.share), low=percent(rate.low), high=percent(rate.high))
