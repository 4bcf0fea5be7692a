"""Vouchers of pay batches: what is paid, and what the bank returns. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from coop.books.rules import PayItem
from ledger.chart import Chart
from ledger.voucher import Voucher, credit, debit


def pay(chart: Chart, *, batch_id: int, number: str, day: date, items: Sequence[PayItem]) -> Voucher:
    """Dr each payable's account / Cr bank, a line a payment, so that each is found on the bank's list."""
    lines = [debit(item.account, item.amount_fen, item.household) for item in items]
    total = sum(item.amount_fen for item in items)
    return Voucher(
        day,
        f"支付批次{number},{len(items)}笔",
        (*lines, credit(chart.path("bank"), total, number)),
        f"batch:{batch_id}",
        attachments=1,
    )


def bank_return(
    chart: Chart, *, batch_id: int, line_id: int, number: str, day: date, item: PayItem
) -> Voucher:
    """Dr bank / Cr the payable's account: the household is owed again what did not reach it."""
    return Voucher(
        day,
        f"银行退票：批次{number}",
        (
            debit(chart.path("bank"), item.amount_fen, number),
            credit(item.account, item.amount_fen, item.household),
        ),
        f"return:{batch_id}:{line_id}",
        attachments=1,
    )
