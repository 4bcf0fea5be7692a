"""Vouchers from Excel: faults by cell, all or nothing, the same file twice is no change, two persons."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from coop.accounting import service as accounting
from coop.accounting.imports.vouchers import VOUCHERS, VoucherFile, read_vouchers, voucher_template
from coop.accounting.models import VoucherImportRow
from coop.accounting.queries.voucher_imports import import_page
from coop.accounting.service.closing import PeriodBusyError
from coop.accounting.service.voucher_imports import (
    OwnImportError,
    approve_import,
    file_faults,
    file_vouchers,
    refuse_import,
)
from coop.kernel.actor import Role
from coop.kernel.errors import InputError, PermissionDeniedError
from coop.kernel.states import ForbiddenMoveError
from coop.kernel.unit import look, owner_session, unit
from integrations.excel import Value, write_workbook
from ledger.chart import Standard, chart_of
from ledger.tables import VoucherRow
from tests.accounting.desk import breaches, close_months, open_book
from tests.conftest import Village

CHART = chart_of(Standard.coop_2021)
Line = tuple[str, str, str, int, int, str]
TWO: tuple[Line, ...] = (
    ("2025-04-08", "7", "523", 12_000, 0, ""),
    ("2025-04-08", "7", "101", 0, 12_000, ""),
    ("2025-04-09", "8", "101", 30_000, 0, ""),
    ("2025-04-09", "8", "113", 0, 30_000, "QLSZ"),
)


def sheet(*lines: Line) -> bytes:
    rows: list[dict[str, Value]] = [
        {
            "day": date.fromisoformat(day),
            "group": group,
            "summary": f"凭证 {group}",
            "account": account,
            "debit": debit or None,
            "credit": credit or None,
            "party": party or None,
            "attachments": 1,
        }
        for day, group, account, debit, credit, party in lines
    ]
    return write_workbook([(VOUCHERS, rows)])


def filed(village: Village, data: bytes, user: int = 2) -> tuple[int, bool]:
    file = read_vouchers(data, CHART)
    with unit(village.actor(Role.accountant, user=user)) as work:
        if faults := file_faults(work, village.coop, file.vouchers):
            raise InputError(file.located(faults))
        row, fresh = file_vouchers(work, village.coop, file.vouchers, digest=file.digest)
        return row.id, fresh


def count() -> int:
    with owner_session() as session:
        return session.scalar(select(func.count(VoucherRow.id))) or 0


def test_a_file_is_filed_then_posted_by_another_person(village: Village) -> None:
    open_book(village)
    number, fresh = filed(village, sheet(*TWO))
    assert fresh
    assert count() == 1, "nothing is posted yet"
    assert filed(village, sheet(*TWO)) == (number, False), "the same file is the same row"
    with pytest.raises(PermissionDeniedError), unit(village.actor(Role.accountant, user=2)) as work:
        approve_import(work, number)
    with pytest.raises(OwnImportError), unit(village.actor(Role.checker, user=2)) as work:
        approve_import(work, number)
    with unit(village.actor(Role.checker, user=3)) as work:
        approve_import(work, number)
    with pytest.raises(ForbiddenMoveError), unit(village.actor(Role.checker, user=3)) as work:
        approve_import(work, number)
    assert (count(), breaches()) == (3, [])
    with look(village.actor(Role.accountant, user=2)) as view:
        page = import_page(view.session, number)
    assert [one.number for one in page.vouchers] == ["2025-04-记-7", "2025-04-记-8"]
    assert all(one.voucher_id for one in page.vouchers)
    assert page.vouchers[1].lines[1][0] == "113:QLSZ", "the party names the sub-account"
    assert filed(village, sheet(*TWO)) == (number, False)


def test_a_longer_file_adds_what_is_new_and_refuses_what_was_changed(village: Village) -> None:
    open_book(village)
    number, _ = filed(village, sheet(*TWO))
    with unit(village.actor(Role.checker, user=3)) as work:
        approve_import(work, number)
    more: tuple[Line, ...] = (("2025-05-01", "1", "523", 100, 0, ""), ("2025-05-01", "1", "101", 0, 100, ""))
    second, fresh = filed(village, sheet(*TWO, *more))
    assert fresh
    with look(village.actor(Role.accountant, user=2)) as view:
        row = view.session.get_one(VoucherImportRow, second)
        assert (row.voucher_count, row.known_count) == (1, 2)
    changed = ((*TWO[0][:3], 11_000, 0, ""), (*TWO[1][:3], 0, 11_000, ""))
    with pytest.raises(InputError, match="内容不同") as caught:
        filed(village, sheet(*changed))
    assert [fault.place for fault in caught.value.faults] == ["凭证!C2 凭证号"]


def test_a_file_that_waits_keeps_its_month_open(village: Village) -> None:
    open_book(village)
    number, _ = filed(village, sheet(*TWO))
    close_months(village, 3)
    with pytest.raises(PeriodBusyError) as caught, unit(village.actor(Role.accountant, user=2)) as work:
        accounting.close_month(work, village.coop, 2025, 4)
    [blocker] = [one for one in caught.value.blockers if one.kind == "files"]
    assert (blocker.count, blocker.arguments) == (2, {"voucher_import_id": number})
    with unit(village.actor(Role.checker, user=3)) as work:
        approve_import(work, number)
    with unit(village.actor(Role.accountant, user=2)) as work:
        accounting.close_month(work, village.coop, 2025, 4)


def test_every_fault_is_told_at_its_cell_and_nothing_is_kept(village: Village) -> None:
    open_book(village)
    close_months(village, 3)
    wrong = sheet(
        ("2025-04-08", "1", "999", 100, 0, ""),
        ("2025-04-08", "1", "101", 0, 90, ""),
        ("2025-04-09", "2", "523", 100, 0, ""),
        ("2025-04-10", "2", "101", 0, 100, ""),
    )
    with pytest.raises(InputError) as caught:
        read_vouchers(wrong, CHART)
    assert len(caught.value.faults) == 3, caught.value.faults
    assert all(fault.place.startswith("凭证") for fault in caught.value.faults)
    late = sheet(("2025-03-08", "1", "523", 100, 0, ""), ("2025-03-08", "1", "101", 0, 100, ""))
    with pytest.raises(InputError, match="已结账"):
        filed(village, late)
    deep = sheet(("2025-04-08", "1", "523", 60_000, 0, ""), ("2025-04-08", "1", "101", 0, 60_000, ""))
    with pytest.raises(InputError, match="余额不足"):
        filed(village, deep)
    nobody = sheet(("2025-04-08", "1", "114", 100, 0, "H9999"), ("2025-04-08", "1", "523", 0, 100, ""))
    with pytest.raises(InputError, match="没有农户 H9999"):
        filed(village, nobody)
    with owner_session() as session:
        assert session.scalar(select(func.count(VoucherImportRow.id))) == 0


def test_a_refused_file_may_be_handed_in_again(village: Village) -> None:
    open_book(village)
    number, _ = filed(village, sheet(*TWO))
    with unit(village.actor(Role.checker, user=3)) as work:
        refuse_import(work, number, "缺附件")
    again, fresh = filed(village, sheet(*TWO))
    assert fresh
    assert again != number
    assert count() == 1


def test_the_template_reads_back() -> None:
    file: VoucherFile = read_vouchers(voucher_template(date(2025, 4, 8)), CHART)
    assert [len(one.lines) for one in file.vouchers] == [2]
