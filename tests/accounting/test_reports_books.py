"""Account books, detail tables, member accounts, notes and prints as values: on both back ends."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from coop.accounting import prints
from coop.accounting import service as accounting
from coop.accounting.queries.account_books import detail_book, general_ledger, journal
from coop.accounting.queries.balance_tables import income_detail, trial_table
from coop.accounting.queries.member_accounts import member_account, member_accounts
from coop.accounting.queries.notes import notes
from coop.accounting.queries.tables import Asked, table_and_seal, table_of
from coop.accounting.queries.voucher_prints import month_vouchers, one_voucher
from coop.accounting.rules.tables import BookTable, RowLook, Said
from coop.books import queries as books
from coop.books import service as book_service
from coop.kernel.actor import Role
from coop.kernel.errors import NotFoundError
from coop.kernel.unit import look, unit
from ledger.voucher import Voucher, credit, debit
from tests.accounting.desk import BALANCES, approve, draft, sale
from tests.conftest import Village

BOOK = "TYP-COOP"


def told(village: Village) -> None:
    """January and May with sales, one day with two; an office voucher of April."""
    with unit(village.actor(Role.accountant, user=2)) as work:
        accounting.opening(work, village.coop, 2025, BALANCES)
    sale(village, 1, 90_000, date(2025, 1, 6))
    sale(village, 2, 1_000, date(2025, 1, 6))
    sale(village, 3, 2_500, date(2025, 5, 7))
    approve(village, draft(village))


def cells(table: BookTable, key: str, look_: RowLook | None = None) -> list[object]:
    at = [column.key for column in table.columns].index(key)
    found = [row.cells[at] for row in table.rows if look_ is None or row.look is look_]
    return [cell.zh if isinstance(cell, Said) else cell for cell in found]


def test_the_journal_tells_day_by_day_and_the_year_so_far(village: Village) -> None:
    told(village)
    with look(village.actor(Role.checker)) as view:
        whole = journal(view.session, BOOK, 2025, "bank")
        may = journal(view.session, BOOK, 2025, "bank", since=5, upto=5)
        with pytest.raises(NotFoundError):
            journal(view.session, BOOK, 2025, "purse")
        with pytest.raises(NotFoundError):
            journal(view.session, BOOK, 2031, "bank")
    words = cells(whole, "summary", RowLook.total)
    assert words == ["本日合计", "1 月合计", "本年累计", "本日合计", "5 月合计", "本年累计"]
    assert cells(whole, "debit", RowLook.total) == [91_000, 91_000, 91_000, 2_500, 2_500, 93_500]
    assert cells(whole, "balance")[-1] == 1_093_500
    assert cells(whole, "other", RowLook.item) == ["经营收入"] * 3
    assert all(row.voucher_id for row in whole.rows if row.look is RowLook.item)
    assert cells(may, "balance")[0] == 1_091_000, "what came before the period is its opening balance"
    assert cells(may, "debit", RowLook.total) == [2_500, 2_500, 93_500], "the year so far counts from January"


def test_books_agree_with_one_another(village: Village) -> None:
    told(village)
    with look(village.actor(Role.checker)) as view:
        session = view.session
        general = general_ledger(session, BOOK, 2025)
        trial = trial_table(session, BOOK, 2025)
        detail = detail_book(session, BOOK, 2025, "102")
        income = income_detail(session, BOOK, 2025, since=5, upto=5)
        with pytest.raises(NotFoundError):
            table_of(session, "nothing", BOOK, 2025, Asked())
    bank = next(row for row in trial.rows if row.path == "102")
    assert bank.cells[1:] == (1_000_000, None, 93_500, None, 1_093_500, None)
    months = [row for row in general.rows if row.path == "102" and row.month]
    assert [(row.month, row.cells[2]) for row in months] == [(1, 91_000), (5, 2_500)]
    assert cells(detail, "balance")[-1] == 1_093_500
    net = income.rows[-1].cells
    assert net[1:3] == (2_500, 93_500 - 12_000), "this period, and the year to date"
    assert [row.cells[1] for row in income.rows if row.path == "523"] == [None]


def test_a_year_before_stands_beside_the_year(village: Village) -> None:
    told(village)
    with unit(village.actor(Role.accountant, user=2)) as work:
        book_service.open_year(work, village.coop, 2026)
    with unit(village.actor(Role.manager, user=5)) as work:
        lines = (debit("102", 7_000), credit("501:01", 7_000))
        book_service.post(work, village.coop, Voucher(date(2026, 1, 9), "售菇", lines, "sale:90"))
    with look(village.actor(Role.checker)) as view:
        trial = trial_table(view.session, BOOK, 2026, upto=3)
        income = income_detail(view.session, BOOK, 2026, upto=1)
    bank = next(row for row in trial.rows if row.path == "102")
    assert bank.cells[-2] == 1_091_000, "the bank at the end of March of the year before"
    assert trial.columns[-1].group == Said("上年同期余额", "Balance a year before")
    assert income.rows[-1].cells[1:] == (7_000, 7_000, 91_000)


def test_a_members_account_says_what_is_known_and_what_is_not(village: Village) -> None:
    told(village)
    with look(village.actor(Role.checker)) as view:
        every = member_accounts(view.session, BOOK, 2025)
        one = member_account(view.session, BOOK, 2025, "H0003")
        with pytest.raises(NotFoundError):
            member_account(view.session, BOOK, 2025, "H9999")
    keys = [column.key for column in every.columns]
    row = next(row for row in every.rows if row.path == "H0003")
    assert row.cells[keys.index("current")] == 30_000, "what the cooperative owes it"
    assert any("量化公积金" in remark.zh for remark in every.remarks), "what is missing is named"
    assert any("相差" in remark.zh for remark in every.remarks), (
        "register and ledger disagree here, and that is told"
    )
    assert [row.path for row in one.rows if row.path] == ["221:H0003", "222:H0003", "114:H0003"]


def test_notes_have_nine_headings_and_the_points_of_the_village(village: Village) -> None:
    told(village)
    with unit(village.actor(Role.accountant, user=2)) as work:
        accounting.opening(work, village.rceo, 2025, {"102": 5_000, "301": -5_000})
    with unit(village.actor(Role.manager, user=5)) as work:
        lines = (debit("901", 50, commodity="POINT"), credit("902:H0001", 50, commodity="POINT"))
        book_service.post(work, village.rceo, Voucher(date(2025, 3, 1), "积分", lines, "points:1"))
    with look(village.actor(Role.checker)) as view:
        for entity in (BOOK, "TYP-RCEO"):
            page = notes(view.session, entity, 2025)
            assert len(page.notes) == 9
            points = [line for note in page.notes for line in note.lines if line.label.zh == "年末未兑换积分"]
            assert [line.value for line in points] == [50], entity
            assert all(note.text.zh and note.text.en for note in page.notes)


def test_a_workbook_of_a_table_holds_its_figures(village: Village) -> None:
    told(village)
    with look(village.actor(Role.checker)) as view:
        table, head = table_and_seal(view.session, "journal-bank", BOOK, 2025, Asked())
    content, name, _ = prints.table_file(table, head, "xlsx", "zh")
    assert name == "银行存款日记账-TYP-COOP-2025-102.xlsx"
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows = book.get_sheet_by_name("银行存款日记账").to_python()
    assert rows[0] == ["日期", "凭证号", "摘要", "对方科目", "借方", "贷方", "方向", "余额"]
    assert rows[2][2:] == ["售菇", "经营收入", 900.0, "", "借", 10_900.0]
    assert len(rows) == len(table.rows) + 1


def test_vouchers_print_with_their_hands_capitals_and_slips(village: Village) -> None:
    told(village)
    with look(village.actor(Role.checker)) as view:
        month = month_vouchers(view.session, BOOK, 2025, 4)
        one = one_voucher(view.session, month.vouchers[0].id)
        with pytest.raises(NotFoundError):
            month_vouchers(view.session, BOOK, 2025, 9)
        with pytest.raises(NotFoundError):
            one_voucher(view.session, 999_999)
    assert one.vouchers == month.vouchers
    slip = prints.slips_of(one, "a5", "zh", lambda user: f"某{user}").slips[0]
    assert (slip.number, slip.day, slip.attachments) == ("记字第 1 号", "2025 年 4 月 8 日", "附单据 2 张")
    assert slip.capitals == "壹佰贰拾元整"
    assert slip.hands[2:] == ("审核：某3", "出纳：", "制单：某2")
    assert [line.cells[1] for line in slip.lines] == ["523 管理费用", "101 库存现金"]
    english = prints.slips_of(one, "slip", "en", str).slips[0]
    assert english.title == "Voucher"


def test_statements_on_paper_in_both_languages(village: Village) -> None:
    told(village)
    with look(village.actor(Role.checker)) as view:
        book = books.book_by_code(view.session, BOOK)
        zh = prints.statements_document(view.session, book, 2025)
        en = prints.statements_document(view.session, book, 2025, "en")
    sheet = zh.parts[0]
    assert (sheet.title, getattr(sheet, "code", "")) == ("资产负债表", "会农社01表")
    assert len(sheet.columns) == 8, "assets to the left, liabilities and equity to the right"  # type: ignore[union-attr]
    last = sheet.lines[-1].cells  # type: ignore[union-attr]
    assert (last[0], last[4]) == ("资产总计", "负债和所有者权益总计")
    assert last[2:4] == last[6:8], "both sides agree"
    assert [part.title for part in zh.parts][1:] == ["盈余及盈余分配表", "成员权益变动表", "会计报表附注"]
    assert re.fullmatch(r"账簿封存 TYP-COOP #\d+ [0-9a-f]{8} [0-9a-f]{8}", zh.foot)
    assert en.parts[0].title == "Balance sheet"
