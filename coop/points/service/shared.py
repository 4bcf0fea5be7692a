"""What claims and shop share: the faults, a household's locked account, the village's book, the moves of a
claim.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select

from coop.books import service as books
from coop.kernel.errors import CoopError, NotFoundError
from coop.kernel.numbering import upsert
from coop.kernel.states import Transitions
from coop.kernel.unit import Unit
from coop.parties.models import HouseholdRow
from coop.points.models import AccountRow, ClaimRow, ClaimState
from ledger.chart import Standard
from ledger.tables import BookRow, VoucherRow
from ledger.voucher import Voucher


class NotEnoughPointsError(CoopError):
    def __init__(self, household: str, needed: int, found: int) -> None:
        self.needed, self.found = needed, found
        super().__init__(
            zh=f"{household} 积分不足：需 {needed} 分，现有 {found} 分，差 {needed - found} 分",
            en=f"{household} has too few points: needs {needed}, has {found}, short by {needed - found}",
        )


class StockError(CoopError):
    def __init__(self, goods: str, needed: int, found: int) -> None:
        super().__init__(
            zh=f"{goods} 库存不足：需 {needed}，现有 {found}，差 {needed - found}",
            en=f"{goods} is out of stock: {needed} wanted, {found} there, short by {needed - found}",
        )


class NotAllowedPointsError(CoopError):
    def __init__(self, item: str, allowed: Sequence[int], found: int) -> None:
        choices = ", ".join(map(str, allowed))
        super().__init__(
            zh=f"项目 {item} 的分值应为 {choices}，实为 {found}",
            en=f"item {item}: expected {choices} points, found {found}",
        )


class OwnHouseholdError(CoopError):
    """Nobody judges the own household."""

    def __init__(self, household: str) -> None:
        super().__init__(
            zh=f"应当回避：{household} 是评议人自己的户",
            en=f"recusal: {household} is the reviewer's own household",
        )


class SameHandsError(CoopError):
    def __init__(self, act: str, act_en: str, user_id: int) -> None:
        super().__init__(
            zh=f"{act}须由另一人办理，实为同一人 {user_id}",
            en=f"{act_en} needs another person than user {user_id}",
        )


MOVES = Transitions(
    "积分申报 claim",
    {
        (ClaimState.proposed, ClaimState.checked),
        (ClaimState.checked, ClaimState.scored),
        (ClaimState.scored, ClaimState.published),
        (ClaimState.published, ClaimState.final),
        (ClaimState.final, ClaimState.revoked),
        *((state, ClaimState.rejected) for state in list(ClaimState)[:4]),
    },
)


def find_household(unit: Unit, number: str) -> HouseholdRow:
    """A household of the unit's own village. Raises NotFoundError."""
    row = unit.session.scalars(
        select(HouseholdRow).where(
            HouseholdRow.tenant_id == unit.actor.tenant_id, HouseholdRow.number == number
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError("household", number)
    return row


def lock_account(unit: Unit, household_id: int) -> AccountRow:
    """The household's points, locked until the unit ends; opened at zero the first time."""
    return lock_accounts(unit, [household_id])[household_id]


def lock_accounts(unit: Unit, household_ids: Iterable[int]) -> dict[int, AccountRow]:
    """The points of several households, opened at zero the first time and locked by id."""
    wanted = sorted(set(household_ids))
    tenant = unit.actor.tenant_id
    open_ = unit.session.scalars(
        select(AccountRow.household_id).where(
            AccountRow.tenant_id == tenant, AccountRow.household_id.in_(wanted)
        )
    )
    for household in sorted(set(wanted) - set(open_)):
        fresh = upsert(unit.session, AccountRow).values(tenant_id=tenant, household_id=household, balance=0)
        unit.session.execute(fresh.on_conflict_do_nothing())
    rows = unit.session.scalars(
        select(AccountRow)
        .where(AccountRow.tenant_id == tenant, AccountRow.household_id.in_(wanted))
        .order_by(AccountRow.household_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.household_id: row for row in rows}


def village_book(unit: Unit) -> BookRow:
    """The village's `rceo_2023` book, where points are kept. Raises NotFoundError."""
    row = unit.session.scalars(
        select(BookRow)
        .where(BookRow.tenant_id == unit.actor.tenant_id, BookRow.standard == Standard.rceo_2023.value)
        .order_by(BookRow.id)
    ).first()
    if row is None:
        raise NotFoundError("book", Standard.rceo_2023.value)
    return row


def post(unit: Unit, voucher: Voucher) -> VoucherRow:
    return books.post(unit, village_book(unit).entity_id, voucher)


def post_all(unit: Unit, vouchers: Sequence[Voucher]) -> tuple[VoucherRow, ...]:
    """Several at once, with each lock of the book taken once and in order."""
    return books.post_all(unit, village_book(unit).entity_id, vouchers) if vouchers else ()


def locked_claims(unit: Unit, claim_ids: Collection[int]) -> list[ClaimRow]:
    """The claims, locked by id. Raises NotFoundError for one that is not the unit's village's."""
    rows = unit.session.scalars(
        select(ClaimRow)
        .where(ClaimRow.tenant_id == unit.actor.tenant_id, ClaimRow.id.in_(claim_ids))
        .order_by(ClaimRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    missing = sorted(set(claim_ids) - {row.id for row in rows})
    if missing or not rows:
        raise NotFoundError("points claim", missing[0] if missing else "—")
    return list(rows)


def household_numbers(unit: Unit, rows: Sequence[ClaimRow]) -> dict[int, str]:
    ids = {row.household_id for row in rows}
    return dict(
        unit.session.execute(
            select(HouseholdRow.id, HouseholdRow.number).where(HouseholdRow.id.in_(ids))
        ).all()
    )
