"""Secrets never stand in the file, are never repeated, and come from the environment or a file it names."""

import pytest

from winback.settings.secrets import secret
from winback.terms.errors import SettingsProblem


def test_a_password_in_the_address_of_the_facts_is_refused_with_advice(faults_of):
    [(line, key, what, advice)] = faults_of('[storage]\nfacts_url = "postgresql://me:hunter2@host/db"')
    assert (line, key) == (2, "storage.facts_url")
    assert what == "holds a password; secrets never stand in this file"
    assert advice == "set WINBACK_STORAGE__FACTS_URL (or …_FILE) in the environment"


def test_a_password_deeper_in_the_file_is_refused_too(faults_of):
    text = (
        '[[sources]]\nname = "a"\nformat = "postgresql"\ntable = "t"\nevents = []\n'
        'url_env = "postgresql://me:hunter2@host/db"\n'
    )
    found = faults_of(text)
    assert any(what.startswith("holds a password") for _, _, what, _ in found)
    assert "hunter2" not in str(found)


@pytest.mark.parametrize("key", ["api_key", "password", "contacts_key", "client_secret", "sms_token"])
def test_a_key_that_would_hold_a_secret_is_refused_with_advice_and_not_repeated(faults_of, key):
    [(line, found_key, what, advice)] = faults_of(f'[storage]\n{key} = "hunter2"')
    assert (line, found_key) == (2, f"storage.{key}")
    assert what == f"unknown key '{key}', and secrets never stand in this file"
    assert "environment variable" in advice
    assert "hunter2" not in what + advice


def test_an_address_without_password_may_stand_in_the_file(load_text):
    assert load_text('[storage]\nfacts_url = "postgresql://me@host/db"').storage.facts_url.endswith("/db")


def test_a_column_named_push_token_is_no_secret(load_text):
    text = (
        '[[sources]]\nname = "a"\nformat = "csv"\npath = "x"\n[[sources.events]]\n'
        'kind = { const = "register" }\ncustomer = "c"\nat = "t"\npush_token = "token"\n'
    )
    assert load_text(text).sources[0].events[0].push_token == "token"


def test_a_secret_comes_from_the_variable_or_from_the_file_it_names(tmp_path):
    (tmp_path / "key").write_text("from file\n")
    assert secret("A", {"A": "plain"}) == "plain"
    assert secret("A", {"A_FILE": str(tmp_path / "key")}) == "from file"
    assert secret("A", {}) is None
    assert secret("A", {"A": " "}) is None
    assert secret("A", {"A": " padded "}) == "padded"


def test_both_forms_at_once_are_refused():
    with pytest.raises(SettingsProblem, match="both A and A_FILE are set"):
        secret("A", {"A": "x", "A_FILE": "y"})


def test_a_file_that_cannot_be_read_is_named():
    with pytest.raises(SettingsProblem, match=r"A_FILE: cannot read the file '/nowhere/key': No such file"):
        secret("A", {"A_FILE": "/nowhere/key"})
