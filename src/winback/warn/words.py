"""What warn tells operators, in English and Chinese."""

from __future__ import annotations

from winback.language import Language, Say
from winback.warn.nouns import FIRST, SHIPPED

CHINESE = {
    "{workspace}: playbooks ask you to look at {count} customers": (
        "{workspace}：召回策略请您关注 {count} 位客户"
    ),
    "{playbook}, {about}: {count}. First: {parts}": "{playbook}，{about}：{count} 位。最前面的：{parts}",
    "winback tasks list shows all that is open.": "全部待办见 winback tasks list。",
    "{workspace}: no events since {day}": "{workspace}：{day} 之后没有新事件",
    "Playbooks let nobody in until events come in again; who is inside goes on. Look at the sources.": (
        "在新事件到来之前，策略不再让客户进入；已在其中的客户照常推进。请检查数据源。"
    ),
    "high": "高",
    "medium": "中",
    "low": "低",
    "new": "新增",
    "raised": "升级",
    "lowered": "降级",
    "woken": "到期恢复",
    "seen": "持续",
    "acknowledged": "已确认",
    "snoozed": "已暂缓",
    "closed": "已结束",
    "reopened": "重新打开",
    "open": "待处理",
    "came_back": "已回来",
    "churned": "已流失",
    "calm": "风险消退",
    "by_hand": "人工结束",
    "unknown": "未知",
    "{workspace}: early warnings as of {day}": "{workspace}：{day} 流失预警",
    "New {new}, raised {raised}, lowered {lowered}, closed {closed}.": (
        "新增 {new}，升级 {raised}，降级 {lowered}，结束 {closed}。"
    ),
    "Open: high {high}, medium {medium}, low {low}; value at risk {value}.": (
        "未结：高 {high}，中 {medium}，低 {low}；风险价值 {value}。"
    ),
    "New and raised by level: {parts}": "新增与升级，按等级：{parts}",
    "New and raised by channel: {parts}": "新增与升级，按渠道：{parts}",
    "New and raised by phase: {parts}": "新增与升级，按时期：{parts}",
    "Top reasons: {parts}": "主要原因：{parts}",
    "Closed: {parts}": "已结束：{parts}",
    "{workspace}: {count} customers newly at high risk": "{workspace}：新增 {count} 位高风险客户",
    "As of {day}. The most at risk: {parts}": "时点 {day}。风险价值最高的：{parts}",
    "{workspace}: warnings jumped": "{workspace}：预警数突增",
    "{workspace}: churn of channel {channel} jumped": "{workspace}：渠道 {channel} 的流失突增",
    "{workspace}: visits fell": "{workspace}：登录数下跌",
    "As of {day}: {count} against a usual {usual}.": "时点 {day}：{count}，平时 {usual}。",
    "At {moment}: they took out nearly all they held. The most at risk: {parts}": (
        "{moment}：几乎取出了全部余额。风险价值最高的：{parts}"
    ),
    "At {moment}: the model says so of what came in. The most at risk: {parts}": (
        "{moment}：模型按新到的事件判断。风险价值最高的：{parts}"
    ),
    "winback.toml holds a policy that is not switched on ({waiting}); {used} goes on.": (
        "winback.toml 里的预警方案 {waiting} 尚未启用，继续使用 {used}。"
    ),
    "redeemed_nearly_all": "几乎取出全部余额",
    "novice": "新手期",
    "growth": "成长期",
    "mature": "成熟期",
    # The command.
    "As of {day}: {customers} customers, {watched} of them still there. Model: {model}.": (
        "时点 {day}：共 {customers} 位客户，其中 {watched} 位未流失。模型：{model}。"
    ),
    "none, rules alone": "无，仅按规则",
    "{day} was done already; nothing has changed.": "{day} 已经跑过，没有变化。",
    "Caught up first: {days}.": "先补跑了：{days}。",
    "A rule's limit out of the data: {rule}: {says} {value}": "规则取自数据的界限：{rule}：{says} {value}",
    "Warnings": "流失预警",
    "what happened": "变化",
    "customers": "客户数",
    "Open now": "当前未结",
    "level": "等级",
    "status": "状态",
    "customer": "客户",
    "since": "开始于",
    "score": "分数",
    "at risk": "风险价值",
    "At risk: {money}, in {time}.": "风险价值 {money}，用时 {time}。",
    "rules": "规则",
    "phase": "时期",
    "channel": "渠道",
    "when": "时间",
    "from": "原等级",
    "to": "现等级",
    "who": "操作人",
    "why": "原因",
    "No warning is open.": "没有未结的预警。",
    "{shown} of {all} open warnings.": "共 {all} 条未结预警，显示 {shown} 条。",
    "The highest level comes first; within a level the most money to be lost: the value at risk times "
    "the chance to leave.": "等级高者在前；同级按预期损失从大到小：风险价值乘以流失概率。",
    "No warning of {customer} is known.": "没有 {customer} 的预警。",
    "History": "历史",
    "Done for {done} customers; {not_done} had no warning to which that applies.": (
        "已处理 {done} 位客户；{not_done} 位没有适用的预警。"
    ),
    "Wrote {rows} warnings to {file}.": "已将 {rows} 条预警写入 {file}。",
    "Alerts: {sent} sent, {failed} failed, {held} held, {unknown} unknown, {waiting} waiting.": (
        "通知：已发 {sent}，失败 {failed}，暂缓 {held}，结果未知 {unknown}，待发 {waiting}。"
    ),
    "WINBACK_ALERT_URLS is not set: {alerts} alerts are kept, none is sent.": (
        "未设置 WINBACK_ALERT_URLS：{alerts} 条通知已留存，未发送。"
    ),
    # The replay.
    "Replay from {first} to {last}": "回测 {first} 至 {last}",
    "policy": "预警方案",
    "warnings": "预警数",
    "right": "命中",
    "wrong": "误报",
    "undecided": "未定",
    "precision": "命中率",
    "churns": "流失数",
    "caught": "提前预警",
    "missed": "漏报",
    "recall": "覆盖率",
    "repeated": "重复预警",
    "lead time, days (10, 50, 90 %)": "提前天数（10、50、90 %）",
    "load a day (mean, most)": "每日工作量（平均、最多）",
    "value at risk warned of": "预警的风险价值",
    "value at risk caught": "命中的风险价值",
    "right at level {level}": "{level}级命中率",
    "Right: the customer churned within {days} days of the warning. Outcomes are known to {known_to}.": (
        "命中：客户在预警后 {days} 天内流失。结果已知至 {known_to}。"
    ),
    "{policy}: new and raised": "{policy}：新增与升级",
    "; ": "；",
    "model": "模型",
    "rules alone": "仅按规则",
    "{name} ({days} days)": "{name}（{days} 天）",
    ": learnt from {days} of them": "：其中 {days} 天用于它的训练",
    "A model that has learnt from a day looks better there than it is. Replay later days.": (
        "模型在它学过的日子上显得过好。请回测更晚的日子。"
    ),
    # Policies.
    "figure": "指标",
    "promised": "回测预期",
    "live": "实际",
    "days": "天数",
    "warned a day": "每日预警数",
    "outcome known": "结果已知",
    "Policies": "预警方案",
    "in use": "使用中",
    "in winback.toml": "winback.toml 中",
    "switched on": "启用于",
    "replayed": "回测",
    "yes": "是",
    "no": "否",
    "Policy {policy}": "预警方案 {policy}",
    SHIPPED: "首次运行：winback 自带的方案",
    FIRST: "首次运行：此前没有方案，无须回测",
    "without a replay: {why}": "未经回测：{why}",
    "no replay": "没有回测",
    "{spans}, with {models}": "{spans}，模型 {models}",
    "Policy {policy} was replayed with {models}, not with the model in use ({model}).": (
        "预警方案 {policy} 回测时用的是 {models}，不是使用中的模型（{model}）。"
    ),
    "What its replay promised was another model's. winback predict scores later days with this "
    "one, and winback replay then puts it on record.": (
        "回测的预期出自另一个模型。用 winback predict 给之后的日子打分，再用 winback replay 留存记录。"
    ),
    "Policy {policy} is in use from the next run on.": "预警方案 {policy} 从下一次运行起启用。",
    "winback.toml holds another policy ({other}): winback warn refuses to run until it is the same.": (
        "winback.toml 里是另一预警方案（{other}）：两者一致之前 winback warn 不会运行。"
    ),
    "Policy {policy}: promised by its replay, and live": "预警方案 {policy}：回测预期与实际",
    "No replay of it is on record.": "没有它的回测记录。",
    "No run has judged by it yet.": "还没有按它运行过。",
    "On record: each policy can now be switched on (winback policies switch-on).": (
        "已留存：各方案现在可以启用（winback policies switch-on）。"
    ),
    "Live outcomes count customers who were won back as wrong warnings; a holdout tells more.": (
        "被挽回的客户在实际结果里计为误报；留白组更能说明问题。"
    ),
    "Replays": "回测",
    "Switched on": "启用记录",
    "day": "日期",
}


def speak(language: Language) -> Say:
    """The teller of a language. Raises KeyError for a message that has no Chinese."""
    return CHINESE.__getitem__ if language == "zh" else str


def word(text: str | None, language: Language) -> str:
    """A word of the workspace (a channel, a phase, a level) as operators read it."""
    if text is None:
        return CHINESE["unknown"] if language == "zh" else "unknown"
    return CHINESE.get(text, text) if language == "zh" else text.replace("_", " ")
