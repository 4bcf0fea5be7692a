"""What the settlement's pages join: bills with what is still to be billed, pay batches with what is open."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from coop.books.models import BatchState, PayableKind, PayBatchRow
from coop.books.queries import Payment as BatchLine
from coop.books.queries import batch, batch_vouchers, batches, open_payables, payments
from coop.delivery.models import ShipmentState
from coop.delivery.queries import Shipment, shipment_of_acceptance, shipments
from coop.governance.queries import unstamped_of
from coop.kernel.errors import NotFoundError
from coop.parties.models import EntityRow, HouseholdRow
from coop.settlement.models import PaymentState, SaleRow
from coop.settlement.queries.advances import Advance, advances
from coop.settlement.queries.bills import Payment, Sale, SaleCost, sale, sale_cost, sales
from coop.settlement.queries.bills import payments as buyer_payments
from coop.settlement.queries.households import KIND_TEXTS
from coop.settlement.rules import borne
from ledger.tables import BookRow

BATCH_TEXTS = {
    BatchState.draft: ("待复核", "to be approved"),
    BatchState.approved: ("已复核，待支付", "approved, to be paid"),
    BatchState.paid: ("已支付", "paid"),
    BatchState.withdrawn: ("已撤回", "withdrawn"),
}


@dataclass(frozen=True, slots=True)
class SaleBoard:
    """The settlement's first page: bills, agreed shipments without one, payments the bank has to confirm."""

    sales: tuple[Sale, ...]
    unbilled: tuple[Shipment, ...]
    advised: tuple[Payment, ...]
    advances: tuple[Advance, ...]


@dataclass(frozen=True, slots=True)
class SalePage:
    """A bill; `cost` is None to the buyer."""

    sale: Sale
    cost: SaleCost | None


@dataclass(frozen=True, slots=True)
class AcceptancePage:
    """An agreed acceptance on its way to a bill: `sale_id` is set once there is one."""

    acceptance_id: int
    shipment: Shipment
    sale_id: int | None


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """The claims of an acceptance and their money. To the seller: what margin it lost, and what is its loss."""

    shipment: Shipment
    sale: Sale | None
    cost: SaleCost | None
    less_margin_fen: int | None
    loss_fen: int | None


@dataclass(frozen=True, slots=True)
class OpenKind:
    """What an entity owes of one kind and no batch pays yet, in fen."""

    kind: PayableKind
    text: str
    text_en: str
    count: int
    households: int
    open_fen: int


@dataclass(frozen=True, slots=True)
class BatchHead:
    """A pay batch in a list."""

    batch_id: int
    number: str
    day: date
    state: BatchState
    state_text: str
    state_text_en: str
    total_fen: int


@dataclass(frozen=True, slots=True)
class EntityPay:
    """An entity's payments: what waits for a batch, and the batches there are."""

    entity_id: int
    name: str
    name_en: str
    open: tuple[OpenKind, ...]
    batches: tuple[BatchHead, ...]


@dataclass(frozen=True, slots=True)
class PayPerson:
    """A line of a batch with the head of the household it goes to."""

    line: BatchLine
    head: str
    kind_text: str
    kind_text_en: str


@dataclass(frozen=True, slots=True)
class BatchPage:
    """A pay batch as its page shows it. `unstamped`: the vouchers that still lack the committee's stamp."""

    head: BatchHead
    entity_name: str
    entity_name_en: str
    digest: str
    maker_id: int
    approver_id: int | None
    voucher_id: int | None
    bank_reference: str
    lines: tuple[PayPerson, ...]
    unstamped: tuple[tuple[int, str], ...]


def sale_board(session: Session, today: date) -> SaleBoard:
    """Everything of the settlement in sight, for either side."""
    bills = sales(session, today)
    billed = {bill.shipment_id for bill in bills}
    closed = shipments(session, states=[ShipmentState.closed])
    return SaleBoard(
        bills,
        tuple(row for row in closed if row.shipment_id not in billed),
        buyer_payments(session, states=[PaymentState.advised]),
        advances(session, states=[PaymentState.advised]),
    )


def sale_page(session: Session, sale_id: int, today: date) -> SalePage:
    """One bill. Raises NotFoundError, also to third parties."""
    return SalePage(sale(session, sale_id, today), sale_cost(session, sale_id))


def acceptance_page(session: Session, acceptance_id: int) -> AcceptancePage:
    """An acceptance and its bill, if there is one. Raises NotFoundError."""
    sale_id = session.scalars(select(SaleRow.id).where(SaleRow.acceptance_id == acceptance_id)).one_or_none()
    return AcceptancePage(acceptance_id, shipment_of_acceptance(session, acceptance_id), sale_id)


def claim_page(session: Session, acceptance_id: int, today: date) -> ClaimPage:
    """What became of the claims of an acceptance. Raises NotFoundError, also to third parties."""
    found = acceptance_page(session, acceptance_id)
    bill = None if found.sale_id is None else sale(session, found.sale_id, today)
    cost = None if found.sale_id is None else sale_cost(session, found.sale_id)
    if bill is None or cost is None:
        return ClaimPage(found.shipment, bill, None, None, None)
    less, loss = borne(bill.amount_fen, bill.claim_fen, cost.cost_fen)
    return ClaimPage(found.shipment, bill, cost, less, loss)


def pay_board(session: Session, tenant_id: int) -> tuple[EntityPay, ...]:
    """Every entity of the tenant that has a book: what is open, and its batches, newest first."""
    entities = session.scalars(
        select(EntityRow)
        .where(EntityRow.tenant_id == tenant_id, exists().where(BookRow.entity_id == EntityRow.id))
        .order_by(EntityRow.code)
    )
    return tuple(
        EntityPay(
            row.id,
            row.name,
            row.name_en,
            _open_kinds(session, row.id),
            tuple(_head(found) for found in batches(session, row.id)),
        )
        for row in entities.all()
    )


def _open_kinds(session: Session, entity_id: int) -> tuple[OpenKind, ...]:
    sums: dict[PayableKind, list[int]] = defaultdict(lambda: [0, 0])
    homes: dict[PayableKind, set[int]] = defaultdict(set)
    for item in open_payables(session, entity_id):
        sums[item.kind][0] += 1
        sums[item.kind][1] += item.open_fen
        homes[item.kind].add(item.household_id)
    return tuple(
        OpenKind(kind, *KIND_TEXTS[kind], count, len(homes[kind]), fen)
        for kind, (count, fen) in sorted(sums.items())
    )


def _head(row: PayBatchRow) -> BatchHead:
    state = BatchState(row.state)
    return BatchHead(row.id, row.number, row.day, state, *BATCH_TEXTS[state], row.total_fen)


def batch_page(session: Session, batch_id: int) -> BatchPage:
    """One batch with its lines, and what keeps it from being approved. Raises NotFoundError."""
    row = batch(session, batch_id)
    entity = session.get(EntityRow, row.entity_id)
    if entity is None:
        raise NotFoundError("entity", row.entity_id)
    lines = payments(session, batch_id)
    homes = {line.household_id for line in lines}
    rows = session.execute(select(HouseholdRow.id, HouseholdRow.head).where(HouseholdRow.id.in_(homes)))
    heads = {row.id: row.head for row in rows}
    missing = unstamped_of(session, batch_vouchers(session, batch_id))
    return BatchPage(
        head=_head(row),
        entity_name=entity.name,
        entity_name_en=entity.name_en,
        digest=row.digest,
        maker_id=row.maker_id,
        approver_id=row.approver_id,
        voucher_id=row.voucher_id,
        bank_reference=row.bank_reference or "",
        lines=tuple(
            PayPerson(line, heads.get(line.household_id, ""), *KIND_TEXTS[line.kind]) for line in lines
        ),
        unstamped=tuple((v.id, f"{v.year}-{v.period:02d} {v.word}{v.number}") for v in missing),
    )
