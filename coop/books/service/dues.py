"""What households owe: noted on a voucher's debit, settled by set-off or payment, oldest first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, insert, select

from coop.books.models import DueKind, DueRow, DueSettlementRow
from coop.books.service.errors import DueAccountError, NegativeSettlementError
from coop.books.service.posting import household_numbers
from coop.kernel.errors import NotFoundError
from coop.kernel.unit import Unit
from ledger.tables import PostingRow, VoucherRow


@dataclass(frozen=True, slots=True)
class DueEntry:
    """What line `line` (from 1) of a voucher has a household owe. `source` is unique in the tenant."""

    entity_id: int
    voucher: VoucherRow
    line: int
    household_id: int
    kind: DueKind
    source: str
    amount_fen: int
    day: date


@dataclass(frozen=True, slots=True)
class Settlement:
    """Up to so many fen of a household's dues are settled by that document."""

    household_id: int
    fen: int
    source: str


def add_dues(unit: Unit, entries: Sequence[DueEntry]) -> list[DueRow]:
    """Note what vouchers have households owe. A source that is there already is returned as it stands.

    An account must be the household's own, and the dues on a line may not exceed what it debits.
    Raises DueAccountError, NotFoundError.
    """
    session, tenant = unit.session, unit.actor.tenant_id
    wanted = [entry.source for entry in entries]
    rows = {
        row.source: row
        for row in session.scalars(
            select(DueRow).where(DueRow.tenant_id == tenant, DueRow.source.in_(wanted))
        )
    }
    fresh = {entry.source: entry for entry in entries if entry.source not in rows}
    if fresh:
        accounts = _accounts(unit, list(fresh.values()))
        made = [
            DueRow(
                tenant_id=tenant,
                entity_id=entry.entity_id,
                book_id=entry.voucher.book_id,
                account=accounts[entry.voucher.id, entry.line],
                household_id=entry.household_id,
                kind=DueKind(entry.kind).value,
                source=entry.source,
                voucher_id=entry.voucher.id,
                line=entry.line,
                amount_fen=entry.amount_fen,
                day=entry.day,
            )
            for entry in fresh.values()
        ]
        session.add_all(made)
        session.flush()
        rows |= {row.source: row for row in made}
        total = sum(row.amount_fen for row in made)
        unit.audit("due.add", f"voucher:{made[0].voucher_id}", count=len(made), total_fen=total)
    return [rows[source] for source in wanted]


def _accounts(unit: Unit, entries: Sequence[DueEntry]) -> dict[tuple[int, int], str]:
    """The account of each (voucher, line), its household's own and debited for all that is due on it."""
    postings = {
        (row.voucher_id, row.line): row
        for row in unit.session.scalars(
            select(PostingRow).where(PostingRow.voucher_id.in_({entry.voucher.id for entry in entries}))
        )
    }
    numbers = household_numbers(unit, {entry.household_id for entry in entries})
    owing = _owing(unit, {entry.voucher.id for entry in entries})
    for entry in entries:
        key = (entry.voucher.id, entry.line)
        posting = postings.get(key)
        if posting is None:
            raise NotFoundError("voucher line", f"{entry.voucher.id}/{entry.line}")
        own = posting.account.rpartition(":")[2] == numbers[entry.household_id]
        owing[key] += entry.amount_fen
        if not own or owing[key] > posting.amount:
            debited = max(posting.amount, 0) if own else 0
            raise DueAccountError(entry.source, posting.account, debited, owing[key])
    return {key: posting.account for key, posting in postings.items()}


def _owing(unit: Unit, voucher_ids: set[int]) -> Counter[tuple[int, int]]:
    """What earlier dues claim of the vouchers' lines already."""
    rows = unit.session.execute(
        select(DueRow.voucher_id, DueRow.line, func.sum(DueRow.amount_fen))
        .where(DueRow.voucher_id.in_(voucher_ids))
        .group_by(DueRow.voucher_id, DueRow.line)
    )
    return Counter({(voucher_id, line): int(total) for voucher_id, line, total in rows})


def settle_dues(unit: Unit, entity_id: int, household_id: int, fen: int, *, source: str) -> int:
    """Settle up to `fen` of what a household owes an entity, oldest first; what was settled, in fen.

    A source that settled already settles nothing more, and says what it did. Raises NegativeSettlementError.
    """
    return settle_all(unit, entity_id, (Settlement(household_id, fen, source),))[source]


def settle_all(unit: Unit, entity_id: int, wanted: Sequence[Settlement]) -> dict[str, int]:
    """Settle for several documents, in the order given, each lock once: what each settled, by source."""
    negative = next((each for each in wanted if each.fen < 0), None)
    if negative is not None:
        raise NegativeSettlementError(negative.source, negative.fen)
    settled = _settled(unit, [each.source for each in wanted])
    fresh = [each for each in wanted if each.source not in settled]
    dues = lock_dues(unit, entity_id, {each.household_id for each in fresh if each.fen})
    made: list[dict[str, int | str]] = []
    for each in fresh:
        left = each.fen
        for due in dues[each.household_id] if left else ():
            part = min(left, due.open_fen)
            if part:
                due.settled_fen += part
                left -= part
                made.append(
                    {
                        "tenant_id": unit.actor.tenant_id,
                        "due_id": due.id,
                        "source": each.source,
                        "fen": part,
                    }
                )
        settled[each.source] = each.fen - left
    unit.session.flush()
    if made:
        unit.session.execute(insert(DueSettlementRow), made)
        total = sum(int(row["fen"]) for row in made)
        unit.audit("due.settle", fresh[0].source, count=len(made), total_fen=total)
    return settled


def lock_dues(unit: Unit, entity_id: int, household_ids: set[int]) -> defaultdict[int, list[DueRow]]:
    """The open dues of households, oldest first, locked by id: a set-off is counted while nobody else settles."""
    rows = unit.session.scalars(
        select(DueRow)
        .where(
            DueRow.tenant_id == unit.actor.tenant_id,
            DueRow.entity_id == entity_id,
            DueRow.household_id.in_(household_ids),
            DueRow.void_id.is_(None),
            DueRow.settled_fen < DueRow.amount_fen,
        )
        .order_by(DueRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found: defaultdict[int, list[DueRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda due: (due.day, due.id)):
        found[row.household_id].append(row)
    return found


def unsettle_dues(unit: Unit, source: str) -> int:
    """A document that settled dues is reversed: they are owed again. Returns what is, in fen."""
    rows = unit.session.scalars(
        select(DueSettlementRow).where(
            DueSettlementRow.tenant_id == unit.actor.tenant_id,
            DueSettlementRow.source == source,
            DueSettlementRow.undone.is_(False),
        )
    ).all()
    dues = {
        due.id: due
        for due in unit.session.scalars(
            select(DueRow)
            .where(DueRow.id.in_([row.due_id for row in rows]))
            .order_by(DueRow.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    for row in rows:
        dues[row.due_id].settled_fen -= row.fen
        row.undone = True
    unit.session.flush()
    total = sum(row.fen for row in rows)
    if rows:
        unit.audit("due.unsettle", source, count=len(rows), total_fen=total)
    return total


def _settled(unit: Unit, sources: Sequence[str]) -> dict[str, int]:
    """What documents settled already."""
    rows = unit.session.execute(
        select(DueSettlementRow.source, func.sum(DueSettlementRow.fen))
        .where(
            DueSettlementRow.tenant_id == unit.actor.tenant_id,
            DueSettlementRow.source.in_(sources),
            DueSettlementRow.undone.is_(False),
        )
        .group_by(DueSettlementRow.source)
    )
    return {source: int(total) for source, total in rows}
