"""Settings written as text, and what loading says of them."""

import pytest

from winback.settings.load import load
from winback.terms.errors import SettingsProblem


@pytest.fixture
def load_text(tmp_path):
    """Load settings from text, with the environment given by keyword."""

    def loaded(text, **environ):
        path = tmp_path / "winback.toml"
        path.write_text(text, encoding="utf-8")
        return load(path, environ)

    return loaded


@pytest.fixture
def faults_of(load_text, tmp_path):
    """All faults of a text, each as (line, key, message, advice)."""

    def faults(text, **environ):
        with pytest.raises(SettingsProblem) as caught:
            load_text(text, **environ)
        each = caught.value.each
        assert all(fault.place.file in (str(tmp_path / "winback.toml"), "environment") for fault in each)
        return [(fault.place.line, fault.place.field, fault.what, fault.todo) for fault in each]

    return faults
