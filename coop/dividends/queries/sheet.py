"""The page of a plan: its way from draft to payment with days and hands, and each line's voucher."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.books import queries as books
from coop.books.models import BatchState, LineState, PayableRow, PayBatchRow, PayLineRow
from coop.dividends.models import PlanRow, PlanState
from coop.dividends.queries.inputs import plan_ref
from coop.dividends.queries.plans import PlanPage, household_lines, plan_page
from coop.dividends.queries.promises import HouseholdLine
from coop.dividends.rules import Tranche
from coop.governance import queries as meetings
from coop.governance.models import MeetingRow, MeetingState
from coop.governance.rules import RULES, Body, BodyRule
from coop.kernel.audit import AuditRow
from coop.kernel.clock import business_day
from ledger.chart import Standard
from ledger.periods import LAST
from ledger.tables import PeriodEventRow, PeriodRow, VoucherRow

BODIES = {Standard.rceo_2023: Body.rceo_assembly, Standard.coop_2021: Body.coop_assembly}


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the plan: whether it is behind, on which day, by whom; `ref` names what proves it."""

    key: str
    done: bool
    day: date | None = None
    user_id: int | None = None
    ref: str = ""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A household's line of a tranche with the voucher that owes it, once posted."""

    line: HouseholdLine
    voucher_id: int | None


@dataclass(frozen=True, slots=True)
class HouseholdSum:
    """What a household gets of all tranches that are paid, by tranche; fen."""

    household: str
    parts: tuple[int, ...]
    total_fen: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class VoucherRef:
    id: int
    label: str
    summary: str


@dataclass(frozen=True, slots=True)
class BatchRef:
    id: int
    number: str
    state: str
    total_fen: int


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """Everything of a plan on one page. `meetings` are those held by the body that resolves it."""

    page: PlanPage
    tenant_id: int
    maker_id: int
    stages: tuple[Stage, ...]
    current: str
    rule: BodyRule
    lines: tuple[SheetLine, ...]
    paid_tranches: tuple[Tranche, ...]
    sums: tuple[HouseholdSum, ...]
    total_fen: int
    vouchers: tuple[VoucherRef, ...]
    batches: tuple[BatchRef, ...]
    meetings: tuple[MeetingRow, ...]


def plan_sheet(session: Session, plan_id: int) -> PlanSheet:
    """A plan with stages, vouchers, batches and possible meetings. Raises NotFoundError."""
    page = plan_page(session, plan_id)
    row = session.scalars(select(PlanRow).where(PlanRow.id == plan_id)).one()
    batches = _batches(session, page)
    body = BODIES[Standard(row.standard)]
    stages = _stages(session, page, row, batches)
    paid = tuple(t.tranche for t in page.tranches if t.tranche is not Tranche.quantified)
    sums = tuple(_sums(page.lines, paid))
    return PlanSheet(
        page=page,
        tenant_id=row.tenant_id,
        maker_id=row.maker_id,
        stages=stages,
        current=next((stage.key for stage in reversed(stages) if stage.done), "draft"),
        rule=RULES[body],
        lines=_with_vouchers(session, page.lines),
        paid_tranches=paid,
        sums=sums,
        total_fen=sum(line.total_fen for line in sums),
        vouchers=_vouchers(session, page.vouchers),
        batches=tuple(BatchRef(b.id, b.number, b.state, b.total_fen) for b in batches),
        meetings=_meetings(session, row, body),
    )


def _with_vouchers(session: Session, lines: Iterable[HouseholdLine]) -> tuple[SheetLine, ...]:
    held = list(lines)
    found: dict[int, int] = {}
    for plan_id in {line.plan_id for line in held}:
        sources = PayableRow.source.startswith(f"dividend:{plan_id}:")
        rows = session.execute(select(PayableRow.id, PayableRow.voucher_id).where(sources))
        found |= dict(rows.all())
    return tuple(
        SheetLine(line, None if line.payable_id is None else found.get(line.payable_id)) for line in held
    )


def _sums(lines: Iterable[HouseholdLine], tranches: tuple[Tranche, ...]) -> Iterable[HouseholdSum]:
    by_home: dict[str, dict[Tranche, HouseholdLine]] = {}
    for line in lines:
        if line.tranche in tranches:
            by_home.setdefault(line.household, {})[line.tranche] = line
    for home, parts in sorted(by_home.items()):
        fens = tuple(parts[t].fen if t in parts else 0 for t in tranches)
        yield HouseholdSum(home, fens, sum(fens), sum(line.paid_fen for line in parts.values()))


def _vouchers(session: Session, ids: tuple[int, ...]) -> tuple[VoucherRef, ...]:
    rows = session.scalars(select(VoucherRow).where(VoucherRow.id.in_(ids)).order_by(VoucherRow.id))
    return tuple(
        VoucherRef(row.id, f"{row.year}-{row.period:02d} {row.word}-{row.number}", row.summary)
        for row in rows
    )


def _meetings(session: Session, row: PlanRow, body: Body) -> tuple[MeetingRow, ...]:
    query = select(MeetingRow).where(
        MeetingRow.entity_id == row.entity_id,
        MeetingRow.body == body.value,
        MeetingRow.state == MeetingState.held.value,
    )
    return tuple(session.scalars(query.order_by(MeetingRow.day.desc())))


def _batches(session: Session, page: PlanPage) -> list[PayBatchRow]:
    live = (LineState.queued.value, LineState.paid.value, LineState.returned.value)
    query = (
        select(PayBatchRow)
        .join(PayLineRow, PayLineRow.batch_id == PayBatchRow.id)
        .join(PayableRow, PayableRow.id == PayLineRow.payable_id)
        .where(PayableRow.source.startswith(f"dividend:{page.head.id}:"), PayLineRow.state.in_(live))
        .distinct()
        .order_by(PayBatchRow.id)
    )
    return list(session.scalars(query))


def _stages(session: Session, page: PlanPage, row: PlanRow, batches: list[PayBatchRow]) -> tuple[Stage, ...]:
    """From draft to payment, each stage with what there is to prove it."""
    gates, ref = page.gates, plan_ref(row.id)
    acts = _acts(session, ref, row.tenant_id)
    review = next((r for r in meetings.reviews(session, ref) if r.digest == row.digest), None)
    posted = row.state == PlanState.posted
    closed = _closed(session, row)
    owed = [line for line in page.lines if line.payable_id is not None]
    open_fen = sum(line.fen - line.paid_fen for line in owed)
    last = max((batch.day for batch in batches if batch.state == BatchState.paid), default=None)
    voted = meetings.resolution_for(session, ref, row.digest) if gates.resolution_id else None
    return (
        Stage("draft", True, *acts.get("plan.draft", (None, row.maker_id))),
        Stage("reviewed", review is not None, gates.reviewed_on, review.user_id if review else None),
        Stage(
            "noticed",
            gates.notice_id is not None,
            gates.notice_since,
            acts.get("plan.publish", (None, None))[1] if gates.notice_id else None,
            f"notice:{gates.notice_id}" if gates.notice_id else "",
        ),
        Stage(
            "resolved",
            voted is not None,
            meetings.meeting(session, voted.meeting_id).day if voted else None,
            acts.get("plan.resolve", (None, None))[1] if voted else None,
            f"meeting:{voted.meeting_id}" if voted else "",
        ),
        Stage("posted", posted, *(acts.get("plan.post", (None, None)) if posted else ())),
        Stage("closed", closed is not None, *(closed or ())),
        Stage("paid", posted and bool(owed) and open_fen == 0, last if open_fen == 0 else None),
    )


def _acts(session: Session, ref: str, tenant_id: int) -> dict[str, tuple[date | None, int | None]]:
    """The last act of each kind on the plan: day and person."""
    query = select(AuditRow).where(AuditRow.ref == ref, AuditRow.tenant_id == tenant_id)
    return {
        row.action: (business_day(row.at), row.user_id)
        for row in session.scalars(query.order_by(AuditRow.number))
    }


def _closed(session: Session, row: PlanRow) -> tuple[date, int] | None:
    """The day and the hand of the thirteenth period's close, while it is closed."""
    book = books.book_of(session, row.entity_id)
    key = {"book_id": book.id, "year": row.year, "number": LAST}
    state = session.scalars(select(PeriodRow.state).filter_by(**key)).one_or_none()
    if state != "closed":
        return None
    last = session.scalars(select(func.max(PeriodEventRow.id)).filter_by(**key)).one_or_none()
    event = session.get(PeriodEventRow, last) if last is not None else None
    return (business_day(event.at), event.by_id) if event is not None else None


def own_lines(session: Session, household: str, tenant_id: int) -> tuple[HouseholdLine, ...]:
    """A household's own lines of the plans that were published. No household, no line."""
    return household_lines(session, household, tenant_id=tenant_id) if household else ()
