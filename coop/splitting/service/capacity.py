"""What households can grow: filing it, and how much of it other orders have not taken yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select

from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError
from coop.kernel.unit import Unit
from coop.parties.models import HouseholdRow
from coop.splitting.models import AllocationRow, CapacityFileRow, CapacityRow, SplitRow
from coop.splitting.queries.grounds import Grounds
from coop.standards.queries import products


@dataclass(frozen=True, slots=True)
class CapacityEntry:
    """One line of the capacity sheet: so many units (bags) of a product in a season (a year, "2025").

    `yield_g` is base units a unit yields, None for the catalogue's. `place` says where the line was read.
    """

    household: str
    product: str
    season: str
    units: int
    yield_g: int | None = None
    place: str = field(default="", compare=False)


def season_of(day: date) -> str:
    """The season an order draws on: the calendar year its delivery window begins in.

    >>> season_of(date(2025, 9, 1))
    '2025'
    """
    return f"{day:%Y}"


def file_capacity(
    unit: Unit, entries: Sequence[CapacityEntry], *, file_sha: str | None = None
) -> tuple[int, int]:
    """File what households can grow; returns (new, changed). All faults at once (InputError), all or nothing.

    Filing the same again, or the same file again, changes nothing. Capacity promised to orders stays.
    """
    unit.actor.require("申报产能", Role.manager, Role.clerk)
    if file_sha is not None and _filed(unit, file_sha):
        return 0, 0
    own = HouseholdRow.tenant_id == unit.actor.tenant_id
    households = {row.number: row.id for row in unit.session.scalars(select(HouseholdRow).where(own))}
    locked = unit.session.scalars(
        select(CapacityRow)
        .order_by(CapacityRow.household_id, CapacityRow.product, CapacityRow.season)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    held = {(row.household_id, row.product, row.season): row for row in locked}
    yields = {code: product.yield_each for code, product in products(unit.session).items()}
    taken = _all_promised(unit)
    found: list[Fault] = []
    for index, entry in enumerate(entries):
        found += _faults(entry, entry.place or f"/{index}", households, yields, taken)
    found += _repeated(entries)
    if found:
        raise InputError(found)
    new = changed = 0
    for entry in entries:
        key = (households[entry.household], entry.product, entry.season)
        each = entry.yield_g or yields[entry.product]
        row = held.get(key)
        if row is None:
            row = CapacityRow(
                tenant_id=unit.actor.tenant_id, household_id=key[0], product=key[1], season=key[2]
            )
            unit.session.add(row)
            new += 1
        elif (row.units, row.yield_g) != (entry.units, each):
            changed += 1
        row.units, row.yield_g, row.capacity_g = entry.units, each, entry.units * each
    if file_sha is not None:
        unit.session.add(CapacityFileRow(tenant_id=unit.actor.tenant_id, file_sha=file_sha, at=unit.now))
    unit.session.flush()
    if new or changed:
        unit.audit("capacity.file", f"tenant:{unit.actor.tenant_id}", new=new, changed=changed)
    return new, changed


def lock_capacities(unit: Unit, product: str, season: str) -> None:
    """Lock a village's capacities of a product, so that two orders split at once do not promise the same bags."""
    unit.session.scalars(
        select(CapacityRow)
        .where(
            CapacityRow.tenant_id == unit.actor.tenant_id,
            CapacityRow.product == product,
            CapacityRow.season == season,
        )
        .order_by(CapacityRow.household_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def room(unit: Unit, product: str, season: str, *, but: int | None = None) -> dict[int, tuple[int, int]]:
    """Per household (filed capacity, what is left of it) of a product and season, without the split `but`; locked."""
    lock_capacities(unit, product, season)
    return Grounds(unit.session, unit.actor.tenant_id, product, season, unit.today).rooms(but=but)


def _filed(unit: Unit, file_sha: str) -> bool:
    own = select(CapacityFileRow.id).where(CapacityFileRow.tenant_id == unit.actor.tenant_id)
    return unit.session.scalars(own.where(CapacityFileRow.file_sha == file_sha)).first() is not None


def _all_promised(unit: Unit) -> dict[tuple[int, str, str], int]:
    rows = unit.session.execute(
        select(
            AllocationRow.household_id, SplitRow.product, SplitRow.season, func.sum(AllocationRow.decided_g)
        )
        .join(SplitRow, SplitRow.id == AllocationRow.split_id)
        .group_by(AllocationRow.household_id, SplitRow.product, SplitRow.season)
    )
    return {(household, product, season): int(grams) for household, product, season, grams in rows}


def _faults(
    entry: CapacityEntry,
    place: str,
    households: dict[str, int],
    yields: dict[str, int],
    taken: dict[tuple[int, str, str], int],
) -> list[Fault]:
    found = []
    if entry.household not in households:
        found.append(Fault(place, f"没有农户 {entry.household}", f"no household {entry.household}"))
    if entry.product not in yields:
        found.append(Fault(place, f"没有产品 {entry.product}", f"no product {entry.product}"))
    if not (len(entry.season) == 4 and entry.season.isascii() and entry.season.isdigit()):
        zh, en = (
            f"产季应为四位年份，实为 {entry.season}",
            f"a season is a year of four digits, found {entry.season}",
        )
        found.append(Fault(place, zh, en))
    if entry.units < 0:
        zh, en = f"数量不能为负，实为 {entry.units}", f"units cannot be negative, found {entry.units}"
        found.append(Fault(place, zh, en))
    if entry.yield_g is not None and entry.yield_g <= 0:
        zh, en = f"单产应大于 0，实为 {entry.yield_g}", f"the yield must be above 0, found {entry.yield_g}"
        found.append(Fault(place, zh, en))
    if found:
        return found
    least = taken.get((households[entry.household], entry.product, entry.season), 0)
    capacity = entry.units * (entry.yield_g or yields[entry.product])
    if capacity < least:
        zh = f"{entry.household} 已分到 {least}，产能不能低于此数，实为 {capacity}，差 {least - capacity}"
        en = f"{entry.household} has shares of {least} already; found {capacity}, {least - capacity} below"
        found.append(Fault(place, zh, en))
    return found


def _repeated(entries: Sequence[CapacityEntry]) -> list[Fault]:
    first: dict[tuple[str, str, str], str] = {}
    found = []
    for index, entry in enumerate(entries):
        place = entry.place or f"/{index}"
        key = (entry.household, entry.product, entry.season)
        if key in first:
            zh = f"{entry.household} 的 {entry.product} {entry.season} 已在 {first[key]} 申报"
            en = f"{entry.household}: {entry.product} of {entry.season} is filed already at {first[key]}"
            found.append(Fault(place, zh, en))
        first.setdefault(key, place)
    return found
