"""A field of a mapping may be written in four forms; what is wrong with it is told once, in plain words."""

import pytest

HEAD = (
    '[[sources]]\nname = "orders"\nformat = "csv"\npath = "o.csv"\n'
    '[[sources.events]]\ncustomer = "c"\nat = "t"\n'
)
KIND = 'kind = { const = "visit" }\n'
FORMS = "text or a table { const } or a table { column, map, default } or a table { sql }"


@pytest.mark.parametrize(
    "field",
    ['"column"', "{ const = '5' }", "{ column = 'a', map = { x = 'y' } }", "{ sql = 'a + b' }"],
)
def test_each_of_the_four_forms_is_taken(load_text, field):
    assert load_text(HEAD + KIND + f"amount = {field}").sources[0].events[0].amount is not None


@pytest.mark.parametrize(
    ("field", "key", "what", "advice"),
    [
        ("5", "amount", f"found 5; allowed: {FORMS}", None),
        ("{}", "amount", f"found {{ }}; allowed: {FORMS}", None),
        ("{ const = 5 }", "amount.const", "found 5; allowed: text", None),
        (
            "{ column = 'a', maps = {} }",
            "amount.maps",
            "unknown key 'maps'; allowed: column, map, default",
            "did you mean 'map'?",
        ),
        (
            "{ colum = 'a' }",
            "amount.colum",
            "unknown key 'colum'; allowed: const, column, map, default, sql",
            "did you mean 'column'?",
        ),
        ("{ column = 'a', map = { x = 1 } }", "amount.map.x", "found 1; allowed: text", None),
        (
            "{ column = 'a', sql = 'b' }",
            "amount",
            f'found {{ column = "a", sql = "b" }}; allowed: {FORMS}',
            None,
        ),
    ],
)
def test_a_wrong_form_gives_one_fault(faults_of, field, key, what, advice):
    assert faults_of(HEAD + KIND + f"amount = {field}") == [(9, f"sources[1].events[1].{key}", what, advice)]


def test_an_attribute_is_checked_like_any_field(faults_of):
    [(line, key, what, _)] = faults_of(HEAD + KIND + "[sources.events.attributes]\npage = 3")
    assert (line, key) == (10, "sources[1].events[1].attributes.page")
    assert what == f"found 3; allowed: {FORMS}"


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("{ const = 'login' }", "kind.const"),
        ("{ column = 'k', map = { a = 'visit', b = 'login' } }", "kind.map.b"),
        ("{ column = 'k', default = 'login' }", "kind.default"),
    ],
)
def test_a_kind_nobody_knows_is_told_before_any_event_is_read(faults_of, kind, key):
    [(line, found_key, what, _)] = faults_of(HEAD + f"kind = {kind}")
    assert (line, found_key) == (8, f"sources[1].events[1].{key}")
    assert what.startswith('found "login"; allowed: register, visit, purchase,')


def test_a_kind_of_the_workspace_itself_is_known(load_text):
    text = HEAD + "kind = { const = 'signed' }\n[kinds.signed]\nzh = '签约'\nen = 'signed'\n"
    assert "signed" in load_text(text).event_kinds


def test_a_source_without_what_it_reads_is_told_so_at_its_table(faults_of):
    text = "[workspace]\n" + HEAD.replace('path = "o.csv"\n', "") + KIND
    assert faults_of(text) == [(2, "sources[1]", "a csv source needs path", None)]


def test_wrong_items_are_told_without_calling_their_list_too_short(faults_of):
    assert [key for _, key, _, _ in faults_of(HEAD + KIND + "amout = 'x'")] == ["sources[1].events[1].amout"]


def test_a_source_without_events_is_refused(faults_of):
    text = "[[sources]]\nname = 'a'\nformat = 'csv'\npath = 'x'\nevents = []"
    assert faults_of(text) == [(5, "sources[1].events", "found []; allowed: a list of at least 1", None)]
