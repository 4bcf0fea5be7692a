"""The committee's part: score, put on the notice board, make final, take back; each grant cites its review
(P2).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from coop.books import service as books
from coop.governance import service as governance
from coop.governance.models import NoticeRow
from coop.kernel.actor import Role
from coop.kernel.numbering import document_number
from coop.kernel.unit import Unit
from coop.points import postings, rules
from coop.points.models import ClaimRow, ClaimState, ItemRow
from coop.points.service.shared import (
    MOVES,
    NotEnoughPointsError,
    OwnHouseholdError,
    SameHandsError,
    household_numbers,
    lock_account,
    lock_accounts,
    locked_claims,
    post_all,
)
from ledger.voucher import Voucher

_Cap = tuple[int, int, str]  # household, item, year or season
COUNTING = (ClaimState.scored.value, ClaimState.published.value, ClaimState.final.value)


def score(unit: Unit, claim_ids: Collection[int], *, lawful_penalty: Collection[int] = ()) -> list[ClaimRow]:
    """The committee's session: what counts of each claim, up to the item's cap of the year (or season).

    Nobody scores the own household, nor what they proposed. `lawful_penalty` names claims behind which a
    lawful penalty of the authorities stands: their item's veto holds. A claim whose cap is used up is
    rejected.
    """
    unit.actor.require("评议积分", Role.supervisor, Role.manager)
    rows = locked_claims(unit, claim_ids)
    numbers = household_numbers(unit, rows)
    items = {
        row.id: row
        for row in unit.session.scalars(select(ItemRow).where(ItemRow.id.in_({r.item_id for r in rows})))
    }
    lock_accounts(
        unit, {row.household_id for row in rows}
    )  # two sessions must not use the last points of one cap
    had = _had(unit, rows, items)
    for row in rows:
        if unit.actor.household and numbers[row.household_id] == unit.actor.household:
            raise OwnHouseholdError(unit.actor.household)
        if row.proposer_id == unit.actor.user_id:
            raise SameHandsError("评议", "scoring", unit.actor.user_id)
        item = items[row.item_id]
        row.scorer_id = unit.actor.user_id
        row.state = MOVES.move(ClaimState(row.state), ClaimState.scored)
        cap = _cap(row, item)
        row.awarded = rules.awarded(row.points, item.cap_year, had[cap])
        had[cap] += max(0, row.awarded)
        if item.veto == rules.Veto.on_penalty and row.id in lawful_penalty:
            row.veto = True
        if row.awarded == 0:
            row.state = MOVES.move(ClaimState.scored, ClaimState.rejected)
            row.reason = "已达上限 / the cap is reached"
        unit.audit("claim.score", f"claim:{row.id}", awarded=row.awarded)
    unit.session.flush()
    return rows


def _had(unit: Unit, rows: Sequence[ClaimRow], items: Mapping[int, ItemRow]) -> Counter[_Cap]:
    """Points the households have under each cap already, final or on their way, without these claims."""
    counted: Counter[_Cap] = Counter()
    others = unit.session.scalars(
        select(ClaimRow).where(
            ClaimRow.tenant_id == unit.actor.tenant_id,
            ClaimRow.household_id.in_({row.household_id for row in rows}),
            ClaimRow.item_id.in_(set(items)),
            ClaimRow.id.not_in([row.id for row in rows]),
            ClaimRow.awarded > 0,
            ClaimRow.state.in_(COUNTING),
        )
    )
    for other in others:
        counted[_cap(other, items[other.item_id])] += other.awarded
    return counted


def _cap(row: ClaimRow, item: ItemRow) -> _Cap:
    """Whose cap of which item in which year (or season) a claim counts under."""
    window = row.season if item.per == rules.Span.season else f"{row.day.year}"
    return row.household_id, row.item_id, window


def publish(unit: Unit, claim_ids: Collection[int]) -> NoticeRow:
    """Put scored claims on the notice board for seven days: household, virtue and points, nothing else
    (PIPL).
    """
    unit.actor.require("公示积分", Role.supervisor, Role.manager)
    rows = locked_claims(unit, claim_ids)
    number = document_number(unit.session, unit.actor.tenant_id, "JF", unit.today.year)
    notice = governance.publish(
        unit,
        kind="points",
        ref=f"points-list:{number}",
        digest=governance.digest_of(_content(unit, rows)),
        title=f"积分公示 {number}",
        title_en=f"Points list {number}",
        body={"lines": _public_lines(unit, rows)},
        days=rules.NOTICE_DAYS,
    )
    for row in rows:
        row.state = MOVES.move(ClaimState(row.state), ClaimState.published)
        row.notice_id = notice.id
    unit.audit("claim.publish", f"notice:{notice.id}", claims=len(rows))
    return notice


def _public_lines(unit: Unit, rows: Sequence[ClaimRow]) -> list[dict[str, Any]]:
    numbers = household_numbers(unit, rows)
    virtues = {
        row.id: rules.Virtue(row.virtue)
        for row in unit.session.scalars(select(ItemRow).where(ItemRow.id.in_({row.item_id for row in rows})))
    }
    sums: dict[tuple[str, rules.Virtue], int] = {}
    for row in rows:
        key = (numbers[row.household_id], virtues[row.item_id])
        sums[key] = sums.get(key, 0) + row.awarded
    return [
        {
            "household": number,
            "heading": rules.VIRTUE_TEXT[virtue],
            "heading_en": virtue.value,
            "points": points,
        }
        for (number, virtue), points in sorted(sums.items())
    ]


def finalise(unit: Unit, claim_ids: Collection[int]) -> list[ClaimRow]:
    """After the notice: the points count, and move in the books by one voucher a claim.

    Raises governance's GateClosedError while the notice runs or where the list is no longer what was
    published.
    """
    unit.actor.require("积分入账", Role.supervisor, Role.manager, Role.accountant)
    rows = locked_claims(unit, claim_ids)
    _require_notices(unit, rows)
    numbers = household_numbers(unit, rows)
    codes = dict(
        unit.session.execute(
            select(ItemRow.id, ItemRow.code).where(ItemRow.id.in_({row.item_id for row in rows}))
        ).all()
    )
    # All accounts first and all vouchers at once: who spends meanwhile waits for an account, and for no book.
    accounts = lock_accounts(unit, {row.household_id for row in rows})
    balances = {key: account.balance for key, account in accounts.items()}
    in_order = sorted(rows, key=lambda row: (row.household_id, row.id))
    moved: dict[int, tuple[int, Voucher]] = {}
    for row in in_order:
        MOVES.move(ClaimState(row.state), ClaimState.final)
        found = _moved(unit, row, numbers[row.household_id], codes[row.item_id], balances[row.household_id])
        if found is not None:
            moved[row.id] = found
            balances[row.household_id] += found[0]
    posted = iter(post_all(unit, [voucher for _, voucher in moved.values()]))
    with unit.session.no_autoflush:  # what moved and its voucher are one change (named check)
        for row in in_order:
            row.state = ClaimState.final
            if row.id in moved:
                row.voucher_id, row.posted = next(posted).id, moved[row.id][0]
            unit.audit("claim.final", f"claim:{row.id}", awarded=row.awarded, posted=row.posted)
        for key, account in accounts.items():
            account.balance = balances[key]
    unit.session.flush()
    return rows


def _moved(unit: Unit, row: ClaimRow, number: str, code: str, balance: int) -> tuple[int, Voucher] | None:
    """The points a claim moves on a household's balance, and their voucher; None where nothing moves."""
    if row.awarded > 0:
        return row.awarded, postings.award(row.id, number, code, row.awarded, unit.today)
    taken = rules.deductible(row.awarded, balance)
    if taken == 0:  # nothing left to take: the honour score alone falls
        return None
    return -taken, postings.penalty(row.id, number, code, taken, unit.today)


def _require_notices(unit: Unit, rows: Sequence[ClaimRow]) -> None:
    for notice_id in sorted({row.notice_id for row in rows if row.notice_id is not None}):
        notice = unit.session.get_one(NoticeRow, notice_id)
        listed = unit.session.scalars(
            select(ClaimRow).where(ClaimRow.notice_id == notice_id).order_by(ClaimRow.id)
        ).all()
        found = governance.digest_of(_content(unit, listed))
        governance.require(unit.session, governance.Gate.notice, notice.ref, found, today=unit.today)


def _content(unit: Unit, rows: Sequence[ClaimRow]) -> list[list[int | str | bool]]:
    """What a published list says: a claim taken off it after an objection stays in its content."""
    numbers = household_numbers(unit, rows)
    return [[row.id, numbers[row.household_id], row.item_id, row.awarded, row.veto] for row in rows]


def revoke(unit: Unit, claim_id: int, reason: str, *, asked_by: int) -> ClaimRow:
    """Take a final claim back by a red-letter voucher: `asked_by` asks, the actor checks (two persons).

    An award that is spent already cannot be taken back: raises NotEnoughPointsError.
    """
    unit.actor.require("撤销积分", Role.checker, Role.manager)
    row = locked_claims(unit, [claim_id])[0]
    if asked_by == unit.actor.user_id:
        raise SameHandsError("撤销", "the revocation", asked_by)
    row.state = MOVES.move(ClaimState(row.state), ClaimState.revoked)
    row.reason = reason
    if row.voucher_id is not None:
        number = household_numbers(unit, [row])[row.household_id]
        account = lock_account(unit, row.household_id)
        if account.balance < row.posted:
            raise NotEnoughPointsError(number, row.posted, account.balance)
        reversal = books.reverse(unit, row.voucher_id, day=unit.today, reason=reason, maker_id=asked_by)
        row.revoked_by_id = reversal.id
        account.balance -= row.posted
    unit.audit("claim.revoke", f"claim:{row.id}", points=row.posted)
    return row
