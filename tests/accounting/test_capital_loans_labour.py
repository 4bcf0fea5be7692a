"""Member capital, loans and casual labour: both standards, two persons, the register and the books in step."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.accounting.models.loans import LoanKind
from coop.accounting.models.petty import Purse
from coop.accounting.queries.capital import capital_board
from coop.accounting.queries.loans import loan_board, loan_page
from coop.accounting.queries.subledgers import party_ledger
from coop.accounting.queries.subledgers_household import household_ledger
from coop.accounting.rules.loans import DayCount, Method, Terms, schedule
from coop.accounting.service import capital, labour, loans
from coop.accounting.service.capital import NoExitError, TooEarlyError
from coop.accounting.service.loans import LoanEntry, NoAccrualError, OverpaidError
from coop.accounting.service.subledgers import SameHandError, ShortError
from coop.books import service as book_service
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.errors import InputError
from coop.kernel.unit import look, unit
from coop.parties import queries as parties
from coop.parties.models import HoldingKind
from ledger.voucher import Voucher, credit, debit
from tests.accounting.desk import breaches, open_book
from tests.conftest import Village

BOOKS, SECOND = 2, 3


def maker(village: Village):  # type: ignore[no-untyped-def]
    return unit(village.actor(Role.accountant, user=BOOKS))


def checker(village: Village, user: int = SECOND):  # type: ignore[no-untyped-def]
    return unit(village.actor(Role.checker, user=user))


def money(village: Village, entity: int, source: str = "seed:1", day: date = date(2025, 1, 2)) -> None:
    """Enough in the bank."""
    voucher = Voucher(day, "存入", (debit("102", 5_000_000), credit("501:01", 5_000_000)), source)
    with unit(village.actor(Role.manager, user=5)) as work:
        book_service.post(work, entity, voucher)


def test_a_contribution_moves_register_and_books_together(village: Village) -> None:
    open_book(village)
    with maker(village) as work:
        asked = capital.contribute(work, village.coop, member="M00010", fen=50_000, day=date(2025, 3, 1)).id
    with pytest.raises(SameHandError), checker(village, BOOKS) as work:
        capital.approve(work, asked)
    with checker(village) as work:
        capital.approve(work, asked)
    with look(village.actor(Role.accountant)) as seen:
        before = parties.holdings(seen.session, village.coop, HoldingKind.contribution, date(2025, 2, 28))
        after = parties.holdings(seen.session, village.coop, HoldingKind.contribution, date(2025, 3, 1))
        assert sum(each.amount for each in after) - sum(each.amount for each in before) == 50_000
        board = capital_board(seen.session, "TYP-COOP", date(2025, 3, 1))
        assert board.control.balance_fen == -1_075_000
        assert board.control.items_fen == -3_050_000, (
            "the opening said less than the register: the difference shows"
        )
    assert breaches() == []


def test_a_member_leaves_at_the_years_end_with_contribution_and_reserve(
    village: Village, clock: ToldClock
) -> None:
    money(village, village.coop)
    opened = Voucher(
        date(2025, 1, 3),
        "股金",
        (debit("102", 3_100_000), credit("301", 3_000_000), credit("322", 100_000)),
        "o:1",
    )
    owed = Voucher(date(2025, 1, 4), "欠款", (debit("114:H0001", 700), credit("502", 700)), "o:2")
    with unit(village.actor(Role.manager, user=5)) as work:
        book_service.post_all(work, village.coop, (opened, owed))
    with pytest.raises(NoExitError), maker(village) as work:
        capital.apply_exit(work, village.rceo, member="M00010", applied_on=date(2025, 9, 1))
    with maker(village) as work:
        late = capital.apply_exit(work, village.coop, member="M00020", applied_on=date(2025, 10, 1))
        assert late.effective_on == date(2026, 12, 31)
        leaving = capital.apply_exit(work, village.coop, member="M00010", applied_on=date(2025, 9, 30)).id
        book_service.open_year(work, village.coop, 2026)
    with pytest.raises(TooEarlyError), maker(village) as work:
        capital.settle_exit(work, leaving, day=date(2025, 12, 31), reserve_fen=0)
    with pytest.raises(ShortError), maker(village) as work:
        capital.settle_exit(work, leaving, day=date(2026, 1, 20), reserve_fen=100_001)
    clock.day = date(2026, 1, 20)
    with maker(village) as work:
        capital.settle_exit(work, leaving, day=date(2026, 1, 20), reserve_fen=4_000)
    with checker(village) as work:
        capital.approve(work, leaving)
    with look(village.actor(Role.accountant)) as seen:
        board = capital_board(seen.session, "TYP-COOP", date(2026, 1, 20))
        assert board.control.difference_fen == 0
        assert "M00010" not in {each.member for each in board.held}
        assert board.reserve_fen == 96_000
        last = parties.holdings(seen.session, village.coop, HoldingKind.contribution, date(2025, 12, 31))
        assert "M00010" in {each.member for each in last}, "the member still shares in the year's surplus"
        [line] = [x for x in household_ledger(seen.session, "TYP-COOP").lines if x.household == "H0001"]
        assert line.balance_fen == 700, "what the household owes stays owed"


@given(
    st.integers(1, 10**9), st.integers(1, 60), st.sampled_from(Method), st.sampled_from(DayCount),
    st.integers(0, 3000), st.dates(date(2020, 1, 1), date(2026, 12, 31)),
)  # fmt: skip
def test_every_schedule_pays_the_principal_exactly(  # noqa: PLR0917  (hypothesis gives them)
    fen: int, periods: int, method: Method, count: DayCount, rate: int, start: date
) -> None:
    lines = schedule(Terms(fen, start, periods, method, count, {start: rate}))
    assert sum(line.principal_fen for line in lines) == fen
    assert lines[-1].left_fen == 0
    assert all(line.principal_fen >= 0 and line.interest_fen >= 0 for line in lines)


@pytest.mark.parametrize("standard", ["coop", "rceo"])
def test_a_loan_to_a_member_is_paid_out_and_back(village: Village, clock: ToldClock, standard: str) -> None:
    entity = village.coop if standard == "coop" else village.rceo
    code = "TYP-COOP" if standard == "coop" else "TYP-RCEO"
    money(village, entity)
    entry = LoanEntry(
        LoanKind.lent, "H0003", "买鸡苗", 1_000_000, date(2025, 1, 10), 3, 435, Method.equal_principal
    )
    with maker(village) as work:
        loan = loans.agree(work, entity, entry).id
    with checker(village) as work:
        loans.pay_out(work, loan)
    clock.day = date(2025, 3, 24)
    with look(village.actor(Role.accountant)) as seen:
        page = loan_page(seen.session, loan, date(2025, 3, 24))
        assert page.item.standing.interest_fen == 8_700, "73 days at 4.35 %"
        assert page.item.standing.behind_since == date(2025, 2, 10)
    with pytest.raises(OverpaidError), maker(village) as work:
        loans.repay(work, loan, day=date(2025, 3, 24), fen=1_008_701)
    with maker(village) as work:
        move = loans.repay(work, loan, day=date(2025, 3, 24), fen=408_700)
        assert (move.interest_fen, move.principal_fen) == (8_700, 400_000)
    with checker(village) as work:
        loans.approve_move(work, move.id)
    with look(village.actor(Role.accountant)) as seen:
        board = loan_board(seen.session, code, date(2025, 3, 24))
        assert [item.standing.left_fen for item in board.items] == [600_000]
        assert all(control.difference_fen == 0 for control in board.controls)
        assert household_ledger(seen.session, code).control.difference_fen == 0
    with pytest.raises(NoAccrualError), maker(village) as work:
        loans.accrue(work, loan, date(2025, 3, 31))
    assert breaches() == []


def test_interest_of_a_received_loan_is_accrued_then_paid(village: Village, clock: ToldClock) -> None:
    clock.day = date(2025, 6, 30)
    entry = LoanEntry(
        LoanKind.long, "XYS", "冷库", 2_000_000, date(2025, 1, 1), 24, 600, Method.bullet, DayCount.thirty_360
    )
    with maker(village) as work:
        loan = loans.agree(work, village.coop, entry).id
    with checker(village) as work:
        loans.pay_out(work, loan)
    with maker(village) as work:
        accrual = loans.accrue(work, loan, date(2025, 4, 1))
        assert accrual.interest_fen == 30_000
    with checker(village) as work:
        loans.approve_move(work, accrual.id)
    with maker(village) as work:
        loans.change_rate(work, loan, since=date(2025, 4, 1), rate=480)
        paid = loans.repay(work, loan, day=date(2025, 6, 1), fen=46_000)
        assert (paid.interest_fen, paid.accrued_fen, paid.principal_fen) == (46_000, 30_000, 0)
    with checker(village) as work:
        loans.approve_move(work, paid.id)
    with look(village.actor(Role.accountant)) as seen:
        board = loan_board(seen.session, "TYP-COOP", date(2025, 6, 1))
        assert board.items[0].standing.interest_fen == 0
        assert all(control.difference_fen == 0 for control in board.controls)
    assert breaches() == []


@pytest.mark.parametrize("standard", ["coop", "rceo"])
def test_labour_is_accrued_by_household_and_paid(village: Village, standard: str) -> None:
    entity = village.coop if standard == "coop" else village.rceo
    code = "TYP-COOP" if standard == "coop" else "TYP-RCEO"
    money(village, entity)
    with unit(village.actor(Role.clerk, user=7)) as work:
        sheet = labour.open_sheet(work, entity, team="修渠队", day=date(2025, 5, 31)).id
        for home, tenths in (("H0001", 25), ("H0002", 10), ("H0001", 5)):
            labour.add_work(work, sheet, labour.WorkEntry(home, date(2025, 5, 20), tenths, 12_000))
    with pytest.raises(InputError), maker(village) as work:
        labour.hand_in(work, sheet, "102")
    with maker(village) as work:
        labour.hand_in(work, sheet, "401")
    with pytest.raises(SameHandError), checker(village, BOOKS) as work:
        labour.accrue(work, sheet)
    with checker(village) as work:
        labour.accrue(work, sheet)
    with look(village.actor(Role.accountant)) as seen:
        page = party_ledger(seen.session, code, "labour_payable", date(2025, 6, 1))
        assert {line.party: line.we_owe.total for line in page.lines} == {"H0001": 36_000, "H0002": 12_000}
        assert page.control.difference_fen == 0
    with maker(village) as work:
        labour.ask_payment(work, sheet, day=date(2025, 6, 5), purse=Purse.bank)
    with checker(village) as work:
        labour.pay(work, sheet)
    with look(village.actor(Role.accountant)) as seen:
        assert party_ledger(seen.session, code, "labour_payable", date(2025, 6, 30)).lines == ()
    assert breaches() == []
