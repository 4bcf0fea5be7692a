"""The buyer's week over all sellers: what is due, on the road, in dispute and owed; whose it is; as a workbook."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from coop.desk.queries.friday import friday
from coop.kernel.unit import look
from tests.desk.chain import Chain

Enter = Callable[[str], FlaskClient]


def test_the_week_of_a_told_order(told: Chain) -> None:
    with look(told.buyer, told.clock) as view:
        page = friday(view.session, told.buyer.tenant_id, view.today)
        rival = friday(view.session, told.village.tenant, view.today)
    [row] = [row for row in page.lines if row.order.part_id == told.part]
    assert row.percent == row.line.collected * 100 // row.promised
    assert (row.short, row.late >= 0) == (row.line.quantity - row.promised, True)
    assert sum(each.grams for each in page.grades) == row.line.taken
    assert page.owed_fen == sum(bill.open_fen for bill in page.owed)
    assert all(sold.bills for sold in page.grades)
    assert rival.lines == ()  # the seller buys nothing, so its week as a buyer is empty


def test_a_line_is_due_when_its_days_end_this_week(told: Chain) -> None:
    with look(told.buyer, told.clock) as view:
        [row] = friday(view.session, told.buyer.tenant_id, view.today).lines
        last = row.order.window_to
        week = friday(view.session, told.buyer.tenant_id, last - timedelta(days=7)).lines[0]
        early = friday(view.session, told.buyer.tenant_id, last - timedelta(days=8)).lines[0]
        after = friday(view.session, told.buyer.tenant_id, last + timedelta(days=1)).lines[0]
    waited = row.promised > row.line.collected
    assert (week.due, early.due, after.due, after.overdue) == (waited, False, False, waited)
    assert after.late == max(0, row.promised - row.line.collected)
    assert replace(row, late=0).at_risk == bool(row.short)
    assert isinstance(last, date)


def test_the_page_and_its_workbook_name_no_household(told: Chain, as_user: Enter) -> None:
    buyer = as_user("buyer")
    text = buyer.get("/week/?_l_=en").text
    assert "Orders by the end of their delivery days" in text
    assert not re.search(r"H0\d{3}|户主", text)
    found = buyer.get("/week/week.xlsx")
    assert found.status_code == 200
    book = CalamineWorkbook.from_filelike(BytesIO(found.data))
    cells = [
        cell
        for name in book.sheet_names
        for line in book.get_sheet_by_name(name).to_python()
        for cell in line
    ]
    assert len(book.sheet_names) == 5
    assert not any(isinstance(cell, str) and re.search(r"H0\d{3}|户主", cell) for cell in cells)
    assert as_user("manager").get("/week/").status_code == 403
