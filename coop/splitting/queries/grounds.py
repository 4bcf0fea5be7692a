"""What a split rests on, read for one village on one day: rooms, groups, shares, seasons, deliveries, who comes first.

The service reads it under its locks, the comparison reads it as it stands; both weigh by the same policies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from coop.parties.models import HoldingKind, HoldingRow, HouseholdRow, MemberRow
from coop.splitting.models import AllocationRow, CapacityRow, PriorRow, SplitRow
from coop.splitting.rules import Candidate, Policy, with_policy


@dataclass(frozen=True, slots=True)
class Grounds:
    """A product and season in a village (`tenant_id`) on a day, as the database stands."""

    session: Session
    tenant_id: int
    product: str
    season: str
    day: date

    def rooms(self, *, but: int | None = None) -> dict[int, tuple[int, int]]:
        """Household id -> (filed capacity, what other splits than `but` left of it), base units."""
        taken = select(AllocationRow.household_id, func.sum(AllocationRow.decided_g)).join(
            SplitRow, SplitRow.id == AllocationRow.split_id
        )
        taken = taken.where(
            SplitRow.tenant_id == self.tenant_id,
            SplitRow.product == self.product,
            SplitRow.season == self.season,
        ).group_by(AllocationRow.household_id)
        if but is not None:
            taken = taken.where(SplitRow.id != but)
        promised = {household: int(grams) for household, grams in self.session.execute(taken)}
        filed = self.session.execute(
            select(CapacityRow.household_id, CapacityRow.capacity_g)
            .where(
                CapacityRow.tenant_id == self.tenant_id,
                CapacityRow.product == self.product,
                CapacityRow.season == self.season,
            )
            .order_by(CapacityRow.household_id)
        )
        return {
            household: (capacity, max(0, capacity - promised.get(household, 0)))
            for household, capacity in filed
        }

    def homes(self) -> dict[int, HouseholdRow]:
        """The households that live in the village on the day, by id."""
        query = select(HouseholdRow).where(
            HouseholdRow.tenant_id == self.tenant_id,
            or_(HouseholdRow.left.is_(None), HouseholdRow.left > self.day),
        )
        return {row.id: row for row in self.session.scalars(query)}

    def weighed(self, policy: Policy, candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
        """The candidates with the policy's weights and priors; capacities are as filed here."""
        return with_policy(
            policy,
            candidates,
            shares=self._shares() if policy is Policy.by_shares else None,
            season=self.season_before() if policy is Policy.season_fair else None,
            delivered=self._delivered() if policy is Policy.by_delivery else None,
            first=self._first() if policy is Policy.monitored_first else (),
        )

    def candidates(
        self,
        policy: Policy,
        *,
        minimum: int = 0,
        locks: Mapping[int, int] | None = None,
        groups: Collection[str] = (),
        but: int | None = None,
    ) -> tuple[Candidate, ...]:
        """Who may get a part, by the policy. `locks` by household id; with `groups` only theirs takes part.

        Empty where nobody has filed a capacity. Raises NoShareError, NobodyDeliveredError.
        """
        rooms, homes = self.rooms(but=but), self.homes()
        named = {homes[home].number: (home, *rooms[home]) for home in rooms if home in homes}
        fixed = locks or {}
        # The policy weighs by what is filed; what may be given is what other orders have left of it.
        full = self.weighed(
            policy,
            [
                Candidate(number, capacity, minimum=minimum, locked=fixed.get(home))
                for number, (home, capacity, _) in named.items()
            ],
        )
        out = {home.number for home in homes.values() if groups and home.grid not in groups}
        return tuple(
            replace(
                each,
                capacity=named[each.id][2],
                eligible=each.eligible and (each.id not in out or each.locked is not None),
            )
            for each in full
        )

    def season_before(self) -> dict[str, int]:
        """The fairness ledger: what the season gave before, by household number."""
        rows = self.session.execute(
            select(HouseholdRow.number, PriorRow.grams)
            .join(PriorRow, PriorRow.household_id == HouseholdRow.id)
            .where(
                HouseholdRow.tenant_id == self.tenant_id,
                PriorRow.product == self.product,
                PriorRow.season == self.season,
            )
        )
        return dict(rows.all())

    def _shares(self) -> dict[str, Decimal]:
        """Income shares held on the day, by household number."""
        rows = self.session.execute(
            select(HouseholdRow.number, HoldingRow.amount)
            .join(MemberRow, MemberRow.household_id == HouseholdRow.id)
            .join(HoldingRow, HoldingRow.member_id == MemberRow.id)
            .where(
                HouseholdRow.tenant_id == self.tenant_id,
                HoldingRow.kind == HoldingKind.share.value,
                HoldingRow.since <= self.day,
                or_(HoldingRow.until.is_(None), HoldingRow.until > self.day),
            )
        )
        held: defaultdict[str, Decimal] = defaultdict(Decimal)
        for number, amount in rows:
            held[number] += amount
        return dict(held)

    def _delivered(self) -> dict[str, int]:
        """What was ever delivered of the product, by household number."""
        rows = self.session.execute(
            select(HouseholdRow.number, func.sum(AllocationRow.delivered_g))
            .join(AllocationRow, AllocationRow.household_id == HouseholdRow.id)
            .join(SplitRow, SplitRow.id == AllocationRow.split_id)
            .where(SplitRow.tenant_id == self.tenant_id, SplitRow.product == self.product)
            .group_by(HouseholdRow.number)
        )
        return {number: int(grams) for number, grams in rows}

    def _first(self) -> frozenset[str]:
        return frozenset(home.number for home in self.homes().values() if home.monitored)
