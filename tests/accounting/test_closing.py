"""Months and years close and reopen, on both back ends."""

from __future__ import annotations

from datetime import date

import pytest

from coop.accounting import exports, queries
from coop.accounting import service as accounting
from coop.accounting.service.closing import NotClosedOutError, OwnRequestError, PeriodBusyError
from coop.books import queries as books
from coop.books import service as book_service
from coop.kernel.actor import Role
from coop.kernel.errors import InputError, NotFoundError
from coop.kernel.unit import look, owner_session, unit
from ledger import closing
from ledger.balances import trial_balance
from ledger.chart import Standard, chart_of
from ledger.errors import LedgerError
from ledger.layout import ColumnId
from tests.accounting.desk import (
    approve,
    breaches,
    close_months,
    draft,
    open_book,
    sale,
    stamp,
)
from tests.conftest import Village


def test_a_month_closes_when_nothing_of_it_waits(village: Village) -> None:
    open_book(village)
    sale(village)
    waiting = draft(village, date(2025, 5, 9))
    close_months(village, 4)
    with pytest.raises(PeriodBusyError) as refused, unit(village.actor(Role.accountant, user=2)) as work:
        accounting.close_month(work, village.coop, 2025, 5)
    assert [(one.kind, one.count, one.owner) for one in refused.value.blockers] == [
        ("drafts", 1, Role.checker),
        ("unstamped", 1, Role.supervisor),
    ]
    with look(village.actor()) as seen:
        may = queries.period_board(seen.session, "TYP-COOP", 2025)[4]
        assert (may.closed, may.unstamped, may.drafts, may.vouchers, may.next_to_close) == (
            False,
            1,
            1,
            1,
            True,
        )
        page = queries.voucher_list(seen.session, queries.VoucherFilter("TYP-COOP", unstamped=True))
        assert [item.source for item in page.items] == ["sale:1"]
    with unit(village.actor(Role.checker, user=3)) as work:
        accounting.refuse(work, waiting, "没有发票")
    stamp(village, date(2025, 5, 6))
    with pytest.raises(LedgerError), unit(village.actor(Role.accountant, user=2)) as work:
        accounting.close_month(work, village.coop, 2025, 6)
    with unit(village.actor(Role.accountant, user=2)) as work:
        accounting.close_month(work, village.coop, 2025, 5)
    with pytest.raises(LedgerError):
        sale(village, 2)


def test_reopening_takes_a_second_person(village: Village) -> None:
    close_months(village, 2)
    with unit(village.actor(Role.accountant, user=2)) as work:
        asked = accounting.ask_reopen(work, village.coop, 2025, 2, "漏记").id
    with pytest.raises(OwnRequestError), unit(village.actor(Role.checker, user=2)) as work:
        accounting.reopen(work, asked)
    with unit(village.actor(Role.checker, user=3)) as work:
        accounting.reopen(work, asked)
    with pytest.raises(NotFoundError), unit(village.actor(Role.accountant, user=2)) as work:
        accounting.ask_reopen(work, village.coop, 2025, 2, "again")
    with look(village.actor()) as seen:
        assert [period.closed for period in queries.period_board(seen.session, "TYP-COOP", 2025)[:3]] == [
            True,
            False,
            False,
        ]
    assert breaches() == []


def test_the_year_closes_when_all_is_carried_over(village: Village) -> None:
    open_book(village)
    sale(village)
    approve(village, draft(village))
    stamp(village, date(2025, 5, 6))
    close_months(village)
    with pytest.raises(NotClosedOutError), unit(village.actor(Role.accountant, user=2)) as work:
        accounting.close_year(work, village.coop, 2025)
    with pytest.raises(InputError), unit(village.actor(Role.accountant, user=2)) as work:
        accounting.transfer_result(work, village.coop, 2025, " ")
    with unit(village.actor(Role.accountant, user=2)) as work:
        rows = accounting.transfer_result(work, village.coop, 2025, "JY-2026-0001")
        assert [row.source for row in rows] == [f"closing:TYP-COOP:2025:C{n}" for n in (1, 2, 3)]
        assert accounting.transfer_result(work, village.coop, 2025, "JY-2026-0001") == ()
    with look(village.actor()) as seen:
        before = queries.statement_set(seen.session, "TYP-COOP", 2025)
        assert not before.closed
    with unit(village.actor(Role.accountant, user=2)) as work:
        book_service.open_year(work, village.coop, 2026)
        accounting.close_year(work, village.coop, 2025)
    with look(village.actor()) as seen:
        made = queries.statement_set(seen.session, "TYP-COOP", 2025)
        assert made.closed
        assert made.mismatches == ()
        sheet, income = made.statements[:2]
        assert income.amount("12", ColumnId.this_year) == 78_000
        assert sheet.amount("22", ColumnId.closing) == sheet.amount("42", ColumnId.closing)
        sales = next(row for row in income.rows if row.row == "1")
        assert sales.accounts == ("501:01",)
        read = queries.account_book(seen.session, "TYP-COOP", "501:01", 2025)
        assert [(line.debit, line.credit, line.running) for line in read.lines] == [
            (0, 90_000, -90_000),
            (90_000, 0, 0),
        ]
        assert (read.name, read.debit, read.credit) == ("经营收入—成员交易收入", 90_000, 90_000)
    assert breaches() == []
    assert exports.statements_json("TYP-COOP", 2025)["entity"] == "TYP-COOP"
    with owner_session() as session:
        assert exports.beancount_differences(session) == (0, 0)


def test_a_reversed_close_is_made_anew_under_its_own_source(village: Village) -> None:
    open_book(village)
    sale(village)
    stamp(village, date(2025, 5, 6))
    close_months(village)
    with unit(village.actor(Role.accountant, user=2)) as work:
        first, last = accounting.transfer_result(work, village.coop, 2025, "JY-1")
        keys = [first.id, last.id]
    for key in keys:
        with unit(village.actor(Role.accountant, user=2)) as work:
            asked = accounting.draft_reversal(work, key, day=date(2026, 1, 5), reason="重新结转").id
        approve(village, asked)
    with unit(village.actor(Role.accountant, user=2)) as work:
        again = accounting.transfer_result(work, village.coop, 2025, "JY-2")
        assert [row.source for row in again] == [f"closing:TYP-COOP:2025:2:C{n}" for n in (1, 3)]
        book = books.book_of(work.session, village.coop)
        lines = trial_balance(work.session, book.id, year=2025)
        assert closing.net_result(chart_of(Standard.coop_2021), lines) == 90_000
        accounting.close_year(work, village.coop, 2025)
    assert breaches() == []
