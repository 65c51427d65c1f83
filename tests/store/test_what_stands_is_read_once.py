"""A shelf keeps what was read while its key stands, and never more than it may."""

from __future__ import annotations

from dataclasses import dataclass

from winback.store.shelf import Shelf


@dataclass
class Book:
    """Something of a size."""

    nbytes: int


def _fail() -> Book:
    raise AssertionError("it is read twice")


def test_the_same_key_is_read_once() -> None:
    shelf = Shelf(100)
    book = shelf.get(("ids", 1), lambda: Book(10))
    assert shelf.get(("ids", 1), _fail) is book
    assert shelf.get(("ids", 2), lambda: Book(20)).nbytes == 20


def test_what_was_not_asked_for_longest_goes_first() -> None:
    shelf = Shelf(100)
    first, second = shelf.get(1, lambda: Book(40)), shelf.get(2, lambda: Book(40))
    shelf.get(1, _fail)
    shelf.get(3, lambda: Book(40))
    assert shelf.get(1, _fail) is first
    assert shelf.get(2, lambda: Book(40)) is not second


def test_what_is_larger_than_all_room_is_read_each_time() -> None:
    shelf = Shelf(100)
    small = shelf.get("small", lambda: Book(100))
    large = shelf.get("large", lambda: Book(101))
    assert shelf.get("large", lambda: Book(101)) is not large
    assert shelf.get("small", _fail) is small


def test_what_two_made_at_once_takes_its_room_once() -> None:
    shelf = Shelf(100)

    def made() -> Book:
        shelf.get("same", lambda: Book(60))
        return Book(60)

    shelf.get("same", made)
    other = shelf.get("other", lambda: Book(40))
    assert shelf.get("same", _fail).nbytes == 60
    assert shelf.get("other", _fail) is other
