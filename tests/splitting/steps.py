"""The steps of a split as tests walk them: propose, publish, answer, settle, deliver."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from coop.kernel.actor import Actor, Role
from coop.kernel.registries import invariants
from coop.kernel.unit import look, owner_session, unit
from coop.orders import service as ordering
from coop.splitting import queries, service
from coop.splitting.models import AnsweredVia
from coop.splitting.rules import Policy
from tests.orders.trade import accepted, file_capacities

if TYPE_CHECKING:
    from tests.conftest import Village


LOT = 10_000
THREE = {"H0001": 8_000, "H0002": 4_000, "H0003": 2_000}  # bags of 105 g: 840, 420, 210 kg


def breaches() -> list[str]:
    found: list[str] = []
    with owner_session() as session:
        for key, check in invariants.items():
            if key in {"O1", "O2", "O4", "O5"}:
                found += check(session)
    return found


def propose(
    village: Village, line: int, policy: Policy = Policy.equal, lot: int = LOT, minimum: int = 0
) -> int:
    with unit(village.actor(Role.manager)) as work:
        return service.propose_split(work, line, policy=policy, lot_g=lot, minimum_g=minimum).id


def publish(village: Village, split: int, answer_by: date | None = None) -> None:
    with unit(village.actor(Role.manager)) as work:
        service.publish_split(work, split, answer_by=answer_by)


def table_of(village: Village, split: int) -> queries.SplitTable:
    with look(village.actor()) as view:
        return queries.split_table(view.session, split)


def share_of(village: Village, split: int, household: str) -> queries.ShareLine:
    return next(line for line in table_of(village, split).lines if line.household == household)


def answer(village: Village, split: int, household: str, *, yes: bool) -> None:
    allocation = share_of(village, split, household).allocation_id
    with unit(village.actor(Role.clerk)) as work:
        service.answer(work, allocation, yes=yes, via=AnsweredVia.clerk)


def decided(village: Village, split: int) -> dict[str, int]:
    return {line.household: line.decided for line in table_of(village, split).lines}


def ready(village: Village, buyer: Actor, bags: dict[str, int] | None = None) -> tuple[int, int, int]:
    """An accepted order of 1,200 kg, three households, a proposed equal split: (part, line, split)."""
    file_capacities(village, THREE if bags is None else bags)
    part, line = accepted(village, buyer)
    return part, line, propose(village, line)


def settled(village: Village, buyer: Actor) -> int:
    _, _, split = ready(village, buyer)
    publish(village, split)
    for household in THREE:
        answer(village, split, household, yes=True)
    with unit(village.actor(Role.manager)) as work:
        service.confirm_split(work, split)
    return split


def deliver(village: Village, split: int, household: str, grams: int) -> None:
    share = share_of(village, split, household)
    with unit(village.actor(Role.clerk)) as work:
        service.record_delivery(work, share.allocation_id, grams)
        ordering.record_collected(work, queries.split_table(work.session, split).line_id, grams)
