"""What must hold of tickets and lots, recomputed from rows over all tenants.

O6 is registered here, with the tickets' part of L11; `coop.delivery.checks` joins `lot_breaches` into O3.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from coop.books.models import DueSettlementRow, LineState, PayableKind, PayableRow, PayLineRow
from coop.kernel.registries import invariants
from coop.kernel.units import Unit
from coop.orders.models import LineRow
from coop.parties.models import HouseholdRow
from coop.procurement.models import (
    LotKind,
    LotRow,
    LotSourceRow,
    ReceiptLineRow,
    ReceiptRow,
    ReceiptState,
    SheetRow,
)
from coop.standards.models import ProductRow
from coop.standards.rules import line_amount
from ledger.chart import Standard, chart_of
from ledger.tables import PostingRow, VoucherRow


def check_receipts(session: Session) -> list[str]:
    """O6: a ticket has exactly one voucher, lines of its own on it, and one payable of what it leaves.

    A ticket of a sheet shares the sheet's summary voucher. A payable is paid once at most.
    """
    vouchers, postings = _vouchers(session), _postings(session)
    payables = {
        (row.tenant_id, row.source): row
        for row in session.scalars(select(PayableRow).where(PayableRow.source.like("receipt:%")))
    }
    set_off, numbers = _set_off(session), _numbers(session)
    breaches = _twice_paid(session)
    sheets: dict[int, list[ReceiptRow]] = defaultdict(list)
    for receipt in session.scalars(select(ReceiptRow).order_by(ReceiptRow.id)):
        name, key = f"tenant {receipt.tenant_id}, receipt {receipt.number}", f"receipt:{receipt.id}"
        own = vouchers.pop((receipt.tenant_id, key), [])
        if receipt.sheet_id is not None:
            sheets[receipt.sheet_id].append(receipt)
            expected: list[int | None] = []
        else:
            expected = [receipt.voucher_id]
        if own != expected:
            breaches.append(f"{name}: vouchers {expected} expected, {own} found")
        breaches += [f"{name}: {text}" for text in _lines_of(receipt, numbers, postings)]
        payable = payables.pop((receipt.tenant_id, key), None)
        breaches += [f"{name}: {text}" for text in _payable_of(receipt, payable)]
        standing = receipt.set_off_fen if receipt.state == ReceiptState.posted else 0
        if set_off[receipt.tenant_id, key] != standing:
            breaches.append(
                f"{name}: {standing} fen set off expected, {set_off[receipt.tenant_id, key]} found"
            )
        back = vouchers.pop((receipt.tenant_id, f"takeback:{receipt.id}"), [])
        taken = receipt.sheet_id is not None and receipt.state == ReceiptState.reversed
        if back != ([receipt.reversal_id] if taken else []):
            breaches.append(f"{name} is {receipt.state}: vouchers {back} take it back")
    breaches += _sheets(session, sheets, vouchers)
    breaches += [f"tenant {tenant}: voucher of {source} has no ticket" for tenant, source in sorted(vouchers)]
    breaches += [f"tenant {tenant}: payable of {source} has no ticket" for tenant, source in sorted(payables)]
    return breaches + _strange_produce(session) + check_totals(session)


def _lines_of(
    receipt: ReceiptRow, numbers: dict[int, str], postings: dict[tuple[int, int], tuple[str, int]]
) -> Iterator[str]:
    """The voucher's lines that are the ticket's: its total to the household, its fee from it."""
    home = numbers.get(receipt.household_id, "")
    members = {chart_of(standard).path("member_current") for standard in Standard}
    wanted = [("line", receipt.voucher_line, -receipt.total_fen)]
    if receipt.fee_fen or receipt.fee_line:
        wanted.append(("fee line", receipt.fee_line, receipt.fee_fen))
    for word, line, expected in wanted:
        account, amount = postings.get((receipt.voucher_id or 0, line), ("", 0))
        if (
            amount != expected
            or account.rpartition(":")[2] != home
            or (account.partition(":")[0] in members) != receipt.member
        ):
            yield (
                f"{word} {line} of its voucher: {expected} fen on the account of {home} expected, "
                f"{amount} on {account} found"
            )


def _payable_of(receipt: ReceiptRow, payable: PayableRow | None) -> Iterator[str]:
    left = receipt.total_fen - receipt.fee_fen - receipt.set_off_fen
    if receipt.payable_fen != left:
        yield f"{left} fen expected to be payable, {receipt.payable_fen} found"
    if payable is None:
        if receipt.payable_fen or receipt.payable_id is not None:
            yield "one payable expected, none found"
        return
    expected = (
        receipt.payable_id, receipt.household_id, receipt.voucher_id, receipt.voucher_line,
        receipt.payable_fen,
    )  # fmt: skip
    found = (
        payable.id, payable.household_id, payable.voucher_id, payable.line, payable.amount_fen
    )  # fmt: skip
    if found != expected:
        yield f"payable, household, voucher, line and fen {expected} expected, {found} found"
    if (payable.void_id is not None) != (receipt.state == ReceiptState.reversed):
        yield f"it is {receipt.state}, its payable is {'void' if payable.void_id else 'standing'}"


def _sheets(
    session: Session, receipts: dict[int, list[ReceiptRow]], vouchers: dict[tuple[int, str], list[int]]
) -> Iterator[str]:
    """A sheet's figures are its tickets', and all of them are on its one voucher."""
    for sheet in session.scalars(select(SheetRow).order_by(SheetRow.id)):
        name, rows = f"tenant {sheet.tenant_id}, sheet {sheet.number}", receipts.get(sheet.id, [])
        found = vouchers.pop((sheet.tenant_id, f"sheet:{sheet.id}"), [])
        if found != [sheet.voucher_id] or {row.voucher_id for row in rows} != {sheet.voucher_id}:
            yield f"{name}: voucher {sheet.voucher_id} expected, {found} found"
        expected = (sheet.slips, sheet.total_fen, sheet.fee_fen, sheet.set_off_fen, sheet.payable_fen)
        sums = (
            len(rows),
            sum(row.total_fen for row in rows),
            sum(row.fee_fen for row in rows),
            sum(row.set_off_fen for row in rows),
            sum(row.payable_fen for row in rows),
        )
        if sums != expected:
            yield f"{name}: tickets, amount, fee, set-off, payable {expected} expected, {sums} found"


def _vouchers(session: Session) -> dict[tuple[int, str], list[int]]:
    """The vouchers of tickets and sheets, by tenant and source."""
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    query = select(VoucherRow.tenant_id, VoucherRow.source, VoucherRow.id).where(_ours())
    for tenant, source, voucher_id in session.execute(query):
        found[tenant, source].append(voucher_id)
    return found


def _ours() -> ColumnElement[bool]:
    return or_(*(VoucherRow.source.like(f"{kind}:%") for kind in ("receipt", "sheet", "takeback")))


def _postings(session: Session) -> dict[tuple[int, int], tuple[str, int]]:
    """(account, signed fen) of each line of those vouchers."""
    rows = session.execute(
        select(PostingRow.voucher_id, PostingRow.line, PostingRow.account, PostingRow.amount)
        .join(VoucherRow, VoucherRow.id == PostingRow.voucher_id)
        .where(_ours())
    )
    return {(voucher_id, line): (account, amount) for voucher_id, line, account, amount in rows}


def _set_off(session: Session) -> defaultdict[tuple[int, str], int]:
    rows = session.execute(
        select(DueSettlementRow.tenant_id, DueSettlementRow.source, func.sum(DueSettlementRow.fen))
        .where(DueSettlementRow.source.like("receipt:%"), DueSettlementRow.undone.is_(False))
        .group_by(DueSettlementRow.tenant_id, DueSettlementRow.source)
    )
    return defaultdict(int, {(tenant, source): int(fen) for tenant, source, fen in rows})


def _numbers(session: Session) -> dict[int, str]:
    return {row.id: row.number for row in session.execute(select(HouseholdRow.id, HouseholdRow.number))}


def _twice_paid(session: Session) -> list[str]:
    live = (LineState.queued.value, LineState.paid.value)
    rows = session.execute(
        select(PayLineRow.tenant_id, PayLineRow.payable_id, func.count())
        .where(PayLineRow.state.in_(live))
        .group_by(PayLineRow.tenant_id, PayLineRow.payable_id)
        .having(func.count() > 1)
    )
    return [
        f"tenant {tenant}, payable {payable}: one live payment expected, {count} found"
        for tenant, payable, count in rows
    ]


def _strange_produce(session: Session) -> list[str]:
    """Produce is owed for tickets alone."""
    rows = session.execute(
        select(PayableRow.tenant_id, PayableRow.source).where(
            PayableRow.kind == PayableKind.produce.value, PayableRow.source.not_like("receipt:%")
        )
    )
    return [f"tenant {tenant}: produce owed for {source}, a receipt expected" for tenant, source in rows]


def check_totals(session: Session) -> list[str]:
    """L11 of tickets: printed weight x printed price = amount, and the lines add up to the ticket."""
    breaches = []
    units = {row.code: Unit(row.unit) for row in session.execute(select(ProductRow.code, ProductRow.unit))}
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    rows = session.scalars(select(ReceiptLineRow).order_by(ReceiptLineRow.id)).all()
    for line in rows:
        expected = line_amount(line.settle_g, line.price, units[line.product])
        if line.amount_fen != expected:
            breaches.append(
                f"tenant {line.tenant_id}, receipt line {line.id}: {expected} fen expected, "
                f"{line.amount_fen} found"
            )
        for place, figure in enumerate((line.net_g, line.settle_g, line.amount_fen)):
            sums[line.receipt_id][place] += figure
    for row in session.scalars(select(ReceiptRow).order_by(ReceiptRow.id)):
        # What is counted by head weighs together whatever its heads weigh.
        net = row.gross_g - row.tare_g if units[row.product] is Unit.gram else row.total_g
        totals = [net, row.total_g, row.total_fen]
        if totals != sums[row.id]:
            name = f"tenant {row.tenant_id}, receipt {row.number}"
            breaches.append(f"{name}: {totals} expected, the lines sum to {sums[row.id]}")
    return breaches


def lot_breaches(session: Session) -> list[str]:
    """Mass and money: a lot holds what its ticket line bought less what was drawn; progress agrees."""
    drawn: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    merged: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for source in session.scalars(select(LotSourceRow)):
        for sums, lot_id in ((drawn, source.parent_id), (merged, source.child_id)):
            sums[lot_id][0] += source.grams
            sums[lot_id][1] += source.cost_fen
    bought = {
        line.lot_id: (line.settle_g, line.amount_fen, state)
        for line, state in session.execute(
            select(ReceiptLineRow, ReceiptRow.state).join(
                ReceiptRow, ReceiptRow.id == ReceiptLineRow.receipt_id
            )
        )
    }
    breaches = []
    for lot in session.scalars(select(LotRow).order_by(LotRow.id)):
        name, held = f"tenant {lot.tenant_id}, lot {lot.code}", (lot.quantity, lot.cost_fen)
        if lot.kind == LotKind.delivery:
            expected, left = tuple(merged[lot.id]), (0, 0)
        else:
            grams, fen, state = bought.get(lot.id, (0, 0, ""))
            expected = (grams, fen)
            void = state == ReceiptState.reversed
            left = (0, 0) if void else (grams - drawn[lot.id][0], fen - drawn[lot.id][1])
            if lot.void != void:
                breaches.append(
                    f"{name}: ticket is {state or 'missing'}, void expected {void}, found {lot.void}"
                )
        if held != expected:
            breaches.append(f"{name}: {expected} gram and fen expected, {held} found")
        if (lot.left_g, lot.left_fen) != left:
            breaches.append(f"{name}: {left} gram and fen left expected, {(lot.left_g, lot.left_fen)} found")
    return breaches + _collected_breaches(session)


def _collected_breaches(session: Session) -> list[str]:
    """What an order line says was collected is what its standing tickets bought."""
    weighed = {
        line_id: int(grams)
        for line_id, grams in session.execute(
            select(ReceiptRow.line_id, func.sum(ReceiptRow.total_g))
            .where(ReceiptRow.state == ReceiptState.posted.value)
            .group_by(ReceiptRow.line_id)
        )
    }
    return [
        f"tenant {line.seller_id}, order line {line.id}: {weighed.get(line.id, 0)} g on tickets expected, "
        f"{line.collected} g collected found"
        for line in session.scalars(select(LineRow).order_by(LineRow.id))
        if line.collected != weighed.get(line.id, 0)
    ]


invariants.register("O6", check_receipts)
