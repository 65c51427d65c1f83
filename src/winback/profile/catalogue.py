"""The catalogue: every feature declared as data, for the shared kinds and the workspace's own alike."""

from __future__ import annotations

from collections.abc import Iterator

from winback.ingest.read import lane_measures
from winback.profile.nouns import ALIVE, CUSTOMER, Aggregate, Catalogue, Feature, Unit
from winback.profile.own import own_features
from winback.profile.words import FAULT_WORDS, KIND_WORDS, SEVERAL, Words, product_words, window_words
from winback.settings.model import Settings
from winback.terms.errors import Place, SettingsProblem
from winback.terms.kinds import Fault, Kind

WINDOWS = (1, 3, 7, 14, 30, 60, 90)
#: Kinds whose events are states or happen once: counting them by window says nothing.
NOT_COUNTED = frozenset({Kind.REGISTER, Kind.BALANCE})


def catalogue(settings: Settings) -> Catalogue:
    """All features of this workspace; those of the settings asked for last are kept.

    Raises SettingsProblem where a feature of its own names what there is not.
    """
    last = _kept.get("last")
    if last is None or last[0] is not settings:
        last = _kept["last"] = (settings, _made(settings))
    return last[1]


#: Settings never change after the start, so the same ones have the same catalogue.
_kept: dict[str, tuple[Settings, Catalogue]] = {}


def _made(settings: Settings) -> Catalogue:
    lanes = lane_measures(settings)
    shared = [
        *_customer(),
        *_alive(),
        *(feature for kind in settings.event_kinds for feature in _of_kind(settings, kind)),
        *_visits(),
        *_balance(),
        *_products(settings),
        *_faults(),
        *_trends(),
    ]
    own = own_features(settings, lanes, taken=frozenset(feature.name for feature in shared))
    found = Catalogue((*shared, *own), settings.churn.kinds, settings.churn.days)
    _all_differ(found)
    return found


def _all_differ(found: Catalogue) -> None:
    seen: set[str] = set()
    for feature in found:
        if feature.name in seen:
            raise SettingsProblem(
                "two features would be called {name}",
                name=feature.name,
                place=Place(file="winback.toml", field="kinds"),
                todo="give the kind of event or of product another name",
            )
        seen.add(feature.name)


def words_of(settings: Settings, kind: str) -> Words:
    """What a kind is called, in both languages."""
    own = settings.kinds.get(kind)
    return Words(own.zh, own.en) if own else KIND_WORDS[kind]


def _feature(  # noqa: PLR0913 - a row of a table
    name: str,
    kind: str,
    measure: str,
    window: int | None,
    *,
    how: Aggregate,
    unit: Unit,
    zh: str,
    en: str,
    of: tuple[str, str] | None = None,
) -> Feature:
    return Feature(name, kind, measure, window, how, unit, zh, en, of)


def _customer() -> Iterator[Feature]:
    yield _feature(
        "tenure_days", CUSTOMER, "days", None, how="tenure", unit="days",
        zh="注册至今天数（无注册事件时从首个事件起）", en="days since registration (or the first event)",
    )  # fmt: skip


def _alive() -> Iterator[Feature]:
    yield _feature(
        "days_since_alive", ALIVE, "days", None, how="since", unit="days",
        zh="距最近一次活跃天数", en="days since the last event that counts as alive",
    )  # fmt: skip
    for window in (7, 30, 90):
        said = window_words(window)
        yield _feature(
            f"alive_days_{window}d", ALIVE, "days", window, how="days", unit="days",
            zh=f"{said.zh}活跃天数", en=f"days alive {said.en}",
        )  # fmt: skip
    yield _feature(
        "alive_days_life", ALIVE, "days", None, how="days", unit="days",
        zh="累计活跃天数", en="days alive in all",
    )  # fmt: skip
    yield _feature(
        "lapses_life", ALIVE, "days", None, how="lapses", unit="count",
        zh="累计流失次数（含当前）", en="times churned so far, now included",
    )  # fmt: skip
    yield _feature(
        "days_since_return", ALIVE, "days", None, how="since_return", unit="days",
        zh="距最近一次回流天数", en="days since coming back from the last lapse",
    )  # fmt: skip


def _of_kind(settings: Settings, kind: str) -> Iterator[Feature]:
    word = words_of(settings, kind)
    yield _feature(
        f"days_since_{kind}", kind, "days", None, how="since", unit="days",
        zh=f"距最近一次{word.zh}天数", en=f"days since the last {word.en}",
    )  # fmt: skip
    if kind != Kind.REGISTER and settings.churn.kinds != (kind,):
        yield _feature(
            f"days_from_{kind}_to_alive", kind, "days", None, how="to_alive", unit="days",
            zh=f"最近一次{word.zh}到最近一次活跃的天数",
            en=f"days from the last {word.en} to the last sign of life",
        )  # fmt: skip
    if kind in NOT_COUNTED:
        return
    for window in (*WINDOWS, None):
        yield from _counted(settings, kind, window)
    if _has_amount(settings, kind):
        yield _feature(
            f"{kind}_largest_life", kind, "largest", None, how="largest", unit="money",
            zh=f"单笔最大{word.zh}金额", en=f"largest amount of one {word.en}",
        )  # fmt: skip
        yield _feature(
            f"{kind}_amount_last", kind, "amount", None, how="now", unit="money",
            zh=f"最近一个{word.zh}日的金额", en=f"amount of {word.en} on the last day with any",
        )  # fmt: skip


def _counted(settings: Settings, kind: str, window: int | None) -> Iterator[Feature]:
    word, said, tail = words_of(settings, kind), window_words(window), tail_of(window)
    several = SEVERAL.get(kind, word.en)
    yield _feature(
        f"{kind}_count_{tail}", kind, "count", window, how="sum", unit="count",
        zh=f"{said.zh}{word.zh}次数", en=f"{several} {said.en}",
    )  # fmt: skip
    yield _feature(
        f"{kind}_days_{tail}", kind, "days", window, how="days", unit="days",
        zh=f"{said.zh}有{word.zh}的天数", en=f"days with {several} {said.en}",
    )  # fmt: skip
    if _has_amount(settings, kind):
        yield _feature(
            f"{kind}_amount_{tail}", kind, "amount", window, how="sum", unit="money",
            zh=f"{said.zh}{word.zh}金额", en=f"amount of {several} {said.en}",
        )  # fmt: skip


def _has_amount(settings: Settings, kind: str) -> bool:
    return any(measure.name == "amount" for measure in lane_measures(settings)[kind])


def tail_of(window: int | None) -> str:
    """How a window ends the name of a feature: `30d`, or `life` without one."""
    return "life" if window is None else f"{window}d"


def _visits() -> Iterator[Feature]:
    rows: tuple[tuple[str, Aggregate, Unit, str, str], ...] = (
        ("visit_gap_mean", "gap_mean", "mean", "平均访问间隔（天）", "usual gap between visit days, in days"),
        ("visit_gap_spread", "gap_spread", "mean", "访问间隔标准差（天）", "standard deviation of the gaps"),
        ("visit_gap_ratio", "gap_ratio", "ratio", "当前间隔与平均间隔之比", "current gap over the usual gap"),
    )
    for name, how, unit, zh, en in rows:
        yield _feature(name, Kind.VISIT, "days", None, how=how, unit=unit, zh=zh, en=en)


def _balance() -> Iterator[Feature]:
    rows: tuple[tuple[str, Aggregate, Unit, str, str], ...] = (
        ("balance_now", "now", "money", "当前余额", "last known balance"),
        ("balance_peak", "peak", "money", "历史最高余额", "highest balance at the end of a day so far"),
        (
            "balance_fall",
            "fall",
            "ratio",
            "较最高余额的跌幅",
            "fall from the highest balance: 1 - now / peak",
        ),
    )
    for name, how, unit, zh, en in rows:
        yield _feature(name, Kind.BALANCE, "balance", None, how=how, unit=unit, zh=zh, en=en)
    for window in (7, 14, 30, 60, 90):
        said = window_words(window)
        yield _feature(
            f"balance_change_{window}d", Kind.BALANCE, "balance", window, how="change", unit="money",
            zh=f"{said.zh}余额变化", en=f"change of the balance {said.en}",
        )  # fmt: skip


def _products(settings: Settings) -> Iterator[Feature]:
    yield _feature(
        "product_kinds_life", Kind.PURCHASE, "product_kinds", None, how="variety", unit="count",
        zh="买过的产品类型数", en="how many kinds of product were ever bought",
    )  # fmt: skip
    for product in settings.products.kinds:
        word = product_words(product)
        yield _feature(
            f"purchase_count_{product}_life", Kind.PURCHASE, f"count_{product}", None,
            how="sum", unit="count", zh=f"累计购买{word.zh}次数", en=f"purchases of {word.en} in all",
        )  # fmt: skip
        for window in (90, None):
            said = window_words(window)
            yield _feature(
                f"purchase_share_{product}_{tail_of(window)}", Kind.PURCHASE, f"amount_{product}", window,
                how="share", unit="ratio", of=(Kind.PURCHASE, "amount"),
                zh=f"{said.zh}购买金额中{word.zh}占比", en=f"share of {word.en} in what was bought {said.en}",
            )  # fmt: skip


def _faults() -> Iterator[Feature]:
    for fault in Fault:
        for window in (7, 30, 90):
            said = window_words(window)
            yield _feature(
                f"fault_{fault}_count_{window}d", Kind.FAULT, f"count_{fault}", window,
                how="sum", unit="count",
                zh=f"{said.zh}{FAULT_WORDS[fault].zh}次数", en=f"{FAULT_WORDS[fault].en} {said.en}",
            )  # fmt: skip


def _trends() -> Iterator[Feature]:
    rows: tuple[tuple[str, Kind, str, int], ...] = (
        ("visit_trend", Kind.VISIT, "count", 7),
        ("visit_trend", Kind.VISIT, "count", 30),
        ("purchase_count_trend", Kind.PURCHASE, "count", 30),
        ("purchase_amount_trend", Kind.PURCHASE, "amount", 30),
        ("redemption_amount_trend", Kind.REDEMPTION, "amount", 30),
    )
    for stem, kind, measure, days in rows:
        word = KIND_WORDS[kind]
        yield _feature(
            f"{stem}_{days}d", kind, measure, days, how="trend", unit="ratio",
            zh=f"近{days}天{word.zh}与前{days}天之比",
            en=f"{measure} of {SEVERAL[kind]}, {days} days over the {days} before",
        )  # fmt: skip
    for window in (90, None):
        said = window_words(window)
        yield _feature(
            f"redemption_share_{tail_of(window)}", Kind.REDEMPTION, "amount", window,
            how="share", unit="ratio", of=(Kind.PURCHASE, "amount"),
            zh=f"{said.zh}赎回与购买金额之比", en=f"redeemed over bought {said.en}",
        )  # fmt: skip
        yield _feature(
            f"purchase_mean_{tail_of(window)}", Kind.PURCHASE, "amount", window,
            how="mean", unit="money_mean",
            zh=f"{said.zh}平均每笔购买金额", en=f"mean amount of a purchase {said.en}",
        )  # fmt: skip
