"""Reads of the splitting: for the seller's village only; the buyer sees none of it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from coop.kernel.errors import NotFoundError
from coop.kernel.units import Unit
from coop.orders.models import PartRow
from coop.orders.rules import most
from coop.parties.models import HouseholdRow
from coop.splitting.models import AllocationRow, AnswerState, CapacityRow, SplitRow, SplitState
from coop.splitting.queries.values import (
    ANSWER_TEXTS,
    SPLIT_TEXTS,
    Capacity,
    HouseholdShare,
    ShareLine,
    SplitTable,
)
from coop.splitting.rules import Policy, Reason, fairness
from coop.standards.models import ProductRow


def split_of(session: Session, line_id: int) -> SplitTable | None:
    """The split table of an order line; None before it is proposed (and for the buyer)."""
    row = session.scalars(select(SplitRow).where(SplitRow.line_id == line_id)).one_or_none()
    return None if row is None else _table(session, row)


def split_table(session: Session, split_id: int) -> SplitTable:
    row = session.scalars(select(SplitRow).where(SplitRow.id == split_id)).one_or_none()
    if row is None:
        raise NotFoundError("split", split_id)
    return _table(session, row)


def splits_of_part(session: Session, part_id: int) -> tuple[SplitTable, ...]:
    rows = session.scalars(select(SplitRow).where(SplitRow.part_id == part_id).order_by(SplitRow.line_id))
    return tuple(_table(session, row) for row in rows)


def allocation(session: Session, allocation_id: int) -> HouseholdShare:
    """One share, with its order: what the weigh house looks up."""
    found = _shares(session, AllocationRow.id == allocation_id)
    if not found:
        raise NotFoundError("allocation", allocation_id)
    return found[0]


def household_shares(session: Session, household: str) -> tuple[HouseholdShare, ...]:
    """A household's shares that were offered to it, newest first."""
    return _shares(
        session, HouseholdRow.number == household, AllocationRow.state != AnswerState.proposed.value
    )


def deliverable(session: Session, product: str | None = None) -> tuple[HouseholdShare, ...]:
    """Shares of settled splits that may still be delivered on, by household: the weigh house's list."""
    shares = _shares(
        session,
        AllocationRow.state == AnswerState.confirmed.value,
        SplitRow.state == SplitState.confirmed.value,
    )
    wanted = [s for s in shares if s.line.delivered < s.line.limit and product in (None, s.product)]
    return tuple(sorted(wanted, key=lambda share: (share.line.household, share.allocation_id)))


def capacities(session: Session, season: str, product: str | None = None) -> tuple[Capacity, ...]:
    """The filed capacities of a season, by household and product."""
    statement = (
        select(CapacityRow, HouseholdRow.number, ProductRow)
        .join(HouseholdRow, HouseholdRow.id == CapacityRow.household_id)
        .join(ProductRow, ProductRow.code == CapacityRow.product)
        .where(CapacityRow.season == season)
        .order_by(HouseholdRow.number, CapacityRow.product)
    )
    if product is not None:
        statement = statement.where(CapacityRow.product == product)
    promised = _promised(session, season)
    return tuple(
        Capacity(
            household=number,
            product=row.product,
            product_name=made.name,
            product_name_en=made.name_en,
            unit=Unit(made.unit),
            season=row.season,
            units=row.units,
            yield_each=row.yield_g,
            capacity=row.capacity_g,
            promised=promised.get((row.household_id, row.product), 0),
        )
        for row, number, made in session.execute(statement)
    )


def _promised(session: Session, season: str) -> dict[tuple[int, str], int]:
    sums: dict[tuple[int, str], int] = {}
    for household_id, product, grams in session.execute(
        select(AllocationRow.household_id, SplitRow.product, AllocationRow.decided_g)
        .join(SplitRow, SplitRow.id == AllocationRow.split_id)
        .where(SplitRow.season == season)
    ):
        sums[household_id, product] = sums.get((household_id, product), 0) + grams
    return sums


def _shares(session: Session, *wanted: ColumnElement[bool]) -> tuple[HouseholdShare, ...]:
    rows = session.execute(
        select(AllocationRow, SplitRow, HouseholdRow, ProductRow, PartRow)
        .join(SplitRow, SplitRow.id == AllocationRow.split_id)
        .join(HouseholdRow, HouseholdRow.id == AllocationRow.household_id)
        .join(ProductRow, ProductRow.code == SplitRow.product)
        .join(PartRow, PartRow.id == SplitRow.part_id)
        .where(*wanted)
        .order_by(SplitRow.id.desc(), HouseholdRow.number)
    )
    return tuple(
        HouseholdShare(
            allocation_id=row.id,
            split_id=owner.id,
            order_number=part.number,
            product=owner.product,
            product_name=made.name,
            product_name_en=made.name_en,
            unit=Unit(made.unit),
            window_from=part.window_from,
            window_to=part.window_to,
            answer_by=owner.answer_by,
            split_state=SplitState(owner.state),
            line=_line(row, owner, household),
        )
        for row, owner, household, made, part in rows
    )


def _line(row: AllocationRow, owner: SplitRow, household: HouseholdRow) -> ShareLine:
    state = AnswerState(row.state)
    text, text_en = ANSWER_TEXTS[state]
    return ShareLine(
        allocation_id=row.id,
        household_id=row.household_id,
        household=household.number,
        grid=household.grid,
        capacity=row.capacity_g,
        computed=row.computed_g,
        decided=row.decided_g,
        confirmed=row.confirmed_g,
        delivered=row.delivered_g,
        limit=most(row.decided_g, owner.tolerance_bp),
        locked=row.locked,
        reason=Reason(row.reason),
        text=row.text,
        text_en=row.text_en,
        change_reason=row.change_reason,
        state=state,
        state_text=text,
        state_text_en=text_en,
        answered_via=row.answered_via,
    )


def _table(session: Session, row: SplitRow) -> SplitTable:
    made = session.get_one(ProductRow, row.product)
    rows = session.execute(
        select(AllocationRow, HouseholdRow)
        .join(HouseholdRow, HouseholdRow.id == AllocationRow.household_id)
        .where(AllocationRow.split_id == row.id)
        .order_by(HouseholdRow.number)
    )
    lines = tuple(_line(share, row, household) for share, household in rows)
    state, policy = SplitState(row.state), Policy(row.policy)
    return SplitTable(
        split_id=row.id,
        number=row.number,
        part_id=row.part_id,
        line_id=row.line_id,
        product=row.product,
        product_name=made.name,
        product_name_en=made.name_en,
        unit=Unit(made.unit),
        season=row.season,
        policy=policy,
        policy_text=policy.zh,
        policy_text_en=policy.en,
        lot=row.lot_g,
        minimum=row.minimum_g,
        quantity=row.quantity_g,
        shortfall=row.shortfall_g,
        groups=tuple(row.groups.splitlines()),
        round=row.round,
        answer_by=row.answer_by,
        state=state,
        state_text=SPLIT_TEXTS[state][0],
        state_text_en=SPLIT_TEXTS[state][1],
        digest=row.digest,
        decided=sum(line.decided for line in lines),
        confirmed=sum(line.confirmed for line in lines),
        delivered=sum(line.delivered for line in lines),
        fairness=fairness([line.decided for line in lines], [1 for _ in lines]),
        lines=lines,
    )
