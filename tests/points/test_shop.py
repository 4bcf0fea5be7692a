"""The shop, expiry and what the checks find, on both back ends."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from sqlalchemy import select, text

from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.errors import CoopError
from coop.kernel.unit import look, owner_session, unit
from coop.points import queries
from coop.points import service as points
from coop.points.models import GoodsRow
from ledger.tables import PostingRow, VoucherRow
from tests.conftest import Village
from tests.points.steps import (
    CLERK,
    balance,
    breaches,
    earn,
    redeem,
)


def test_goods_for_points_are_one_voucher(charter: Village, clock: ToldClock) -> None:
    earn(charter, clock, "H0001", "S04")
    given = redeem(charter, "H0001", "SOAP", 2)
    assert balance(charter, "H0001") == 2
    with look(charter.actor()) as seen:
        goods = seen.session.scalars(select(GoodsRow).where(GoodsRow.code == "SOAP")).one()
        assert (goods.stock, goods.value_fen) == (8, 3_333 - 667)
        voucher = seen.session.scalars(
            select(VoucherRow).where(VoucherRow.source == f"redemption:{given}")
        ).one()
        lines = seen.session.execute(
            select(PostingRow.account, PostingRow.amount, PostingRow.commodity)
            .where(PostingRow.voucher_id == voucher.id)
            .order_by(PostingRow.line)
        ).all()
        assert [tuple(line) for line in lines] == [
            ("902:H0001", 8, "POINT"),
            ("903", -8, "POINT"),
            ("514:03", 667, "CNY"),
            ("121:DEMEI", -667, "CNY"),
        ]
        totals = queries.totals(seen.session)
        assert (totals.issued, totals.redeemed, totals.outstanding) == (10, 8, 2)
    assert breaches() == []


def test_too_few_points_and_too_little_stock(charter: Village, clock: ToldClock) -> None:
    earn(charter, clock, "H0001", "S04")
    with pytest.raises(points.NotEnoughPointsError) as caught:
        redeem(charter, "H0001", "SOAP", 3)
    assert (caught.value.needed, caught.value.found) == (12, 10)
    with pytest.raises(points.StockError):
        redeem(charter, "H0001", "TOWEL", 1)
    with pytest.raises(points.SameHandsError), unit(charter.actor(Role.clerk, user=CLERK)) as work:
        points.redeem(work, household="H0001", goods="SOAP", count=1, second_id=CLERK)
    assert balance(charter, "H0001") == 10
    assert breaches() == []


def test_two_at_once_spend_the_points_once(charter: Village, clock: ToldClock) -> None:
    earn(charter, clock, "H0001", "S04")  # 10 points: enough for two pieces of soap, not for four
    barrier, done = Barrier(2), []

    def spend() -> None:
        barrier.wait()
        try:
            redeem(charter, "H0001", "SOAP", 2)
            done.append("ok")
        except CoopError as error:
            done.append(type(error).__name__)

    threads = [Thread(target=spend) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["NotEnoughPointsError", "ok"]
    assert balance(charter, "H0001") == 2
    assert breaches() == []


def test_spent_points_cannot_be_revoked(charter: Village, clock: ToldClock) -> None:
    claim = earn(charter, clock, "H0001", "S04")
    redeem(charter, "H0001", "SOAP", 1)
    with pytest.raises(points.NotEnoughPointsError), unit(charter.actor(Role.checker, user=9)) as work:
        points.revoke(work, claim, "重复申报", asked_by=CLERK)
    assert balance(charter, "H0001") == 6


def test_old_points_expire_once(charter: Village, clock: ToldClock) -> None:
    earn(charter, clock, "H0001", "S04")
    later = clock.day
    earn(charter, clock, "H0001", "S01")
    for expected in (10, 0):
        with unit(charter.actor(Role.manager)) as work:
            assert points.expire(work, later) == expected
    with look(charter.actor()) as seen:
        totals = queries.totals(seen.session)
        assert (totals.expired, totals.outstanding) == (10, 2)
    assert breaches() == []


def test_the_checks_find_what_was_tampered_with(charter: Village, clock: ToldClock) -> None:
    claim = earn(charter, clock, "H0001", "S04")
    with owner_session(write=True) as session:
        session.execute(text("UPDATE points_account SET balance = 50"))
        session.execute(text("UPDATE shop_goods SET value_fen = value_fen + 1 WHERE stock > 0"))
        session.execute(text(f"UPDATE points_claim SET awarded = 11 WHERE id = {claim}"))
    found = breaches()
    assert len(found) == 3
    assert "difference 40" in found[0]
