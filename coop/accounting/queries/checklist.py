"""What stands between a period and its close (结账检查表): each thing by name, with who does it and where.

The page shows it, the close demands it, the rehearsal tells it: one list. `stops` says whether the period can close all
the same; what does not stop it is told nevertheless.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from coop.accounting.models import (
    BankAccountRow,
    DraftRow,
    DraftState,
    VoucherImportRow,
    VoucherImportState,
)
from coop.accounting.queries.bank_open import covered_to, open_entries, open_lines
from coop.accounting.queries.depreciation import depreciation_due
from coop.accounting.queries.leases_rent import rent_open
from coop.delivery.models import AcceptanceRow, ShipmentRow
from coop.governance import queries as governance
from coop.kernel.actor import Role
from coop.orders.models import PartRow
from coop.settlement.models import SaleRow
from ledger.balances import balance
from ledger.chart import Standard, chart_of
from ledger.money import fen_text
from ledger.periods import LAST
from ledger.tables import BookRow
from ledger.verify import check_book


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing that waits. `count` of them; `owner` does it at `endpoint`."""

    kind: str
    count: int
    zh: str
    en: str
    owner: Role
    endpoint: str
    arguments: dict[str, object] = field(default_factory=dict)
    stops: bool = True


@dataclass(frozen=True, slots=True)
class _Period:
    """The period looked at, with the calendar days it closes."""

    session: Session
    book: BookRow
    year: int
    number: int

    @property
    def first(self) -> date:
        return date(self.year, min(self.number, 12), 1)

    @property
    def last(self) -> date:
        month = min(self.number, 12)
        return date(self.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)

    @property
    def of_year(self) -> bool:
        """Whether the year ends with it: December, and the distribution period after it."""
        return self.number >= 12


def checklist(
    session: Session, book: BookRow, year: int, number: int, *, sound: bool = True
) -> tuple[Blocker, ...]:
    """Everything that waits in a period, what stops the close first. `sound=False` leaves out checking the books."""
    period = _Period(session, book, year, number)
    checks = _CHECKS + ((_sound,) if sound else ())
    found = [blocker for check in checks for blocker in check(period)]
    return tuple(sorted(found, key=lambda blocker: not blocker.stops))


def _drafts(period: _Period) -> Iterator[Blocker]:
    count = period.session.scalar(
        select(func.count())
        .select_from(DraftRow)
        .where(
            DraftRow.entity_id == period.book.entity_id,
            DraftRow.state == DraftState.draft.value,
            DraftRow.day.between(period.first, period.last),
        )
    )
    if count:
        zh, en = f"未复核记账的凭证草稿 {count} 张", f"{count} drafts not checked and posted"
        yield Blocker("drafts", count, zh, en, Role.checker, "DraftView.list")


def _files(period: _Period) -> Iterator[Blocker]:
    """Vouchers of a file that waits for the checker; a file is posted whole, so its month stays open for it."""
    waiting = period.session.execute(
        select(VoucherImportRow.id, VoucherImportRow.vouchers)
        .where(
            VoucherImportRow.entity_id == period.book.entity_id,
            VoucherImportRow.state == VoucherImportState.filed.value,
        )
        .order_by(VoucherImportRow.id)
    )
    days = period.first.isoformat(), period.last.isoformat()
    for number, vouchers in waiting:
        count = sum(days[0] <= voucher["day"] <= days[1] for voucher in vouchers)
        if count:
            zh = f"凭证文件 {number} 中本月凭证 {count} 张未复核入账"
            en = f"{count} vouchers of file {number} not checked and posted"
            where: dict[str, object] = {"voucher_import_id": number}
            yield Blocker("files", count, zh, en, Role.checker, "VoucherImportView.show", where)


def _stamps(period: _Period) -> Iterator[Blocker]:
    count = len(governance.unstamped(period.session, period.book.id, period.year, period.number))
    if count:
        zh, en = f"未盖审核章的凭证 {count} 张", f"{count} vouchers without the committee's stamp"
        yield Blocker("unstamped", count, zh, en, Role.supervisor, "StampView.list")


def _bank(period: _Period) -> Iterator[Blocker]:
    """Statements reach the month's end and what is in them is in the books; what the books have ahead may be on its way.

    A book none of whose accounts is reconciled here closes with a word: its statements lie on paper.
    """
    if period.number == LAST:
        return
    session, book = period.session, period.book
    query = select(BankAccountRow).where(BankAccountRow.book_id == book.id).order_by(BankAccountRow.account)
    accounts = [row for row in session.scalars(query) if row.since <= period.last]
    if not accounts:
        zh, en = "银行账户没有在系统中对账", "no bank account is reconciled here"
        yield Blocker("bank_paper", 0, zh, en, Role.accountant, "BankView.list", stops=False)
    for account in accounts:
        where: dict[str, object] = {"bank_account_id": account.id}
        ahead = open_entries(session, account, period.last)
        reach = covered_to(session, account.id)
        if reach is None or reach < period.last:
            # A quiet end of the month has no line in any statement; money moved in it has.
            moved = [entry for entry in ahead if reach is None or entry.day > reach]
            zh, en = (
                f"{account.account} 对账单未到月末",
                f"{account.account}: statements end before the month does",
            )
            yield Blocker("bank", 1, zh, en, Role.accountant, "BankView.show", where, stops=bool(moved))
        unbooked = open_lines(session, account, period.last)
        if unbooked:
            total = fen_text(sum(abs(line.amount_fen) for line in unbooked))
            zh = f"{account.account} 银行已记、账上未记 {len(unbooked)} 笔，{total} 元"
            en = f"{account.account}: {len(unbooked)} lines of the bank are not in the books, {total} yuan"
            yield Blocker("bank_lines", len(unbooked), zh, en, Role.accountant, "BankView.show", where)
        if ahead:
            zh = f"{account.account} 账上已记、银行未记 {len(ahead)} 笔"
            en = f"{account.account}: {len(ahead)} postings the bank has not yet"
            yield Blocker(
                "bank_ahead", len(ahead), zh, en, Role.accountant, "BankView.show", where, stops=False
            )


def _pending(period: _Period) -> Iterator[Blocker]:
    """181 is settled by the year's end at the latest (财会〔2023〕14号, 财会〔2021〕37号); before that it is told."""
    chart = chart_of(Standard(period.book.standard))
    account = chart.path("pending_loss")
    left = balance(period.session, period.book.id, account, year=period.year, upto=period.number)
    if left:
        zh = f"{account} 待处理财产损溢尚有 {fen_text(left)} 元"
        en = f"{account} pending gains and losses still hold {fen_text(left)} yuan"
        where: dict[str, object] = {"entity": period.book.entity, "year": period.year, "path": account}
        yield Blocker("pending", 1, zh, en, Role.accountant, "BookView.account", where, stops=period.of_year)


def _runs(period: _Period) -> Iterator[Blocker]:
    """The month's depreciation and the rent spread over leases, where there is any to post."""
    if period.number == LAST:
        return
    session, book = period.session, period.book
    where: dict[str, object] = {"entity": book.entity, "year": period.year, "period": period.number}
    if worn := depreciation_due(session, book.entity_id, period.year, period.number):
        zh, en = (
            f"本月折旧未提，{fen_text(worn.fen)} 元",
            f"the month's depreciation of {fen_text(worn.fen)} yuan is not posted",
        )
        yield Blocker(
            "depreciation",
            worn.cards + worn.unmeasured,
            zh,
            en,
            Role.accountant,
            "DepreciationView.month",
            where,
        )
    if rent := rent_open(session, book.entity_id, period.year, period.number):
        zh, en = "本月租金未结转", "the month's rent is not posted"
        yield Blocker("rent", rent.leases, zh, en, Role.accountant, "RentView.month", where)


def _deliveries(period: _Period) -> Iterator[Blocker]:
    """Goods taken by the buyer up to the month's end without a bill: the month's sales would be short of them."""
    billed = exists().where(SaleRow.acceptance_id == AcceptanceRow.id)
    taken = (
        select(AcceptanceRow.id)
        .join(ShipmentRow, ShipmentRow.id == AcceptanceRow.shipment_id)
        .join(PartRow, PartRow.id == ShipmentRow.part_id)
        .where(
            AcceptanceRow.seller_id == period.book.tenant_id,
            PartRow.seller_entity == period.book.entity,
            AcceptanceRow.day <= period.last,
            ~billed,
        )
        .order_by(AcceptanceRow.id)
    )
    ids = period.session.scalars(taken).all()
    if ids:
        zh, en = f"已验收未开单的交货 {len(ids)} 批", f"{len(ids)} deliveries taken and not billed"
        where: dict[str, object] = {"acceptance_id": ids[0]}
        yield Blocker("deliveries", len(ids), zh, en, Role.accountant, "SaleView.acceptance", where)


def _sound(period: _Period) -> Iterator[Blocker]:
    """The books agree with themselves; beancount's reading of them is asked at the year's close."""
    found = check_book(period.session, period.book.id, beancount=period.number == LAST)
    if found:
        zh = f"账目核对不符 {len(found)} 处：" + "；".join(finding.zh for finding in found[:3])
        en = f"the books do not agree in {len(found)} places: " + "; ".join(
            finding.en for finding in found[:3]
        )
        yield Blocker("verify", len(found), zh, en, Role.accountant, "VerifyView.show")


_Check = Callable[[_Period], Iterator[Blocker]]
_CHECKS: tuple[_Check, ...] = (_drafts, _files, _stamps, _deliveries, _bank, _runs, _pending)
