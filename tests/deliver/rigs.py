"""Each provider's own software wired to a server on this machine, and how that server says each fate."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.deliver.loopback import Heard, Said, Server
from winback.deliver.nouns import Carrier, Fate
from winback.deliver.providers import aliyun, fcm, http_sms, jpush, tencent, twilio, webhook
from winback.deliver.providers.opening import Opening
from winback.settings.deliver import ProviderSection

TIMEOUT = 0.7


@dataclass
class Rig:
    """A kind of provider: how it is opened, how its server speaks, what its server was told."""

    kind: str
    medium: str
    contact: str
    open: Callable[[Server, Path], Carrier]
    says: dict[Fate, Said]
    #: Contact, message key and text in one call, where the wire carries them.
    told: Callable[[Heard], tuple[str, str | None, str | None]]
    ref: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    #: What its server says when asked for the list of what was sent: message keys, texts and states.
    lists: Callable[[list[tuple[int, str, str]]], Said] | None = None
    #: Whether a letter that is not in the list was not sent.
    is_whole: bool = True


def opening(kind: str, medium: str, root: Path, **options: str) -> Opening:
    """A provider of the settings called `probe`."""
    said = {"name": "probe", "medium": medium, "kind": kind, "timeout_seconds": TIMEOUT, "options": options}
    section = ProviderSection.model_validate(said | {"templates": {"hello": "T_1"}})
    return Opening(section, root, "https://links.example/r/mark/probe")


def _aliyun(server: Server, root: Path) -> Carrier:
    return aliyun.opened(
        opening("aliyun", "sms", root, endpoint=server.host, protocol="http", sign_name="小店")
    )


def _tencent(server: Server, root: Path) -> Carrier:
    said = {"endpoint": server.host, "protocol": "http", "sign_name": "小店", "app_id": "1400"}
    return tencent.opened(opening("tencent", "sms", root, **said))


def _twilio(server: Server, root: Path) -> Carrier:
    return twilio.opened(opening("twilio", "sms", root, url=server.url, **{"from": "+15005550006"}))


def _http(server: Server, root: Path) -> Carrier:
    return http_sms.opened(
        opening("http_sms", "sms", root, url=f"{server.url}/cgi-bin/sendsms", **{"from": "10690"})
    )


def _jpush_marks(heard: Heard) -> Said:
    return Said(200, {"cidlist": [f"probe-{number}" for number in range(int(heard.query["count"]))]})


def _jpush(server: Server, root: Path) -> Carrier:
    server.beside["/v3/push/cid"] = _jpush_marks
    return jpush.opened(opening("jpush", "push", root, url=f"{server.url}/v3/push"))


def _fcm(server: Server, root: Path) -> Carrier:
    from firebase_admin import credentials
    from google.auth.credentials import AnonymousCredentials

    class Nobody(credentials.Base):
        """No account is needed on this machine."""

        def get_credential(self) -> Any:
            return AnonymousCredentials()

    return fcm.opened(opening("fcm", "push", root, project="shop", url=f"{server.url}/send"), Nobody())


def _webhook(server: Server, root: Path) -> Carrier:
    return webhook.opened(opening("webhook", "webhook", root, url=f"{server.url}/hook"))


def _aliyun_said(code: str) -> Said:
    return Said(200, {"Code": code, "Message": code, "RequestId": "R", "BizId": "B-1"})


def _aliyun_told(heard: Heard) -> tuple[str, str | None, str | None]:
    said = heard.query | heard.form
    return said["PhoneNumbers"], said["OutId"], json.loads(said["TemplateParam"])["amount"]


def _aliyun_lists(sent: list[tuple[int, str, str]]) -> Said:
    states = {"sent": 1, "failed": 2, "delivered": 3}
    listed = [
        {"OutId": str(id), "Content": text, "SendStatus": states[state], "PhoneNum": "13800001111"}
        for id, text, state in sent
    ]
    body = {"Code": "OK", "Message": "OK", "RequestId": "R", "TotalCount": str(len(sent))}
    return Said(200, body | {"SmsSendDetailDTOs": {"SmsSendDetailDTO": listed}})


def _twilio_lists(sent: list[tuple[int, str, str]]) -> Said:
    listed = [{"sid": f"SM{id}", "body": text, "status": state} for id, text, state in sent]
    return Said(200, {"messages": listed, "page": 0, "page_size": 50, "next_page_uri": None})


def _tencent_said(code: str) -> Said:
    status = {"SerialNo": "S-1", "PhoneNumber": "+86", "Fee": 1, "SessionContext": "", "Code": code}
    status |= {"Message": code, "IsoCode": "CN"}
    return Said(200, {"Response": {"SendStatusSet": [status], "RequestId": "R"}})


def _tencent_lists(sent: list[tuple[int, str, str]]) -> Said:
    states = {"sent": "", "failed": "FAIL", "delivered": "SUCCESS"}
    listed = [
        {"SessionContext": str(id), "ReportStatus": states[state], "SerialNo": "S-1", "UserReceiveTime": 1}
        for id, _, state in sent
    ]
    return Said(200, {"Response": {"PullSmsSendStatusSet": listed, "RequestId": "R"}})


def _tencent_told(heard: Heard) -> tuple[str, str | None, str | None]:
    said = json.loads(heard.body)
    return said["PhoneNumberSet"][0], said["SessionContext"], said["TemplateParamSet"][0]


def _twilio_no(code: int, status: int = 400) -> Said:
    return Said(status, {"code": code, "message": "no", "status": status})


def _jpush_told(heard: Heard) -> tuple[str, str | None, str | None]:
    said = json.loads(heard.body)
    key = said["notification"]["ios"]["extras"]["message"]
    return said["audience"]["registration_id"][0], key, said["notification"]["alert"]


def _jpush_no(code: int, status: int = 400) -> Said:
    return Said(status, {"error": {"code": code, "message": "no"}})


def _fcm_told(heard: Heard) -> tuple[str, str | None, str | None]:
    said = json.loads(heard.body)["message"]
    return said["token"], said["data"]["message"], said["notification"]["body"]


def _fcm_no(code: str, status: int, inner: str = "") -> Said:
    details = (
        [{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": inner}]
        if inner
        else []
    )
    return Said(status, {"error": {"code": status, "status": code, "message": "no", "details": details}})


def _webhook_told(heard: Heard) -> tuple[str, str | None, str | None]:
    return "", heard.headers["webhook-id"], json.loads(heard.body)["body"]


RIGS = [
    Rig(
        "aliyun",
        "sms",
        "13800001111",
        _aliyun,
        {
            Fate.SENT: _aliyun_said("OK"),
            Fate.BAD_CONTACT: _aliyun_said("isv.MOBILE_NUMBER_ILLEGAL"),
            Fate.LATER: _aliyun_said("isv.BUSINESS_LIMIT_CONTROL"),
            Fate.DOWN: _aliyun_said("isv.AMOUNT_NOT_ENOUGH"),
            Fate.REJECTED: _aliyun_said("isv.SMS_SIGNATURE_ILLEGAL"),
        },
        _aliyun_told,
        "B-1",
        lists=_aliyun_lists,
    ),
    Rig(
        "tencent",
        "sms",
        "+8613800001111",
        _tencent,
        {
            Fate.SENT: _tencent_said("Ok"),
            Fate.BAD_CONTACT: _tencent_said("InvalidParameterValue.IncorrectPhoneNumber"),
            Fate.LATER: _tencent_said("LimitExceeded.PhoneNumberDailyLimit"),
            Fate.DOWN: _tencent_said("FailedOperation.InsufficientBalanceInSmsPackage"),
            Fate.REJECTED: _tencent_said("FailedOperation.ContainSensitiveWord"),
        },
        _tencent_told,
        "S-1",
        lists=_tencent_lists,
        is_whole=False,
    ),
    Rig(
        "twilio",
        "sms",
        "+8613800001111",
        _twilio,
        {
            Fate.SENT: Said(201, {"sid": "SM1", "status": "queued"}),
            Fate.BAD_CONTACT: _twilio_no(21211),
            Fate.LATER: _twilio_no(30022),
            Fate.DOWN: _twilio_no(0, 503),
            Fate.REJECTED: _twilio_no(21610),
            Fate.UNKNOWN: _twilio_no(20500, 500),
        },
        lambda heard: (heard.form["To"], None, heard.form["Body"]),
        "SM1",
        lists=_twilio_lists,
    ),
    Rig(
        "http_sms",
        "sms",
        "13800001111",
        _http,
        {
            Fate.SENT: Said(202, "0: Accepted for delivery"),
            Fate.LATER: Said(503, "Temporal failure, try again later."),
            Fate.DOWN: Said(403, "Authorization failed"),
            Fate.REJECTED: Said(400, "Empty text"),
        },
        lambda heard: (
            heard.query["to"],
            heard.query["dlr-url"].split("message=")[1].split("&")[0],
            heard.query["text"],
        ),
    ),
    Rig(
        "jpush",
        "push",
        "registration",
        _jpush,
        {
            Fate.SENT: Said(200, {"sendno": "0", "msg_id": "M-1"}),
            Fate.BAD_CONTACT: _jpush_no(1011),
            Fate.LATER: _jpush_no(1000, 500),
            Fate.DOWN: _jpush_no(2002, 429),
            Fate.REJECTED: _jpush_no(1003),
        },
        _jpush_told,
        "M-1",
    ),
    Rig(
        "fcm",
        "push",
        "token",
        _fcm,
        {
            Fate.SENT: Said(200, {"name": "projects/shop/messages/1"}),
            Fate.BAD_CONTACT: _fcm_no("NOT_FOUND", 404, "UNREGISTERED"),
            Fate.DOWN: _fcm_no("UNAVAILABLE", 503),
            Fate.REJECTED: _fcm_no("INVALID_ARGUMENT", 400),
        },
        _fcm_told,
        "projects/shop/messages/1",
    ),
    Rig(
        "webhook",
        "webhook",
        "",
        _webhook,
        {
            Fate.SENT: Said(204),
            Fate.LATER: Said(500),
            Fate.DOWN: Said(503),
            Fate.REJECTED: Said(410),
        },
        _webhook_told,
    ),
]
SECRETS = {
    "WINBACK_PROBE_KEY": "probekey123456",
    "WINBACK_PROBE_SECRET": "whsec_" + base64.b64encode(b"a secret of tests, 32 bytes long").decode(),
}
