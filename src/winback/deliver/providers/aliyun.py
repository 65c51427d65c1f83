"""SMS through Aliyun's Dysmsapi with its own software; texts are kept there, parameters fill them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from winback.deliver.nouns import Fate, Letter, Outcome, Parcel, Receipt, Reply, Request, What
from winback.deliver.providers.kept_texts import CHINA, KeptTexts, moment_in_china
from winback.deliver.providers.opening import Opening, fate_of

_BAD_CONTACT = frozenset(
    {"isv.MOBILE_NUMBER_ILLEGAL", "isv.MOBILE_COUNT_OVER_LIMIT", "MOBILE_NOT_ON_SERVICE"}
)
_LATER = frozenset({"isv.BUSINESS_LIMIT_CONTROL", "isv.DAY_LIMIT_CONTROL", "isp.SYSTEM_ERROR"})
_DOWN = frozenset(
    {
        *("isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE", "isp.RAM_PERMISSION_DENY", "isv.ACCOUNT_ABNORMAL"),
        *("Throttling", "Throttling.User", "ServiceUnavailable", "InvalidAccessKeyId.NotFound"),
    }
)
_PAGE = 50
#: From the taking of a letter until it may have been sent.
_LATE = (timedelta(0), timedelta(hours=1))


@dataclass(frozen=True)
class Aliyun(KeptTexts):
    """`out_id` is the message's key, by which it can be asked for."""

    def sent(self, letter: Letter, code: str) -> Outcome:
        """Send one letter."""
        try:
            body = self.client.send_sms_with_options(self._request(letter, code), self._patience()).body
        except Exception as error:
            return _failed(letter.id, error)
        return _judged(letter.id, body.code, body.biz_id)

    def ask(self, parcel: Parcel) -> Iterator[Outcome]:
        """Look for each letter in the lists of its number; in none of them means not sent.

        The lists go by days of China; a letter taken just before midnight may stand in the next one.
        """
        moments = (datetime.fromtimestamp(parcel.at_us / 1e6, UTC) + CHINA + late for late in _LATE)
        days = sorted({moment.strftime("%Y%m%d") for moment in moments})
        for letter in parcel.letters:
            lists = [self._listed(letter.to, day) for day in days]
            found = [each for listed in lists for each in listed or () if each.out_id == str(letter.id)]
            if found:
                status = found[0].send_status
                yield Outcome(letter.id, {3: Fate.DELIVERED, 2: Fate.REJECTED}.get(status, Fate.SENT))
            elif all(listed is not None and len(listed) < _PAGE for listed in lists):
                yield Outcome(letter.id, Fate.LATER, error="not in the provider's list")

    def _listed(self, number: str, day: str) -> list[Any] | None:
        """What was sent to a number on a day, the first page; None where Aliyun does not tell."""
        asked = self.opening.load("alibabacloud_dysmsapi20170525.models").QuerySendDetailsRequest(
            phone_number=number, send_date=day, page_size=_PAGE, current_page=1
        )
        body = self.client.query_send_details_with_options(asked, self._patience()).body
        if body.code != "OK":
            return None
        listed: list[Any] = body.sms_send_detail_dtos.sms_send_detail_dto or []
        return listed

    def heard(self, request: Request) -> Iterable[Receipt | Reply]:
        """SmsReport and SmsUp: a list of receipts or replies."""
        for each in json.loads(request.body):
            if "content" in each:
                yield Reply(each["phone_number"], each["content"])
            elif each.get("out_id"):
                what = What.DELIVERED if each.get("success") else What.FAILED
                detail = str(each.get("err_code", ""))
                at_us = moment_in_china(each["report_time"]) if each.get("report_time") else request.at_us
                yield Receipt(
                    what, at_us, int(each["out_id"]), detail=detail, is_bad_contact=detail in _BAD_CONTACT
                )

    def _request(self, letter: Letter, code: str) -> Any:
        return self.opening.load("alibabacloud_dysmsapi20170525.models").SendSmsRequest(
            phone_numbers=letter.to,
            sign_name=self.opening.option("sign_name"),
            template_code=code,
            template_param=json.dumps(dict(letter.parameters), ensure_ascii=False),
            out_id=str(letter.id),
        )

    def _patience(self) -> Any:
        millis = int(self.opening.section.timeout_seconds * 1000)
        options = self.opening.load("alibabacloud_tea_util.models").RuntimeOptions
        return options(autoretry=False, connect_timeout=millis, read_timeout=millis)


def _judged(id: int, code: str, ref: str | None) -> Outcome:
    if code == "OK":
        return Outcome(id, Fate.SENT, ref)
    fates = ((_BAD_CONTACT, Fate.BAD_CONTACT), (_LATER, Fate.LATER), (_DOWN, Fate.DOWN))
    return Outcome(id, next((fate for codes, fate in fates if code in codes), Fate.REJECTED), error=code)


def _failed(id: int, error: Exception) -> Outcome:
    code = getattr(error, "code", None)
    if isinstance(code, str) and code:
        return _judged(id, code, None)
    return Outcome(id, fate_of(error), error=type(error).__name__)


def opened(opening: Opening) -> Aliyun:
    """The account of the settings: option `sign_name`, `endpoint`; secrets _KEY and _SECRET."""
    config = opening.load("alibabacloud_tea_openapi.models").Config(
        access_key_id=opening.secret("KEY"),
        access_key_secret=opening.secret("SECRET"),
        endpoint=opening.option("endpoint", "dysmsapi.aliyuncs.com"),
        protocol=opening.option("protocol", "https"),
    )
    return Aliyun(opening, opening.load("alibabacloud_dysmsapi20170525.client").Client(config))
