"""Posting, open items and pay batches, on both back ends."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from coop.books import checks, queries
from coop.books import service as books
from coop.books.models import BatchState, LineState, PayableKind
from coop.books.service.errors import (
    BatchChangedError,
    OwnBatchError,
    PaidVoucherError,
    PayableAccountError,
    PayableAmountError,
    PayableBusyError,
)
from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, PermissionDeniedError
from coop.kernel.states import ForbiddenMoveError
from coop.kernel.unit import look, owner_session, unit
from coop.parties.models import HouseholdRow
from ledger.errors import LedgerError, SourceConflictError
from ledger.tables import VoucherRow
from ledger.voucher import Voucher, credit, debit
from tests.conftest import Village

DAY = date(2025, 4, 10)


def slip(number: int, household: str, fen: int) -> Voucher:
    """What a weigh ticket posts in the cooperative's book."""
    lines = (debit("128:XG", fen), credit(f"114:{household}", fen))
    return Voucher(DAY, f"收购{number}", lines, f"receipt:{number}")


def capital(village: Village, fen: int = 10_000_000) -> None:
    with unit(village.actor(Role.accountant)) as work:
        books.post(
            work,
            village.coop,
            Voucher(date(2025, 1, 2), "股金", (debit("102", fen), credit("301", fen)), "capital:1"),
        )


def household_id(village: Village, number: str) -> int:
    with look(village.actor()) as seen:
        return seen.session.scalars(select(HouseholdRow.id).where(HouseholdRow.number == number)).one()


def buy(village: Village, number: int, household: str, fen: int) -> int:
    """A slip with its payable; returns the payable's id."""
    owner = household_id(village, household)
    with unit(village.actor(Role.clerk, user=7)) as work:
        row = books.post(work, village.coop, slip(number, household, fen))
        payable = books.add_payable(
            work,
            entity_id=village.coop,
            voucher=row,
            line=2,
            household_id=owner,
            kind=PayableKind.produce,
            source=f"receipt:{number}",
            amount_fen=fen,
            day=DAY,
        )
        return payable.id


def posted(village: Village, source: str) -> int:
    with look(village.actor()) as seen:
        [voucher] = queries.vouchers_of_source(seen.session, source)
        return voucher.id


def propose(village: Village, ids: list[int]) -> int:
    with unit(village.actor(Role.accountant, user=2)) as work:
        return books.propose_batch(work, village.coop, ids, DAY).id


def approve(village: Village, batch: int) -> None:
    with unit(village.actor(Role.checker, user=3)) as work:
        books.approve_batch(work, batch)


def pay(village: Village, batch: int) -> None:
    with unit(village.actor(Role.accountant, user=2)) as work:
        books.pay_batch(work, batch, date(2025, 4, 12), "NX-1")


def breaches() -> list[str]:
    with owner_session() as session:
        found = [text for name in checks.LEDGER_IDS for text in checks._findings(session, name)]
        found += checks.check_control_accounts(session)
        found += checks.check_batches(session)
        return found + checks.check_two_persons(session)


def test_a_batch_pays_every_item_once_with_one_voucher(village: Village) -> None:
    capital(village)
    ids = [buy(village, n, f"H{n:04d}", 1_000 * n + n) for n in (1, 2, 3)]
    batch = propose(village, ids)
    with look(village.actor()) as seen:
        assert queries.open_payables(seen.session, village.coop) == []
    approve(village, batch)
    pay(village, batch)
    with look(village.actor()) as seen:
        row = queries.batch(seen.session, batch)
        assert (row.state, row.total_fen, row.number) == (BatchState.paid, 6_006, "ZF-2025-0001")
        [voucher] = queries.vouchers_of_source(seen.session, f"batch:{batch}")
        assert (voucher.id, voucher.maker_id, voucher.checker_id) == (row.voucher_id, 2, 3)
        assert [p.household for p in queries.payments(seen.session, batch)] == ["H0001", "H0002", "H0003"]
        [mine] = queries.household_payables(seen.session, household_id(village, "H0002"))
        assert (mine.open_fen, mine.paid_fen, mine.paid_on, mine.batch) == (
            0,
            2_002,
            date(2025, 4, 12),
            "ZF-2025-0001",
        )
    assert breaches() == []


def test_an_item_is_in_one_live_batch_at_most(village: Village) -> None:
    item = buy(village, 1, "H0001", 500)
    batch = propose(village, [item])
    with pytest.raises(PayableBusyError) as refused:
        propose(village, [item])
    assert refused.value.ids == (item,)
    with unit(village.actor(Role.accountant, user=2)) as work:
        books.withdraw_batch(work, batch, "名单有误")
    assert propose(village, [item]) != batch


def test_the_maker_does_not_approve_and_nobody_pays_unapproved(village: Village) -> None:
    batch = propose(village, [buy(village, 1, "H0001", 500)])
    with pytest.raises(OwnBatchError), unit(village.actor(Role.checker, user=2)) as work:
        books.approve_batch(work, batch)
    with pytest.raises(ForbiddenMoveError), unit(village.actor(Role.accountant, user=2)) as work:
        books.pay_batch(work, batch, DAY, "")
    with pytest.raises(PermissionDeniedError), unit(village.actor(Role.clerk, user=3)) as work:
        books.approve_batch(work, batch)


def test_a_changed_batch_has_lost_its_approval(village: Village) -> None:
    capital(village)
    batch = propose(village, [buy(village, 1, "H0001", 500)])
    with owner_session(write=True) as session:
        session.execute(text("UPDATE pay_line SET amount_fen = 900"))
    with pytest.raises(BatchChangedError):
        approve(village, batch)
    assert any("total 500 fen expected" in breach for breach in breaches())


def test_without_money_in_the_bank_nothing_is_paid(village: Village) -> None:
    batch = propose(village, [buy(village, 1, "H0001", 500)])
    approve(village, batch)
    with pytest.raises(LedgerError):
        pay(village, batch)
    with look(village.actor()) as seen:
        assert queries.batch(seen.session, batch).state == BatchState.approved
        assert queries.vouchers_of_source(seen.session, f"batch:{batch}") == []
    assert breaches() == []


def test_what_the_bank_returns_is_owed_again(village: Village) -> None:
    capital(village)
    first, second = buy(village, 1, "H0001", 500), buy(village, 2, "H0002", 700)
    batch = propose(village, [first, second])
    approve(village, batch)
    pay(village, batch)
    with unit(village.actor(Role.accountant, user=2)) as work:
        line = books.return_line(work, batch, second, "账号不符", date(2025, 4, 15))
        assert line.state == LineState.returned
    with look(village.actor()) as seen:
        [open_item] = queries.open_payables(seen.session, village.coop)
        assert (open_item.id, open_item.household, open_item.open_fen) == (second, "H0002", 700)
    again = propose(village, [second])
    approve(village, again)
    pay(village, again)
    with pytest.raises(ForbiddenMoveError), unit(village.actor(Role.accountant, user=2)) as work:
        books.return_line(work, batch, second, "again", date(2025, 4, 15))
    assert breaches() == []


def test_a_reversal_voids_what_was_owed(village: Village) -> None:
    item = buy(village, 1, "H0001", 500)
    voucher_id = posted(village, "receipt:1")
    with pytest.raises(LedgerError), unit(village.actor(Role.checker, user=7)) as work:
        books.reverse(work, voucher_id, day=DAY, reason="错称", maker_id=7)
    with unit(village.actor(Role.checker, user=3)) as work:
        books.reverse(work, voucher_id, day=DAY, reason="错称", maker_id=7)
    with pytest.raises(PayableBusyError):
        propose(village, [item])
    assert breaches() == []


def test_a_voucher_whose_item_waits_for_payment_is_not_reversed(village: Village) -> None:
    item = buy(village, 1, "H0001", 500)
    propose(village, [item])
    voucher_id = posted(village, "receipt:1")
    with pytest.raises(PaidVoucherError), unit(village.actor(Role.checker, user=3)) as work:
        books.reverse(work, voucher_id, day=DAY, reason="错称", maker_id=7)


def test_the_same_fact_posts_and_owes_once(village: Village) -> None:
    assert buy(village, 1, "H0001", 500) == buy(village, 1, "H0001", 500)
    with pytest.raises(SourceConflictError):
        buy(village, 1, "H0001", 501)
    with look(village.actor()) as seen:
        assert len(seen.session.scalars(select(VoucherRow)).all()) == 1


@pytest.mark.parametrize(
    ("household", "fen", "error"), [("H0002", 500, PayableAccountError), ("H0001", 501, PayableAmountError)]
)
def test_a_payable_rests_on_the_households_own_credit(
    village: Village, household: str, fen: int, error: type[CoopError]
) -> None:
    owner = household_id(village, household)
    with pytest.raises(error), unit(village.actor(Role.clerk, user=7)) as work:
        books.add_payable(
            work,
            entity_id=village.coop,
            voucher=books.post(work, village.coop, slip(1, "H0001", 500)),
            line=2,
            household_id=owner,
            kind=PayableKind.produce,
            source="receipt:1",
            amount_fen=fen,
            day=DAY,
        )
    with look(village.actor()) as seen:
        assert seen.session.scalars(select(VoucherRow)).all() == []


def test_the_database_itself_refuses_a_second_live_line_and_one_hand(village: Village) -> None:
    batch = propose(village, [buy(village, 1, "H0001", 500)])
    again = (
        "INSERT INTO pay_line (tenant_id, batch_id, payable_id, household_id, account,"
        " amount_fen, state, reason) "
        "SELECT tenant_id, :other, payable_id, household_id, account,"
        " amount_fen, state, reason FROM pay_line"
    )
    other = propose(village, [buy(village, 2, "H0002", 500)])
    with pytest.raises(IntegrityError), owner_session(write=True) as session:
        session.execute(text(f"{again} WHERE batch_id = {batch}"), {"other": other})
    with pytest.raises(IntegrityError), owner_session(write=True) as session:
        session.execute(text("UPDATE pay_batch SET approver_id = maker_id"))


def test_tampering_is_found(village: Village) -> None:
    capital(village)
    buy(village, 1, "H0001", 500)
    with owner_session(write=True) as session:
        session.execute(text("UPDATE payable SET amount_fen = 400"))
        session.execute(text("UPDATE ledger_balance SET debit = debit + 1 WHERE account = '102'"))
    found = breaches()
    assert any("114:H0001" in breach and "difference 100" in breach for breach in found)
    assert any("102" in breach and "difference 1" in breach for breach in found)
