"""P1 and P2: balances are what the books say, every grant has its review, the shop's stock is worth what
inventory says.
"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.kernel.registries import invariants
from coop.parties.models import HouseholdRow
from coop.points import postings
from coop.points.models import AccountRow, ClaimRow, ClaimState, GoodsRow, RedemptionRow
from coop.points.postings import POINT
from coop.points.rules import deductible
from ledger.chart import Standard
from ledger.tables import BookRow, PostingRow, VoucherRow


def check_balances(session: Session) -> list[str]:
    """P1: per household, the books' balance = the locked row = grants - redemptions - expiries -
    deductions, never below 0.
    """
    booked = _booked(session)
    kept: dict[tuple[int, str], int] = {}
    for tenant, number, balance in session.execute(
        select(AccountRow.tenant_id, HouseholdRow.number, AccountRow.balance).join(
            HouseholdRow,
            (HouseholdRow.id == AccountRow.household_id) & (HouseholdRow.tenant_id == AccountRow.tenant_id),
        )
    ):
        kept[tenant, number] = balance
    breaches = []
    for tenant, number in sorted(booked.keys() | kept.keys()):
        found, expected = kept.get((tenant, number), 0), booked.get((tenant, number), 0)
        if expected < 0:
            breaches.append(
                f"tenant {tenant}: {number} has {expected} points in the books, expected 0 or more"
            )
        if found != expected:
            breaches.append(
                f"tenant {tenant}: {number} has {found} points, the books say {expected}, "
                f"difference {found - expected}"
            )
    return breaches + _conserved(session)


def _booked(session: Session) -> dict[tuple[int, str], int]:
    prefix = postings.household_account("")
    sums: defaultdict[tuple[int, str], int] = defaultdict(int)
    for tenant, account, amount in session.execute(
        select(PostingRow.tenant_id, PostingRow.account, func.sum(PostingRow.amount))
        .where(PostingRow.commodity == POINT, PostingRow.account.startswith(prefix))
        .group_by(PostingRow.tenant_id, PostingRow.account)
    ):
        sums[tenant, account.removeprefix(prefix)] -= int(amount)
    return dict(sums)


def _conserved(session: Session) -> list[str]:
    """Every point is issued once: all POINT postings of a book sum to zero."""
    rows = session.execute(
        select(PostingRow.tenant_id, PostingRow.book_id, func.sum(PostingRow.amount))
        .where(PostingRow.commodity == POINT)
        .group_by(PostingRow.tenant_id, PostingRow.book_id)
    )
    return [
        f"tenant {tenant}: points of book {book} are out by {total}" for tenant, book, total in rows if total
    ]


def check_grants_and_shop(session: Session) -> list[str]:
    """P2: claims = vouchers with a review and a notice; hand-outs = vouchers; stock value = inventory of
    the shop.
    """
    return [*_claims(session), *_redemptions(session), *_stock(session)]


def _moves(session: Session, kind: str) -> dict[tuple[int, int], tuple[int, int]]:
    """(tenant, document) -> (points the household gained, voucher id) of vouchers with a source of this
    kind.
    """
    rows = session.execute(
        select(VoucherRow.tenant_id, VoucherRow.source, VoucherRow.id, func.sum(-PostingRow.amount))
        .join(
            PostingRow,
            (PostingRow.tenant_id == VoucherRow.tenant_id) & (PostingRow.voucher_id == VoucherRow.id),
        )
        .where(
            VoucherRow.source.startswith(f"{kind}:"),
            PostingRow.commodity == POINT,
            PostingRow.account.startswith(postings.household_account("")),
        )
        .group_by(VoucherRow.tenant_id, VoucherRow.source, VoucherRow.id)
    )
    return {
        (tenant, int(source.partition(":")[2])): (int(points), key) for tenant, source, key, points in rows
    }


def _claims(session: Session) -> list[str]:
    booked, breaches = _moves(session, "claim"), []
    for row in session.scalars(select(ClaimRow).order_by(ClaimRow.id)):
        name = f"tenant {row.tenant_id}: claim {row.id}"
        points, voucher_id = booked.pop((row.tenant_id, row.id), (0, None))
        if (row.posted, row.voucher_id) != (points, voucher_id):
            breaches.append(
                f"{name} says {row.posted} points, its voucher {points}, difference {row.posted - points}"
            )
        if row.posted and row.state not in (ClaimState.final, ClaimState.revoked):
            breaches.append(f"{name} moved {row.posted} points in state {row.state}, expected final")
        if row.awarded > 0 and row.state == ClaimState.final and row.posted != row.awarded:
            breaches.append(f"{name} was awarded {row.awarded} points and got {row.posted}")
        if row.posted < 0 and -row.posted > deductible(row.awarded, -row.posted):
            breaches.append(f"{name} took {-row.posted} points for a penalty of {-row.awarded}")
        if row.state == ClaimState.revoked and row.posted and row.revoked_by_id is None:
            breaches.append(f"{name} was revoked without a reversal")
    return breaches + [
        f"tenant {t}: points of claim {c} have no claim behind them" for t, c in sorted(booked)
    ]


def _redemptions(session: Session) -> list[str]:
    booked, breaches = _moves(session, "redemption"), []
    for row in session.scalars(select(RedemptionRow).order_by(RedemptionRow.id)):
        points, voucher_id = booked.pop((row.tenant_id, row.id), (0, None))
        if (-row.points, row.voucher_id) != (points, voucher_id):
            breaches.append(
                f"tenant {row.tenant_id}: redemption {row.number} says {row.points} points, "
                f"its voucher {-points}"
            )
    return breaches + [
        f"tenant {t}: points of redemption {r} have no hand-out behind them" for t, r in sorted(booked)
    ]


def _stock(session: Session) -> list[str]:
    values = dict(
        session.execute(
            select(GoodsRow.tenant_id, func.sum(GoodsRow.value_fen)).group_by(GoodsRow.tenant_id)
        ).all()
    )
    booked = dict(
        session.execute(
            select(PostingRow.tenant_id, func.sum(PostingRow.amount))
            .join(BookRow, (BookRow.tenant_id == PostingRow.tenant_id) & (BookRow.id == PostingRow.book_id))
            .where(
                PostingRow.account == postings.shop_account(), BookRow.standard == Standard.rceo_2023.value
            )
            .group_by(PostingRow.tenant_id)
        ).all()
    )
    breaches = []
    for tenant in sorted(values.keys() | booked.keys()):
        found, expected = int(values.get(tenant, 0)), int(booked.get(tenant, 0))
        if found != expected:
            breaches.append(
                f"tenant {tenant}: the shop's stock is worth {found} fen, "
                f"{postings.shop_account()} says {expected}, difference {found - expected}"
            )
    return breaches


invariants.register("P1", check_balances)
invariants.register("P2", check_grants_and_shop)
