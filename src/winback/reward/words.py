"""What reward tells operators, in English and Chinese."""

from __future__ import annotations

from winback.language import Language, Say

CHINESE = {
    # Kinds.
    "trial_coupon": "体验券",
    "trial_principal": "体验金",
    "bonus_interest": "加息券",
    "red_packet": "红包",
    "birthday_coupon": "生日礼券",
    "draw": "抽奖",
    "referral_reward": "邀请奖励",
    # States.
    "granted": "已发放",
    "held": "待审",
    "refused": "未发放",
    "claimed": "已核销",
    "expired": "已过期",
    "reversed": "已冲正",
    "as_if": "留白（视同发放）",
    "accepted": "已接受",
    "waiting": "待购买",
    "dismissed": "已处理",
    "approved": "已批准",
    "rejected": "已驳回",
    # Reasons of grants.
    "no_such_reward": "没有此权益",
    "not_known": "所需特征未知",
    "too_small": "金额过小",
    "no_prize": "未中奖",
    "no_birthday": "生日未知",
    "not_near_birthday": "不在生日前后",
    "nobody_new": "没有新邀请的客户",
    "given_already": "已发过",
    "cooling_down": "尚在间隔期",
    "pot_empty": "资金池不足",
    "day_limit": "超出当日限额",
    "playbook_limit": "超出策略限额",
    "customer_limit": "超出客户限额",
    "approval": "须第二人审批",
    "same_device": "同一设备客户过多",
    "same_inviter": "同一邀请人发放过多",
    "stopped": "措施已撤回",
    "by_hand": "人工冲正",
    # Reasons of claims.
    "no_grant": "没有对应的发放",
    "not_theirs": "属于其他客户",
    "other_reward": "不是此权益",
    "not_granted": "未曾发放",
    "claimed_already": "已核销过",
    "too_early": "早于发放",
    "no_purchase": "没有符合条件的新购买",
    "too_much": "金额超出",
    # Accounts, scopes and ways.
    "funded": "投入",
    "budget": "预算",
    "outstanding": "未核销",
    "day": "当日",
    "playbook": "策略",
    "customer": "客户",
    "amount_minor": "固定",
    "steps": "按表",
    "share_bp": "按比例",
    "policy": "按额度方案",
    "prizes": "按概率",
    "none": "无",
    # The command.
    "{claims} claims are of rewards that are not ours ({rewards}): counted, and left alone.": (
        "{claims} 次核销属于其他权益（{rewards}），只计数，不处理。"
    ),
    "Nothing was due.": "没有到期的措施。",
    "Grants": "发放",
    "Claims": "核销",
    "Rewards": "权益",
    "Pots": "资金池",
    "Limits": "限额",
    "Requests for money": "追加预算申请",
    "state": "状态",
    "reason": "原因",
    "grants": "发放数",
    "claims": "核销数",
    "money": "金额",
    "reward": "权益",
    "kind": "种类",
    "pot": "资金池",
    "amount": "金额",
    "a claim needs": "核销条件",
    "odds": "概率",
    "scope": "范围",
    "key": "对象",
    "limit": "限额",
    "used": "已用",
    "who": "操作人",
    "why": "原因",
    "id": "编号",
    "on it": "面额",
    "until": "有效至",
    "when": "时间",
    "entry": "分录",
    "grant": "发放编号",
    "Granted {granted}, claimed {claimed}, expired {expired}.": (
        "发放 {granted}，核销 {claimed}，过期 {expired}。"
    ),
    "Nothing of {customer} is known.": "没有 {customer} 的权益记录。",
    "Nothing is there.": "没有记录。",
    "Done for {done}.": "已处理 {done} 条。",
    "{id}: {why}": "{id}：{why}",
    "it is {about}": "当前状态：{about}",
    "the grant is {about}": "该发放的状态：{about}",
    "there is no pot {about}": "没有资金池 {about}",
    "there is no such grant": "没有此发放",
    "there is no such claim": "没有此核销",
    "there is no such grant or request": "没有此发放或申请",
    "it belongs to no grant": "不属于任何发放",
    "the grant is another customer's": "该发放属于其他客户",
    "whoever made it cannot approve it": "发起人不能自己审批",
    "whoever asked for it cannot approve it": "申请人不能自己审批",
    "the pot is empty": "资金池不足",
    "the limit of the {about} would be broken": "将超出{about}限额",
    "{money} is in pot {pot}.": "已向资金池 {pot} 投入 {money}。",
    "Request {id} for {money} waits for a second person: winback rewards approve {id}": (
        "申请 {id}（{money}）须第二人审批：winback rewards approve {id}"
    ),
    "Policy {name} is in force as version {version}.": "额度方案 {name} 第 {version} 版已启用。",
    "Wrote {rows} entries to {file}.": "已将 {rows} 条分录写入 {file}。",
}


def speak(language: Language) -> Say:
    """The teller of a language. Raises KeyError for a message that has no Chinese."""
    return CHINESE.__getitem__ if language == "zh" else str


def word(text: str | None, language: Language) -> str:
    """A word of reward (a kind, a state, a reason) as operators read it."""
    if text is None:
        return ""
    return CHINESE.get(text, text) if language == "zh" else text.replace("_", " ")
