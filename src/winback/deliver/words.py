"""What deliver tells operators, in English and Chinese."""

from __future__ import annotations

from winback.language import Language, Say

CHINESE = {
    "waiting": "等待",
    "sending": "发送中",
    "sent": "已发送",
    "delivered": "已送达",
    "failed": "失败",
    "unknown": "结果未知",
    "held": "已冻结",
    "refused": "已拒发",
    "withdrawn": "已撤回",
    "as_if": "留白（视同已发）",
    "emergency_hold": "应急冻结",
    "opted_out": "已退订",
    "no_consent": "未获同意",
    "no_contact": "无联系方式",
    "dead_contact": "联系方式已失效",
    "quiet_hours": "免打扰时段",
    "no_trading_day": "非交易日",
    "too_late": "已过时效",
    "frequency_cap": "频控",
    "provider_limit": "服务商限额",
    "grant_refused": "权益被拒",
    "grant_awaited": "等待权益",
    "read": "已读",
    "clicked": "已点击",
    "inbox": "站内信",
    "sms": "短信",
    "push": "推送",
    "email": "邮件",
    "webhook": "Webhook",
    "marketing": "营销",
    "service": "服务",
    "Taken in {taken}, judged {judged}: let through {cleared}, as if {as_if}.": (
        "新入队 {taken}，过闸 {judged}：放行 {cleared}，视同已发 {as_if}。"
    ),
    "Not let through": "未放行",
    "reason": "原因",
    "messages": "消息数",
    "Outcomes: {parts}": "发送结果：{parts}",
    "Nothing was sent.": "没有发送任何消息。",
    "{unknown} messages have no known outcome: `winback messages list --state unknown`": (
        "{unknown} 条消息结果未知：`winback messages list --state unknown`"
    ),
    "The outbox": "发件箱",
    "state": "状态",
    "medium": "触达方式",
    "Messages": "消息",
    "message": "消息",
    "customer": "客户",
    "playbook": "策略",
    "step": "步骤",
    "due": "到期",
    "provider": "服务商",
    "No message is {state}.": "没有{state}的消息。",
    "No message of {customer} is known.": "没有 {customer} 的消息。",
    "until": "直到",
    "when": "时间",
    "what": "事项",
    "not counted": "不计",
    "Hold {number} stands; nothing that it names goes out.": "应急冻结 {number} 已生效，相关消息一律不发。",
    "Hold {number} is over; {messages} messages are judged again.": (
        "应急冻结 {number} 已解除；{messages} 条消息重新过闸。"
    ),
    "No hold stands.": "没有生效的应急冻结。",
    "Holds": "应急冻结",
    "number": "编号",
    "purpose": "用途",
    "since": "开始于",
    "who": "操作人",
    "why": "原因",
    "any": "全部",
    "{customer} is opted out.": "{customer} 已退订。",
    "{customer} is opted in.": "{customer} 已订阅。",
    "Message {message} is settled: {word}.": "消息 {message} 已处理：{word}。",
    "again": "重新发送",
    "to {customer} in {language}, by {medium}": "发给 {customer}，语言 {language}，{medium}",
    "{encoding}, {units} units, {parts} parts": "{encoding}，{units} 字，{parts} 条计费",
    "No contact of that kind is known.": "没有该类联系方式。",
    "No provider calls back.": "没有会回调的通道。",
}


def speak(language: Language) -> Say:
    """The teller of a language. Raises KeyError for a message that has no Chinese."""
    return CHINESE.__getitem__ if language == "zh" else str


def word(text: str | None, language: Language) -> str:
    """A word (a state, a reason, a medium) as operators read it."""
    if text is None:
        return ""
    return CHINESE.get(text, text) if language == "zh" else text.replace("_", " ")
