"""Work done by several threads is handed out in order, and no further ahead than is told."""

from __future__ import annotations

import time
from threading import Lock

import pytest

from winback.profile.ahead import in_order


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_pieces_come_in_order_however_long_each_takes(threads: int) -> None:
    def work(number: int) -> int:
        time.sleep(0.002 * (number % 3 == 0))
        return number * number

    assert list(in_order(work, 50, threads=threads)) == [number * number for number in range(50)]


@pytest.mark.parametrize("threads", [1, 3])
def test_nothing_comes_of_no_pieces(threads: int) -> None:
    assert list(in_order(lambda number: number, 0, threads=threads)) == []


@pytest.mark.parametrize("threads", [1, 2])
def test_what_a_piece_raises_comes_in_its_turn(threads: int) -> None:
    def work(number: int) -> int:
        if number == 7:
            raise ValueError("the seventh")
        return number

    found = in_order(work, 30, threads=threads)
    assert [next(found) for _ in range(7)] == list(range(7))
    with pytest.raises(ValueError, match="the seventh"):
        next(found)


def test_no_piece_is_begun_far_ahead_of_the_one_that_is_asked_for() -> None:
    begun, lock = [], Lock()

    def work(number: int) -> int:
        with lock:
            begun.append(number)
        return number

    for number in in_order(work, 40, threads=2):
        time.sleep(0.001)
        with lock:
            assert max(begun) <= number + 4


def test_who_stops_asking_ends_the_work() -> None:
    begun, lock = [], Lock()

    def work(number: int) -> int:
        with lock:
            begun.append(number)
        return number

    found = in_order(work, 1_000, threads=3)
    assert next(found) == 0
    found.close()
    assert len(begun) < 20
