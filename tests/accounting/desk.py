"""What the tests of the accountant's desk share: an opened book, drafts, sales, stamps, closed months."""

from __future__ import annotations

from datetime import date

from coop.accounting import service as accounting
from coop.accounting.rules import DraftLine
from coop.books import checks
from coop.books import service as book_service
from coop.governance import service as governance
from coop.kernel.actor import Role
from coop.kernel.unit import owner_session, unit
from ledger.voucher import Voucher, credit, debit
from tests.conftest import Village

BALANCES = {"101": 50_000, "102": 1_000_000, "114:H0003": -30_000, "114:H0004": 5_000, "301": -1_025_000}
OFFICE = (DraftLine("523", debit_fen=12_000, note="办公费"), DraftLine("101", credit_fen=12_000))


def open_book(village: Village) -> int:
    with unit(village.actor(Role.accountant, user=2)) as work:
        return accounting.opening(work, village.coop, 2025, BALANCES).id


def draft(village: Village, day: date = date(2025, 4, 8), lines: tuple[DraftLine, ...] = OFFICE) -> int:
    with unit(village.actor(Role.accountant, user=2)) as work:
        return accounting.draft(
            work, village.coop, day=day, summary="四月办公费", lines=lines, attachments=2
        ).id


def approve(village: Village, draft_id: int, user: int = 3) -> int:
    with unit(village.actor(Role.checker, user=user)) as work:
        return accounting.approve(work, draft_id).id


def sale(village: Village, number: int = 1, fen: int = 90_000, day: date = date(2025, 5, 6)) -> int:
    """An automatic voucher, as a document posts it."""
    lines = (debit("102", fen), credit("501:01", fen))
    with unit(village.actor(Role.manager, user=5)) as work:
        return book_service.post(work, village.coop, Voucher(day, "售菇", lines, f"sale:{number}")).id


def stamp(village: Village, day: date) -> None:
    with unit(village.actor(Role.supervisor, user=9)) as work:
        governance.stamp_day(work, village.coop, day)


def close_months(village: Village, upto: int = 12) -> None:
    with unit(village.actor(Role.accountant, user=2)) as work:
        for month in range(1, upto + 1):
            accounting.close_month(work, village.coop, 2025, month)


def breaches() -> list[str]:
    with owner_session() as session:
        found = [text for name in checks.LEDGER_IDS for text in checks._findings(session, name)]
        return found + checks.check_control_accounts(session) + checks.check_two_persons(session)
