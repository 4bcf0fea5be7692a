"""Two accountants enter, check and close the same months at once on PostgreSQL, through the services.

No gap and no duplicate among the numbers, one close a month, and nothing in a month that was not there when it closed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from threading import Event

import pytest
from sqlalchemy import select

from coop.accounting import service as accounting
from coop.accounting.models import DraftRow, DraftState
from coop.accounting.rules import DraftLine
from coop.accounting.service.closing import PeriodBusyError
from coop.books import queries as books
from coop.kernel.actor import Role
from coop.kernel.errors import LedgerError
from coop.kernel.unit import owner_session, unit
from ledger import periods
from ledger.errors import PeriodClosedError, PeriodStateError
from ledger.tables import PeriodEventRow, VoucherRow
from ledger.verify import check_book
from tests.conftest import YEAR, Village
from tests.faults.test_at_once import at_once

ACCOUNTANTS, CHECKER = (2, 4), 3
MONTHS, VOUCHERS = (1, 2, 3), 6


def enter(village: Village, user: int, month: int, posted: list[int], begun: Event) -> None:
    """制单 by one accountant and 审核; what meets a closed month stays a draft."""
    for number in range(VOUCHERS):
        lines = (
            DraftLine("102", debit_fen=1_000 + user),
            DraftLine(f"501:0{1 + number % 2}", credit_fen=1_000 + user),
        )
        with unit(village.actor(Role.accountant, user=user)) as work:
            draft = accounting.draft(
                work, village.rceo, day=date(YEAR, month, 1 + number), summary=f"收入{number}", lines=lines
            ).id
        try:
            with unit(village.actor(Role.checker, user=CHECKER)) as work:
                accounting.approve(work, draft)
        except PeriodClosedError:
            return
        posted.append(draft)
        if len(posted) > 2:
            begun.set()


def close(village: Village, user: int, month: int, begun: Event) -> None:
    """Once a few are posted, try until one of the two has closed it; a draft that waits refuses it."""
    assert begun.wait(60)
    for _ in range(1_000):
        try:
            with unit(village.actor(Role.accountant, user=user)) as work:
                accounting.close_month(work, village.rceo, YEAR, month)
        except PeriodBusyError:
            if is_closed(village, month):  # by the other, while a draft came too late
                return
        else:
            return


def is_closed(village: Village, month: int) -> bool:
    with owner_session() as session:
        book = books.book_of(session, village.rceo).id
        return periods.states(session, book)[YEAR, month] == "closed"


def check(village: Village, month: int, posted: int) -> None:
    with owner_session() as session:
        book = books.book_of(session, village.rceo).id
        rows = session.scalars(
            select(VoucherRow)
            .where(VoucherRow.book_id == book, VoucherRow.period == month)
            .order_by(VoucherRow.number)
        ).all()
        assert [row.number for row in rows] == list(range(1, posted + 1))
        assert len({row.source for row in rows}) == posted
        closes = session.scalars(
            select(PeriodEventRow).where(PeriodEventRow.book_id == book, PeriodEventRow.number == month)
        ).all()
        assert [(event.action, event.vouchers) for event in closes] == [("close", posted)]
        assert check_book(session, book) == []


def late(village: Village, month: int) -> None:
    """What was drafted and not posted in time cannot get in any more; it is sent back."""
    with owner_session() as session:
        waiting = session.scalars(
            select(DraftRow.id).where(
                DraftRow.state == DraftState.draft.value, DraftRow.entity_id == village.rceo
            )
        ).all()
    for draft in waiting:
        with pytest.raises(PeriodClosedError), unit(village.actor(Role.checker, user=CHECKER)) as work:
            accounting.approve(work, draft)
        with unit(village.actor(Role.checker, user=CHECKER)) as work:
            accounting.refuse(work, draft, f"{month} 月已结账")


@pytest.mark.parametrize("settings", ["postgres"], indirect=True)
def test_two_accountants_enter_and_close_the_same_months(village: Village) -> None:
    for month in MONTHS:
        posted: list[int] = []
        begun = Event()
        acts: list[Callable[[], object]] = []
        for user in ACCOUNTANTS:
            acts += [
                partial(enter, village, user, month, posted, begun),
                partial(close, village, user, month, begun),
            ]
        ends = at_once(*acts)
        strange = [end for end in ends if end is not None and not isinstance(end, LedgerError)]
        assert strange == []
        assert sum(isinstance(end, PeriodStateError) for end in ends) <= 1, "the second close finds it closed"
        if not is_closed(village, month):  # both closers met drafts to the end
            with unit(village.actor(Role.accountant, user=2)) as work:
                accounting.close_month(work, village.rceo, YEAR, month)
        late(village, month)
        check(village, month, len(posted))
