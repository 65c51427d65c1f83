"""Names for days: the campaigns of the workspace and the holidays of a country."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from winback.diagnose.clusters.nouns import ClusterName
from winback.settings.model import CampaignSection


def names_of(
    first_day: date, last_day: date, campaigns: Sequence[CampaignSection], country: str
) -> tuple[ClusterName, ...]:
    """Campaigns, then holidays, that share days with [first_day, last_day]; the longest shared first."""
    days = [first_day + timedelta(days=i) for i in range((last_day - first_day).days + 1)]
    ran: Counter[str] = Counter()
    for campaign in campaigns:
        shared = sum(campaign.first_day <= day <= campaign.last_day for day in days)
        if shared:
            ran[campaign.name] = max(ran[campaign.name], shared)
    called = {each.name: (each.zh or each.name, each.en or each.name) for each in campaigns}
    told = [ClusterName("campaign", *called[name], shared) for name, shared in ran.most_common()]
    held = Counter(name for name in holiday_names(days, country) if name is not None)
    told += [ClusterName("holiday", zh, en, shared) for (zh, en), shared in held.most_common()]
    return tuple(told)


def holiday_names(days: Iterable[date], country: str) -> list[tuple[str, str] | None]:
    """The holiday of each day in zh and en; None for a day that is none.

    In China the days truly off, with their bridging weekends, for the years that `chinese_calendar` knows;
    else, and in other countries, the public holidays of `holidays` (no names for a country unknown to it).
    """
    return [_chinese(day) if country == "CN" else _public(day, country) for day in days]


def off_days(days: Sequence[date], country: str) -> int | None:
    """How many of the days are off: weekends that are worked do not count. None where it is not known."""
    import chinese_calendar

    if country != "CN":
        return None
    try:
        return int(sum(chinese_calendar.is_holiday(day) for day in days))
    except NotImplementedError:
        return None


def _chinese(day: date) -> tuple[str, str] | None:
    import chinese_calendar

    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return _public(day, "CN")
    if not off or name is None:
        return None
    return chinese_calendar.Holiday(name).chinese, name


def _public(day: date, country: str) -> tuple[str, str] | None:
    import holidays

    try:
        local = holidays.country_holidays(country, years=day.year)
        zh = _in(local.supported_languages, "zh_CN")
        en = _in(local.supported_languages, "en_US")
    except NotImplementedError:
        return None
    if day not in local:
        return None
    told = [holidays.country_holidays(country, years=day.year, language=spoken) for spoken in (zh, en)]
    return str(told[0].get(day)), str(told[1].get(day))


def _in(supported: tuple[str, ...], wanted: str) -> str | None:
    """The language if the country's holidays are told in it, else English, else the country's own."""
    return wanted if wanted in supported else next((x for x in supported if x.startswith("en")), None)
