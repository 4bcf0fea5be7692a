"""A household's money: what it delivered, what it is owed for it and why, what was paid and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.books.models import PayableKind
from coop.books.queries import HouseholdPayable, household_payables
from coop.kernel.errors import NotFoundError
from coop.kernel.registries import Link, source_link
from coop.kernel.units import jin_text, kg_text
from coop.parties.models import EntityRow, HouseholdRow
from coop.procurement.queries import Receipt, receipts
from ledger.money import fen_text

KIND_TEXTS = {
    PayableKind.produce: ("交售货款", "produce delivered"),
    PayableKind.dividend: ("收益分红", "dividend"),
    PayableKind.bonus: ("积分奖励", "points bonus"),
    PayableKind.refund: ("盈余返还", "patronage refund"),
    PayableKind.residual: ("剩余盈余分配", "share of the residual surplus"),
    PayableKind.opening: ("建账前应付", "owed before the books were opened"),
}


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """One thing a household is owed money for. `why` is a whole sentence with the household's own numbers."""

    payable_id: int
    day: date
    kind: PayableKind
    kind_text: str
    kind_text_en: str
    entity: str
    entity_name: str
    source: str
    link: Link | None
    why: str
    why_en: str
    amount_fen: int
    paid_fen: int
    open_fen: int
    voided: bool
    batch: str
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class HouseholdMoney:
    """All of a household's money in sight. Reversed tickets are listed and count nothing."""

    household_id: int
    household: str
    head: str
    delivered_g: int
    earned_fen: int
    paid_fen: int
    open_fen: int
    receipts: tuple[Receipt, ...]
    lines: tuple[MoneyLine, ...]


def household_money(session: Session, household_id: int) -> HouseholdMoney:
    """What a household delivered, is owed and was paid, newest first. Raises NotFoundError."""
    home = session.get(HouseholdRow, household_id)
    if home is None:
        raise NotFoundError("household", household_id)
    tickets = receipts(session, household_id=household_id)
    by_source = {f"receipt:{ticket.receipt_id}": ticket for ticket in tickets}
    entities = {row.id: row for row in session.scalars(select(EntityRow))}
    lines = tuple(
        _line(payable, by_source.get(payable.source), entities[payable.entity_id])
        for payable in household_payables(session, household_id)
    )
    standing = [line for line in lines if not line.voided]
    return HouseholdMoney(
        household_id=home.id,
        household=home.number,
        head=home.head,
        delivered_g=sum(ticket.total_g for ticket in tickets if ticket.posted),
        earned_fen=sum(line.amount_fen for line in standing),
        paid_fen=sum(line.paid_fen for line in standing),
        open_fen=sum(line.open_fen for line in standing),
        receipts=tickets,
        lines=lines,
    )


def _line(payable: HouseholdPayable, ticket: Receipt | None, entity: EntityRow) -> MoneyLine:
    kind_text, kind_text_en = KIND_TEXTS[payable.kind]
    why, why_en = _why(payable, ticket)
    return MoneyLine(
        payable_id=payable.id,
        day=payable.day,
        kind=payable.kind,
        kind_text=kind_text,
        kind_text_en=kind_text_en,
        entity=entity.code,
        entity_name=entity.name,
        source=payable.source,
        link=source_link(payable.source),
        why=why,
        why_en=why_en,
        amount_fen=payable.amount_fen,
        paid_fen=payable.paid_fen,
        open_fen=payable.open_fen,
        voided=payable.voided,
        batch=payable.batch,
        paid_on=payable.paid_on,
    )


def _why(payable: HouseholdPayable, ticket: Receipt | None) -> tuple[str, str]:
    """The sentence of a line: from the ticket where there is one, else from the kind alone."""
    if payable.voided:
        zh, en = ",已冲销，不计", ", reversed, counts nothing"
    elif payable.paid_on is not None:
        zh, en = (
            f",{payable.paid_on} 已付(批次 {payable.batch})",
            f", paid on {payable.paid_on} ({payable.batch})",
        )
    elif payable.batch:
        zh, en = f",正在支付(批次 {payable.batch})", f", being paid ({payable.batch})"
    else:
        zh, en = ",待付", ", still owed"
    amount = fen_text(payable.amount_fen)
    if ticket is None:
        kind, kind_en = KIND_TEXTS[payable.kind]
        return f"{kind} {amount} 元{zh}", f"{kind_en}: {amount} yuan{en}"
    kg, jin = kg_text(ticket.total_g), jin_text(ticket.total_g)
    return (
        f"{ticket.day} 交{ticket.product_name} {kg} 公斤({jin} 斤),收购单 {ticket.number},{amount} 元{zh}",
        f"{kg} kg ({jin} jin) of {ticket.product_name_en}, ticket {ticket.number}: {amount} yuan{en}",
    )
