"""What plan and experiment tell operators, in English and Chinese."""

from __future__ import annotations

from winback.language import Language, Say, speaker

CHINESE = {
    "Open tasks": "待办任务",
    "task": "任务",
    "due": "到期日",
    "customer": "客户",
    "about": "事由",
    "at stake": "预计可保留金额",
    "Wrote {rows} tasks to {file}.": "已将 {rows} 个任务写入 {file}。",
    "Task {task} is done: {outcome}": "任务 {task} 已完成：{outcome}",
    "Nobody was let in: the newest sign of life is of {day}. Who is inside goes on.": (
        "没有让任何客户进入：最近一次活动在 {day}。已在其中的客户照常推进。"
    ),
    "on": "进行中",
    "paused": "已暂停",
    "stopped": "已停止",
    "channel_left": "渠道持续偏弱，已退出",
    "channel_fine": "渠道不弱",
    "{channel} has left {playbook}: {why}.": "渠道 {channel} 已退出 {playbook}：{why}。",
    "{playbook}: no diagnosis judges channels, their own figures do (winback diagnose --full).": (
        "{playbook}：没有可用的渠道诊断，按渠道自身数字判定（winback diagnose --full）。"
    ),
    "{playbook}: the diagnosis as of {day} says which channels are weak.": (
        "{playbook}：弱渠道由 {day} 的诊断判定。"
    ),
    "Weak channels": "弱渠道",
    "joined": "加入",
    "weak since": "持续偏弱自",
    "left": "退出",
    "new customers": "新客户",
    "churned": "已流失占比",
    "inside": "仍在其中",
    "once": "只进入一次",
    "too_soon": "间隔未到",
    "times_max": "次数已满",
    "layer": "同层另一策略在测",
    "a_day_max": "当日名额已满",
    "control": "全局对照组",
    "holdout": "策略留白组",
    "message": "消息",
    "grant": "发放权益",
    "call": "电话任务",
    "survey": "问卷邀请",
    "alert": "通知运营",
    "{day} was entered already; only who was due went on.": "{day} 已经判定过进入，本次只推进到期的客户。",
    "As of {day}: {heard} reacted, {moves} moves, {treatments} treatments given.": (
        "时点 {day}：{heard} 位有反应，推进 {moves} 步，安排 {treatments} 项措施。"
    ),
    "{people} inside {playbook} moved to its new version.": "{playbook} 中 {people} 位客户转到新版本。",
    "There is no control group and no experiment yet: winback plan begins them.": (
        "还没有对照组和实验：winback plan 会开始。"
    ),
    "No playbook is there: put one into {folder}, or switch a shipped one on in [playbooks].": (
        "还没有策略：在 {folder} 放入一个，或在 [playbooks] 中启用自带的策略。"
    ),
    "In winback.toml, for example: {lines}. Shipped are: {names}.": (
        "例如在 winback.toml 中写：{lines}。自带的策略：{names}。"
    ),
    "Who entered": "进入的客户",
    "Who would enter": "将会进入的客户",
    "What they would get": "将会收到的内容",
    "playbook": "策略",
    "version": "版本",
    "meant": "符合条件",
    "entered": "进入",
    "would enter": "将进入",
    "held out": "留白",
    "kept out by": "被挡住的原因",
    "step": "步骤",
    "kind": "类型",
    "medium": "触达方式",
    "customers at most": "最多客户数",
    "customers at once": "立即客户数",
    "{day}: nobody would be let in, as the newest sign of life is of {since}.": (
        "{day}：不会让任何客户进入，最近一次活动在 {since}。"
    ),
    "What the limits of rewards would say": "权益限额的结果",
    "What the gate of messages would say": "触达闸门的结果",
    "grants": "权益",
    "granted": "将发放",
    "money": "金额",
    "kept back by": "被挡住的原因",
    "messages": "消息",
    "would be sent": "将发送",
    "kept back or put off by": "被挡住或推迟的原因",
    "Those who are inside and would go on are counted too.": "已在策略中、将继续推进的客户也计算在内。",
    "cost": "成本",
    "when": "时间",
    "day": "日期",
    "{playbook} as of {day}: {money} at once, {most} at most.": (
        "{playbook}，时点 {day}：立即 {money}，最多 {most}。"
    ),
    "Playbooks": "策略",
    "state": "状态",
    "layer (of experiments)": "实验层",
    "priority": "优先级",
    "held": "暂停中",
    "never run": "未运行",
    "{customer} enters {playbook} as of {day}, in arm {arm}.": (
        "{customer} 在 {day} 进入 {playbook}，分支 {arm}。"
    ),
    "Held out by {group}: walked, never done.": "属于{group}：照常推进，不执行措施。",
    "{customer} is meant by {playbook} as of {day}, but kept out: {limit}.": (
        "{customer} 在 {day} 符合 {playbook} 的条件，但没有进入：{limit}。"
    ),
    "{customer} is not meant by {playbook} as of {day}.": "{customer} 在 {day} 不符合 {playbook} 的条件。",
    "What it asks": "进入条件",
    "asks": "条件",
    "holds": "是否成立",
    "yes": "是",
    "no": "否",
    "what was seen": "看到的值",
    "{playbook} is now {state}: {people} customers touched, {withdrawn} treatments withdrawn.": (
        "{playbook} 现为{state}：涉及 {people} 位客户，撤回 {withdrawn} 项措施。"
    ),
    "Wrote {rows} entries to {file}.": "已将 {rows} 条进入记录写入 {file}。",
    "{count} playbooks are right.": "{count} 个策略没有问题。",
    "What was done to it": "操作记录",
    "who": "操作人",
    "why": "原因",
    "what happened": "变化",
    "Global control groups": "全局对照组",
    "number": "编号",
    "from": "起始日",
    "share": "占比",
    "Experiments": "实验",
    "arms": "分支",
    "measured for": "观察天数",
    "{playbook}: {people} entered; sample ratio p = {p}.": (
        "{playbook}：进入 {people} 位；样本比例检验 p = {p}。"
    ),
    "The counts do not agree with the shares: somebody is lost or added on one side.": (
        "人数与设定比例不符：某一侧有人漏掉或多出。"
    ),
    "Before treatment": "进入时的差异",
    "feature": "特征",
    "treated": "处理组",
    "standardised difference": "标准化差异",
    "Control group {number} counts from {day} on.": "第 {number} 期对照组自 {day} 起生效。",
    "Nobody has entered yet.": "还没有人进入。",
}


def speak(language: Language) -> Say:
    """The teller of a language: the words of plan, else those that everybody shares."""
    shared = speaker(language)

    def say(text: str) -> str:
        return CHINESE.get(text, shared(text)) if language == "zh" else shared(text)

    return say


def word(name: str | None, language: Language) -> str:
    """A limit, state or group in words; a name that is no word of plan stays as it is."""
    if name is None:
        return "–"
    return CHINESE.get(name, name) if language == "zh" else name.replace("_", " ")
