"""Leases as they stand: earned, received, overdue, running out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from coop.accounting.models.assets import AssetCardRow
from coop.accounting.models.leases import (
    LeaseLimitRow,
    LeaseMoveKind,
    LeaseMoveRow,
    LeaseRow,
    RentLineRow,
    RentRunRow,
)
from coop.accounting.models.subledgers import HandState
from coop.accounting.queries.assets import reversed_voucher
from coop.accounting.queries.subledgers import Control, control_of
from coop.accounting.rules.depreciation import Month
from coop.accounting.rules.leases import (
    LeaseInstalment,
    LeaseTerms,
    instalments,
    payable_by,
)
from coop.books import queries as books
from coop.governance.models import ResolutionRow
from coop.kernel.errors import NotFoundError
from ledger.tables import BookRow

SOON = 90  # days before the last day


@dataclass(frozen=True, slots=True)
class LeaseItem:
    """A lease with its money; `renewed_by` is the contract that follows it. `overdue_fen` on the day looked at.

    `posted`: rent booked by month. `advances`: what receipts left over what was due then, by day; `used_fen` of it became
    income. `due_fen`: earned and not received.
    """

    lease: LeaseRow
    posted: Mapping[Month, int]
    received_fen: int
    advances: tuple[tuple[date, int], ...]
    used_fen: int
    due_fen: int
    deposit_fen: int
    overdue_fen: int
    days_left: int
    waiting: bool
    renewed_by: int | None

    @property
    def earned_fen(self) -> int:
        return sum(self.posted.values())

    @property
    def prepaid_fen(self) -> int:
        """Received and not earned yet: it waits in 211."""
        return self.prepaid_by(date.max)

    def prepaid_by(self, day: date) -> int:
        """The same of what was received up to a day."""
        return sum(fen for when, fen in self.advances if when <= day) - self.used_fen

    @property
    def over(self) -> bool:
        return self.days_left < 0

    @property
    def soon(self) -> bool:
        """Running out, and nothing follows it."""
        return 0 <= self.days_left <= SOON and self.renewed_by is None


@dataclass(frozen=True, slots=True)
class LeaseBoard:
    """The leases of an entity: running out first, and the accounts beside them."""

    entity: str
    items: tuple[LeaseItem, ...]
    controls: tuple[Control, ...]
    limit: LeaseLimitRow | None


@dataclass(frozen=True, slots=True)
class LeaseMoveItem:
    move: LeaseMoveRow
    void: bool


@dataclass(frozen=True, slots=True)
class LeasePage:
    """One contract: its instalments, money, rent by month (fen, voucher), what it lets."""

    item: LeaseItem
    entity: str
    card: AssetCardRow | None
    resolution: ResolutionRow | None
    instalments: tuple[LeaseInstalment, ...]
    moves: tuple[LeaseMoveItem, ...]
    months: tuple[tuple[Month, int, int | None], ...]


def lease_board(session: Session, entity: str, day: date) -> LeaseBoard:
    """The leases of the entity with this code on a day. Raises NotFoundError."""
    book = books.book_by_code(session, entity)
    items = sorted(
        lease_items(session, LeaseRow.entity_id == book.entity_id, day),
        key=lambda i: (not i.soon, i.over, i.lease.number),
    )
    return LeaseBoard(book.entity, tuple(items), _controls(session, book, items), limit_on(session, day))


def expiring_leases(session: Session, entity: str, day: date) -> tuple[LeaseItem, ...]:
    """The leases that run out within 90 days with nothing to follow them, soonest first."""
    book = books.book_by_code(session, entity)
    items = lease_items(session, LeaseRow.entity_id == book.entity_id, day)
    return tuple(sorted((item for item in items if item.soon), key=lambda item: item.days_left))


def lease_item(session: Session, lease_id: int, day: date) -> LeaseItem:
    """One lease on a day. Raises NotFoundError."""
    found = lease_items(session, LeaseRow.id == lease_id, day)
    if not found:
        raise NotFoundError("lease", lease_id)
    return found[0]


def lease_page(session: Session, lease_id: int, day: date) -> LeasePage:
    """One contract with everything that happened to it. Raises NotFoundError."""
    item = lease_item(session, lease_id, day)
    lease = item.lease
    moves = session.execute(
        select(LeaseMoveRow, reversed_voucher(LeaseMoveRow.voucher_id))
        .where(LeaseMoveRow.lease_id == lease_id)
        .order_by(LeaseMoveRow.day, LeaseMoveRow.id)
    )
    runs = session.execute(
        select(
            RentRunRow.year,
            RentRunRow.month,
            RentLineRow.prepaid_fen + RentLineRow.due_fen,
            RentRunRow.voucher_id,
        )
        .join(RentRunRow, RentRunRow.id == RentLineRow.run_id)
        .where(RentLineRow.lease_id == lease_id, *standing_run())
        .order_by(RentRunRow.year, RentRunRow.month)
    )
    return LeasePage(
        item=item,
        entity=books.book_of(session, lease.entity_id).entity,
        card=None if lease.card_id is None else session.get(AssetCardRow, lease.card_id),
        resolution=None if lease.resolution_id is None else session.get(ResolutionRow, lease.resolution_id),
        instalments=instalments(terms_of(lease)),
        moves=tuple(LeaseMoveItem(move, void) for move, void in moves),
        months=tuple(((year, month), fen, voucher) for year, month, fen, voucher in runs),
    )


def lease_of_move(session: Session, move_id: int) -> int:
    """The lease a move of money belongs to. Raises NotFoundError."""
    found = session.scalars(select(LeaseMoveRow.lease_id).where(LeaseMoveRow.id == move_id)).one_or_none()
    if found is None:
        raise NotFoundError("lease move", move_id)
    return found


def limit_on(session: Session, day: date) -> LeaseLimitRow | None:
    """From which rent or term on a contract needs a resolution, on a day; None where the village set no limit."""
    query = select(LeaseLimitRow).where(LeaseLimitRow.since <= day).order_by(LeaseLimitRow.since.desc())
    return session.scalars(query).first()


def terms_of(lease: LeaseRow) -> LeaseTerms:
    """What rent and instalments depend on."""
    return LeaseTerms(
        lease.since,
        lease.until,
        lease.months,
        lease.total_fen,
        lease.pay_months,
        lease.pay_first,
        lease.ended_on,
    )


def standing_run() -> tuple[ColumnElement[bool], ...]:
    """Rent runs that are posted and not reversed."""
    return RentRunRow.state == HandState.done.value, ~reversed_voucher(RentRunRow.voucher_id)


def lease_items(session: Session, which: ColumnElement[bool], day: date) -> list[LeaseItem]:
    """The leases of a condition as they stand, `overdue_fen` and `days_left` on a day."""
    leases = session.scalars(select(LeaseRow).where(which).order_by(LeaseRow.number)).all()
    lines, moves = _lines(session, which), _moves(session, which)
    query = select(LeaseRow.renews_id, LeaseRow.id).where(LeaseRow.renews_id.in_([row.id for row in leases]))
    followers = {renewed: key for renewed, key in session.execute(query)}  # noqa: C416
    return [_item(row, lines[row.id], moves[row.id], followers.get(row.id), day) for row in leases]


def _item(
    lease: LeaseRow,
    lines: Mapping[Month, RentLineRow],
    moves: Sequence[LeaseMoveRow],
    renewed_by: int | None,
    day: date,
) -> LeaseItem:
    terms = terms_of(lease)
    done = [move for move in moves if move.state == HandState.done]
    receipts = [move for move in done if move.kind == LeaseMoveKind.receipt]
    received = sum(move.fen for move in receipts)
    signs = {LeaseMoveKind.deposit: 1, LeaseMoveKind.deposit_back: -1, LeaseMoveKind.receipt: 0}
    return LeaseItem(
        lease=lease,
        posted={month: line.prepaid_fen + line.due_fen for month, line in lines.items()},
        received_fen=received,
        advances=tuple((move.day, move.fen - move.due_fen) for move in receipts),
        used_fen=sum(line.prepaid_fen for line in lines.values()),
        due_fen=sum(line.due_fen for line in lines.values()) - sum(move.due_fen for move in receipts),
        deposit_fen=sum(signs[LeaseMoveKind(move.kind)] * move.fen for move in done),
        overdue_fen=max(0, payable_by(terms, day) - received),
        days_left=(terms.last - day).days,
        waiting=len(done) < len(moves),
        renewed_by=renewed_by,
    )


def _lines(session: Session, which: ColumnElement[bool]) -> defaultdict[int, dict[Month, RentLineRow]]:
    """What stands posted of each lease, by month."""
    query = (
        select(RentLineRow, RentRunRow.year, RentRunRow.month)
        .join(RentRunRow, RentRunRow.id == RentLineRow.run_id)
        .join(LeaseRow, LeaseRow.id == RentLineRow.lease_id)
        .where(which, *standing_run())
    )
    found: defaultdict[int, dict[Month, RentLineRow]] = defaultdict(dict)
    for line, year, month in session.execute(query):
        found[line.lease_id][year, month] = line
    return found


def _moves(session: Session, which: ColumnElement[bool]) -> defaultdict[int, list[LeaseMoveRow]]:
    """The moves of each lease that wait or stand."""
    query = (
        select(LeaseMoveRow)
        .join(LeaseRow, LeaseRow.id == LeaseMoveRow.lease_id)
        .where(
            which,
            LeaseMoveRow.state != HandState.refused.value,
            ~reversed_voucher(LeaseMoveRow.voucher_id),
        )
    )
    found: defaultdict[int, list[LeaseMoveRow]] = defaultdict(list)
    for row in session.scalars(query):
        found[row.lease_id].append(row)
    return found


def _controls(session: Session, book: BookRow, items: Sequence[LeaseItem]) -> tuple[Control, ...]:
    """Accounts that hold leases alone: rent in advance, rent due from members, deposits."""
    prepaid = sum(item.prepaid_fen for item in items)
    due = sum(item.due_fen for item in items if item.lease.household_id is not None)
    deposits = sum(item.deposit_fen for item in items)
    sums = {"prepaid_rent": -prepaid, "rent_due_member": due, "deposit_held": -deposits}
    return tuple(control_of(session, book, role, fen) for role, fen in sums.items())
