"""Templates are strict and limited; short messages are counted as carriers count them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.deliver.worlds import business, contact
from tests.ingest.drawn import PLAIN, csv, source, take
from winback.deliver import read
from winback.deliver.sms import Length, dressed, length
from winback.deliver.texts import TemplateProblem, nested, read_text
from winback.terms.errors import Problem, SettingsProblem

# text                        → encoding, units, parts
LENGTHS = [
    ("", "GSM-7", 0, 1),
    ("a" * 160, "GSM-7", 160, 1),
    ("a" * 161, "GSM-7", 161, 2),
    ("a" * 306, "GSM-7", 306, 2),
    ("a" * 307, "GSM-7", 307, 3),
    ("€" * 80, "GSM-7", 160, 1),
    ("€" * 81, "GSM-7", 162, 2),
    ("a" * 152 + "€" * 77, "GSM-7", 306, 3),  # an escape pair does not fit into the last septet of a part
    ("好" * 70, "UCS-2", 70, 1),
    ("好" * 71, "UCS-2", 71, 2),
    ("好" * 134, "UCS-2", 134, 2),
    ("好" * 135, "UCS-2", 135, 3),
    ("😀" * 35, "UCS-2", 70, 1),
    ("好" * 66 + "😀" * 4, "UCS-2", 74, 2),
    ("【a】", "UCS-2", 3, 1),
    ("ç", "UCS-2", 1, 1),
    ("Ç", "GSM-7", 1, 1),
]


@pytest.mark.parametrize(("text", "encoding", "units", "parts"), LENGTHS)
def test_a_short_message_is_counted(text: str, encoding: str, units: int, parts: int) -> None:
    assert length(text) == Length(encoding, units, parts)


@given(st.text(max_size=400))
def test_more_text_never_takes_fewer_parts(text: str) -> None:
    assert length(text + "a").parts >= length(text).parts


def test_short_messages_are_dressed() -> None:
    how = {"signature": "小店", "way_out": "拒收请回复R"}
    assert dressed("您好", "zh", **how, purpose="marketing") == "【小店】您好拒收请回复R"
    assert dressed("您好", "zh", **how, purpose="service") == "【小店】您好"
    assert dressed("【小店】您好拒收请回复R", "zh", **how, purpose="marketing") == "【小店】您好拒收请回复R"
    assert dressed("Hi.", "en", **how, purpose="marketing") == "小店: Hi. Reply STOP to opt out"
    assert dressed("您好", "zh", signature="小店", way_out="", purpose="marketing") == "【小店】您好"


WRONG = [
    ("{{ customer.phone }}", "uses customer.phone; allowed: customer.campaign, "),
    ("{{ custmer.id }}", "uses custmer.id"),
    ("{{ customer.id ", "expected"),
    ("{% for x in (1..2) %}", "expected tag"),
    ("{{ customer.id | shout }}", "unknown filter"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_a_text_that_cannot_be_is_refused(text: str, said: str) -> None:
    with pytest.raises(TemplateProblem) as caught:
        read_text(text).write({"customer.id": "ann"})
    assert said in str(caught.value)


def test_a_value_that_is_missing_is_an_error_and_not_a_gap() -> None:
    with pytest.raises(TemplateProblem, match="grant"):
        read_text("{{ grant.amount }} for you").write({"customer.id": "ann"})
    text = read_text("{% if grant %}{{ grant.amount }}{% else %}hello{% endif %}")
    assert text.write({}) == "hello"
    assert text.write({"grant.amount": "5"}) == "5"


BOMBS = [
    "{% for a in (1..100000) %}x{% endfor %}",
    "{% for a in (1..999) %}{% for b in (1..999) %}x{% endfor %}{% endfor %}",
    "{% assign a = 'xxxxxxxxxx' %}{% for b in (1..900) %}{% assign a = a | append: a %}{% endfor %}",
]


@pytest.mark.parametrize("text", BOMBS)
def test_a_text_has_limits(text: str) -> None:
    with pytest.raises(TemplateProblem):
        read_text(text).write({})


VALUE = st.text(max_size=20)


@given(VALUE, VALUE)
def test_a_text_of_plain_names_is_what_liquid_writes(customer: str, amount: str) -> None:
    text = read_text("a {{ customer.id }} b{{ grant.amount }}{{customer.id}} c")
    values = {"customer.id": customer, "grant.amount": amount}
    assert text.plain is not None
    assert text.write(values) == text.template.render(**nested(values))


def test_a_real_customer_is_shown_what_they_would_get(tmp_path: Path) -> None:
    csv(
        tmp_path / "app.csv",
        """customer,kind,at,amount,language,channel
           ann,register,2026-01-01 08:00:00,,en-GB,web
           bob,register,2026-01-01 08:00:00,,,fx""",
    )
    text = {
        "zh": "{{ customer.channel }}的您好，{{ grant.amount }}",
        "en": "Hello {{ customer.id }}: {{ link }}",
    }
    events = [PLAIN | {"language": "language", "channel": "channel"}]
    ws = business(tmp_path, sources=[source(events=events)], templates={"hello": text})
    take(ws)
    contact(ws, "ann", "phone", "13800001111")
    seen = read.preview(ws, "hello", "ann", medium="sms")
    assert (seen.language, seen.body) == (
        "en",
        "小店: Hello ann: https://example.invalid/c/… Reply STOP to opt out",
    )
    assert (seen.has_contact, seen.length) == (True, Length("UCS-2", 64, 1))
    seen = read.preview(ws, "hello", "bob", medium="inbox")
    assert (seen.language, seen.body, seen.has_contact, seen.length) == (
        "zh",
        "fx的您好，88.00 CNY",
        None,
        None,
    )
    with pytest.raises(Problem, match="no customer 'eve'"):
        read.preview(ws, "hello", "eve", medium="sms")
    with pytest.raises(Problem, match="no template 'x'"):
        read.preview(ws, "x", "ann", medium="sms")


def test_templates_are_checked_all_at_once(tmp_path: Path) -> None:
    templates = {"a": {"zh": "{{ x }}", "en": "{{ y }}"}, "b": {"zh": "好", "en": "fine"}}
    with pytest.raises(SettingsProblem) as found:
        read.check_templates(business(tmp_path, templates=templates))
    assert [each.place.field for each in found.value.each] == ["templates.a.zh", "templates.a.en"]
