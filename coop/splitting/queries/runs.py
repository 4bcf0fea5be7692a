"""How a split was worked out, run by run; the kept problem is what `coop split` reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.kernel.errors import NotFoundError
from coop.kernel.units import Unit
from coop.splitting.models import SplitRow, SplitRunRow
from coop.splitting.problem import parse
from coop.splitting.queries.reads import split_table
from coop.splitting.rules import RULE, Policy, fingerprint, split


@dataclass(frozen=True, slots=True)
class Run:
    """One run; `again` tells whether the problem, worked out now, gives the same grams."""

    run_id: int
    number: int
    round: int
    policy_text: str
    policy_text_en: str
    rule: str
    candidates: int
    allocated: int
    shortfall: int
    fingerprint: str
    again: bool
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Runs:
    split_id: int
    number: str
    unit: Unit
    runs: tuple[Run, ...]


def runs_of(session: Session, split_id: int) -> Runs:
    """All runs of a split, newest first, each worked out again. Raises NotFoundError."""
    table = split_table(session, split_id)
    rows = session.scalars(
        select(SplitRunRow).where(SplitRunRow.split_id == split_id).order_by(SplitRunRow.number.desc())
    )
    return Runs(split_id, table.number, table.unit, tuple(_run(row) for row in rows))


def _run(row: SplitRunRow) -> Run:
    problem, policy = parse(row.problem), Policy(row.policy)
    again = row.rule == RULE and fingerprint(split(problem)) == row.fingerprint
    return Run(
        run_id=row.id,
        number=row.number,
        round=row.round,
        policy_text=policy.zh,
        policy_text_en=policy.en,
        rule=row.rule,
        candidates=len(problem.candidates),
        allocated=row.allocated_g,
        shortfall=row.shortfall_g,
        fingerprint=row.fingerprint,
        again=again,
        made_at=row.made_at,
    )


def problem_of(session: Session, run_id: int) -> tuple[str, str]:
    """(file name, problem) of a run, household numbers only. Raises NotFoundError."""
    found = session.execute(
        select(SplitRunRow.problem, SplitRunRow.number, SplitRow.number.label("split"))
        .join(SplitRow, (SplitRow.tenant_id == SplitRunRow.tenant_id) & (SplitRow.id == SplitRunRow.split_id))
        .where(SplitRunRow.id == run_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError("split run", run_id)
    return f"{found.split}-{found.number}.json", found.problem
