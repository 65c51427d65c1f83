"""What is said of simulated days and of what was kept, in English and Chinese."""

from __future__ import annotations

from winback.language import Language, Say

CHINESE = {
    "Simulating {customers} customers who go on living": "正在模拟 {customers} 位会继续生活下去的客户",
    "Playing {nights} days: every night the whole loop, every day people answer": (
        "正在演练 {nights} 天：每晚跑完整个流程，每天客户做出反应"
    ),
    "No day is left to be lived there.": "这里没有可以继续的日子了。",
    "{nights} days were played, up to {day}: {messages} messages were sent, {read} read, {clicked} clicked; "
    "{put_off} put somebody off. {claims} rewards were claimed.": (
        "演练了 {nights} 天，到 {day} 为止：发出消息 {messages} 条，读了 {read} 条，点击 {clicked} 条，"
        "{put_off} 条招人反感；核销权益 {claims} 份。"
    ),
    "A day took {time}: {parts}.": "平均每天用时 {time}：{parts}。",
    "What was kept, against those left alone, with 95 % intervals": (
        "留住了多少（与不触达的对照相比，附 95% 区间）"
    ),
    "playbook": "策略",
    "treated, kept": "触达，留住",
    "left alone, kept": "不触达，留住",
    "points more": "多几个百分点",
    "customers kept": "多留住的客户",
    "assets kept": "多留住的资产",
    "rewards paid": "已付权益",
    "net": "扣除权益",
    "Assets at the end less those at the beginning, in thousand {currency}, with 95 % intervals": (
        "期末持有减期初持有（千 {currency}，附 95% 区间）"
    ),
    "whole programme": "全部合计",
    "Nothing is measured yet: no playbook's days are over.": "还没有可读的结果：没有策略的观察期已满。",
    "Of {treated} customers outside the global control group {share} are still here; of the {held_out} "
    "in it, who were sent nothing, {share_0}.": (
        "全局对照组以外的 {treated} 位客户中，{share} 还在；"
        "对照组的 {held_out} 位什么都没收到，{share_0} 还在。"
    ),
    "So about {customers} customers were kept who would have left (95 % interval {low} to {high}).": (
        "因此大约有 {customers} 位原本会流失的客户被留住（95% 区间 {low} 到 {high}）。"
    ),
    "Among customers alike at the start the difference is {points} points (95 % interval {low} to {high}): "
    "it holds zero, so whether anybody was kept cannot be told yet.": (
        "起点相同的客户之间差异是 {points} 个百分点（95% 区间 {low} 到 {high}），其中含零："
        "是否留住了人，现在还不能断定。"
    ),
    "So about {customers} customers left who would have stayed (95 % interval {low} to {high}).": (
        "因此大约有 {customers} 位原本会留下的客户反而走了（95% 区间 {low} 到 {high}）。"
    ),
    "Rewards cost {reward}.": "权益花费 {reward}。",
    "Rewards cost {reward}: about {each} for each customer kept.": (
        "权益花费 {reward}，平均每多留住一位约 {each}。"
    ),
    "With that taken off, they hold {money} more than without it (95 % interval {low} to {high}).": (
        "扣除这笔花费后，他们比没有召回时多持有 {money}（95% 区间 {low} 到 {high}）。"
    ),
    "With that taken off, they hold {money} less than without it (95 % interval {low} to {high}).": (
        "扣除这笔花费后，他们比没有召回时少持有 {money}（95% 区间 {low} 到 {high}）。"
    ),
    "Whether more money stayed cannot be told yet: with that taken off the difference is {money}, and its "
    "95 % interval, {low} to {high}, holds zero.": (
        "资金是否多留下了，现在还不能断定：扣除这笔花费后的差额是 {money}，"
        "95% 区间 {low} 到 {high}，其中含零。"
    ),
    "who is in which playbook": "谁在哪个策略里",
    "what rewards cost": "权益花了多少",
    "messages, and why some were not sent": "消息，以及有些为什么没发",
    "one more day, if any is left": "如果还有，再过一天",
    "First entries whose measuring is over; kept: not churned at its end; everybody drawn counts, reached or "
    "not.": "只算每人首次进入且观察期已满的；留住＝观察期末未流失；抽中的都算，不论是否送达。",
}


def speak(language: Language) -> Say:
    """The teller of a language. Raises KeyError for a message that has no Chinese."""
    return CHINESE.__getitem__ if language == "zh" else str
