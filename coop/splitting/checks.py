"""What must hold of splits, recomputed from rows over all tenants: O1 (the sum) and O2 (deliveries)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from coop.kernel.registries import invariants
from coop.orders.models import LineRow, PartRow
from coop.orders.rules import PartState, most
from coop.splitting.models import PriorRow, SplitRow, SplitRunRow, SplitState
from coop.splitting.problem import parse
from coop.splitting.rules import RULE, fingerprint, split

UNSPLIT = frozenset({PartState.received.value, PartState.accepted.value, PartState.refused.value})


def check_sums(session: Session) -> list[str]:
    """O1: confirmed shares + shortfall = the order line, for every split part; the fairness ledger agrees."""
    splits = {row.line_id: row for row in _splits(session)}
    lines = session.execute(
        select(LineRow, PartRow).join(PartRow, PartRow.id == LineRow.part_id).order_by(LineRow.id)
    )
    breaches: list[str] = []
    for line, part in lines:
        name = f"tenant {part.seller_id}, order {part.number} line {line.number}"
        row = splits.get(line.id)
        if row is not None and row.state == SplitState.confirmed:
            breaches += _line_breaches(name, line, row)
        elif part.state not in UNSPLIT or line.promised is not None:
            breaches.append(f"{name}: a confirmed split expected, none found")
    return breaches + list(_prior_breaches(session, list(splits.values()))) + _run_breaches(session)


def _run_breaches(session: Session) -> list[str]:
    """Every kept problem, worked out again by the rule of its version, gives the same grams."""
    found = []
    for run in session.scalars(select(SplitRunRow).order_by(SplitRunRow.id)):
        again = split(parse(run.problem))
        if (run.rule, run.fingerprint) != (RULE, fingerprint(again)):
            found.append(
                f"tenant {run.tenant_id}, split {run.split_id} run {run.number}: {run.rule} gave "
                f"{run.fingerprint[:8]}, worked out again it is {fingerprint(again)[:8]}"
            )
    return found


def _line_breaches(name: str, line: LineRow, row: SplitRow) -> Iterator[str]:
    confirmed = sum(share.confirmed_g for share in row.allocations)
    for what, expected, found in (
        ("split quantity", line.quantity, row.quantity_g),
        ("confirmed shares and shortfall", line.quantity, confirmed + row.shortfall_g),
        ("promised", confirmed, line.promised or 0),
    ):
        if expected != found:
            off = f"off by {found - expected}"
            yield f"{name}, split {row.number}: {what} {expected} expected, {found} found, {off}"
    still_open = sum(share.confirmed_g != share.decided_g for share in row.allocations)
    if still_open:
        yield f"{name}, split {row.number}: 0 unanswered shares expected, {still_open} found"


def _prior_breaches(session: Session, splits: list[SplitRow]) -> Iterator[str]:
    expected: dict[tuple[int, int, str, str], int] = defaultdict(int)
    for row in splits:
        if row.state == SplitState.confirmed:
            for share in row.allocations:
                if share.confirmed_g:
                    expected[row.tenant_id, share.household_id, row.product, row.season] += share.confirmed_g
    found = {
        (row.tenant_id, row.household_id, row.product, row.season): row.grams
        for row in session.scalars(select(PriorRow))
    }
    for key in sorted(expected.keys() | found.keys()):
        if expected.get(key, 0) != found.get(key, 0):
            tenant, household, product, season = key
            yield (
                f"tenant {tenant}, fairness ledger of household {household} for {product} {season}: "
                f"{expected.get(key, 0)} expected, {found.get(key, 0)} found"
            )


def check_deliveries(session: Session) -> list[str]:
    """O2: no household delivered above share and tolerance; together they delivered what was collected."""
    breaches = []
    collected = dict(session.execute(select(LineRow.id, LineRow.collected)).all())
    for row in _splits(session):
        name = f"tenant {row.tenant_id}, split {row.number}"
        for share in row.allocations:
            limit = most(share.decided_g, row.tolerance_bp)
            if not 0 <= share.delivered_g <= limit:
                breaches.append(
                    f"{name}, household {share.household_id}: at most {limit} may be delivered, "
                    f"{share.delivered_g} found, {share.delivered_g - limit} too much"
                )
        delivered, expected = sum(share.delivered_g for share in row.allocations), collected[row.line_id]
        if delivered != expected:
            breaches.append(f"{name}: {expected} expected as delivered (order line), {delivered} found")
    return breaches


def _splits(session: Session) -> list[SplitRow]:
    return list(
        session.scalars(select(SplitRow).order_by(SplitRow.id).options(selectinload(SplitRow.allocations)))
    )


invariants.register("O1", check_sums)
invariants.register("O2", check_deliveries)
