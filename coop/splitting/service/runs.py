"""Keep what a split was worked out from: the problem, the rule's version, the hash of the answer. Never changed."""

from __future__ import annotations

from sqlalchemy import func, select

from coop.kernel.unit import Unit
from coop.splitting.models import SplitRow, SplitRunRow
from coop.splitting.rules import RULE, Problem, Split, document, fingerprint


def note_run(unit: Unit, row: SplitRow, problem: Problem, found: Split) -> SplitRunRow:
    """Write down a run of the rule for a split that is locked."""
    last = unit.session.scalar(select(func.max(SplitRunRow.number)).where(SplitRunRow.split_id == row.id))
    run = SplitRunRow(
        tenant_id=row.tenant_id,
        split_id=row.id,
        number=(last or 0) + 1,
        round=row.round,
        policy=row.policy,
        rule=RULE,
        problem=document(problem),
        allocated_g=found.allocated,
        shortfall_g=found.shortfall,
        fingerprint=fingerprint(found),
        made_by=unit.actor.user_id,
        made_at=unit.now,
    )
    unit.session.add(run)
    unit.session.flush()
    return run
