"""The field log and the inspections: kept as written; a later finding mends an earlier one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError, PermissionDeniedError
from coop.kernel.unit import Unit
from coop.parties.models import HouseholdRow
from coop.production.models import FieldLogRow, FindingRow
from coop.production.rules import FieldEntry, FieldKind, Finding
from coop.splitting.models import AllocationRow, SplitRow
from coop.standards.controls import Standard, input_items, standard_on

VILLAGE = (Role.clerk, Role.manager)
LONGEST = 1000


@dataclass(frozen=True, slots=True)
class _Share:
    """A confirmed share: whose, and of what."""

    household: str
    product: str


def log_field(unit: Unit, entries: Sequence[FieldEntry]) -> list[FieldLogRow]:
    """Write entries into the field log: a household for its own shares, the village for many at once.

    What was truly done is written, also the use of a banned input: that blocks the purchase instead. All faults at
    once (InputError with places like `/entries/2/day`), all or nothing.
    """
    unit.actor.require("填写生产记录", Role.household, *VILLAGE)
    own = not unit.actor.roles & set(VILLAGE)
    shares = _locked(unit, {entry.allocation_id for entry in entries}, own=own)
    items = input_items(unit.session)
    faults = _some(entries)
    for place, entry in enumerate(entries):
        faults += _common_faults(unit, f"/entries/{place}", entry.allocation_id, entry.day, shares)
        if not entry.text.strip() and not entry.input_code:
            faults.append(Fault(f"/entries/{place}/text", "请写明做了什么", "say what was done"))
        if len(entry.text) > LONGEST:
            faults.append(
                Fault(f"/entries/{place}/text", f"最多 {LONGEST} 个字", f"at most {LONGEST} characters")
            )
        if (entry.kind is FieldKind.input) != bool(entry.input_code):
            faults.append(
                Fault(
                    f"/entries/{place}/input_code",
                    "使用投入品须选投入品，其他记录不选",
                    "an entry of kind input names the input, others name none",
                )
            )
        elif entry.input_code and entry.input_code not in items:
            faults.append(
                Fault(
                    f"/entries/{place}/input_code",
                    f"没有投入品 {entry.input_code}",
                    f"no input {entry.input_code}",
                )
            )
    if faults:
        raise InputError(faults)
    rows = [
        FieldLogRow(
            tenant_id=unit.actor.tenant_id,
            allocation_id=entry.allocation_id,
            kind=entry.kind.value,
            day=entry.day,
            text=entry.text.strip(),
            input_code=entry.input_code or None,
            own=own,
            user_id=unit.actor.user_id,
            at=unit.now,
        )
        for entry in entries
    ]
    unit.session.add_all(rows)
    unit.session.flush()
    unit.audit("field.log", f"allocation:{entries[0].allocation_id}", entries=len(rows), first=rows[0].id)
    return rows


def inspect(unit: Unit, entries: Sequence[Finding]) -> list[FindingRow]:
    """Note what inspections found at the control points of the products' standards on those days.

    A failed finding says why; at a blocking point it stops the purchase until a later finding passes. All faults at
    once (InputError), all or nothing.
    """
    unit.actor.require("登记巡查结果", *VILLAGE)
    shares = _locked(unit, {entry.allocation_id for entry in entries}, own=False)
    standards = _remembered(lambda product, day: standard_on(unit.session, product, day))
    faults = _some(entries)
    rows = []
    for place, entry in enumerate(entries):
        faults += _common_faults(unit, f"/entries/{place}", entry.allocation_id, entry.day, shares)
        if not entry.passed and not entry.note.strip():
            faults.append(Fault(f"/entries/{place}/note", "不合格须写明原因", "a failed finding says why"))
        share = shares.get(entry.allocation_id)
        if share is None:
            continue
        standard = standards(share.product, entry.day)
        if standard is None or standard.point(entry.point) is None:
            faults.append(
                Fault(
                    f"/entries/{place}/point",
                    f"{entry.day} 的 {share.product} 生产标准没有控制点 {entry.point}",
                    f"the standard of {share.product} on {entry.day} has no control point {entry.point}",
                )
            )
            continue
        rows.append(_finding(unit, entry, standard))
    if faults:
        raise InputError(faults)
    unit.session.add_all(rows)
    unit.session.flush()
    failed = sum(not row.passed for row in rows)
    unit.audit(
        "field.inspect",
        f"allocation:{rows[0].allocation_id}",
        findings=len(rows),
        failed=failed,
        first=rows[0].id,
    )
    return rows


def _finding(unit: Unit, entry: Finding, standard: Standard) -> FindingRow:
    return FindingRow(
        tenant_id=unit.actor.tenant_id,
        allocation_id=entry.allocation_id,
        standard=standard.code,
        point=entry.point,
        passed=entry.passed,
        note=entry.note.strip(),
        day=entry.day,
        user_id=unit.actor.user_id,
        at=unit.now,
    )


def _locked(unit: Unit, ids: Iterable[int], *, own: bool) -> dict[int, _Share]:
    """The confirmed shares of the tenant, locked: who weighs meanwhile sees the block or comes before it.

    A household finds its own alone. An act without any household is refused.
    """
    if own and not unit.actor.household:
        raise PermissionDeniedError("填写生产记录", [str(role) for role in VILLAGE], [str(Role.household)])
    wanted = [
        AllocationRow.tenant_id == unit.actor.tenant_id,
        AllocationRow.id.in_(sorted(ids)),
        AllocationRow.confirmed_g > 0,
    ]
    if own:
        wanted.append(HouseholdRow.number == unit.actor.household)
    rows = unit.session.execute(
        select(AllocationRow.id, HouseholdRow.number, SplitRow.product)
        .join(HouseholdRow, HouseholdRow.id == AllocationRow.household_id)
        .join(SplitRow, SplitRow.id == AllocationRow.split_id)
        .where(*wanted)
        .order_by(AllocationRow.id)
        .with_for_update(of=AllocationRow)
    )
    return {allocation_id: _Share(number, product) for allocation_id, number, product in rows}


def _common_faults(
    unit: Unit, place: str, allocation_id: int, day: date, shares: dict[int, _Share]
) -> list[Fault]:
    faults = []
    if allocation_id not in shares:
        faults.append(
            Fault(
                f"{place}/allocation_id",
                f"没有已确认的份额 {allocation_id}",
                f"no confirmed share {allocation_id} here",
            )
        )
    if day > unit.today:
        faults.append(
            Fault(
                f"{place}/day",
                f"日期不得晚于今天 {unit.today}，实为 {day}",
                f"the day must not be after today {unit.today}, found {day}",
            )
        )
    return faults


def _some(entries: Sequence[object]) -> list[Fault]:
    return [] if entries else [Fault("/entries", "至少一条", "one entry at least")]


def _remembered(
    find: Callable[[str, date], Standard | None],
) -> Callable[[str, date], Standard | None]:
    """A product's standard of a day, looked up once."""
    held: dict[tuple[str, date], Standard | None] = {}

    def found(product: str, day: date) -> Standard | None:
        if (product, day) not in held:
            held[product, day] = find(product, day)
        return held[product, day]

    return found
