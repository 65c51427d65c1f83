"""Every key of a TOML text is found on the line where it stands."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winback.settings.locate import lines_of

EVERY_FORM = '''# a comment with [brackets] and key = "value"
top = 2
dotted.key = 3
"quoted \\u0041 key" = 4
'literal.key' = 5

[table]
plain = 8 # a comment, with = and "
text = """
looks_like = 10
[not.a.header]
""" # 9
raw = \'\'\'
also_not = 1
\'\'\'\'\' # 13
day = 2026-03-01 10:00:00 # 16
list = [ 17,
  18, # comma, in a comment ]
  { inner = 19 }, [ 19 ],
  20
] # 17
inline = { first = 22, second = { third = 22 }, dotted.one = 22 } # 22

[ table . "deep" ]
x = 25

[[items]]
n = 28
[items.part]
n = 30
[[items.lines]]
n = 32
[[items]]
n = 34
[[items.lines]]
n = 36
[[items.lines]]
n = 38

[late.sub]
x = 41
[late]
y = 43
'''


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from leaves(each, (*path, index))
    else:
        yield path, value


def test_every_number_in_the_text_stands_on_the_line_it_names():
    lines = lines_of(EVERY_FORM)
    numbers = [(path, value) for path, value in leaves(tomllib.loads(EVERY_FORM)) if isinstance(value, int)]
    assert len(numbers) == 22
    assert {path: lines[path] for path, _ in numbers} == dict(numbers)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("table",), 7),
        (("table", "text"), 9),
        (("table", "raw"), 13),
        (("table", "day"), 16),
        (("table", "list"), 17),
        (("table", "list", 2), 19),
        (("table", "inline", "second"), 22),
        (("table", "deep"), 24),
        (("items",), 27),
        (("items", 0), 27),
        (("items", 1), 33),
        (("items", 1, "lines", 1), 37),
        (("late",), 42),
        (("late", "sub"), 40),
        (("dotted",), 3),
    ],
)
def test_tables_lists_and_texts_stand_where_they_begin(path, line):
    assert lines_of(EVERY_FORM)[path] == line


def test_windows_line_ends_count_as_one():
    assert lines_of("a = 1\r\n\r\n[t]\r\nb = 2\r\n") == {("a",): 1, ("t",): 3, ("t", "b"): 4}


KEYS = st.sampled_from(["a", "b", "c-d", "1", '"x y"', "'q.q'", '"\\""'])


@st.composite
def texts(draw):
    """Texts in which each number is the line it stands on."""
    out, line = [], 1
    for index in range(draw(st.integers(0, 6))):
        array = draw(st.booleans())
        name = f"{'arr' if array else 'tab'}{index % 3 if array else index}"
        out.append(f"[[{name}]]" if array else f"[{name}]")
        line += 1
        for key in draw(st.lists(KEYS, unique=True, max_size=4)):
            shape = draw(st.integers(0, 3))
            if shape == 0:
                out.append(f"{key} = {line} # x = [")
                line += 1
            elif shape == 1:
                out.append(f"{key} = [{line}, # ]\n {line + 1},\n]")
                line += 3
            elif shape == 2:
                out.append(f"{key} = {{ {key} = {line}, k = [{line}, '}}'] }}")
                line += 1
            else:
                out.append(f'{key}.more = """\n[[no]]\n\\"""" # """')
                line += 3
    return "\n".join(out)


@given(texts())
def test_whatever_is_written_numbers_stand_on_the_line_they_name(text):
    lines = lines_of(text)
    for path, value in leaves(tomllib.loads(text)):
        assert path in lines
        if isinstance(value, int):
            assert lines[path] == value
