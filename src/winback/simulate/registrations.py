"""The registration export: who registered, with invented names' worth of particulars.

Phone numbers begin with 100, which no Chinese mobile number does, and mail goes to example.com,
which is kept free for examples: nobody can be reached by them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from winback.simulate.calendar import Cluster
from winback.simulate.channels import CHANNELS_ZH, mix
from winback.simulate.columns import FIRST_NUMBER, moments, numbers, words
from winback.simulate.nouns import Order
from winback.simulate.people import People
from winback.terms.time import day_number

REGIONS = ("广东", "江苏", "浙江", "山东", "四川", "河南", "北京", "上海", "湖北", "福建", "陕西", "辽宁")
_REGION_WEIGHT = (15, 11, 10, 10, 9, 9, 8, 8, 7, 6, 4, 3)
DEVICES = ("Android", "iOS", "HarmonyOS")
_DEVICE_WEIGHT = (52, 30, 18)
ZONES = ("Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "Europe/London", "America/Los_Angeles")
_ZONE_WEIGHT = (960, 15, 15, 5, 5)
LANGUAGES = ("zh", "en")
_LANGUAGE_WEIGHT = (97, 3)
_AGE, _AGE_SPREAD = 36.0, 9.0


def table(born: People, first_row: int, order: Order, planted: tuple[Cluster, ...]) -> pa.Table:
    """The export's rows for `born`, the customers from row `first_row` on."""
    first_day = order.first_day
    row = first_row + np.arange(len(born))
    bits = _Bits(born["looks"])
    campaign = np.array([c.kind == "campaign" for c in planted] + [False])[born["cluster"]]
    names = tuple(c.name for c in planted) or ("",)
    return pa.table(
        {
            "客户号": numbers(row),
            "注册时间": moments(born, first_day, utc=False),
            "渠道": words(born["channel"], CHANNELS_ZH),
            "活动": words(np.where(campaign, born["cluster"], -1), names),
            "邀请人": numbers(born["inviter"]),
            "生日": pa.array(_birthday(born, bits, order), pa.int32()).cast(pa.date32()),
            "语言": words(bits.pick(_LANGUAGE_WEIGHT), LANGUAGES),
            "时区": words(bits.pick(_ZONE_WEIGHT), ZONES),
            "地区": words(bits.pick(_REGION_WEIGHT), REGIONS),
            "设备": words(bits.pick(_DEVICE_WEIGHT), DEVICES),
            "手机号": _texts("100{:08d}", row),
            "邮箱": _texts("u{}@example.com", row + FIRST_NUMBER),
            "推送标识": _texts("sim-{:08d}", row),
        }
    )


class _Bits:
    """Draws of a person's particulars from that person's own bits."""

    def __init__(self, looks: npt.NDArray[np.uint32]) -> None:
        self._state = looks.astype(np.uint64)

    def uniform(self) -> npt.NDArray[np.float64]:
        """One more draw in [0, 1) for everyone."""
        self._state = self._state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
        return (self._state >> np.uint64(40)).astype(np.float64) / 2**24

    def pick(self, weights: tuple[int, ...]) -> npt.NDArray[np.int64]:
        """A code for everyone, by weight."""
        share = np.cumsum(weights) / sum(weights)
        return np.searchsorted(share, self.uniform(), side="right").astype(np.int64)


def _birthday(born: People, bits: _Bits, order: Order) -> npt.NDArray[np.int64]:
    """Days since 1970-01-01; ages 18 to 75, younger where the channel is."""
    from scipy.stats import norm

    younger = np.array([c.young for c in mix(order.plain)])[born["channel"]]
    age = np.clip(_AGE - younger + _AGE_SPREAD * norm.ppf(np.clip(bits.uniform(), 1e-6, 1 - 1e-6)), 18.1, 75)
    return np.asarray(day_number(order.first_day) - age * 365.25).astype(np.int64)


def _texts(pattern: str, values: npt.NDArray[Any]) -> pa.Array:
    return pa.array([pattern.format(value) for value in values.tolist()], pa.string())
