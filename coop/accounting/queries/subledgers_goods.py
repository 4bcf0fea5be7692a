"""Earmarked grants by project and inventories by product and lot, each beside its control account."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, literal_column, select
from sqlalchemy.orm import Session

from coop.accounting.queries.names import names_of
from coop.accounting.queries.subledgers import Control, book_and_chart, control_of
from coop.delivery.models import ShipmentLineRow
from coop.orders.models import LineRow, PartRow
from coop.parties.models import HouseholdRow
from coop.policy.queries import GrantItem, grant_list
from coop.procurement.models import LotKind, LotRow
from coop.settlement.models import SaleRow
from ledger.balances import under
from ledger.tables import BookRow, PostingRow

STOCK_ROLES = ("inventory", "consigned", "bought_for_members")


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """One project's grants: received, spent, given back and left, beside the balance of its account; fen."""

    project: str
    account: str
    received_fen: int
    spent_fen: int
    returned_fen: int
    left_fen: int
    balance_fen: int
    grants: tuple[GrantItem, ...]

    @property
    def difference_fen(self) -> int:
        return self.balance_fen - self.left_fen


@dataclass(frozen=True, slots=True)
class GrantLedger:
    entity: str
    standard: str
    control: Control
    lines: tuple[ProjectLine, ...]


@dataclass(frozen=True, slots=True)
class LotLine:
    """A lot that is still ours: in store, or `shipped` and not billed yet. Grams or heads, and what it cost."""

    code: str
    product: str
    grade: str
    household: str
    day: date
    grams: int
    fen: int
    shipped: bool


@dataclass(frozen=True, slots=True)
class StockLine:
    """One product in one account. `quantity` as the vouchers tell it (not all do); lots where it is kept by lot."""

    role: str
    account: str
    name: str
    name_en: str
    balance_fen: int
    quantity: int
    lots_fen: int
    lots_grams: int
    lots: tuple[LotLine, ...]

    @property
    def difference_fen(self) -> int:
        """By how much the account and its lots differ; products that are not kept by lot have none."""
        return self.balance_fen - self.lots_fen if self.role == "consigned" else 0


@dataclass(frozen=True, slots=True)
class StockLedger:
    entity: str
    standard: str
    controls: tuple[Control, ...]
    lines: tuple[StockLine, ...]


def grant_ledger(session: Session, entity: str) -> GrantLedger:
    """The earmarked grants of a book by project (241 or 235). Raises NotFoundError."""
    book, chart = book_and_chart(session, entity)
    root = chart.path("grant")
    kept: defaultdict[str, list[GrantItem]] = defaultdict(list)
    for item in grant_list(session):
        if item.entity.id == book.entity_id and not item.void:
            kept[item.grant.project].append(item)
    booked = _booked(session, book, root)
    projects = kept.keys() | {account.removeprefix(root).removeprefix(":") for account in booked}
    lines = []
    for project in sorted(projects):
        account = f"{root}:{project}" if project else root
        sums = [item.sums for item in kept[project]]
        lines.append(
            ProjectLine(
                project=project,
                account=account,
                received_fen=sum(each.received_fen for each in sums),
                spent_fen=sum(each.spent_fen for each in sums),
                returned_fen=sum(each.returned_fen for each in sums),
                left_fen=sum(each.left_fen for each in sums),
                balance_fen=-booked.get(account, (0, 0))[0],
                grants=tuple(kept[project]),
            )
        )
    control = control_of(session, book, "grant", -sum(line.left_fen for line in lines))
    return GrantLedger(book.entity, book.standard, control, tuple(lines))


def stock_ledger(session: Session, entity: str) -> StockLedger:
    """Inventories of a book by account and product, with the lots behind consigned goods. Raises NotFoundError."""
    book, chart = book_and_chart(session, entity)
    names, lots = names_of(session, book), _lots(session, book)
    controls, lines = [], []
    for role in STOCK_ROLES:
        root = chart.path(role)
        booked = _booked(session, book, root)
        if role == "consigned":
            for product in lots:
                booked.setdefault(f"{root}:{product}", (0, 0))
        own = []
        for account, (fen, quantity) in sorted(booked.items()):
            held = tuple(lots.get(account.rpartition(":")[2], ())) if role == "consigned" else ()
            if not (fen or quantity or held):
                continue
            name = names.of(account)
            own.append(
                StockLine(
                    role=role,
                    account=account,
                    name=name.name,
                    name_en=name.name_en,
                    balance_fen=fen,
                    quantity=quantity,
                    lots_fen=sum(lot.fen for lot in held),
                    lots_grams=sum(lot.grams for lot in held),
                    lots=held,
                )
            )
        items = sum(line.lots_fen if role == "consigned" else line.balance_fen for line in own)
        controls.append(control_of(session, book, role, items))
        lines += own
    return StockLedger(book.entity, book.standard, tuple(controls), tuple(lines))


def _booked(session: Session, book: BookRow, root: str) -> dict[str, tuple[int, int]]:
    """Signed fen and quantity posted to an account and each below it."""
    # A line's quantity is told without a sign by some documents and with one by reversals: it goes with the amount.
    size = func.abs(func.coalesce(PostingRow.quantity, literal_column("0")))
    signed = case((PostingRow.amount < literal_column("0"), -size), else_=size)
    query = (
        select(PostingRow.account, func.sum(PostingRow.amount), func.sum(signed))
        .where(PostingRow.book_id == book.id, PostingRow.commodity == "CNY", under(PostingRow.account, root))
        .group_by(PostingRow.account)
    )
    return {account: (int(fen), int(quantity)) for account, fen, quantity in session.execute(query)}


def _lots(session: Session, book: BookRow) -> dict[str, list[LotLine]]:
    """The lots of an entity that no bill has taken out of the books yet, by product."""
    billed = (
        select(ShipmentLineRow.lot_code)
        .join(SaleRow, SaleRow.shipment_id == ShipmentLineRow.shipment_id)
        .where(ShipmentLineRow.seller_id == book.tenant_id, SaleRow.seller_id == book.tenant_id)
    )
    query = (
        select(LotRow, HouseholdRow.number)
        .join(LineRow, LineRow.id == LotRow.line_id)
        .join(PartRow, PartRow.id == LineRow.part_id)
        .outerjoin(HouseholdRow, HouseholdRow.id == LotRow.household_id)
        .where(
            LotRow.tenant_id == book.tenant_id,
            PartRow.seller_entity == book.entity,
            LotRow.void.is_(False),
            LotRow.code.not_in(billed),
        )
        .order_by(LotRow.product, LotRow.day, LotRow.code)
    )
    found: defaultdict[str, list[LotLine]] = defaultdict(list)
    for lot, household in session.execute(query):
        shipped = lot.kind == LotKind.delivery.value
        grams, fen = (lot.quantity, lot.cost_fen) if shipped else (lot.left_g, lot.left_fen)
        if grams or fen:
            found[lot.product].append(
                LotLine(lot.code, lot.product, lot.grade, household or "", lot.day, grams, fen, shipped)
            )
    return dict(found)
