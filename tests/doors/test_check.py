"""`winback check` tells what is wrong with the file, and what ingest would make of the first rows."""

import json

import pytest


def looked(run):
    result = run("check", "--json")
    return json.loads(result.stdout), result


def test_a_right_workspace_is_told_to_be_right(run, shop):
    result = run("check")
    assert result.exit_code == 0
    assert "winback.toml is right." in result.stdout.replace("\n", "")


def test_rows_are_counted_as_ingest_would(run, shop):
    found, result = looked(run)
    assert result.exit_code == 0
    assert found["is_good"] is True
    customers, orders = found["sources"]
    assert (customers["rows"], customers["events"], customers["reasons"]) == (3, 3, {})
    assert (orders["rows"], orders["events"]) == (5, 3)
    assert orders["reasons"] == {"at: time cannot be read": 1, "customer: no customer": 1}
    assert orders["first_rows"] == {"at: time cannot be read": 5, "customer: no customer": 4}


def test_nothing_is_taken_in(run, shop):
    run("check")
    assert run("diagnose").exit_code == 5


def test_reasons_are_told_with_the_first_row(run, shop):
    assert "✗ orders: customer: no customer in 1 rows, the first is row 4" in run("check").stdout


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda shop: (shop / "orders.csv").unlink(), "there is no such file"),
        (
            lambda shop: (shop / "orders.csv").write_text("number,whom\n1,a\n", encoding="utf-8"),
            "maps the column",
        ),
    ],
)
def test_a_source_that_cannot_be_taken_ends_with_3_and_the_others_are_told_too(run, shop, spoil, told):
    spoil(shop)
    found, result = looked(run)
    assert result.exit_code == 3
    customers, orders = found["sources"]
    assert customers["problem"] is None
    assert told in orders["problem"]


def test_a_source_of_which_no_row_would_be_taken_ends_with_3(run, shop):
    (shop / "orders.csv").write_text("number,who,paid_at,sum\n1,a,soon,3\n", encoding="utf-8")
    result = run("check")
    assert result.exit_code == 3
    assert "no row would become an event; its columns are number, who, paid_at, sum" in result.stdout


def test_faults_of_the_file_end_with_2_and_are_all_told(run, shop):
    text = (shop / "winback.toml").read_text(encoding="utf-8")
    (shop / "winback.toml").write_text(text + "[churn]\ndays = 0\nkind = 1\n", encoding="utf-8")
    result = run("check")
    assert result.exit_code == 2
    assert "churn.days: found 0; allowed: a whole number from 1 to 730" in result.stderr
    assert "churn.kind: unknown key 'kind'" in result.stderr
    assert result.stdout == ""


def test_a_rule_over_a_feature_that_there_is_not_is_told(run, shop):
    text = (shop / "winback.toml").read_text(encoding="utf-8")
    rule = '[[phases]]\nphase = "novice"\nall = [{ feature = "tenure_day", at_least = 3 }]\n'
    (shop / "winback.toml").write_text(text + rule, encoding="utf-8")
    result = run("check")
    assert result.exit_code == 2
    assert "tenure_day" in result.stderr


PLAYBOOK = """
name = "back"
zh = "召回"
en = "Back"
[enter]
state = ["dormant"]
[[steps]]
name = "say"
message = "hello"
medium = "sms"
[texts.hello]
zh = "{zh}"
en = "Hello"
"""


def said_of(run, shop, zh, *settings):
    """What check says of a playbook whose Chinese text is this."""
    text = (shop / "winback.toml").read_text(encoding="utf-8")
    (shop / "winback.toml").write_text(text + "\n".join(settings), encoding="utf-8")
    (shop / "playbooks").mkdir(exist_ok=True)
    (shop / "playbooks" / "back.toml").write_text(PLAYBOOK.format(zh=zh), encoding="utf-8")
    return run("check")


@pytest.mark.parametrize(
    ("zh", "told"),
    [
        ("您好{{ customer.name }}", "uses customer.name; allowed:"),
        ("您好{% if %}", "playbooks/back.toml:12, texts.hello.zh"),
        ("送您{{ grant.amount }}", "a step that promises nothing says it"),
        ("请点{{ link }}", "set deliver.links_url"),
    ],
)
def test_a_text_of_a_playbook_that_could_not_be_written_is_told(run, shop, zh, told):
    result = said_of(run, shop, zh)
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_text_that_asks_first_is_right(run, shop):
    text = "{% if grant %}送您{{ grant.amount }}{% endif %}{% if link %}{{ link }}{% endif %}您好"
    assert said_of(run, shop, text).exit_code == 0


def test_links_without_their_key_are_told(run, shop, monkeypatch):
    monkeypatch.delenv("WINBACK_LINKS_KEY", raising=False)
    settings = ("[deliver]", 'links_url = "https://m.shop.example"')
    result = said_of(run, shop, "请点{{ link }}", *settings)
    assert result.exit_code == 0
    assert "WINBACK_LINKS_KEY is not set" in result.stdout
    monkeypatch.setenv("WINBACK_LINKS_KEY", "a key for links of tests")
    assert "WINBACK_LINKS_KEY is not set" not in run("check").stdout


def test_a_template_of_the_workspace_is_told_with_its_line(run, shop):
    template = ("[templates.hello]", 'zh = "您好"', 'en = "Hello {{ nobody }}"')
    result = said_of(run, shop, "您好", *template)
    assert result.exit_code == 2
    assert "winback.toml:" in result.stderr
    assert "templates.hello.en" in result.stderr
