"""A base that goes on living reads the sandbox's messages and the grants, and answers by hidden causes."""

import json
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from winback.simulate.columns import FIRST_NUMBER
from winback.simulate.live.nouns import GRANTS
from winback.simulate.live.run import Living, begin
from winback.simulate.live.twins import twins
from winback.terms.errors import Problem
from winback.terms.time import day_number

DAY_US = 86_400_000_000
NOBODY = GRANTS.empty_table()


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """The past of a small base."""
    out = tmp_path_factory.mktemp("live")
    begin(out, 1500, 150, 3, ahead_days=40)
    return out


@pytest.fixture
def base(begun, tmp_path):
    """The same base, to be lived."""
    import shutil

    shutil.copytree(begun, tmp_path / "base")
    return tmp_path / "base"


def sent(folder, living, rows, *, promises=False, **given):
    """One sandbox file with a message to each of these customers, at noon of the day to come.

    With `promises` each tells of the grant that is called by the customer's row.
    """
    day = living.base.day
    common = {"medium": "sms", "purpose": "marketing", "playbook": "p", "step": "s", **given}
    common["at_us"] = day_number(living.base.date) * DAY_US + 4 * 3_600_000_000
    lines = []
    for row in map(int, rows):
        own = {"message": day * 100_000 + row, "customer": str(row + FIRST_NUMBER)}
        lines.append(json.dumps({**common, **own, "grant": row if promises else None}))
    (folder / "sms").mkdir(parents=True, exist_ok=True)
    (folder / "sms" / f"sandbox-{day:012d}.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def still_here(living):
    """Rows of those who came of late and have not left."""
    state = living.base.state
    return np.flatnonzero((state["left"] == 0) & (state["last_day"] > living.base.day - 15))


def granted(living, rows, **given):
    """A grant for each of these customers, called by the customer's row."""
    ends = (day_number(living.base.date) + 15) * DAY_US - 8 * 3_600_000_000
    one = {
        "reward": "lucky_draw",
        "kind": "draw",
        "face_minor": 500,
        "purchase_min_minor": 0,
        "expires_us": ends,
    }
    return pa.Table.from_pylist([{"id": int(row), **one, **given} for row in rows], schema=GRANTS)


def rows_of(folder, kind):
    """Everything that live days exported of a kind."""
    files = sorted((folder / "raw").glob(f"{kind}-????-??-??.parquet"))
    return pa.concat_tables([pq.read_table(file) for file in files]) if files else pa.table({})


def test_whom_nothing_is_sent_lives_as_the_twin_does(base, tmp_path):
    living = Living(base)
    for _ in range(10):
        living.live(tmp_path / "none", NOBODY)
    assert (living.base.state == living.base.twin).all()
    assert rows_of(base, "visits").num_rows > 50


def test_days_lived_one_by_one_are_the_days_of_one_walk(base, tmp_path):
    whole = tmp_path / "whole"
    begin(whole, 1500, 190, 3, ahead_days=0)
    living = Living(base)
    while living.base.days_left:
        living.live(tmp_path / "none", NOBODY)
    for kind in ("visits", "redemptions", "maturities", "registrations"):
        walked, lived = (
            pa.concat_tables([pq.read_table(file) for file in sorted((folder / "raw").glob(f"{kind}*"))])
            for folder in (whole, base)
        )
        by = [(name, "ascending") for name in walked.column_names[:2]]
        assert lived.sort_by(by).equals(walked.sort_by(by))
        assert walked.num_rows > 0
    with pytest.raises(Problem, match="no days left"):
        living.live(tmp_path / "none", NOBODY)


def test_the_same_messages_give_the_same_days_even_after_a_kill(base, tmp_path):
    import shutil

    again = tmp_path / "again"
    shutil.copytree(base, again)
    tables = []
    for folder in (base, again):
        for turn in range(6):
            living = Living(folder)
            if folder == again and turn == 3:
                kept = (folder / "live" / "state.npz").read_bytes()
                living.live(sent(tmp_path / folder.name, living, range(300)), NOBODY)
                (folder / "live" / "state.npz").write_bytes(kept)
                living = Living(folder)
            living.live(sent(tmp_path / folder.name, living, range(300)), NOBODY)
        tables.append([rows_of(folder, kind) for kind in ("visits", "orders", "receipts", "callbacks")])
    assert tables[0] == tables[1]
    assert tables[0][2].num_rows > 100


def test_receipts_tell_who_read_and_only_they_click(base, tmp_path):
    living = Living(base)
    living.live(sent(tmp_path, living, range(400)), NOBODY)
    receipts = rows_of(base, "receipts").to_pylist()
    read, clicked = (
        {row["message"] for row in receipts if row["what"] == what} for what in ("read", "clicked")
    )
    assert 100 < len(read) < 400
    assert clicked
    assert clicked < read
    assert {row["时间"].date() for row in receipts} == {living.base.date - timedelta(days=1)}


def test_messages_bring_some_of_the_lost_back_and_none_of_their_twins(base, tmp_path):
    living = Living(base)
    state = living.base.state
    gone = np.flatnonzero((state["left"] == 1) & (state["last_day"] < living.base.day - 31))
    gone = gone[living._born["never"][gone] == 0]
    for _ in range(3):
        living.live(sent(tmp_path, living, gone), granted(living, []))
    as_of = living.base.date
    told = twins(base, [str(row + FIRST_NUMBER) for row in gone], [as_of] * len(gone))
    kept, twin = told["kept"].to_numpy(), told["twin_kept"].to_numpy()
    assert kept.sum() > twin.sum() + 10
    back = told.filter(pa.array(kept & ~twin))
    assert set(back["kept_by"].to_pylist()) == {"p"}


def test_who_is_put_off_leaves_sooner_than_the_twin(base, tmp_path):
    living = Living(base)
    here = still_here(living)
    touchy = here[living.base.more["put_off"][here] == 1]
    others = here[living.base.more["put_off"][here] == 0]
    for _ in range(30):
        living.live(sent(tmp_path, living, here), NOBODY)
    gone, twin_gone = living.base.state["left"] == 1, living.base.twin["left"] == 1
    assert gone[touchy].sum() > twin_gone[touchy].sum()
    assert gone[others].sum() < twin_gone[others].sum()


def test_service_messages_put_nobody_off(base, tmp_path):
    living = Living(base)
    living.live(sent(tmp_path, living, range(500), purpose="service"), NOBODY)
    for cause in ("natural", "frustrated", "rigid", "panic"):
        assert (living.base.state[f"held_{cause}"] >= 0).all()


def test_rewards_are_claimed_at_a_visit_once_and_only_while_they_last(base, tmp_path):
    living = Living(base)
    here = still_here(living)
    grants = granted(living, here)
    folder = sent(tmp_path, living, here, promises=True)
    promised_on = living.base.date
    living.live(folder, grants)
    for _ in range(25):
        living.live(folder, grants)
    claims = rows_of(base, "claims")
    assert claims.num_rows > 20
    assert len(set(claims["grant"].to_pylist())) == claims.num_rows
    days = [moment.date() for moment in claims["时间"].to_pylist()]
    assert min(days) > promised_on
    assert max(days) <= promised_on + timedelta(days=14)
    visits = rows_of(base, "visits")
    came = {
        (uid, (at + timedelta(hours=8)).date())
        for uid, at in zip(visits["uid"].to_pylist(), visits["opened_at"].to_pylist(), strict=True)
    }
    assert all((who, day) in came for who, day in zip(claims["客户号"].to_pylist(), days, strict=True))


def test_a_reward_that_asks_for_a_purchase_is_claimed_with_one(base, tmp_path):
    living = Living(base)
    here = still_here(living)
    grants = granted(living, here, reward="trial_coupon", kind="trial_coupon", purchase_min_minor=100_000)
    folder = sent(tmp_path, living, here, promises=True)
    for _ in range(14):
        living.live(folder, grants)
    claims, orders = rows_of(base, "claims").to_pylist(), rows_of(base, "orders").to_pylist()
    assert len(claims) > 10
    for claim in claims:
        fits = [
            order
            for order in orders
            if order["客户号"] == claim["客户号"]
            and order["下单时间"].date() == claim["时间"].date()
            and order["下单时间"] <= claim["时间"]
            and order["金额"] >= 1000
        ]
        assert fits, claim
    numbers = [order["订单号"] for order in orders]
    assert len(numbers) == len(set(numbers))


def test_going_on_where_nothing_lives_is_told(tmp_path):
    with pytest.raises(Problem, match="no base that goes on living"):
        Living(tmp_path)
