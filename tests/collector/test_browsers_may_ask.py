"""Browsers ask first from where they may send; the answer says so."""

from __future__ import annotations

import pytest

from tests.collector.door import asked, basic, call, key, workspace

HERE = {"origin": "https://shop.example"}


def test_a_browser_that_asks_first_is_let_in(ws):
    asking = HERE | {
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization",
    }
    answer = asked(ws, ("/v1/t", b"", asking), method="OPTIONS")[0]
    assert (answer.status, answer.body) == (204, None)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "authorization" in answer.headers["access-control-allow-headers"]
    assert "POST" in answer.headers["access-control-allow-methods"]


@pytest.mark.parametrize("status", [200, 401])
def test_what_a_browser_sends_is_answered_so_that_it_may_read_it(ws, status):
    headers = HERE | {"content-type": "text/plain"} | (basic(key(ws)) if status == 200 else {})
    answer = asked(ws, ("/v1/t", call(), headers))[0]
    assert answer.status == status
    assert answer.headers["access-control-allow-origin"] == "*"


def test_only_named_origins_are_let_in_where_settings_name_them(tmp_path):
    ws = workspace(tmp_path, collector={"origins": ["https://shop.example/"]})
    ours, other = asked(
        ws, ("/v1/t", b"", HERE), ("/v1/t", b"", {"origin": "https://evil.example"}), method="OPTIONS"
    )
    assert ours.headers["access-control-allow-origin"] == "https://shop.example"
    assert ours.headers["vary"] == "origin"
    assert "access-control-allow-origin" not in other.headers


def test_other_paths_and_methods_are_told(ws):
    answers = asked(ws, ("/v1/batch", b"", {}), ("/v2/batch", b"", {}), method="GET")
    assert [answer.status for answer in answers] == [405, 404]
