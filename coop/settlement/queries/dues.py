"""What a household owes for what it got on credit, in words it can check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from coop.books.models import DueKind
from coop.books.queries import Due, dues
from coop.kernel.registries import Link, source_link
from coop.parties.models import EntityRow, HouseholdRow
from coop.production.queries import issued
from ledger.money import fen_text

REVERSED = ("，已冲销，不计", ", reversed, counts nothing")
DUE_TEXTS = {
    DueKind.input: ("领用投入品欠款", "inputs on credit"),
    DueKind.fee: ("应交费用", "fee"),
    DueKind.other: ("其他欠款", "other"),
}


@dataclass(frozen=True, slots=True)
class DueLine:
    """One thing a household owes: what it got on credit, what produce has settled of it, what is open."""

    due_id: int
    day: date
    kind: DueKind
    kind_text: str
    kind_text_en: str
    entity: str
    entity_name: str
    source: str
    link: Link | None
    why: str
    why_en: str
    amount_fen: int
    settled_fen: int
    open_fen: int
    voided: bool


def due_lines(session: Session, home: HouseholdRow, entities: Mapping[int, EntityRow]) -> tuple[DueLine, ...]:
    """What the household owes, newest first; of inputs with what it was given."""
    given: dict[str, list[tuple[str, str]]] = {}
    for row in issued(session, home.tenant_id, home.id):
        price = fen_text(row.price_fen)
        given.setdefault(f"input_issue:{row.issue_id}:{home.number}", []).append(
            (
                f"{row.name} {row.count} {row.unit}，每{row.unit} {price} 元",
                f"{row.count} {row.unit_en} of {row.name_en} at {price} yuan",
            )
        )
    lines = [_due(due, given.get(due.source, []), entities[due.entity_id]) for due in dues(session, home.id)]
    return tuple(sorted(lines, key=lambda line: (line.day, line.due_id), reverse=True))


def _due(due: Due, given: Sequence[tuple[str, str]], entity: EntityRow) -> DueLine:
    kind, kind_en = DUE_TEXTS[due.kind]
    what, what_en = "；".join(zh for zh, _ in given), "; ".join(en for _, en in given)
    what, what_en = (f"领用 {what}", f"got {what_en}") if given else (kind, kind_en)
    amount, settled, still = (fen_text(fen) for fen in (due.amount_fen, due.settled_fen, due.open_fen))
    if due.voided:
        zh, en = REVERSED
    elif not due.open_fen:
        zh, en = "，已全部抵清", ", all of it settled"
    else:
        zh = f"，已抵 {settled} 元，还欠 {still} 元"
        en = f", {settled} of it settled, {still} yuan still owed"
    return DueLine(
        due_id=due.id,
        day=due.day,
        kind=due.kind,
        kind_text=kind,
        kind_text_en=kind_en,
        entity=entity.code,
        entity_name=entity.name,
        source=due.source,
        link=source_link(due.source),
        why=f"{due.day} {what}，共 {amount} 元{zh}。",
        why_en=f"{due.day}: {what_en}, {amount} yuan in all{en}.",
        amount_fen=due.amount_fen,
        settled_fen=due.settled_fen,
        open_fen=due.open_fen,
        voided=due.voided,
    )
