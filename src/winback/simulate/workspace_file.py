"""The ready `winback.toml` of a simulated business: its exports mapped to events, its campaigns and costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from winback.simulate.channels import CHANNELS, CHANNELS_EN, CHANNELS_ZH, COST_YUAN
from winback.simulate.columns import FAULTS_RAW, KINDS_ZH, MEDIUMS_ZH
from winback.simulate.faults import FAULT_KINDS
from winback.simulate.nouns import Order
from winback.simulate.world import Planted

#: Files of a CSV export that are written in GB18030, as many a Chinese system does.
GB18030 = frozenset({"registrations", "orders"})
_MEDIUMS = ("inbox", "push", "sms")


@dataclass(frozen=True)
class More:
    """What a live base adds: sources with a file a day, by name, with comments; those left out; a tail."""

    sources: Mapping[str, str] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    tail: str = ""


def workspace_toml(order: Order, what: Planted, more: More | None = None) -> str:
    """The text of the file; `winback.settings.Settings` accepts it."""
    added = more or More()
    sources = {name: lines for name, lines in _sources().items() if name not in added.without}
    comments = _COMMENTS | dict(added.comments)
    registrations = "registrations" if more is None else "registrations*"
    parts = [_HEAD]
    for name, lines in {**sources, **added.sources}.items():
        pattern = registrations if name == "registrations" else f"{name}-*"
        parts.append(_source((name, pattern, comments[name]), lines, order))
    parts += [_campaigns(order, what), _costs(), _labels(), _RULES]
    if added.tail:
        parts.append(added.tail)
    return "\n".join(parts)


_HEAD = """\
# 模拟的理财平台。由 winback simulate 生成，可以照着改成自己的。

[workspace]
name = "模拟理财"
zh = "模拟理财"          # 报告和消息里的名称，按读者的语言
en = "Simulated Wealth"
language = "zh"
time_zone = "Asia/Shanghai"
currency = "CNY"        # 金额在导出文件里以元为单位，入库后是整数分

[churn]
kinds = ["visit", "purchase"]   # 30 天既没有登录也没有申购，就算流失
days = 30

[kinds.full_redemption]         # 自己的事件种类：可取的钱一次取光
zh = "全部赎回"
en = "full redemption"

[kinds.maturity]                # 定期、加息产品到期，钱回到活期
zh = "产品到期"
en = "maturity"
amount = true

[products]
kinds = ["liquid", "fixed_term", "bonus_interest"]   # 活期、定期、加息
"""

_RULES = """\
# 预警规则：条件全部成立时预警；条件的种类见 docs/6-warn.md
[[rules]]
name = "away_and_empty"
level = "high"
zh = "久未登录且余额很少"
en = "long away and hardly any balance"
when = [
    { feature = "days_since_visit", above_threshold = "visit_to" },    # 界限取自活跃客户
    { feature = "balance_now", below_threshold = "hold_over" },
]

[[rules]]
name = "rhythm_lost"
level = "medium"
zh = "登录间隔远超平时"
en = "away for far longer than usual"
when = [
    { feature = "days_since_visit", usual = "visit_gap_mean", above = 4 },
    { feature = "days_since_visit", above = 5 },
]

[[rules]]
name = "money_out"
level = "medium"
zh = "一周内取出大部分余额"
en = "took most of the balance out within a week"
when = [{ feature = "balance_now", change_days = 7, as = "share", at_most = -0.8 }]
"""


def _renamed(column: str, raw: tuple[str, ...], names: tuple[str, ...]) -> str:
    pairs = ", ".join(f'"{a}" = "{b}"' for a, b in zip(raw, names, strict=True))
    return f'{{ column = "{column}", map = {{ {pairs} }} }}'


def _sources() -> dict[str, str]:
    """Name of each source, and the lines of its one event mapping."""
    return {**_people_and_visits(), **_money(), **_app_and_messages()}


def _people_and_visits() -> dict[str, str]:
    return {
        "registrations": f"""\
kind = {{ const = "register" }}
customer = "客户号"
at = "注册时间"
channel = {_renamed("渠道", CHANNELS_ZH, CHANNELS)}
campaign = "活动"
inviter = "邀请人"
birthday = "生日"
language = "语言"
time_zone = "时区"
phone = "手机号"       # 联系方式只进加密的事实库，不进事件日志
mail = "邮箱"
push_token = "推送标识"
attributes = {{ region = "地区", device = "设备" }}
""",
        "visits": """\
kind = { const = "visit" }
customer = "uid"
at = "opened_at"        # 没有消息编号，按内容去重
version = "app_version"
""",
    }


def _money() -> dict[str, str]:
    kind_map = _renamed("产品类型", tuple(KINDS_ZH.values()), tuple(KINDS_ZH))
    return {
        "orders": f"""\
kind = {{ const = "purchase" }}
customer = "客户号"
at = "下单时间"
id = "订单号"
amount = "金额"
product = "产品"
product_kind = {kind_map}
""",
        "redemptions": """\
kind = { const = "redemption" }
customer = "客户号"
at = "到账时间"
id = "流水号"
amount = "金额"
product = "产品"
[[sources.events]]            # 一笔主动的全部赎回，另记一条自定义事件
kind = { const = "full_redemption" }
where = "\\"是否全部\\" = '是' AND \\"方式\\" = '主动赎回'"
customer = "客户号"
at = "到账时间"
id = "流水号"
""",
        "maturities": """\
kind = { const = "maturity" }
customer = "客户号"
at = "到期时间"
amount = "金额"
product = "产品"
""",
        "balances": """\
kind = { const = "balance" }
customer = "客户号"
at = "时间"
amount = "余额"
""",
    }


def _app_and_messages() -> dict[str, str]:
    return {
        "app_quality": f"""\
kind = {{ const = "fault" }}
customer = "uid"
at = "occurred_at"
detail = {_renamed("type", FAULTS_RAW, FAULT_KINDS)}
version = "app_version"
""",
        "messages": f"""\
kind = {{ const = "touch" }}
customer = "uid"
at = "sent_at"
id = "msg_id"
detail = {_renamed("medium", MEDIUMS_ZH, _MEDIUMS)}
""",
        "coupons": """\
kind = { const = "claim" }
customer = "客户号"
at = "领取时间"
amount = "面额"
detail = { const = "trial_coupon" }
""",
    }


_COMMENTS = {
    "registrations": "注册：一行一位客户",
    "visits": "登录：时间是 UTC",
    "orders": "申购：本地时间，金额是两位小数的元",
    "redemptions": "赎回",
    "maturities": "到期：钱回到活期的当天",
    "balances": "余额：资金变动的当天和月末各一行",
    "app_quality": "应用质量：卡顿、闪退、报错；时间是 UTC",
    "messages": "发出的资讯",
    "coupons": "领取的体验券",
}
_UTC = frozenset({"visits", "app_quality"})


def _source(named: tuple[str, str, str], mapping: str, order: Order) -> str:
    """One source; named: its name, the pattern of its files, the remark above it."""
    name, pattern, remark = named
    lines = [f"# {remark}", "[[sources]]", f'name = "{name}"', f'format = "{order.format}"']
    lines.append(f'path = "raw/{pattern}.{order.format}"')
    if order.format == "csv":
        lines.append(f'encoding = "{"gb18030" if name in GB18030 else "utf-8"}"')
    lines.append(f'time_zone = "{"UTC" if name in _UTC else "Asia/Shanghai"}"')
    return "\n".join([*lines, "[[sources.events]]", mapping])


def _campaigns(order: Order, what: Planted) -> str:
    blocks = ["# 营销活动：归因时用来给注册集中的日子命名"]
    for cluster in what.clusters:
        if cluster.kind != "campaign":
            continue
        first, last = (order.first_day + timedelta(days=n) for n in (cluster.first, cluster.last))
        channel = f'\nchannel = "{CHANNELS[cluster.channel]}"' if cluster.channel >= 0 else ""
        blocks.append(
            f'[[campaigns]]\nname = "{cluster.name}"\nfirst_day = {first}\nlast_day = {last}{channel}'
        )
    return "\n".join(blocks) + "\n" if len(blocks) > 1 else ""


def _labels() -> str:
    blocks = ["# 渠道与自由属性在页面上的叫法"]
    for channel, zh, en in zip(CHANNELS, CHANNELS_ZH, CHANNELS_EN, strict=True):
        blocks.append(f'[channels.{channel}]\nzh = "{zh}"\nen = "{en}"')
    for attribute, zh, en in (("region", "地区", "region"), ("device", "设备", "device")):
        blocks.append(f'[attributes.{attribute}]\nzh = "{zh}"\nen = "{en}"')
    return "\n".join(blocks) + "\n"


def _costs() -> str:
    blocks = ["# 每个渠道每注册一人的成本（元）"]
    for channel, cost in zip(CHANNELS, COST_YUAN, strict=True):
        blocks.append(f'[[channel_costs]]\nchannel = "{channel}"\nper_registration = {cost}')
    return "\n".join(blocks) + "\n"
