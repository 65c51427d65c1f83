"""Finds the line of every key of a TOML text that has already been read without errors."""

from __future__ import annotations

from bisect import bisect_right

Path = tuple[str | int, ...]

_BLANK = " \t\r\n"
_ENDS_SCALAR = ",]}#\r\n"
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}


def lines_of(text: str) -> dict[Path, int]:
    """The line (1 = first) of each table, key and item, by its path: `("sources", 0, "events", 1, "at")`.

    `text` must be valid TOML; what other text gives is not defined.
    """
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.breaks = [i for i, letter in enumerate(text) if letter == "\n"]
        self.lines: dict[Path, int] = {}
        self.items: dict[Path, int] = {}

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip_blank():
            if self.text.startswith("[[", self.at):
                table = self._array_header()
            elif self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
        return self.lines

    def _line(self) -> int:
        return bisect_right(self.breaks, self.at - 1) + 1

    def _skip_blank(self) -> bool:
        """Pass blanks, line ends and comments; false at the end of the text."""
        while self.at < len(self.text):
            if self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif self.text[self.at] in _BLANK:
                self.at += 1
            else:
                return True
        return False

    def _header(self) -> Path:
        line = self._line()
        self.at += 1
        path = self._resolved(self._keys(), line)
        self.lines[path] = line
        self.at += 1
        return path

    def _array_header(self) -> Path:
        line = self._line()
        self.at += 2
        keys = self._keys()
        array = (*self._resolved(keys[:-1], line), keys[-1])
        self.lines.setdefault(array, line)
        path = (*array, self.items.get(array, 0))
        self.items[array] = self.items.get(array, 0) + 1
        self.lines[path] = line
        self.at += 2
        return path

    def _resolved(self, keys: list[str], line: int) -> Path:
        """The path of a header: a name that is an array of tables means its last item."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            self.lines.setdefault(path, line)
            if path in self.items:
                path = (*path, self.items[path] - 1)
        return path

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = table
        for key in self._keys():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self.at += 1  # the equals sign
        self._value(path)

    def _keys(self) -> list[str]:
        """A dotted key; stands afterwards on what follows it."""
        keys = []
        while True:
            self._skip_blank()
            keys.append(self._key())
            self._skip_blank()
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _key(self) -> str:
        if self.text[self.at] in "\"'":
            return self._string()
        start = self.at
        while self.text[self.at].isalnum() or self.text[self.at] in "-_":
            self.at += 1
        return self.text[start : self.at]

    def _value(self, path: Path) -> None:
        self._skip_blank()
        letter = self.text[self.at]
        if letter in "\"'":
            self._string()
        elif letter == "[":
            self._array(path)
        elif letter == "{":
            self._inline_table(path)
        else:
            while self.at < len(self.text) and self.text[self.at] not in _ENDS_SCALAR:
                self.at += 1

    def _array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while self._skip_blank() and self.text[self.at] != "]":
            self.lines[(*path, index)] = self._line()
            self._value((*path, index))
            self._pass_comma()
            index += 1
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while self._skip_blank() and self.text[self.at] != "}":
            self._pair(path)
            self._pass_comma()
        self.at += 1

    def _pass_comma(self) -> None:
        self._skip_blank()
        if self.text[self.at] == ",":
            self.at += 1

    def _string(self) -> str:
        quote = self.text[self.at]
        if self.text.startswith(quote * 3, self.at):
            return self._long_string(quote)
        self.at += 1
        letters = []
        while self.text[self.at] != quote:
            letters.append(self._letter(raw=quote == "'"))
        self.at += 1
        return "".join(letters)

    def _long_string(self, quote: str) -> str:
        """A string of several lines; never a key, so its text does not matter. Ends in 3 to 5 quotes."""
        self.at += 3
        while not self.text.startswith(quote * 3, self.at):
            self.at += 2 if quote == '"' and self.text[self.at] == "\\" else 1
        self.at += 3
        for _ in range(2):
            if self.text.startswith(quote, self.at):
                self.at += 1
        return ""

    def _letter(self, *, raw: bool) -> str:
        letter = self.text[self.at]
        self.at += 1
        if raw or letter != "\\":
            return letter
        mark = self.text[self.at]
        self.at += 1
        if mark in _ESCAPES:
            return _ESCAPES[mark]
        digits = _HEX_DIGITS[mark]
        self.at += digits
        return chr(int(self.text[self.at - digits : self.at], 16))
