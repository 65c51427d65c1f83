"""And, or and not over what holds, fails or cannot be told: Kleene's tables, and De Morgan's laws."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from winback.warn.truth import Truth, all_of, any_of, negated, nothing, sure

VALUES = {"T": (True, True), "F": (False, True), "U": (False, False)}
AND = {"TT": "T", "TF": "F", "TU": "U", "FF": "F", "FU": "F", "UU": "U"}
OR = {"TT": "T", "TF": "T", "TU": "T", "FF": "F", "FU": "U", "UU": "U"}
NOT = {"T": "F", "F": "T", "U": "U"}


def truth(text: str) -> Truth:
    holds, known = zip(*(VALUES[letter] for letter in text), strict=True)
    return Truth(np.array(holds), np.array(known))


def told(found: Truth) -> str:
    return "".join("T" if h else "F" if k else "U" for h, k in zip(found.holds, found.known, strict=True))


def test_and_or_and_not_follow_the_tables() -> None:
    for pair, result in AND.items():
        assert told(all_of([truth(pair[0]), truth(pair[1])])) == result, pair
        assert told(all_of([truth(pair[1]), truth(pair[0])])) == result, pair
    for pair, result in OR.items():
        assert told(any_of([truth(pair[0]), truth(pair[1])])) == result, pair
        assert told(any_of([truth(pair[1]), truth(pair[0])])) == result, pair
    for one, result in NOT.items():
        assert told(negated(truth(one))) == result, one


@given(st.lists(st.text("TFU", min_size=4, max_size=4), min_size=1, max_size=4))
def test_not_all_is_any_not(parts: list[str]) -> None:
    each = [truth(part) for part in parts]
    assert told(negated(all_of(each))) == told(any_of([negated(part) for part in each]))


def test_nothing_is_unknown_and_sure_is_known() -> None:
    assert told(nothing(2)) == "UU"
    assert told(sure(np.array([True, False]))) == "TF"
