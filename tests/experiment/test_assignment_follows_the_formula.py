"""Numbers of customers are those of the docs' formula, fairly spread, and stay what they were."""

import hashlib

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tests.experiment.drawn import definition, rotation
from winback.experiment.buckets import arm_of, below, buckets
from winback.experiment.read import control_of, sides

IDS = pa.array([f"C{n:06d}" for n in range(200_000)])
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)


def plain(salt, customer_id):
    """The formula of docs/7-experiment.md, in one line of standard library."""
    return int.from_bytes(hashlib.sha256(f"{salt}:{customer_id}".encode()).digest()[:8], "big") % 10_000


@given(WORDS, st.lists(WORDS, max_size=40))
def test_numbers_are_those_of_plain_hashlib(salt, ids):
    assert buckets(salt, pa.array(ids, pa.string())).tolist() == [plain(salt, each) for each in ids]


def test_numbers_are_spread_evenly():
    tenths = np.bincount(buckets("winback:a", IDS) // 1000, minlength=10)
    assert abs(tenths - 20_000).max() < 500


def test_a_larger_share_only_adds():
    small, large = below("s", 500, IDS), below("s", 800, IDS)
    assert 0 < small.sum() < large.sum()
    assert not (small & ~large).any()


def test_another_salt_draws_anew():
    both = (below("one", 1000, IDS) & below("two", 1000, IDS)).mean()
    assert abs(both - 0.01) < 0.001


def test_arms_get_their_shares_in_the_order_of_their_names():
    shares = {"b": 0.5, "a": 0.3, "c": 0.2}
    found = np.bincount(arm_of("s", shares, IDS)) / len(IDS)
    assert np.allclose(found, [0.5, 0.3, 0.2], atol=0.005)
    edges = [plain("s:arm", each) for each in IDS[:50].to_pylist()]
    expected = [0 if n < 5000 else 1 if n < 8000 else 2 for n in edges]
    assert arm_of("s", shares, IDS[:50]).tolist() == expected


def test_holdout_arm_and_control_are_drawn_apart():
    found = sides(definition(holdout_bp=1000, arms={"a": 0.5, "b": 0.5}), rotation(share_bp=500), IDS)
    for one in (found.in_control, found.in_holdout):
        assert abs(found.arm[one].mean() - 0.5) < 0.02
    assert abs(found.in_holdout[found.in_control].mean() - 0.1) < 0.01
    assert (found.is_held_out == (found.in_control | found.in_holdout)).all()
    assert (control_of(rotation(share_bp=500), IDS) == found.in_control).all()


def test_many_have_the_numbers_that_a_few_of_them_have():
    many = IDS[:20_000]
    assert buckets("s", many)[:50].tolist() == [plain("s", each) for each in many[:50].to_pylist()]
