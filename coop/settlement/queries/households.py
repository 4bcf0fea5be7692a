"""A household's money: what it delivered, what came off, what it is owed and why, what was paid; what it owes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.books.models import PayableKind
from coop.books.queries import HouseholdPayable, household_payables
from coop.kernel.errors import NotFoundError
from coop.kernel.registries import Link, source_link
from coop.kernel.units import Unit, jin_text, kg_text
from coop.parties.models import EntityRow, HouseholdRow
from coop.procurement.queries import Receipt, receipts
from coop.settlement.queries.dues import REVERSED, DueLine, due_lines
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
    """One thing a household is owed money for. `why` is a whole sentence with the household's own numbers.

    amount = gross - fee - set-off, fen. A slip that was set off whole has no payable: its amount is 0.
    """

    payable_id: int | None
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
    gross_fen: int
    fee_fen: int
    set_off_fen: int
    amount_fen: int
    paid_fen: int
    open_fen: int
    voided: bool
    batch: str
    paid_on: date | None

    @property
    def working(self) -> tuple[tuple[str, str, int], ...]:
        """How the amount comes about, step by step: words in Chinese and English, and fen."""
        steps = [("货款", "for the produce", self.gross_fen)]
        if self.fee_fen:
            steps.append(("减代办费", "less the fee", -self.fee_fen))
        if self.set_off_fen:
            steps.append(("减抵扣欠款", "less what was set off", -self.set_off_fen))
        return (*steps, ("应付给您", "to be paid to you", self.amount_fen)) if len(steps) > 1 else ()


@dataclass(frozen=True, slots=True)
class HouseholdMoney:
    """All of a household's money in sight. Reversed tickets are listed and count nothing.

    gross - fee - set-off = earned; earned - paid = open. `owes_fen` is what the household still owes.
    """

    household_id: int
    household: str
    head: str
    delivered_g: int
    gross_fen: int
    fee_fen: int
    set_off_fen: int
    earned_fen: int
    paid_fen: int
    open_fen: int
    owes_fen: int
    receipts: tuple[Receipt, ...]
    lines: tuple[MoneyLine, ...]
    dues: tuple[DueLine, ...]


def household_money(session: Session, household_id: int) -> HouseholdMoney:
    """What a household delivered, is owed and was paid, newest first. Raises NotFoundError."""
    home = session.get(HouseholdRow, household_id)
    if home is None:
        raise NotFoundError("household", household_id)
    tickets = receipts(session, household_id=household_id)
    by_source = {f"receipt:{ticket.receipt_id}": ticket for ticket in tickets}
    entities = {row.id: row for row in session.scalars(select(EntityRow))}
    owed = [
        _line(payable, by_source.get(payable.source), entities[payable.entity_id])
        for payable in household_payables(session, household_id)
    ]
    whole = [_set_off_line(ticket, entities) for ticket in tickets if ticket.payable_id is None]
    lines = tuple(sorted(owed + whole, key=lambda line: line.day, reverse=True))
    standing = [line for line in lines if not line.voided]
    owing = due_lines(session, home, entities)
    return HouseholdMoney(
        household_id=home.id,
        household=home.number,
        head=home.head,
        delivered_g=sum(ticket.total_g for ticket in tickets if ticket.posted and ticket.unit is Unit.gram),
        gross_fen=sum(line.gross_fen for line in standing),
        fee_fen=sum(line.fee_fen for line in standing),
        set_off_fen=sum(line.set_off_fen for line in standing),
        earned_fen=sum(line.amount_fen for line in standing),
        paid_fen=sum(line.paid_fen for line in standing),
        open_fen=sum(line.open_fen for line in standing),
        owes_fen=sum(line.open_fen for line in owing),
        receipts=tickets,
        lines=lines,
        dues=owing,
    )


def _line(payable: HouseholdPayable, ticket: Receipt | None, entity: EntityRow) -> MoneyLine:
    kind_text, kind_text_en = KIND_TEXTS[payable.kind]
    zh, en = _paid_words(payable)
    if ticket is None:
        amount = fen_text(payable.amount_fen)
        why, why_en = f"{kind_text} {amount} 元{zh}。", f"{kind_text_en}: {amount} yuan{en}."
    else:
        brought, brought_en = _brought(ticket)
        why, why_en = f"{brought}{zh}。", f"{brought_en}{en}."
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
        gross_fen=payable.amount_fen if ticket is None else ticket.total_fen,
        fee_fen=0 if ticket is None else ticket.fee_fen,
        set_off_fen=0 if ticket is None else ticket.set_off_fen,
        amount_fen=payable.amount_fen,
        paid_fen=payable.paid_fen,
        open_fen=payable.open_fen,
        voided=payable.voided,
        batch=payable.batch,
        paid_on=payable.paid_on,
    )


def _set_off_line(ticket: Receipt, entities: Mapping[int, EntityRow]) -> MoneyLine:
    """A slip whose money went whole into what the household owed: nothing of it is paid out."""
    entity = entities[ticket.entity_id]
    zh, en = _brought(ticket)
    if ticket.posted:
        tail, tail_en = "，全部抵了欠款，不再付钱", ", all of it set off, nothing is paid out"
    else:
        tail, tail_en = REVERSED
    source = f"receipt:{ticket.receipt_id}"
    return MoneyLine(
        payable_id=None,
        day=ticket.day,
        kind=PayableKind.produce,
        kind_text=KIND_TEXTS[PayableKind.produce][0],
        kind_text_en=KIND_TEXTS[PayableKind.produce][1],
        entity=entity.code,
        entity_name=entity.name,
        source=source,
        link=source_link(source),
        why=f"{zh}{tail}。",
        why_en=f"{en}{tail_en}.",
        gross_fen=ticket.total_fen,
        fee_fen=ticket.fee_fen,
        set_off_fen=ticket.set_off_fen,
        amount_fen=0,
        paid_fen=0,
        open_fen=0,
        voided=not ticket.posted,
        batch="",
        paid_on=None,
    )


def _paid_words(payable: HouseholdPayable) -> tuple[str, str]:
    if payable.voided:
        return REVERSED
    if payable.paid_on is not None:
        return (
            f"，{payable.paid_on} 已付（批次 {payable.batch}）",
            f", paid on {payable.paid_on} ({payable.batch})",
        )
    if payable.batch:
        return f"，正在支付（批次 {payable.batch}）", f", being paid ({payable.batch})"
    return "，待付", ", still owed"


def _brought(ticket: Receipt) -> tuple[str, str]:
    """What was brought and what it comes to, in whole words: amount, fee, set-off, what is payable."""
    if ticket.unit is Unit.head:
        much, much_en = f"{ticket.total_g} 只", f"{ticket.total_g} head"
    else:
        kg, jin = kg_text(ticket.total_g), jin_text(ticket.total_g)
        much, much_en = f"{kg} 公斤（{jin} 斤）", f"{kg} kg ({jin} jin)"
    zh = f"{ticket.day} 交{ticket.product_name} {much}，收购单 {ticket.number}，"
    en = f"{ticket.day}: {much_en} of {ticket.product_name_en}, ticket {ticket.number}: "
    gross = fen_text(ticket.total_fen)
    if not (ticket.fee_fen or ticket.set_off_fen):
        return f"{zh}{gross} 元", f"{en}{gross} yuan"
    off, off_en = "", ""
    if ticket.fee_fen:
        off += f"，减代办费 {fen_text(ticket.fee_fen)} 元"
        off_en += f" less {fen_text(ticket.fee_fen)} fee"
    if ticket.set_off_fen:
        off += f"，减抵扣欠款 {fen_text(ticket.set_off_fen)} 元"
        off_en += f" less {fen_text(ticket.set_off_fen)} set off"
    payable = fen_text(ticket.payable_fen)
    return f"{zh}货款 {gross} 元{off}，应付 {payable} 元", f"{en}{gross}{off_en} is {payable} yuan"
