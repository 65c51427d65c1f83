"""End to end through Kannel and its fake SMSC: out, the receipt back, a reply back."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from tests.deliver.loopback import Heard, Said, Server, serving
from tests.deliver.rigs import SECRETS, opening
from tests.deliver.worlds import NOON
from winback.deliver.nouns import Fate, Letter, Parcel, Receipt, Reply, Request, What
from winback.deliver.providers import http_sms

FAKE = Path("/usr/lib/kannel/test/fakesmsc")
BODY = "【小店】好久不见，18.80元红包等您拒收请回复R"

pytestmark = pytest.mark.skipif(
    not (shutil.which("bearerbox") and shutil.which("smsbox") and FAKE.exists()),
    reason="KANNEL IS NOT INSTALLED: apt-get install kannel kannel-extras",
)


def free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def until(what: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if what():
            return True
        time.sleep(0.05)
    return False


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Gateway:
    """A running Kannel: where it takes messages, who plays the phones, and what it called back."""

    url: str
    phones: subprocess.Popen[str]
    back: Server
    log: Path


def configuration(ports: list[int], back: str, folder: Path) -> str:
    admin, box, smsc, sms = ports
    return f"""
group = core
admin-port = {admin}
admin-password = secret
smsbox-port = {box}
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
log-file = "{folder}/bearerbox.log"
log-level = 1

group = smsc
smsc = fake
smsc-id = fake
host = 127.0.0.1
port = {smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sms}
log-file = "{folder}/smsbox.log"
log-level = 1

group = sendsms-user
username = {SECRETS["WINBACK_PROBE_KEY"]}
password = {SECRETS["WINBACK_PROBE_SECRET"]}
concatenation = true
max-messages = 5

group = sms-service
keyword = default
get-url = "{back}/r?from=%p&text=%a"
max-messages = 0
catch-all = true
"""


@pytest.fixture
def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    ports = free_ports(4)
    log = tmp_path / "fake.log"
    with ExitStack() as running:
        back = running.enter_context(serving(lambda _: Said(200, "")))
        file = tmp_path / "kannel.conf"
        file.write_text(configuration(ports, back.url, tmp_path))

        def start(*words: str, **more: object) -> subprocess.Popen[str]:
            out = (tmp_path / f"{Path(words[0]).name}.out").open("w")
            running.callback(out.close)
            said = {"stdout": out, "stderr": out, "text": True, **more}
            process = subprocess.Popen(words, **said)  # type: ignore[call-overload]
            running.callback(process.wait)
            running.callback(process.kill)
            return process  # type: ignore[no-any-return]

        start("bearerbox", "-v", "1", str(file))
        assert until(lambda: listens(ports[2])), "the bearerbox does not listen"
        start("smsbox", "-v", "1", str(file))
        assert until(lambda: listens(ports[3])), "the smsbox does not listen"
        words = ("-H", "127.0.0.1", "-r", str(ports[2]), "-i", "1000000", "-m", "1", "-v", "0")
        with log.open("w") as out:
            reply = "8613800001111 10690 text TD"
            phones = start(str(FAKE), *words, reply, stdout=out, stderr=out)
        yield Gateway(f"http://127.0.0.1:{ports[3]}/cgi-bin/sendsms", phones, back, log)


def heard(server: Server, name: str) -> list[Heard]:
    return [each for each in server.heard if name in each.query]


def test_out_and_back_through_kannel(gateway: Gateway, tmp_path: Path) -> None:
    options = {"url": gateway.url, "from": "10690"}
    carrier = http_sms.opened(opening("http_sms", "sms", tmp_path, **options))
    carrier = http_sms.HttpSms(
        carrier.name, carrier.url, carrier.sender, carrier.login, f"{gateway.back.url}/r", carrier.timeout
    )
    letter = Letter(
        id=4_611_686_018_427_387_905,
        customer_id="ann",
        medium="sms",
        purpose="marketing",
        template="hello",
        playbook="back",
        step="write",
        grant_id=None,
        to="13800001111",
        title="",
        body=BODY,
    )
    assert until(lambda: bool(heard(gateway.back, "text"))), "no reply came back"
    (reply,) = heard(gateway.back, "text")
    assert list(carrier.heard(request(reply))) == [Reply("8613800001111", "TD")]

    (outcome,) = carrier.send(Parcel(1, NOON, [letter]))
    assert (outcome.fate, outcome.error) == (Fate.SENT, None)
    assert until(lambda: bool(heard(gateway.back, "status"))), "no receipt came back"
    (receipt,) = carrier.heard(request(heard(gateway.back, "status")[-1]))
    assert receipt == Receipt(What.DELIVERED, NOON, letter.id, detail="status 1")
    assert until(lambda: "13800001111" in gateway.log.read_text(errors="replace")), "no phone rang"
    rang = re.search(r"13800001111 ucs-2 (.*)>", gateway.log.read_text(errors="replace"))
    assert rang is not None
    assert unquote_to_bytes(rang[1]).decode("utf-16-be") == BODY, "word for word"


def request(call: Heard) -> Request:
    return Request("GET", call.query, call.headers, b"", NOON)
