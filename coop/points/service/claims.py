"""A claim's way to the committee: the adopted charter, a proposal, the first check, a refusal; deliveries
propose C01.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import select

from coop.kernel.actor import SYSTEM_USER, Role
from coop.kernel.errors import Fault, InputError, NotFoundError
from coop.kernel.outbox import handlers
from coop.kernel.unit import Unit
from coop.points import rules
from coop.points.models import ClaimRow, ClaimState, GoodsRow, ItemRow
from coop.points.service.shared import (
    MOVES,
    NotAllowedPointsError,
    SameHandsError,
    find_household,
    lock_account,
    locked_claims,
)

DELIVERED_ITEM = "C01"  # delivered in full over the season


def adopt_items(unit: Unit) -> tuple[int, int]:
    """Adopt the model charter and the shop's list for the village; returns (new items, new goods). Again:
    nothing.

    What the village has already stays as it adopted it.
    """
    unit.actor.require("采用积分细则", Role.manager, Role.supervisor)
    items, goods = rules.charter()
    tenant = unit.actor.tenant_id
    known_items = set(unit.session.scalars(select(ItemRow.code).where(ItemRow.tenant_id == tenant)))
    known_goods = set(unit.session.scalars(select(GoodsRow.code).where(GoodsRow.tenant_id == tenant)))
    new_items = [
        ItemRow(
            tenant_id=tenant,
            code=item.code,
            virtue=item.virtue.value,
            text=item.text,
            text_en=item.text_en,
            points=list(item.points),
            cap_year=item.cap,
            per=item.per.value,
            veto=item.veto.value,
        )
        for item in items
        if item.code not in known_items
    ]
    new_goods = [
        GoodsRow(
            tenant_id=tenant, code=entry.code, name=entry.name, name_en=entry.name_en, points=entry.points
        )
        for entry in goods
        if entry.code not in known_goods
    ]
    unit.session.add_all([*new_items, *new_goods])
    unit.session.flush()
    if new_items or new_goods:
        unit.audit("points.adopt", f"tenant:{tenant}", items=len(new_items), goods=len(new_goods))
    return len(new_items), len(new_goods)


def propose(
    unit: Unit,
    *,
    household: str,
    item: str,
    day: date,
    evidence: str,
    points: int | None = None,
    season: str = "",
) -> ClaimRow:
    """Put a deed before the committee: by the household itself, a neighbour, the clerk or the committee.

    `points` is one of the item's choices, the usual one by default. An item that may be claimed once in a
    span (month, quarter, season, year) is refused a second time. Raises NotFoundError,
    NotAllowedPointsError, InputError.
    """
    unit.actor.require("申报积分", Role.household, Role.clerk, Role.manager, Role.supervisor)
    return _propose(
        unit, household, item, day, evidence, points=points, season=season, proposer_id=unit.actor.user_id
    )


def _propose(
    unit: Unit,
    number: str,
    code: str,
    day: date,
    evidence: str,
    *,
    points: int | None,
    season: str,
    proposer_id: int,
) -> ClaimRow:
    _require_words(unit, day, evidence)
    home, item = find_household(unit, number), _item(unit, code)
    chosen = item.points[0] if points is None else points
    if chosen not in item.points:
        raise NotAllowedPointsError(code, item.points, chosen)
    season = season or f"{day.year}"
    lock_account(unit, home.id)  # two claims of one span meet here, before the index refuses the second
    span = rules.span_key(rules.Span(item.per), day, season)
    if span and _open_in_span(unit, home.id, item.id, span) is not None:
        raise InputError(
            [
                Fault(
                    "item",
                    f"{number} 在 {span} 已申报过 {code}",
                    f"{number} has a claim of {code} in {span} already",
                )
            ]
        )
    row = ClaimRow(
        tenant_id=unit.actor.tenant_id,
        household_id=home.id,
        item_id=item.id,
        day=day,
        season=season,
        span=span,
        points=chosen,
        veto=item.veto == rules.Veto.always,
        evidence=evidence,
        proposer_id=proposer_id,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("claim.propose", f"claim:{row.id}", household=number, item=code, points=chosen)
    return row


def _require_words(unit: Unit, day: date, evidence: str) -> None:
    faults = []
    if day > unit.today:
        faults.append(Fault("day", f"{day} 还没有到", f"{day} is in the future"))
    if not evidence.strip():
        faults.append(Fault("evidence", "应写明事实依据", "say what the deed was and who saw it"))
    if faults:
        raise InputError(faults)


def _item(unit: Unit, code: str) -> ItemRow:
    row = unit.session.scalars(
        select(ItemRow).where(ItemRow.tenant_id == unit.actor.tenant_id, ItemRow.code == code)
    ).one_or_none()
    if row is None:
        raise NotFoundError("points item", code)
    return row


def _open_in_span(unit: Unit, household_id: int, item_id: int, span: str) -> ClaimRow | None:
    return unit.session.scalars(
        select(ClaimRow).where(
            ClaimRow.household_id == household_id,
            ClaimRow.item_id == item_id,
            ClaimRow.span == span,
            ClaimRow.state.not_in([ClaimState.rejected.value, ClaimState.revoked.value]),
        )
    ).one_or_none()


def check(unit: Unit, claim_id: int) -> ClaimRow:
    """The group leader's or clerk's first look at the facts, by another person than who proposed."""
    return check_all(unit, [claim_id])[0]


def check_all(unit: Unit, claim_ids: Collection[int]) -> list[ClaimRow]:
    """A list of claims looked at together, all or none."""
    unit.actor.require("初核积分申报", Role.clerk, Role.manager, Role.supervisor)
    rows = locked_claims(unit, claim_ids)
    for row in rows:
        if row.proposer_id == unit.actor.user_id:
            raise SameHandsError("初核", "the first check", unit.actor.user_id)
        row.state = MOVES.move(ClaimState(row.state), ClaimState.checked)
        row.checker_id = unit.actor.user_id
        unit.audit("claim.check", f"claim:{row.id}")
    return rows


def reject(unit: Unit, claim_id: int, reason: str) -> ClaimRow:
    """Refuse a claim before it is final, also after an objection to the public list; with a written
    reason.
    """
    unit.actor.require("驳回积分申报", Role.supervisor, Role.manager)
    row = locked_claims(unit, [claim_id])[0]
    if not reason.strip():
        raise InputError([Fault("reason", "应写明理由", "a reason is needed")])
    row.state = MOVES.move(ClaimState(row.state), ClaimState.rejected)
    row.reason = reason
    unit.audit("claim.reject", f"claim:{row.id}")
    return row


def propose_delivered(unit: Unit, payload: dict[str, Any]) -> None:
    """Outbox: a household delivered its whole season as agreed, so item C01 is proposed for it; once a
    season.
    """
    home = find_household(unit, str(payload["household"]))
    season = str(payload["season"])
    item = unit.session.scalars(
        select(ItemRow).where(ItemRow.tenant_id == unit.actor.tenant_id, ItemRow.code == DELIVERED_ITEM)
    ).one_or_none()
    if item is None:  # a village without the charter gives no points
        return
    if (
        _open_in_span(unit, home.id, item.id, rules.span_key(rules.Span(item.per), unit.today, season))
        is None
    ):
        _propose(
            unit,
            home.number,
            DELIVERED_ITEM,
            unit.today,
            f"订单交售记录 {season} / delivery record of {season}",
            points=None,
            season=season,
            proposer_id=SYSTEM_USER,
        )


handlers.register("orders.household_delivered", propose_delivered)
