"""The weigh slip with its working, ready to render."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.books.models import PayableRow
from coop.kernel.errors import NotFoundError
from coop.kernel.units import Unit
from coop.parties.models import HouseholdRow
from coop.procurement.models import (
    LotRow,
    ReceiptLineRow,
    ReceiptRow,
    ScaleRow,
)
from coop.procurement.rules import (
    Deductions,
    GradePrice,
    Live,
    Quality,
    amount_working,
    fee_working,
    head_amount_working,
    head_price_working,
    heads_working,
    live_working,
    payable_working,
    price_working,
    set_off_working,
    weight_working,
)
from coop.splitting.models import AllocationRow
from coop.standards.queries import Product
from coop.standards.queries import product as find_product
from ledger.money import upper_cny


@dataclass(frozen=True, slots=True)
class SlipLine:
    """A grade on the slip: grams (or heads), 1/10000 yuan per kg (or head), fen, and the three steps in words."""

    grade: str
    grade_name: str
    grade_name_en: str
    net_g: int
    settle_g: int
    price: int
    table_price: int
    floor: int
    amount_fen: int
    lot_code: str
    weight_working: str
    weight_working_en: str
    price_working: str
    price_working_en: str
    amount_working: str
    amount_working_en: str

    @property
    def at_floor(self) -> bool:
        """Whether the floor (保底价) was paid because the day's price was below it."""
        return self.table_price < self.floor


@dataclass(frozen=True, slots=True)
class WeighSlip:
    """All that is on the slip a household takes home. `amount_upper` is what is paid, in capitals (大写).

    `total_g`, `agreed_g` and `delivered_g` are in the product's base unit. The workings of live weight, fee and
    set-off are empty where there is none.
    """

    receipt_id: int
    number: str
    day: date
    state: str
    household_id: int
    household: str
    head: str
    part_id: int
    line_id: int
    product: str
    product_name: str
    product_name_en: str
    unit: Unit
    scale: str
    scale_name: str
    calibrated_until: date
    scale_expired: bool
    gross_g: int
    tare_g: int
    net_g: int
    moisture_bp: int
    moisture_std_bp: int
    impurity_bp: int
    impurity_std_bp: int
    lines: tuple[SlipLine, ...]
    total_g: int
    total_fen: int
    live_working: tuple[str, str]
    cut: Deductions
    fee_working: tuple[str, str]
    set_off_working: tuple[str, str]
    payable_working: tuple[str, str]
    payable_fen: int
    amount_upper: str
    agreed_g: int
    delivered_g: int
    paid_fen: int
    sheet_id: int | None
    voucher_id: int | None
    voucher_line: int
    fee_line: int
    payable_id: int | None
    member: bool
    reversal_id: int | None
    clerk_id: int
    reversed_by: int | None
    reason: str

    @property
    def left_g(self) -> int:
        """What the household may still bring of its share."""
        return max(0, self.agreed_g - self.delivered_g)


def weigh_slip(session: Session, receipt_id: int) -> WeighSlip:
    """One ticket with all its working. Raises NotFoundError."""
    found = session.execute(
        select(ReceiptRow, HouseholdRow, ScaleRow, AllocationRow)
        .join(HouseholdRow, HouseholdRow.id == ReceiptRow.household_id)
        .join(ScaleRow, ScaleRow.id == ReceiptRow.scale_id)
        .join(AllocationRow, AllocationRow.id == ReceiptRow.allocation_id)
        .where(ReceiptRow.id == receipt_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError("receipt", receipt_id)
    row, home, scale, share = found
    made = find_product(session, row.product)
    cut = Deductions(
        row.total_fen, row.fee_bp, row.fee_fen, row.set_off_bp, row.due_before_fen, row.set_off_fen
    )
    paid = session.scalars(select(PayableRow.paid_fen).where(PayableRow.id == row.payable_id)).one_or_none()
    return WeighSlip(
        receipt_id=row.id,
        number=row.number,
        day=row.day,
        state=row.state,
        household_id=home.id,
        household=home.number,
        head=home.head,
        part_id=row.part_id,
        line_id=row.line_id,
        product=row.product,
        product_name=made.name,
        product_name_en=made.name_en,
        unit=made.unit,
        scale=scale.code,
        scale_name=scale.name,
        calibrated_until=scale.calibrated_until,
        scale_expired=scale.calibrated_until < row.day,
        gross_g=row.gross_g,
        tare_g=row.tare_g,
        net_g=row.gross_g - row.tare_g,
        moisture_bp=row.moisture_bp,
        moisture_std_bp=row.moisture_std_bp,
        impurity_bp=row.impurity_bp,
        impurity_std_bp=row.impurity_std_bp,
        lines=_slip_lines(session, row, made),
        total_g=row.total_g,
        total_fen=row.total_fen,
        live_working=_live(row, made),
        cut=cut,
        fee_working=fee_working(cut) if cut.fee_fen else ("", ""),
        set_off_working=set_off_working(cut) if cut.due_before_fen else ("", ""),
        payable_working=payable_working(cut) if cut.fee_fen or cut.due_before_fen else ("", ""),
        payable_fen=row.payable_fen,
        amount_upper=upper_cny(row.payable_fen),
        agreed_g=share.decided_g,
        delivered_g=share.delivered_g,
        paid_fen=paid or 0,
        sheet_id=row.sheet_id,
        voucher_id=row.voucher_id,
        voucher_line=row.voucher_line,
        fee_line=row.fee_line,
        payable_id=row.payable_id,
        member=row.member,
        reversal_id=row.reversal_id,
        clerk_id=row.clerk_id,
        reversed_by=row.reversed_by,
        reason=row.reason,
    )


def _slip_lines(session: Session, row: ReceiptRow, made: Product) -> tuple[SlipLine, ...]:
    quality = Quality(
        row.moisture_bp, row.moisture_std_bp, row.moisture_max_bp, row.impurity_bp, row.impurity_std_bp
    )
    lines = session.execute(
        select(ReceiptLineRow, LotRow.code)
        .join(LotRow, LotRow.id == ReceiptLineRow.lot_id)
        .where(ReceiptLineRow.receipt_id == row.id)
        .order_by(ReceiptLineRow.number)
    )
    return tuple(_slip_line(line, code, made, quality) for line, code in lines)


def _slip_line(line: ReceiptLineRow, lot_code: str, made: Product, quality: Quality) -> SlipLine:
    grade = made.grade(line.grade)
    rate = GradePrice(line.table_price, line.floor)
    if made.unit is Unit.head:
        weight, weight_en = heads_working(line.net_g, Live(line.live_min_g, line.live_max_g))
        price, price_en = head_price_working(rate)
        amount, amount_en = head_amount_working(line.settle_g, line.price, line.amount_fen)
    else:
        weight, weight_en = weight_working(line.net_g, line.settle_g, quality)
        price, price_en = price_working(rate)
        amount, amount_en = amount_working(line.settle_g, line.price, line.amount_fen)
    return SlipLine(
        grade=line.grade,
        grade_name=grade.name,
        grade_name_en=grade.name_en,
        net_g=line.net_g,
        settle_g=line.settle_g,
        price=line.price,
        table_price=line.table_price,
        floor=line.floor,
        amount_fen=line.amount_fen,
        lot_code=lot_code,
        weight_working=weight,
        weight_working_en=weight_en,
        price_working=price,
        price_working_en=price_en,
        amount_working=amount,
        amount_working_en=amount_en,
    )


def _live(row: ReceiptRow, made: Product) -> tuple[str, str]:
    if made.unit is not Unit.head:
        return "", ""
    return live_working(row.gross_g - row.tare_g, row.total_g)
