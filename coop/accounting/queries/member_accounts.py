"""成员账户: what the books and registers know of each household's account with the organisation (合作社法 43).

Kept by household, as the sub-accounts are; contributions of its members come from the share register. What the books
do not hold is named in the table's remarks rather than shown as nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from coop.accounting.queries.account_books import book_with_year
from coop.accounting.rules.tables import BookTable, CellKind, RowLook, Said, TableColumn, TableRow, total_of
from coop.kernel.errors import NotFoundError
from coop.kernel.units import Unit, kg_text
from coop.parties import queries as parties
from coop.parties.models import HoldingKind, HouseholdRow
from coop.procurement import queries as procurement
from coop.procurement.queries.tickets import Receipt
from ledger import balances
from ledger.balance_line import BalanceLine
from ledger.chart import Chart, Standard, chart_of
from ledger.money import apportion, fen_text
from ledger.tables import BookRow

FEN = CellKind.fen
RESERVE_MISSING = Said(
    "量化公积金份额：账上未分户设明细，公积金余额按章程量化后方能填列。",
    "Quantified share of the reserve: the book keeps no sub-accounts by household; it is told once the charter's "
    "quantification is entered.",
)
GRANT_RULE = Said(
    "财政补助形成财产份额：专项基金年末余额按在册户平均量化（合作社法第四十四条），尾差按户号靠前者先得。",
    "Share of property from grants: the special fund's closing balance, equal for each household on the register "
    "(Cooperatives Law art. 44), odd fen to the smaller numbers first.",
)
NO_FUND = Said(
    "本会计制度无专项基金、盈余返还科目，分配见成员往来。",
    "This standard has no account for a special fund or patronage refunds; distributions are in the member current accounts.",
)
DONATION_MISSING = Said(
    "他人捐赠形成财产份额：账上与财政补助同在专项基金，未单列。",
    "Share of property from donations: in the special fund together with grants, not kept apart.",
)


def member_accounts(session: Session, entity: str, year: int) -> BookTable:
    """A line a household: contribution, quantified shares, trade of the year, distributions, current account.

    Raises NotFoundError.
    """
    facts = _Facts(session, book_with_year(session, entity, year), year)
    rows = [facts.row(number) for number in facts.numbers]
    columns = _columns(facts)
    sums = tuple(at for at, column in enumerate(columns) if column.kind is FEN)
    return _table(
        facts,
        "member-accounts",
        Said("成员账户", "Member accounts"),
        columns,
        (*rows, total_of(rows, len(columns), sums, Said("合计", "Total"))),
        remark=facts.capital_remark(rows),
    )


def member_account(session: Session, entity: str, year: int, number: str) -> BookTable:
    """One household's account, item by item, with the tickets of its trade. Raises NotFoundError."""
    facts = _Facts(session, book_with_year(session, entity, year), year)
    if number not in facts.numbers:
        raise NotFoundError("household", number)
    columns = _columns(facts)
    figures = facts.row(number).cells
    rows = [
        TableRow((column.title, None, figures[at]), path=_path_of(facts, column.key, number))
        for at, column in enumerate(columns)
        if column.kind is FEN
    ]
    rows.append(TableRow((Said("本年交易", "Trade of the year"), None, None), RowLook.heading))
    rows += [
        TableRow(
            (ticket.product_name_of, ticket.words, ticket.receipt.total_fen),
            voucher_id=ticket.receipt.voucher_id,
        )
        for ticket in facts.tickets.get(number, [])
    ]
    return _table(
        facts,
        "member-account",
        Said(f"成员账户：{number}", f"Member account: {number}"),
        (
            TableColumn("item", Said("项目", "Item"), width=40),
            TableColumn("detail", Said("单据与数量", "Document and quantity"), width=40),
            TableColumn("amount", Said("金额", "Amount"), FEN, 20),
        ),
        tuple(rows),
        number=number,
    )


def household_numbers(session: Session, tenant_id: int, day: date) -> list[str]:
    """The numbers of a village's households on a day: no person's row is read for a count."""
    there = or_(HouseholdRow.left.is_(None), HouseholdRow.left > day)
    query = select(HouseholdRow.number).where(
        HouseholdRow.tenant_id == tenant_id, HouseholdRow.joined <= day, there
    )
    return list(session.scalars(query.order_by(HouseholdRow.number)))


class _Ticket:
    """A ticket as a line of the account."""

    def __init__(self, receipt: Receipt) -> None:
        self.receipt = receipt
        self.product_name_of = Said(receipt.product_name, receipt.product_name_en)
        heads = receipt.unit is Unit.head
        amount = str(receipt.total_g) if heads else kg_text(receipt.total_g)
        zh, en = ("头（只）", "head") if heads else ("公斤", "kg")
        day = receipt.day.isoformat()
        self.words = Said(f"{receipt.number} {day} {amount} {zh}", f"{receipt.number} {day} {amount} {en}")


class _Facts:
    """What the books, the register and the tickets know of a year, by household number."""

    def __init__(self, session: Session, book: BookRow, year: int) -> None:
        self.book, self.year = book, year
        self.chart: Chart = chart_of(Standard(book.standard))
        end = date(year, 12, 31)
        self.numbers = household_numbers(session, book.tenant_id, end)
        self.lines = balances.trial_balance(session, book.id, year=year)
        held = parties.holdings(session, book.entity_id, HoldingKind.contribution, end)
        self.contributions = parties.per_household(held)
        self.shares = parties.per_household(parties.holdings(session, book.entity_id, HoldingKind.share, end))
        self.tickets: Mapping[str, list[_Ticket]] = _tickets(
            procurement.receipts(session), book.entity_id, year
        )
        fund = sum(-line.closing for line in self._of("special_fund")) if self.has_fund else 0
        weights = dict.fromkeys(self.numbers, 1)
        self.granted = apportion(fund, weights) if weights else {}

    @property
    def has_fund(self) -> bool:
        """Whether the standard keeps a fund of its own for property from grants, and pays refunds."""
        return self.chart.has("refund_payable")

    def row(self, number: str) -> TableRow:
        """A household's line; contributions as the ledger has them by household, else as the register does."""
        booked = -sum(line.closing for line in self._below("capital", number))
        cells: list[str | int | Said | None] = [
            number,
            booked or self.contributions.get(number, 0) or None,
            self.shares.get(number) or None,
        ]
        if self.has_fund:
            cells.append(self.granted.get(number) or None)
        mine = self.tickets.get(number, [])
        cells += [
            _quantity(mine, Unit.gram),
            _quantity(mine, Unit.head),
            sum(ticket.receipt.total_fen for ticket in mine) or None,
        ]
        if self.has_fund:
            cells += [
                sum(line.credit for line in self._below(role, number)) or None
                for role in ("refund_payable", "residual_payable")
            ]
        cells.append(-sum(line.closing for line in self._below("member_current", number)) or None)
        return TableRow(tuple(cells), path=number)

    def capital_remark(self, rows: list[TableRow]) -> tuple[Said, ...]:
        """By how much the households' contributions miss the ledger's capital, where they do."""
        told = sum(cell for row in rows if isinstance(cell := row.cells[1], int))
        booked = -sum(line.closing for line in self._of("capital"))
        if told == booked:
            return ()
        texts = [fen_text(fen) for fen in (told, booked, booked - told)]
        return (
            Said(
                "各户出资额合计 {} 元（取自登记簿），账上资本 {} 元，相差 {} 元。".format(*texts),
                "Contributions of the households (from the register) come to {} yuan, the ledger's capital is {} "
                "yuan: {} yuan more or less.".format(*texts),
            ),
        )

    def _of(self, role: str) -> list[BalanceLine]:
        path = self.chart.path(role)
        return [
            line
            for line in self.lines
            if line.commodity == "CNY" and (line.account == path or line.account.startswith(f"{path}:"))
        ]

    def _below(self, role: str, number: str) -> list[BalanceLine]:
        """Lines of a household's sub-accounts, wherever below the role's account its number stands."""
        return [line for line in self._of(role) if number in line.account.split(":")[1:]]


def _tickets(found: Iterable[Receipt], entity_id: int, year: int) -> dict[str, list[_Ticket]]:
    held: defaultdict[str, list[_Ticket]] = defaultdict(list)
    for receipt in found:
        if receipt.posted and receipt.entity_id == entity_id and receipt.day.year == year:
            held[receipt.household].append(_Ticket(receipt))
    return held


def _quantity(tickets: Iterable[_Ticket], unit: Unit) -> str | None:
    total = sum(ticket.receipt.total_g for ticket in tickets if ticket.receipt.unit is unit)
    if not total:
        return None
    return kg_text(total) if unit is Unit.gram else str(total)


def _columns(facts: _Facts) -> tuple[TableColumn, ...]:
    fund = (
        (TableColumn("grant", Said("财政补助量化份额", "Share of grants"), FEN, 14),)
        if facts.has_fund
        else ()
    )
    refunds = (
        TableColumn("refund", Said("盈余返还", "Patronage refund"), FEN, 14),
        TableColumn("residual", Said("剩余盈余分配", "Residual surplus"), FEN, 14),
    )
    return (
        TableColumn("number", Said("户号", "Household"), width=9),
        TableColumn("capital", Said("出资额", "Contribution"), FEN, 14),
        TableColumn("shares", Said("份额（股）", "Shares"), CellKind.whole, 8),
        *fund,
        TableColumn("kg", Said("交易量（公斤）", "Traded (kg)"), width=12),
        TableColumn("heads", Said("交易量（头只）", "Traded (heads)"), width=9),
        TableColumn("trade", Said("交易额", "Trade"), FEN, 14),
        *(refunds if facts.has_fund else ()),
        TableColumn("current", Said("成员往来余额（应付为正）", "Current account (owed to it)"), FEN, 14),
    )


def _path_of(facts: _Facts, key: str, number: str) -> str:
    """The account behind a column, where the household has one of its own."""
    roles = {"refund": "refund_payable", "residual": "residual_payable", "current": "member_current"}
    return facts.chart.path(roles[key], number) if key in roles else ""


def _table(
    facts: _Facts,
    name: str,
    title: Said,
    columns: tuple[TableColumn, ...],
    rows: tuple[TableRow, ...],
    *,
    number: str = "",
    remark: tuple[Said, ...] = (),
) -> BookTable:
    remarks = (
        (RESERVE_MISSING, GRANT_RULE, DONATION_MISSING) if facts.has_fund else (RESERVE_MISSING, NO_FUND)
    )
    return BookTable(
        name=name,
        title=title,
        entity=facts.book.entity,
        book_name=facts.book.name,
        year=facts.year,
        since=1,
        upto=13,
        columns=columns,
        rows=rows,
        remarks=(*remark, *remarks),
        wide=name == "member-accounts",
        path=number,
    )
