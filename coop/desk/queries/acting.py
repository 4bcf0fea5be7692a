"""What others did for a household, in words: the acts of every subject that a household's login can do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from coop.parties.queries import done_for

# Action of the audit -> how it is told to the household.
ACTS = {
    "acting.begin": ("查看并开始代办", "opened your pages to act for you"),
    "split.answer": ("答复订单份额", "answered your share of an order"),
    "agreement.sign": ("签订种养协议", "signed the growing agreement"),
    "field.log": ("填写生产记录", "wrote into the field log"),
    "claim.propose": ("申报积分", "proposed points"),
}
OTHER = ("办理了一项事务", "did something for you")


@dataclass(frozen=True, slots=True)
class DoneForYou:
    """One act; `deputy` is the household number of who did it, empty for a clerk."""

    at: datetime
    deputy: str
    text: str
    text_en: str


def told_acts(session: Session, tenant_id: int, household_id: int, number: str) -> tuple[DoneForYou, ...]:
    """What was done for a household under mandates, newest first."""
    return tuple(
        DoneForYou(act.at, act.deputy, *ACTS.get(act.action, OTHER))
        for act in done_for(session, tenant_id, household_id, number)
    )
