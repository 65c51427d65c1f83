"""SMS through Tencent Cloud with its own software; texts are kept there, parameters fill them in order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from winback.deliver.nouns import Fate, Letter, Outcome, Parcel, Receipt, Reply, Request, What
from winback.deliver.providers.kept_texts import KeptTexts, moment_in_china
from winback.deliver.providers.opening import Opening, fate_of

_BAD_CONTACT = ("InvalidParameterValue.IncorrectPhoneNumber", "FailedOperation.PhoneNumberInBlacklist")
_LATER = ("LimitExceeded", "InternalError")
_DOWN = (
    "AuthFailure",
    "RequestLimitExceeded",
    "FailedOperation.InsufficientBalance",
    "UnauthorizedOperation",
)
#: Reports of one number at once, at most.
_LISTED_MAX = 100
_FATES = {"SUCCESS": Fate.DELIVERED, "FAIL": Fate.REJECTED}


@dataclass(frozen=True)
class Tencent(KeptTexts):
    """`SessionContext` is the message's key, in reports too where Tencent has switched that on."""

    def sent(self, letter: Letter, code: str) -> Outcome:
        """Send one letter."""
        try:
            answer = self.client.SendSms(self._request(letter, code))
        except Exception as error:
            return _failed(letter.id, error)
        said = answer.SendStatusSet[0]
        return (
            Outcome(letter.id, Fate.SENT, said.SerialNo)
            if said.Code == "Ok"
            else _judged(letter.id, said.Code)
        )

    def ask(self, parcel: Parcel) -> Iterator[Outcome]:
        """Look for each letter among the reports on its number.

        A letter has a report once its network has given one, so that none means nothing.
        """
        for letter in parcel.letters:
            found = [
                each for each in self._reports(letter.to, parcel) if each.SessionContext == str(letter.id)
            ]
            if found:
                status = found[0].ReportStatus
                yield Outcome(letter.id, _FATES.get(status, Fate.SENT), found[0].SerialNo)

    def _reports(self, number: str, parcel: Parcel) -> list[Any]:
        load = self.opening.load("tencentcloud.sms.v20210111.models")
        request = load.PullSmsSendStatusByPhoneNumberRequest()
        request.BeginTime = parcel.at_us // 1_000_000 - 1
        request.EndTime = parcel.asked_us // 1_000_000 + 1
        request.Offset, request.Limit = 0, _LISTED_MAX
        request.PhoneNumber, request.SmsSdkAppId = number, self.opening.option("app_id")
        found: list[Any] = self.client.PullSmsSendStatusByPhoneNumber(request).PullSmsSendStatusSet or []
        return found

    def heard(self, request: Request) -> Iterable[Receipt | Reply]:
        """A list of receipts, or one reply."""
        said = json.loads(request.body)
        if isinstance(said, dict):
            yield Reply(said["mobile"], said["text"])
            return
        for each in said:
            what = What.DELIVERED if each["report_status"] == "SUCCESS" else What.FAILED
            at_us = moment_in_china(each["user_receive_time"])
            yield Receipt(what, at_us, ref=each["sid"], detail=str(each.get("errmsg", "")))

    def _request(self, letter: Letter, code: str) -> Any:
        request = self.opening.load("tencentcloud.sms.v20210111.models").SendSmsRequest()
        request.PhoneNumberSet = [letter.to]
        request.SmsSdkAppId = self.opening.option("app_id")
        request.SignName = self.opening.option("sign_name")
        request.TemplateId = code
        request.TemplateParamSet = list(letter.parameters.values())
        request.SessionContext = str(letter.id)
        return request


def _judged(id: int, code: str) -> Outcome:
    if code.startswith(_BAD_CONTACT):
        return Outcome(id, Fate.BAD_CONTACT, error=code)
    if code.startswith(_DOWN):
        return Outcome(id, Fate.DOWN, error=code)
    return Outcome(id, Fate.LATER if code.startswith(_LATER) else Fate.REJECTED, error=code)


def _failed(id: int, error: Exception) -> Outcome:
    code = getattr(error, "code", None)
    if isinstance(code, str) and code not in ("ClientNetworkError", "ServerNetworkError", ""):
        return _judged(id, code)
    is_refused = "Connection refused" in str(error) or "NewConnectionError" in str(error)
    return Outcome(id, Fate.DOWN if is_refused else fate_of(error), error=code or type(error).__name__)


def opened(opening: Opening) -> Tencent:
    """The account of the settings: options `app_id`, `sign_name`, `region`; secrets _KEY and _SECRET."""
    profile = opening.load("tencentcloud.common.profile.http_profile").HttpProfile(
        protocol=opening.option("protocol", "https"),
        endpoint=opening.option("endpoint", "sms.tencentcloudapi.com"),
        reqTimeout=int(max(opening.section.timeout_seconds, 1)),
    )
    client = opening.load("tencentcloud.common.profile.client_profile").ClientProfile(httpProfile=profile)
    account = opening.load("tencentcloud.common.credential").Credential(
        opening.secret("KEY"), opening.secret("SECRET")
    )
    region = opening.option("region", "ap-guangzhou")
    return Tencent(
        opening, opening.load("tencentcloud.sms.v20210111.sms_client").SmsClient(account, region, client)
    )
