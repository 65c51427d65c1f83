"""What the workspace file of a live base says beside that of any simulated business."""

from __future__ import annotations

from winback.simulate.workspace_file import More

#: Playbooks that are switched on, all of them shipped.
PLAYBOOKS = (
    "graded_warning",
    "trial_habit",
    "valued_return",
    "cause_natural",
    "liked_product",
    "returned_watch",
)
_SOURCES = {
    "receipts": """\
kind = { const = "touch" }
customer = "客户号"
at = "时间"
id = "回执号"
detail = "medium"
attributes = { message = "message", what = "what", playbook = "playbook", step = "step" }
""",
    "claims": """\
kind = { const = "claim" }
customer = "客户号"
at = "时间"
id = "领取号"
detail = "奖励"
attributes = { grant = "grant" }
""",
    "callbacks": """\
kind = { const = "cause" }
customer = "客户号"
at = "时间"
detail = "原因"
""",
}
_COMMENTS = {
    "receipts": "消息回执：已读、点击",
    "claims": "领取奖励",
    "callbacks": "流失回访：客户说的原因",
}
_TAIL = f"""\
[kinds.cause]                   # 流失原因，来自回访
zh = "流失原因"
en = "cause of leaving"

# 召回策略、对照组、权益预算
[playbooks]
shipped = [{", ".join(f'"{name}"' for name in PLAYBOOKS)}]

[experiment]
control_share = 0.15            # 全局对照组：什么都不给，用来读出真实效果

[reward]
device_attribute = "device_id"  # 模拟数据里的 device 是系统名，不是设备号

[pots.winback]
budget_minor = 100000000
day_max_minor = 10000000
customer_max_minor = 1000000
"""

MORE = More(sources=_SOURCES, comments=_COMMENTS, without=frozenset({"coupons"}), tail=_TAIL)
