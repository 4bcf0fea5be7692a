"""What rows of the daily inflow share: one person asks, another approves, and then there is a voucher."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coop.kernel.db import BigId, Code, Id, Name


class HandState(StrEnum):
    """`applied`: filed and not due yet (an exit before its year's end)."""

    applied = "applied"
    asked = "asked"
    done = "done"
    refused = "refused"


class TwoHands:
    """A row that one person makes and another approves; `done` has its voucher."""

    state: Mapped[Code] = mapped_column(default=HandState.asked.value)
    maker_id: Mapped[Id]
    checker_id: Mapped[int | None] = mapped_column(BigId)
    reason: Mapped[Name] = mapped_column(default="")
    voucher_id: Mapped[int | None] = mapped_column(BigId)


def two_hands() -> tuple[CheckConstraint, ...]:
    """The constraints of `TwoHands`; the reference to the voucher is added by the table."""
    return (
        CheckConstraint("state IN ('applied', 'asked', 'done', 'refused')", name="state"),
        CheckConstraint("(state = 'done') = (voucher_id IS NOT NULL)", name="voucher"),
        CheckConstraint(
            "state <> 'done' OR (checker_id IS NOT NULL AND checker_id <> maker_id)", name="two_persons"
        ),
    )
