"""SMS through Tencent Cloud with its own software; texts are kept there, parameters fill them in order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from winback.deliver.nouns import Fate, Letter, Outcome, Parcel, Receipt, Reply, Request, What
from winback.deliver.providers.opening import Opening, fate_of

_BAD_CONTACT = ("InvalidParameterValue.IncorrectPhoneNumber", "FailedOperation.PhoneNumberInBlacklist")
_LATER = ("LimitExceeded", "InternalError")
_DOWN = (
    "AuthFailure",
    "RequestLimitExceeded",
    "FailedOperation.InsufficientBalance",
    "UnauthorizedOperation",
)
_CHINA = timedelta(hours=8)


@dataclass(frozen=True)
class Tencent:
    """One call a letter; `SessionContext` is the message's key and comes back with receipts."""

    opening: Opening
    client: Any
    medium: str = "sms"

    @property
    def name(self) -> str:
        """Its name in the settings."""
        return self.opening.section.name

    def send(self, parcel: Parcel) -> Iterator[Outcome]:
        """Send letters one by one."""
        for letter in parcel.letters:
            code = self.opening.section.templates.get(letter.template)
            if code is None:
                yield Outcome(letter.id, Fate.REJECTED, error=f"no template code for {letter.template}")
                continue
            try:
                answer = self.client.SendSms(self._request(letter, code))
            except Exception as error:
                yield _failed(letter.id, error)
                continue
            said = answer.SendStatusSet[0]
            yield (
                Outcome(letter.id, Fate.SENT, said.SerialNo)
                if said.Code == "Ok"
                else _judged(letter.id, said.Code)
            )

    def ask(self, _: Parcel) -> Iterable[Outcome]:
        """Its lists do not name messages, so it cannot tell."""
        return ()

    def heard(self, request: Request) -> Iterable[Receipt | Reply]:
        """A list of receipts, or one reply."""
        said = json.loads(request.body)
        if isinstance(said, dict):
            yield Reply(said["mobile"], said["text"])
            return
        for each in said:
            what = What.DELIVERED if each["report_status"] == "SUCCESS" else What.FAILED
            at = datetime.fromisoformat(each["user_receive_time"]).replace(tzinfo=UTC) - _CHINA
            at_us = int(at.timestamp()) * 1_000_000
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
