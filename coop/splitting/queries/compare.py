"""The same order line by several policies side by side, before one is chosen. Reads only; nothing is promised by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.kernel.errors import CoopError, NotFoundError
from coop.kernel.units import Unit
from coop.orders.models import PartRow
from coop.orders.queries import OrderLine, order_line
from coop.splitting.models import AllocationRow, SplitRow
from coop.splitting.queries.grounds import Grounds
from coop.splitting.rules import Advice, Candidate, Fairness, Policy, Problem, Reason, advise, fairness, split
from coop.standards.rules import line_amount


@dataclass(frozen=True, slots=True)
class Cell:
    """What a household would get by one policy: base units, and fen at the least the order pays for a grade."""

    quantity: int
    least_fen: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Column:
    """One policy's outcome. `refused` says why the policy cannot be used here (zh, en); its cells are then empty.

    `fairness` is over all who have room, by what they would get, as on the split's own page.
    """

    policy: Policy
    cells: tuple[Cell, ...]
    allocated: int
    shortfall: int
    fairness: Fairness | None
    refused: tuple[str, str] = ("", "")

    @property
    def without(self) -> int:
        """How many households would get nothing."""
        return sum(not cell.quantity for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Home:
    household_id: int
    number: str
    head: str
    grid: str
    capacity: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Policies over one line; `homes` and each column's cells are in the same order, by household number."""

    line: OrderLine
    lot: int
    minimum: int
    groups: tuple[str, ...]
    all_groups: tuple[str, ...]
    homes: tuple[Home, ...]
    columns: tuple[Column, ...]
    advice: Advice | None

    def rows(self) -> list[tuple[Home, tuple[Cell | None, ...]]]:
        """Home by home: its cell of each column, none where the column was refused."""
        return [
            (home, tuple(column.cells[place] if column.cells else None for column in self.columns))
            for place, home in enumerate(self.homes)
        ]


def season_of_part(session: Session, part_id: int) -> tuple[int, str]:
    """Whose part it is, and its season: the year its window begins in. Raises NotFoundError."""
    row = session.execute(
        select(PartRow.seller_id, PartRow.window_from).where(PartRow.id == part_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError("order", part_id)
    return row.seller_id, f"{row.window_from:%Y}"


def compare(
    session: Session,
    line_id: int,
    tenant_id: int,
    today: date,
    *,
    policies: Sequence[Policy],
    lot: int,
    minimum: int = 0,
    groups: Sequence[str] = (),
) -> Comparison:
    """What each policy would give, with the shares fixed by hand so far. Raises NotFoundError, ProblemError.

    The same candidates as `propose_split`, by the same rule: proposing right after gives these grams.
    """
    line = order_line(session, line_id)
    seller, season = season_of_part(session, line.part_id)
    if seller != tenant_id:
        raise NotFoundError("order line", line_id)
    grounds = Grounds(session, tenant_id, line.product, season, today)
    row = session.scalars(select(SplitRow).where(SplitRow.line_id == line_id)).one_or_none()
    but = None if row is None else row.id
    locks = _locks(session, but)
    homes = grounds.homes()
    groups = tuple(sorted(set(groups)))
    columns: list[Column] = []
    everyone: tuple[Candidate, ...] = ()
    numbers = {home.number: home for home in homes.values()}
    price = min(grade.paid for grade in line.grades)
    for policy in policies:
        try:
            found = grounds.candidates(policy, minimum=minimum, locks=locks, groups=groups, but=but)
        except CoopError as error:
            columns.append(Column(policy, (), 0, line.quantity, None, (error.zh, error.en)))
            continue
        everyone = tuple(sorted(found, key=lambda c: c.id))
        columns.append(_column(policy, Problem(line.quantity, lot, everyone), price, line.unit))
    season_before = grounds.season_before()
    plain = Problem(line.quantity, lot, tuple(_with_prior(each, season_before) for each in everyone))
    return Comparison(
        line=line,
        lot=lot,
        minimum=minimum,
        groups=groups,
        all_groups=tuple(sorted({home.grid for home in homes.values() if home.grid})),
        homes=tuple(
            Home(numbers[c.id].id, c.id, numbers[c.id].head, numbers[c.id].grid, c.capacity) for c in everyone
        ),
        columns=tuple(columns),
        advice=advise(plain, {number: home.grid for number, home in numbers.items()}, line.unit),
    )


def _locks(session: Session, split_id: int | None) -> dict[int, int]:
    rows = session.execute(
        select(AllocationRow.household_id, AllocationRow.decided_g).where(
            AllocationRow.split_id == split_id, AllocationRow.locked
        )
    )
    return dict(rows.all())


def _with_prior(candidate: Candidate, before: dict[str, int]) -> Candidate:
    """For the advice: whose turn it is goes by the season's ledger, whatever the policy weighs by."""
    return Candidate(
        candidate.id,
        candidate.capacity,
        prior=before.get(candidate.id, 0),
        locked=candidate.locked,
        eligible=candidate.eligible,
    )


def _column(policy: Policy, problem: Problem, price: int, unit: Unit) -> Column:
    found = split(problem)
    cells = tuple(
        Cell(share.quantity, line_amount(share.quantity, price, unit), share.reason) for share in found.shares
    )
    got = [cell.quantity for cell in cells]
    return Column(policy, cells, found.allocated, found.shortfall, fairness(got, [1 for _ in got]))
