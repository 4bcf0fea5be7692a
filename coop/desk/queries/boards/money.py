"""Boards of the books: income and expense by month, vouchers to stamp by month."""

from __future__ import annotations

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from coop.desk.queries.boards.values import MONTHS, Board, BoardRow, Measure, last_months
from coop.governance.queries import lacks_stamp
from coop.kernel.actor import Actor
from ledger.chart import Kind, Standard, chart_of
from ledger.tables import BookRow, PostingRow, VoucherRow
from ledger.voucher import VoucherKind


def income_by_month(session: Session, actor: Actor) -> list[Board]:
    """The accountant's: income and expense of each book's last twelve months, without the year's transfers."""
    found = []
    books = session.scalars(
        select(BookRow).where(BookRow.tenant_id == actor.tenant_id).order_by(BookRow.entity)
    )
    for book in books:
        chart = chart_of(Standard(book.standard))
        kinds = {code: account.kind for code, account in chart.accounts.items()}
        code = func.substr(PostingRow.account, 1, 3)
        sums = session.execute(
            select(VoucherRow.year, VoucherRow.period, code, func.sum(PostingRow.amount))
            .join(PostingRow, PostingRow.voucher_id == VoucherRow.id)
            .where(
                VoucherRow.book_id == book.id,
                VoucherRow.kind.not_in([VoucherKind.closing.value, VoucherKind.opening.value]),
                VoucherRow.period <= MONTHS,
                PostingRow.commodity == "CNY",
                code.in_([c for c, kind in kinds.items() if kind in (Kind.income, Kind.expense)]),
            )
            .group_by(VoucherRow.year, VoucherRow.period, code)
        ).all()
        totals: dict[tuple[int, int], list[int]] = {}
        for year, period, account, amount in sums:
            month = totals.setdefault((year, period), [0, 0])
            if kinds[account] is Kind.income:
                month[0] -= int(amount)
            else:
                month[1] += int(amount)
        rows = [
            BoardRow(
                f"{year}-{period:02d}",
                f"{year}-{period:02d}",
                tuple(totals[year, period]),
                "VoucherView.list",
                {"entity": book.entity, "year": year, "period": period},
            )
            for year, period in last_months(totals)
        ]
        found.append(
            Board(
                f"income-{book.id}",
                f"{book.name}：每月收入和支出（元）",
                f"{book.entity}: income and expense by month (yuan)",
                "月份",
                "Month",
                Measure.yuan,
                (("收入", "income"), ("支出", "expense")),
                tuple(rows),
            )
        )
    return found


def stamps_by_month(session: Session, actor: Actor) -> list[Board]:
    """The supervisor's: the vouchers that need the committee's stamp, month by month."""
    lacking = func.sum(case((lacks_stamp(), 1), else_=0))
    query = (
        select(VoucherRow.year, VoucherRow.period, func.count(), lacking)
        .where(
            VoucherRow.tenant_id == actor.tenant_id,
            VoucherRow.kind == VoucherKind.automatic.value,
            VoucherRow.resolution == "",
        )
        .group_by(VoucherRow.year, VoucherRow.period)
    )
    found = {(year, period): (int(total), int(left)) for year, period, total, left in session.execute(query)}
    rows = [
        BoardRow(
            f"{year}-{period:02d}",
            f"{year}-{period:02d}",
            (found[year, period][1], found[year, period][0] - found[year, period][1]),
            "StampView.list",
        )
        for year, period in last_months(found)
    ]
    return [
        Board(
            "stamps",
            "每月待盖章凭证（张）",
            "Vouchers to stamp by month",
            "月份",
            "Month",
            Measure.number,
            (("待盖章", "to stamp"), ("已办结", "done")),
            tuple(rows),
            stacked=True,
        )
    ]
