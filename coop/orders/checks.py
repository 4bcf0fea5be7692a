"""What must hold of orders, recomputed from rows over all tenants: O4 (states) and O5 (frozen terms)."""

from __future__ import annotations

from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.kernel.registries import invariants
from coop.orders.models import EventRow, LineRow, PartRow
from coop.orders.queries import terms_of
from coop.orders.rules import MOVES, PartState, most, terms_digest


def check_states(session: Session) -> list[str]:
    """O4: every part's trail begins with received, has only allowed moves and ends at the part's state."""
    breaches = []
    events = session.scalars(select(EventRow).order_by(EventRow.part_id, EventRow.number))
    trails = {part_id: list(trail) for part_id, trail in groupby(events, lambda event: event.part_id)}
    for part in session.scalars(select(PartRow).order_by(PartRow.id)):
        name = f"tenant {part.seller_id}, order {part.number} of buyer {part.buyer_id}"
        found = ""
        for expected, event in enumerate(trails.get(part.id, []), start=1):
            if event.number != expected:
                breaches.append(f"{name}: event {expected} expected, {event.number} found")
            if event.found != found:
                breaches.append(f"{name}: event {event.number} leaves {event.found!r}, expected {found!r}")
            first = found == "" and event.state == PartState.received
            if not first and (found, event.state) not in MOVES.pairs:
                breaches.append(f"{name}: forbidden move {found!r} to {event.state!r}")
            found = event.state
        if part.state != found:
            breaches.append(f"{name}: the trail ends at {found!r}, the part says {part.state!r}")
    return breaches + _check_progress(session)


def _check_progress(session: Session) -> list[str]:
    breaches = []
    rows = session.execute(
        select(PartRow, LineRow).join(LineRow, LineRow.part_id == PartRow.id).order_by(LineRow.id)
    ).all()
    for part, line in rows:
        name = f"tenant {part.seller_id}, order {part.number} line {line.number}"
        limit = most(line.quantity, part.tolerance_bp)
        if line.collected > limit:
            over = line.collected - limit
            breaches.append(
                f"{name}: at most {limit} may be collected, found {line.collected}, {over} too much"
            )
        before = part.state in (PartState.received, PartState.accepted, PartState.refused)
        if before and line.collected:
            breaches.append(f"{name}: {part.state}, so 0 expected as collected, found {line.collected}")
        if not before and line.promised is None:
            breaches.append(f"{name}: {part.state}, yet the line is not split")
    return breaches


def check_terms(session: Session) -> list[str]:
    """O5: the terms of an accepted part still hash to what was accepted."""
    breaches = []
    unfrozen = (PartState.received.value, PartState.refused.value)
    for part in session.scalars(select(PartRow).where(PartRow.state.not_in(unfrozen)).order_by(PartRow.id)):
        found = terms_digest(terms_of(session, part))
        if found != part.terms_digest:
            breaches.append(
                f"tenant {part.seller_id}, order {part.number}: terms changed after acceptance, "
                f"digest {part.terms_digest[:12]} expected, {found[:12]} found"
            )
    return breaches


invariants.register("O4", check_states)
invariants.register("O5", check_terms)
