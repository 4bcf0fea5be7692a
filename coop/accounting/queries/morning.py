"""The accountant's morning: one line a book over every village kept, with all that waits in it. Only reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from coop.accounting.models import BankAccountRow, DraftRow, DraftState
from coop.accounting.queries.bank_open import covered_to, open_lines
from coop.books import queries as books
from coop.books.models import LineState, PayBatchRow, PayLineRow
from coop.governance import queries as governance
from coop.parties.models import EntityRow, TenantRow
from ledger import periods
from ledger.seal import Head, head
from ledger.tables import BookRow

GRACE = 10
"""Days after a month's end within which its close is not late: ours, no rule says so."""


@dataclass(frozen=True, slots=True)
class MorningLine:
    """A book, and what waits in it. `period` is the next to close; `late` says its month ended some time ago."""

    tenant_id: int
    village: str
    village_en: str
    book: BookRow
    entity: EntityRow
    drafts: int
    unstamped: int
    bank_lines: int
    bank_behind: int
    returned: int
    period: tuple[int, int] | None
    late: bool
    head: Head

    @property
    def waits(self) -> int:
        """Everything that waits for somebody, a close that is late among it."""
        return self.drafts + self.unstamped + self.bank_lines + self.bank_behind + self.returned + self.late


@dataclass(frozen=True, slots=True)
class Morning:
    """The board; `following` is the next village, after the one stood in, in which something waits."""

    lines: tuple[MorningLine, ...]
    standing: int
    following: int | None


def morning(session: Session, tenants: Iterable[int], standing: int, today: date) -> Morning:
    """The board over these tenants, by village and book."""
    kept = set(tenants)
    lines = tuple(_line(session, book, today) for book in books.books(session) if book.tenant_id in kept)
    order = list(dict.fromkeys(line.tenant_id for line in lines))
    at = order.index(standing) if standing in order else -1
    waiting = {line.tenant_id for line in lines if line.waits}
    turn = [*order[at + 1 :], *order[: max(at, 0)]]
    return Morning(lines, standing, next((tenant for tenant in turn if tenant in waiting), None))


def _line(session: Session, book: BookRow, today: date) -> MorningLine:
    entity = session.scalars(select(EntityRow).where(EntityRow.id == book.entity_id)).one()
    village = session.get_one(TenantRow, book.tenant_id)
    states = periods.states(session, book.id)
    period = next((slot for slot, state in sorted(states.items()) if state == "open"), None)
    accounts = list(session.scalars(select(BankAccountRow).where(BankAccountRow.book_id == book.id)))
    ended = today.replace(day=1) - timedelta(days=1)
    reach = Counter((covered_to(session, row.id) or row.since) < ended for row in accounts)
    return MorningLine(
        tenant_id=book.tenant_id,
        village=village.name,
        village_en=village.name_en,
        book=book,
        entity=entity,
        drafts=_drafts(session, book),
        unstamped=_unstamped(session, book, states),
        bank_lines=sum(len(open_lines(session, row, today)) for row in accounts),
        bank_behind=reach[True],
        returned=_returned(session, book),
        period=period,
        late=_late(period, today),
        head=head(session, book.id),
    )


def _late(period: tuple[int, int] | None, today: date) -> bool:
    """The distribution period waits for the village's resolution; only a month is late.

    >>> _late((2025, 5), date(2025, 6, 12)), _late((2025, 5), date(2025, 6, 5)), _late((2025, 13), date(2026, 9, 1))
    (True, False, False)
    """
    if period is None or period[1] == periods.LAST:
        return False
    year, month = period
    following = date(year + month // 12, month % 12 + 1, 1)
    return today >= following + timedelta(days=GRACE)


def _drafts(session: Session, book: BookRow) -> int:
    query = select(func.count()).select_from(DraftRow)
    waiting = query.where(DraftRow.entity_id == book.entity_id, DraftRow.state == DraftState.draft.value)
    return session.scalar(waiting) or 0


def _unstamped(session: Session, book: BookRow, states: dict[tuple[int, int], str]) -> int:
    return sum(
        len(governance.unstamped(session, book.id, year, number))
        for (year, number), state in states.items()
        if state == "open"
    )


def _returned(session: Session, book: BookRow) -> int:
    """Payments the bank sent back that no later batch took up."""
    again = aliased(PayLineRow)
    taken = exists().where(
        again.payable_id == PayLineRow.payable_id,
        again.state.in_((LineState.queued.value, LineState.paid.value)),
    )
    query = (
        select(func.count(PayLineRow.payable_id.distinct()))
        .join(PayBatchRow, PayBatchRow.id == PayLineRow.batch_id)
        .where(
            PayBatchRow.entity_id == book.entity_id,
            PayLineRow.state == LineState.returned.value,
            ~taken,
        )
    )
    return session.scalar(query) or 0
