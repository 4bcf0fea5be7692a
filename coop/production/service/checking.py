"""What is wrong with a sheet of inputs, all of it at once: households, agreements, inputs, stock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from coop.kernel.errors import Fault
from coop.kernel.unit import Unit
from coop.parties.models import HouseholdRow
from coop.production.models import AgreementRow
from coop.production.rules import MOST_COUNT, MOST_FEN, IssueEntry
from coop.standards.controls import InputItem


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a sheet is for."""

    entity_id: int
    product: str
    season: str
    day: date


def signed_agreements(
    unit: Unit, wanted: Wanted, households: Collection[str]
) -> dict[str, tuple[int, int | None]]:
    """Household number -> (its id, its agreement's id; None without one signed by that day)."""
    rows = unit.session.execute(
        select(HouseholdRow.number, HouseholdRow.id, AgreementRow.id)
        .outerjoin(
            AgreementRow,
            (AgreementRow.tenant_id == HouseholdRow.tenant_id)
            & (AgreementRow.household_id == HouseholdRow.id)
            & (AgreementRow.entity_id == wanted.entity_id)
            & (AgreementRow.product == wanted.product)
            & (AgreementRow.season == wanted.season)
            & (AgreementRow.day <= wanted.day),
        )
        .where(HouseholdRow.tenant_id == unit.actor.tenant_id, HouseholdRow.number.in_(sorted(households)))
    )
    return {number: (household_id, agreement_id) for number, household_id, agreement_id in rows}


def issue_faults(
    entries: Sequence[IssueEntry],
    homes: Mapping[str, tuple[int, int | None]],
    stock: Mapping[str, int],
    items: Mapping[str, InputItem],
    wanted: Wanted,
    *,
    members: Collection[int],
) -> list[Fault]:
    """Every fault of the sheet with its place (`/entries/3/code`). `members`: ids of the households that are members."""
    if not entries:
        return [Fault("/entries", "至少一行", "one line at least")]
    faults: list[Fault] = []
    seen: set[tuple[str, str]] = set()
    asked: Counter[str] = Counter()
    for place, entry in enumerate(entries):
        faults += _household_faults(f"/entries/{place}/household", entry.household, homes, wanted, members)
        faults += _figure_faults(f"/entries/{place}", entry)
        key = (entry.household, entry.code)
        if key in seen:
            faults.append(
                Fault(
                    f"/entries/{place}/code",
                    f"{entry.household} 户的 {entry.code} 重复，请合并为一行",
                    f"{entry.code} of household {entry.household} stands twice; put it into one line",
                )
            )
        seen.add(key)
        item = items.get(entry.code)
        if item is None:
            faults.append(
                Fault(f"/entries/{place}/code", f"没有投入品 {entry.code}", f"no input {entry.code}")
            )
            continue
        if item.banned:
            faults.append(
                Fault(f"/entries/{place}/code", f"{entry.code} 属禁用投入品", f"{entry.code} is banned")
            )
        before = asked[entry.code]
        asked[entry.code] += max(0, entry.count)
        held = stock.get(entry.code, 0)
        # Told once an input, at the line where the stock runs out.
        if asked[entry.code] > held >= before:
            together = sum(each.count for each in entries if each.code == entry.code)
            faults.append(
                Fault(
                    f"/entries/{place}/count",
                    f"{entry.code} 库存不足：共需 {together}，现有 {held}，缺 {together - held}",
                    f"{entry.code} is short: {together} asked, {held} in stock, {together - held} missing",
                )
            )
    return faults


def _household_faults(
    place: str,
    household: str,
    homes: Mapping[str, tuple[int, int | None]],
    wanted: Wanted,
    members: Collection[int],
) -> list[Fault]:
    found = homes.get(household)
    if found is None:
        return [Fault(place, f"没有农户 {household}", f"no household {household}")]
    if found[0] not in members:
        return [
            Fault(
                place,
                f"{household} 户在 {wanted.day} 不是本社成员，投入品只赊销给成员",
                f"household {household} is no member on {wanted.day}: inputs go on credit to members only",
            )
        ]
    if found[1] is None:
        return [
            Fault(
                place,
                f"{household} 户没有在 {wanted.day} 前签订 {wanted.season} 年 {wanted.product} 的种养协议，不能赊销",
                f"household {household} has signed no agreement for {wanted.product} {wanted.season} by "
                f"{wanted.day}: nothing on credit",
            )
        ]
    return []


def _figure_faults(place: str, entry: IssueEntry) -> list[Fault]:
    return [
        Fault(
            f"{place}/{name}",
            f"应在 1 到 {most} 之间，实为 {found}",
            f"must be 1 to {most}, found {found}",
        )
        for name, found, most in (
            ("count", entry.count, MOST_COUNT),
            ("price_fen", entry.price_fen, MOST_FEN),
        )
        if not 1 <= found <= most
    ]
