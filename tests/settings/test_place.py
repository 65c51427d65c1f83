"""A key that a stage complains about is found in the file, list items by their names."""

import pytest

from winback.settings.place import placed
from winback.terms.errors import Place

TEXT = """[features.mine]
measure = "visit.count"

[[sources]]
name = "customers"
path = "a"
[[sources]]
name = "orders"
format = "csv"
path = "b"
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "winback.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ("features.mine.measure", 2),
        ("features.mine.window_days", 1),
        ("sources.orders.path", 10),
        ("sources.orders", 7),
        ("sources.nobody", 4),
        ("sources[2].path", 10),
        ("sources[2]", 7),
        ("kinds.x", None),
        (None, None),
    ],
)
def test_the_line_is_that_of_as_much_as_the_file_has(file, field, line):
    assert placed(Place("winback.toml", field=field), file) == Place(str(file), line, field)


@pytest.mark.parametrize(
    "place", [Place("orders.csv", field="sources.orders"), Place("winback.toml", 3, "x"), Place()]
)
def test_other_places_are_left_as_they_are(file, place):
    assert placed(place, file) == place


def test_a_file_that_cannot_be_read_by_now_changes_nothing(tmp_path):
    place = Place("winback.toml", field="churn")
    assert placed(place, tmp_path / "winback.toml") == place
