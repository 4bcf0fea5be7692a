"""The way of a fen at the scale: the voucher's own line of each weigh slip, its grades, its fee and its set-off."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.books.models import DueRow, DueSettlementRow
from coop.kernel.errors import NotFoundError
from coop.kernel.registries import source_link
from coop.procurement.queries import WeighSlip, sheet_page, weigh_slip
from coop.settlement.queries.nodes import FenNode
from ledger.tables import VoucherRow


def voucher_name(row: VoucherRow) -> str:
    """How a voucher is called on paper: year, month, word and number."""
    return f"{row.year}-{row.period:02d} {row.word}{row.number}"


def owed_of_slip(session: Session, receipt_id: int) -> tuple[FenNode, ...]:
    """What a slip leaves to be paid: its line of the voucher, less the fee, less what was set off."""
    slip = weigh_slip(session, receipt_id)
    name = _voucher(session, slip)
    return (_line(slip, name), *_fee(slip, name, -1), *_set_off(session, slip))


def receipt_walk(session: Session, source: str, key: str) -> FenNode:
    """A voucher of one slip: the goods and the fee, that it debits."""
    return _posted(session, source, int(key), "receipt", ("收购单", "weigh ticket"))


def takeback_walk(session: Session, source: str, key: str) -> FenNode:
    """A slip of a summary voucher taken back: the same lines as it had there."""
    return _posted(session, source, int(key), "takeback", ("冲销收购单", "reversal of weigh ticket"))


def sheet_walk(session: Session, source: str, key: str) -> FenNode:
    """A summary voucher: each slip of the sheet with its own line, and its fee."""
    page = sheet_page(session, int(key))
    slips = [weigh_slip(session, ticket.receipt_id) for ticket in page.receipts]
    name = _voucher(session, slips[0]) if slips else ""
    return FenNode(
        "sheet",
        source,
        f"收购汇总单 {page.sheet.number}",
        f"weigh sheet {page.sheet.number}",
        page.sheet.total_fen + page.sheet.fee_fen,
        link=source_link(source),
        children=tuple(node for slip in slips for node in (_line(slip, name), *_fee(slip, name, 1))),
    )


def _posted(session: Session, source: str, receipt_id: int, kind: str, words: tuple[str, str]) -> FenNode:
    word, word_en = words
    slip = weigh_slip(session, receipt_id)
    name = _voucher(session, slip)
    return FenNode(
        kind,
        source,
        f"{word} {slip.number} {slip.household}",
        f"{word_en} {slip.number} of {slip.household}",
        slip.total_fen + slip.cut.fee_fen,
        slip.total_g,
        source_link(source),
        (_line(slip, name), *_fee(slip, name, 1)),
    )


def _voucher(session: Session, slip: WeighSlip) -> str:
    row = session.scalars(select(VoucherRow).where(VoucherRow.id == slip.voucher_id)).one_or_none()
    if row is None:
        raise NotFoundError("voucher", slip.voucher_id or 0)
    return voucher_name(row)


def _line(slip: WeighSlip, voucher: str) -> FenNode:
    """The line that credits the household with the whole slip, and the slip with its grades below it."""
    return FenNode(
        "voucher_line",
        f"{slip.voucher_id}/{slip.voucher_line}",
        f"凭证 {voucher} 第 {slip.voucher_line} 行：{slip.household}",
        f"voucher {voucher}, line {slip.voucher_line}: {slip.household}",
        slip.total_fen,
        children=(_slip(slip),),
    )


def _slip(slip: WeighSlip) -> FenNode:
    source = f"receipt:{slip.receipt_id}"
    lines = tuple(
        FenNode(
            "receipt_line",
            f"{slip.number}/{line.grade}",
            f"{slip.household} {line.grade_name}：{line.amount_working}",
            f"{slip.household} {line.grade_name_en}: {line.amount_working_en}",
            line.amount_fen,
            line.settle_g,
        )
        for line in slip.lines
    )
    return FenNode(
        "receipt",
        source,
        f"收购单 {slip.number} {slip.household}",
        f"weigh ticket {slip.number} of {slip.household}",
        slip.total_fen,
        slip.total_g,
        source_link(source),
        lines,
    )


def _fee(slip: WeighSlip, voucher: str, sign: int) -> tuple[FenNode, ...]:
    """The fee's own line; off what is owed (-1), or a debit of the voucher (1)."""
    if not slip.cut.fee_fen:
        return ()
    return (
        FenNode(
            "fee",
            f"{slip.voucher_id}/{slip.fee_line}",
            f"凭证 {voucher} 第 {slip.fee_line} 行：{slip.fee_working[0]}",
            f"voucher {voucher}, line {slip.fee_line}: {slip.fee_working[1]}",
            sign * slip.cut.fee_fen,
            link=source_link(f"receipt:{slip.receipt_id}"),
        ),
    )


def _set_off(session: Session, slip: WeighSlip) -> tuple[FenNode, ...]:
    """What was set off, and the dues it settled, each with the way to the issue it came from."""
    if not slip.cut.set_off_fen:
        return ()
    source = f"receipt:{slip.receipt_id}"
    rows = session.execute(
        select(DueSettlementRow.fen, DueRow.source)
        .join(DueRow, DueRow.id == DueSettlementRow.due_id)
        .where(DueSettlementRow.source == source, DueRow.household_id == slip.household_id)
        .order_by(DueRow.day, DueRow.id)
    )
    dues = []
    for fen, due in rows:
        link = source_link(due)
        label, label_en = (link.label, link.label_en) if link else (due, due)
        dues.append(FenNode("due", due, f"抵扣 {label}", f"set off: {label_en}", -fen, link=link))
    return (
        FenNode(
            "set_off",
            source,
            slip.set_off_working[0],
            slip.set_off_working[1],
            -slip.cut.set_off_fen,
            link=source_link(source),
            children=tuple(dues),
        ),
    )
