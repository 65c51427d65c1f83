"""What the doors say of models, nights and single customers, in English and Chinese."""

from __future__ import annotations

from winback.language import Language, Say, speaker

CHINESE = {
    "nobody let in: no sign of life since {day}": "未让客户进入：{day} 之后没有活动",
    # Models.
    "Trained {version} in {time}, on what was known at the start of {day}.": (
        "已训练 {version}，用时 {time}，所用数据截至 {day}（不含当日）。"
    ),
    "{version} was trained already, from the same data, settings and plan.": (
        "{version} 已经训练过：数据、设置、方案都相同。"
    ),
    "AUC {auc} ({spread}), log loss {loss}, calibration error {error}; of the {capacity} riskiest "
    "{precision} leave.": (
        "AUC {auc}（{spread}），对数损失 {loss}，校准误差 {error}；"
        "风险最高的 {capacity} 位中 {precision} 会流失。"
    ),
    "Card: {file}": "模型卡：{file}",
    "Next: winback promote {version}": "下一步：winback promote {version}",
    "It is in use now.": "已启用。",
    "It is not promoted: a rival is as good. Read its card; winback promote {version} --override "
    "REASON takes it all the same.": (
        "未启用：有对手不比它差。请看模型卡；winback promote {version} --override 理由 可以仍然启用。"
    ),
    "No model is there yet: winback train makes one.": "还没有模型：winback train 会训练一个。",
    "No model is in use: winback promote VERSION puts one to use.": (
        "没有启用的模型：winback promote 版本 可以启用一个。"
    ),
    "Models": "模型",
    "in use": "启用",
    "version": "版本",
    "horizon": "预测天数",
    "tested on": "测试日期",
    "AUC": "AUC",
    "model": "模型",
    "what": "项目",
    "best rival: {name}": "最好的对手：{name}",
    "How they were made": "训练记录",
    "log loss": "对数损失",
    "calibration error": "校准误差",
    "precision at capacity": "人力所及的精确率",
    "beats all": "全部胜过",
    "yes": "是",
    "no": "否",
    "trained by": "训练者",
    "Put to use": "启用记录",
    "when": "时间",
    "before": "此前",
    "who": "操作人",
    "why": "原因",
    "rolled back": "回退",
    "; ": "；",
    "first model; it beats every rival": "首个模型，胜过所有对手",
    "overrides {rivals}": "不顾 {rivals}",
    "Wrote the card of {version} to {file}.": "已将 {version} 的模型卡写入 {file}。",
    "{version} is in use; before it was {before}.": "已启用 {version}；此前为 {before}。",
    "{version} was in use already; nothing has changed.": "{version} 本来就在启用，没有变化。",
    "none": "无",
    "{customers} customers scored by {model} as of {day} in {time}: {expected} are expected to leave.": (
        "已用 {model} 为 {day} 的 {customers} 位客户评分，用时 {time}：预计 {expected} 位会流失。"
    ),
    "{customers} customers had been scored by {model} as of {day}: {expected} are expected to leave.": (
        "{day} 的 {customers} 位客户已用 {model} 评过分：预计 {expected} 位会流失。"
    ),
    "Reasons are kept of the {explained} riskiest.": "已为风险最高的 {explained} 位留下原因。",
    # The night.
    "Taking in what the sources hold": "采集数据源中的新数据",
    "Profiling every customer": "为每位客户画像",
    "Diagnosing who leaves": "诊断谁在流失",
    "Training a model: none is in use": "没有启用的模型，正在训练",
    "Looking for the model": "查看模型",
    "Telling the risk": "计算风险",
    "No model speaks; rules alone do": "没有模型，只凭规则",
    "Warning": "预警",
    "Drawing who is left out": "划分留白组",
    "Walking the playbooks": "推进召回策略",
    "Granting and settling rewards": "发放与结算权益",
    "Delivering": "触达",
    "Run as of {day}": "运行 {day}",
    "step": "步骤",
    "what it did": "结果",
    "time": "用时",
    "ingest": "采集",
    "profile": "画像",
    "diagnose": "归因",
    "train": "训练",
    "predict": "预测",
    "warn": "预警",
    "{events} new events, {refused} rows refused; {customers} customers in all": (
        "新增 {events} 个事件，拒收 {refused} 行；共 {customers} 位客户"
    ),
    "{customers} customers, {features} features": "{customers} 位客户，{features} 个特征",
    "{churned} of {customers} have churned": "{customers} 位中 {churned} 位已流失",
    "{customers} scored with {model}, {expected} expected to leave": (
        "已用 {model} 为 {customers} 位评分，预计 {expected} 位流失"
    ),
    "{new} new warnings, {raised} raised, {closed} closed": "新增 {new}，升级 {raised}，结束 {closed}",
    "done before": "此前已完成",
    "experiment": "分流",
    "plan": "策略",
    "reward": "权益",
    "deliver": "触达",
    "{playbooks} playbooks; {share} of all are left out of everything": (
        "{playbooks} 个策略；{share} 的客户全局留白"
    ),
    "{entered} entered, {heard} reacted, {treatments} treatments given": (
        "进入 {entered} 位，有反应 {heard} 位，安排 {treatments} 项措施"
    ),
    "{granted} granted, {claims} claims settled, {expired} expired": (
        "发放 {granted}，核销 {claims} 次，过期 {expired} 个"
    ),
    "{sent} messages sent, {waiting} wait, {as_if} as if": (
        "发出 {sent} 条，等待 {waiting} 条，留白视同 {as_if} 条"
    ),
    "nothing is sent by real providers on a day that is not today": "不是今天，不经真实服务商发送",
    "{version}: it beats every rival, and is in use": "{version}：胜过所有对手，已启用",
    "No model is in use, so rules alone warn. winback train makes one, winback promote uses it.": (
        "没有启用的模型，只凭规则预警。winback train 训练模型，winback promote 启用它。"
    ),
    "No model could be trained yet, so rules alone warn: {why}.": "还训练不出模型，只凭规则预警：{why}。",
    "The model {version} does not beat {why}, so it is not in use; rules alone warn. See its card.": (
        "模型 {version} 没有胜过 {why}，因此未启用，只凭规则预警。详见模型卡。"
    ),
    "The model could not speak, so rules alone warned: {why}": "模型不能使用，只凭规则预警：{why}",
    "All of it took {time}.": "总共用时 {time}。",
    # The demo.
    "Simulating {customers} customers over {days} days": "正在模拟 {customers} 位客户、{days} 天",
    "{count} warnings are open; the first of them:": "共 {count} 条未结预警，最前面的：",
    "how good the model is, beside its rivals": "模型有多好，与对手并列",
    "every warning, the most at risk first": "全部预警，风险价值最高的在前",
    "all that is known of one customer": "一位客户的全部情况",
    # One customer.
    "Customer {customer} as of {day}": "客户 {customer}，时点 {day}",
    "Known": "已知",
    "value": "内容",
    "state": "状态",
    "phase": "时期",
    "trust": "信任度",
    "registered": "注册日",
    "first seen": "首次出现",
    "channel": "渠道",
    "campaign": "活动",
    "inviter": "邀请人",
    "birthday": "生日",
    "language": "语言",
    "time zone": "时区",
    "churned on": "流失日",
    "Figures": "主要指标",
    "figure": "指标",
    "customer": "客户",
    "usual for people like them": "同类客户",
    "People like them: {count} customers who are there, of the same phase and channel.": (
        "同类客户：时期与渠道相同、尚未流失的 {count} 位客户。"
    ),
    "People like them: all {count} customers who are there.": "同类客户：全部 {count} 位未流失的客户。",
    "Risk: {told}": "风险：{told}",
    "zh": "中文",
    "en": "英文",
    "{chance} will leave within {days} days, by the model {model}; on average {mean} of all do.": (
        "模型 {model}：{days} 天内流失的概率为 {chance}；全体平均为 {mean}。"
    ),
    "Riskier than {share} of all who are there.": "风险高于 {share} 的未流失客户。",
    "Risk: not told, as {why}.": "风险：没有评分，因为{why}。",
    "nobody who has churned, or never began, is scored": "已流失或从未活跃的客户不评分",
    "no model is in use": "没有启用的模型",
    "the risks of {day} have not been told; winback predict --as-of {day} tells them": (
        "{day} 的风险还没有计算；运行 winback predict --as-of {day}"
    ),
    "Nothing raises the risk much.": "没有什么明显抬高风险。",
    "Not among those of whom reasons are kept.": "不在留有原因的客户之中。",
    "Warnings": "预警",
    "No warning was ever given.": "从未预警。",
    "Treatments and messages": "措施与消息",
    "None: no playbook gave this customer anything.": "没有：没有任何策略为这位客户安排过措施。",
    "as of": "时点",
    "playbook": "策略",
    "treatment": "措施",
    "how": "方式",
    "held out": "留白",
}


def speak(language: Language) -> Say:
    """The teller of a language: what is not said here is looked up among the messages of the house."""
    if language == "en":
        return str
    shared = speaker(language)
    return lambda text: CHINESE.get(text) or shared(text)
