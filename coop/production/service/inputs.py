"""Inputs: bought into an entity's stock, handed to households on credit by one sheet, a wrong sheet taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from coop.books import service as books
from coop.books.models import DueKind
from coop.books.queries import book_of
from coop.kernel.actor import Role
from coop.kernel.errors import InputError, NotFoundError
from coop.kernel.numbering import document_number, upsert
from coop.kernel.unit import Unit
from coop.parties.models import EntityRow
from coop.parties.queries import member_households
from coop.production import postings
from coop.production.models import (
    ISSUE_MOVES,
    InputIssueLineRow,
    InputIssueRow,
    InputPurchaseRow,
    InputStockRow,
    IssueState,
)
from coop.production.rules import MOST_COUNT, MOST_FEN, IssueEntry, issue_cost
from coop.production.service.checking import Wanted, issue_faults, signed_agreements
from coop.production.service.errors import (
    BannedInputError,
    NoReasonError,
    NotPositiveError,
    NotThatDayError,
    OwnIssueError,
)
from coop.standards.controls import input_item, input_items
from coop.standards.queries import product as find_product
from ledger import journal
from ledger.chart import Chart, Standard, chart_of
from ledger.money import apportion


@dataclass(frozen=True, slots=True)
class _Line:
    """An entry with its household's id, its agreement, and what it costs."""

    entry: IssueEntry
    household_id: int
    agreement_id: int
    stock_id: int
    cost_fen: int


def buy_inputs(
    unit: Unit, *, entity_id: int, code: str, count: int, cost_fen: int, day: date, supplier: str = ""
) -> InputPurchaseRow:
    """Inputs for the stock, paid from the entity's bank account (Dr stock / Cr bank): count and value rise.

    Raises BannedInputError, NotPositiveError, NotThatDayError, NotFoundError, the ledger's errors.
    """
    unit.actor.require("采购投入品", Role.manager, Role.accountant)
    for zh, en, found, most in (
        ("数量", "the count", count, MOST_COUNT),
        ("金额（分）", "the cost in fen", cost_fen, MOST_FEN),
    ):
        if not 1 <= found <= most:
            raise NotPositiveError(zh, en, found, most)
    if day > unit.today:
        raise NotThatDayError(unit.today, day)
    item = input_item(unit.session, code)
    if item.banned:
        raise BannedInputError(code)
    chart = _chart(unit, entity_id)
    path = postings.stock_account(chart, code)
    journal.open_account(unit.session, book_of(unit.session, entity_id), path, item.name, item.name_en)
    stock = _locked_stock(unit, entity_id, [code])[code]
    row = InputPurchaseRow(
        tenant_id=unit.actor.tenant_id,
        number=document_number(unit.session, unit.actor.tenant_id, "TR", day.year),
        entity_id=entity_id,
        stock_id=stock.id,
        code=code,
        count=count,
        cost_fen=cost_fen,
        supplier=supplier.strip(),
        day=day,
        user_id=unit.actor.user_id,
    )
    unit.session.add(row)
    unit.session.flush()
    voucher = postings.purchase(
        chart, purchase_id=row.id, number=row.number, code=code, count=count, cost_fen=cost_fen, day=day
    )
    row.voucher_id = books.post(unit, entity_id, voucher).id
    stock.count += count
    stock.value_fen += cost_fen
    unit.session.flush()
    unit.audit("input.buy", f"input_purchase:{row.id}", code=code, count=count, cost_fen=cost_fen)
    return row


def issue_inputs(
    unit: Unit, *, entity_id: int, entries: Sequence[IssueEntry], product: str, season: str, day: date
) -> InputIssueRow:
    """Hand inputs to households on credit: one sheet, one summary voucher (J08, gross), one due a household.

    Every fault at once (InputError): no signed agreement for that product and season, no stock, a banned or unknown
    input, a household twice with one input. The cost is the moving average, shared over the lines by count.
    """
    unit.actor.require("发放投入品", Role.manager, Role.clerk)
    if day > unit.today:
        raise NotThatDayError(unit.today, day)
    find_product(unit.session, product)
    chart = _chart(unit, entity_id)
    codes = sorted({entry.code for entry in entries} & input_items(unit.session).keys())
    stock = _locked_stock(unit, entity_id, codes)
    wanted = Wanted(entity_id, product, season, day)
    homes = signed_agreements(unit, wanted, {entry.household for entry in entries})
    faults = issue_faults(
        entries,
        homes,
        {code: row.count for code, row in stock.items()},
        input_items(unit.session),
        wanted,
        members=member_households(unit.session, entity_id, day),
    )
    if faults:
        raise InputError(faults)
    lines = _lines(entries, homes, stock)
    row = _store(unit, wanted, lines)
    _post(unit, chart, row, lines)
    unit.audit(
        "input.issue",
        f"input_issue:{row.id}",
        lines=len(lines),
        total_fen=row.total_fen,
        cost_fen=row.cost_fen,
    )
    return row


def reverse_issue(unit: Unit, issue_id: int, reason: str) -> InputIssueRow:
    """Take a wrong sheet back: red voucher, its dues voided, count and cost back in the stock.

    By another person than who issued; not after a due of it was set off. Raises OwnIssueError, NoReasonError,
    ForbiddenMoveError, SettledDueError, the ledger's errors.
    """
    unit.actor.require("冲销发放单", Role.checker)
    row = unit.session.scalars(
        select(InputIssueRow)
        .where(InputIssueRow.id == issue_id, InputIssueRow.tenant_id == unit.actor.tenant_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None or row.voucher_id is None:
        raise NotFoundError("input issue", issue_id)
    state = ISSUE_MOVES.move(IssueState(row.state), IssueState.reversed)
    if row.user_id == unit.actor.user_id:
        raise OwnIssueError(row.number, row.user_id)
    if not reason.strip():
        raise NoReasonError
    lines = unit.session.scalars(
        select(InputIssueLineRow).where(InputIssueLineRow.issue_id == row.id).order_by(InputIssueLineRow.id)
    ).all()
    stock = _locked_stock(unit, row.entity_id, sorted({line.code for line in lines}))
    twin = books.reverse(unit, row.voucher_id, day=unit.today, reason=reason.strip(), maker_id=row.user_id)
    for line in lines:
        stock[line.code].count += line.count
        stock[line.code].value_fen += line.cost_fen
    row.state, row.reversal_id = state.value, twin.id
    row.reversed_by, row.reason = unit.actor.user_id, reason.strip()
    unit.session.flush()
    unit.audit("input.reverse", f"input_issue:{row.id}", voucher=twin.id, total_fen=-row.total_fen)
    return row


def _chart(unit: Unit, entity_id: int) -> Chart:
    """The chart of an entity's book: of the actor's own tenant."""
    own = select(EntityRow.id).where(EntityRow.id == entity_id, EntityRow.tenant_id == unit.actor.tenant_id)
    if unit.session.scalars(own).one_or_none() is None:
        raise NotFoundError("entity", entity_id)
    return chart_of(Standard(book_of(unit.session, entity_id).standard))


def _locked_stock(unit: Unit, entity_id: int, codes: Sequence[str]) -> dict[str, InputStockRow]:
    """The stock rows of these inputs, there from now on and locked in the order of their codes."""
    key = {"tenant_id": unit.actor.tenant_id, "entity_id": entity_id}
    if not codes:
        return {}
    missing = [{**key, "code": code, "count": 0, "value_fen": 0} for code in codes]
    unit.session.execute(upsert(unit.session, InputStockRow).on_conflict_do_nothing(), missing)
    rows = unit.session.scalars(
        select(InputStockRow)
        .filter_by(**key)
        .where(InputStockRow.code.in_(codes))
        .order_by(InputStockRow.code)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.code: row for row in rows}


def _lines(
    entries: Sequence[IssueEntry], homes: dict[str, tuple[int, int | None]], stock: dict[str, InputStockRow]
) -> list[_Line]:
    """The entries with their cost; the stock rows give up what is issued."""
    costs: dict[tuple[str, str], int] = {}
    for code in sorted(stock):
        counts = {entry.household: entry.count for entry in entries if entry.code == code}
        row, together = stock[code], sum(counts.values())
        cost = issue_cost(together, row.count, row.value_fen)
        costs |= {(household, code): fen for household, fen in apportion(cost, counts).items()}
        row.count, row.value_fen = row.count - together, row.value_fen - cost
    made = []
    for entry in sorted(entries, key=lambda each: (each.household, each.code)):
        household_id, agreement_id = homes[entry.household]
        assert agreement_id is not None  # who has none is among the faults
        cost = costs[entry.household, entry.code]
        made.append(_Line(entry, household_id, agreement_id, stock[entry.code].id, cost))
    return made


def _store(unit: Unit, wanted: Wanted, lines: list[_Line]) -> InputIssueRow:
    row = InputIssueRow(
        tenant_id=unit.actor.tenant_id,
        number=document_number(unit.session, unit.actor.tenant_id, "FF", wanted.day.year),
        entity_id=wanted.entity_id,
        product=wanted.product,
        season=wanted.season,
        day=wanted.day,
        total_fen=sum(line.entry.count * line.entry.price_fen for line in lines),
        cost_fen=sum(line.cost_fen for line in lines),
        user_id=unit.actor.user_id,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.session.add_all(
        InputIssueLineRow(
            tenant_id=row.tenant_id,
            issue_id=row.id,
            agreement_id=line.agreement_id,
            household_id=line.household_id,
            stock_id=line.stock_id,
            code=line.entry.code,
            count=line.entry.count,
            price_fen=line.entry.price_fen,
            amount_fen=line.entry.count * line.entry.price_fen,
            cost_fen=line.cost_fen,
        )
        for line in lines
    )
    unit.session.flush()
    return row


def _post(unit: Unit, chart: Chart, row: InputIssueRow, lines: list[_Line]) -> None:
    """The sheet's voucher, and one due a household on that household's line."""
    owed: dict[str, int] = {}
    used: dict[str, postings.Used] = {}
    ids = {line.entry.household: line.household_id for line in lines}
    for line in lines:
        entry = line.entry
        owed[entry.household] = owed.get(entry.household, 0) + entry.count * entry.price_fen
        before = used.get(entry.code, postings.Used(entry.code, 0, 0))
        used[entry.code] = postings.Used(
            entry.code, before.count + entry.count, before.cost_fen + line.cost_fen
        )
    voucher = postings.issue(
        chart,
        issue_id=row.id,
        number=row.number,
        day=row.day,
        product=row.product,
        owed=list(owed.items()),
        used=[used[code] for code in sorted(used)],
    )
    posted = books.post(unit, row.entity_id, voucher)
    row.voucher_id = posted.id
    books.add_dues(
        unit,
        [
            books.DueEntry(
                entity_id=row.entity_id,
                voucher=posted,
                line=line,
                household_id=ids[household],
                kind=DueKind.input,
                source=f"{voucher.source}:{household}",
                amount_fen=fen,
                day=row.day,
            )
            for line, (household, fen) in enumerate(owed.items(), 1)
        ],
    )
    unit.session.flush()
