"""A household's own page: its shares and why, what it delivered, its money, its points, its dividends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from coop.books.models import PayableRow
from coop.desk.queries.acting import DoneForYou, told_acts
from coop.desk.queries.boards.values import MONTHS, Board, BoardRow, Measure
from coop.dividends.queries import HouseholdLine, household_lines
from coop.kernel.actor import Actor, Role
from coop.kernel.errors import NotFoundError
from coop.parties.models import HouseholdRow
from coop.parties.queries import Mandate, deputies_of, may_act_for
from coop.points.queries import HouseholdPoints, household_points
from coop.procurement.queries import WeighSlip, weigh_slip
from coop.settlement.queries import HouseholdMoney, household_money
from coop.splitting.queries import HouseholdShare, household_shares
from coop.standards.queries import products

# Who works with households and may open any page of the own village's.
STAFF = frozenset({Role.manager, Role.clerk, Role.supervisor})


@dataclass(frozen=True, slots=True)
class HomeMonth:
    """A month of a household: what it brought, by (Chinese, English, unit, quantity), and its money in fen."""

    year: int
    month: int
    brought: tuple[tuple[str, str, str, int], ...]
    earned_fen: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class HouseholdPage:
    """All that one household is told, and nothing of any other. `own`: the reader is the household, or acts for it.

    `deputies` may act for it, `acts` were done for it, `may_act` are the mandates of the reader's own login.
    """

    household_id: int
    number: str
    head: str
    own: bool
    shares: tuple[HouseholdShare, ...]
    money: HouseholdMoney
    points: HouseholdPoints
    dividends: tuple[HouseholdLine, ...]
    months: tuple[HomeMonth, ...]
    board: Board
    deputies: tuple[Mandate, ...]
    acts: tuple[DoneForYou, ...]
    may_act: tuple[Mandate, ...]

    @property
    def asked(self) -> tuple[HouseholdShare, ...]:
        """The shares that wait for a yes or a no."""
        return tuple(share for share in self.shares if share.may_answer and share.line.state == "offered")

    @property
    def answered(self) -> tuple[HouseholdShare, ...]:
        """All others."""
        asked = {share.allocation_id for share in self.asked}
        return tuple(share for share in self.shares if share.allocation_id not in asked)


@dataclass(frozen=True, slots=True)
class HomeLine:
    """A household in the village's list."""

    household_id: int
    number: str
    head: str
    grid: str
    open_fen: int


def _home(session: Session, actor: Actor, household_id: int | None) -> HouseholdRow:
    """The household's row where the actor may read its page; NotFoundError for every other."""
    query = select(HouseholdRow).where(HouseholdRow.tenant_id == actor.tenant_id)
    if household_id is not None:
        query = query.where(HouseholdRow.id == household_id)
    if household_id is None or not actor.roles & STAFF:
        query = query.where(HouseholdRow.number == actor.household)
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFoundError("household", household_id or actor.household)
    return row


def page_of_household(session: Session, actor: Actor, household_id: int | None, today: date) -> HouseholdPage:
    """A household's page; None is the actor's own. NotFoundError for one the actor may not read."""
    home = _home(session, actor, household_id)
    shares = household_shares(session, home.number)
    money = household_money(session, home.id)
    months = _months(money, {code: made.unit for code, made in products(session).items()})
    return HouseholdPage(
        household_id=home.id,
        number=home.number,
        head=home.head,
        own=home.number == actor.household,
        # Another readable village may use the same number.
        shares=tuple(share for share in shares if share.line.household_id == home.id),
        money=money,
        points=household_points(session, home.number, today.year, actor.tenant_id),
        dividends=household_lines(session, home.number, tenant_id=actor.tenant_id),
        months=months,
        board=_board(months),
        deputies=deputies_of(session, actor.tenant_id, home.id, today),
        acts=told_acts(session, actor.tenant_id, home.id, home.number),
        may_act=may_act_for(session, actor, today) if home.number == actor.household else (),
    )


def _months(money: HouseholdMoney, units: Mapping[str, str]) -> tuple[HomeMonth, ...]:
    """Month by month, newest first; reversed tickets count nothing. Money counts in the month it is owed for."""
    brought: dict[tuple[int, int], dict[tuple[str, str, str], int]] = {}
    for row in money.receipts:
        if row.posted:
            goods = brought.setdefault((row.day.year, row.day.month), {})
            key = (row.product_name, row.product_name_en, units[row.product])
            goods[key] = goods.get(key, 0) + row.total_g
    fen: dict[tuple[int, int], tuple[int, int]] = {}
    for line in money.lines:
        if not line.voided:
            at = (line.day.year, line.day.month)
            earned, paid = fen.get(at, (0, 0))
            fen[at] = (earned + line.amount_fen, paid + line.paid_fen)
    return tuple(
        HomeMonth(
            *at,
            tuple((*key, sum_) for key, sum_ in sorted(brought.get(at, {}).items())),
            *fen.get(at, (0, 0)),
        )
        for at in sorted(brought.keys() | fen.keys(), reverse=True)
    )


def _board(months: tuple[HomeMonth, ...]) -> Board:
    rows = [
        BoardRow(f"{m.year}-{m.month:02d}", f"{m.year}-{m.month:02d}", (m.earned_fen, m.paid_fen))
        for m in reversed(months[:MONTHS])
    ]
    return Board(
        "months",
        "每月的钱（元）",
        "Your money by month (yuan)",
        "月份",
        "Month",
        Measure.yuan,
        (("应得", "earned"), ("已付", "paid")),
        tuple(rows),
    )


def slip_of(session: Session, actor: Actor, receipt_id: int) -> WeighSlip:
    """A weigh slip for the household it belongs to (or the staff). Raises NotFoundError."""
    slip = weigh_slip(session, receipt_id)
    try:
        _home(session, actor, slip.household_id)
    except NotFoundError as error:
        raise NotFoundError("receipt", receipt_id) from error
    return slip


def households(
    session: Session, tenant_id: int, today: date, *, find: str = "", offset: int = 0, size: int = 50
) -> tuple[tuple[HomeLine, ...], int]:
    """The village's households of today with what each is still owed, by number, and how many there are in all.

    `find` is a part of the number, the head's name or the group.
    """
    wanted = [
        HouseholdRow.tenant_id == tenant_id,
        HouseholdRow.joined <= today,
        HouseholdRow.left.is_(None) | (HouseholdRow.left > today),
    ]
    if find:
        columns = (HouseholdRow.number, HouseholdRow.head, HouseholdRow.grid)
        wanted.append(or_(*(column.contains(find, autoescape=True) for column in columns)))
    total = session.scalar(select(func.count()).select_from(HouseholdRow).where(*wanted)) or 0
    shown = select(HouseholdRow).where(*wanted).order_by(HouseholdRow.number).offset(offset).limit(size)
    rows = session.scalars(shown).all()
    sums = session.execute(
        select(PayableRow.household_id, func.sum(PayableRow.amount_fen - PayableRow.paid_fen).label("fen"))
        .where(
            PayableRow.tenant_id == tenant_id,
            PayableRow.void_id.is_(None),
            PayableRow.household_id.in_([row.id for row in rows]),
        )
        .group_by(PayableRow.household_id)
    )
    owed = {row.household_id: int(row.fen) for row in sums}
    lines = tuple(HomeLine(row.id, row.number, row.head, row.grid, owed.get(row.id, 0)) for row in rows)
    return lines, total
