from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from ledger import periods
from ledger.tables import APPEND_ONLY
from ledger.verify import check_book
from tests.ledger.support import AT, YEAR, fill, make_book, make_session, post, sale


def unlock(session: Session) -> None:
    """Take the triggers and keys away, as somebody with the owner's login could."""
    for table in APPEND_ONLY:
        for verb in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER {table}_no_{verb}"))
    for name in (
        "ledger_voucher_period",
        "ledger_posting_extra",
        "ledger_posting_balance",
        "ledger_head_forward",
        "ledger_head_stays",
    ):
        session.execute(text(f"DROP TRIGGER {name}"))
    session.commit()
    session.connection().exec_driver_sql("ROLLBACK")
    session.connection().exec_driver_sql("PRAGMA foreign_keys=OFF")
    session.connection().exec_driver_sql("PRAGMA ignore_check_constraints=ON")
    session.connection().exec_driver_sql("BEGIN")


def test_a_full_book_is_clean() -> None:
    with make_session() as session:
        assert check_book(session, fill(session).id) == []


TAMPERINGS = [
    ("UPDATE ledger_posting SET amount = amount + 1 WHERE id = 1", {"L1", "L7", "L9"}),
    ("UPDATE ledger_posting SET amount = amount + 1 WHERE id < 3", {"L1"}),
    ("DELETE FROM ledger_posting WHERE voucher_id = 2", {"L1", "L3", "L7"}),
    ("UPDATE ledger_voucher SET entity_id = 99 WHERE id = 1", {"L2"}),
    ("UPDATE ledger_posting SET account = '113:H7777' WHERE id = 4", {"L2"}),
    ("UPDATE ledger_posting SET amount = 2 * amount WHERE voucher_id = 2", {"L3", "L7"}),
    ("UPDATE ledger_voucher SET reverses_id = NULL WHERE kind = 'reversal'", {"L3"}),
    ("UPDATE ledger_voucher SET number = 9 WHERE id = 3", {"L4"}),
    ("DELETE FROM ledger_voucher WHERE id = 4", {"L2", "L4", "L5"}),
    ("UPDATE ledger_counter SET last = last + 1 WHERE period = 5", {"L4"}),
    ("UPDATE ledger_voucher SET day = '2025-07-01' WHERE id = 3", {"L5"}),
    ("UPDATE ledger_period SET state = 'open' WHERE number = 3 AND year = 2025", {"L5"}),
    ("UPDATE ledger_balance SET debit = debit + 1 WHERE account = '102'", {"L6", "L7"}),
    ("UPDATE ledger_balance SET credit = credit + 1, debit = debit + 1 WHERE account = '102'", {"L7"}),
    ("DELETE FROM ledger_balance WHERE account = '401'", {"L6", "L7"}),
    ("UPDATE ledger_posting SET commodity = 'POINT' WHERE voucher_id = 3", {"L7"}),
    ("UPDATE ledger_posting SET amount = -2 * amount WHERE account = '102:01'", {"L10"}),
    ("UPDATE ledger_voucher SET summary = '另一事' WHERE id = 3", {"L3"}),
    ("UPDATE ledger_voucher SET maker_id = 2, checker_id = 1 WHERE id = 3", {"L3"}),
    ("UPDATE ledger_voucher SET posted_at = '2025-06-02 08:00:00.000000' WHERE id = 3", {"L3"}),
    ("UPDATE ledger_posting SET note = '另一户' WHERE id = 4", {"L3"}),
    ("UPDATE ledger_posting SET account = '113:H0012' WHERE account = '113:H0001'", {"L3"}),
    ("DELETE FROM ledger_head", {"L3"}),
    ("UPDATE ledger_head SET sequence = sequence - 1", {"L3"}),
    ("UPDATE ledger_book SET first_year = 2024", {"L3"}),
]


@pytest.mark.parametrize(("statement", "expected"), TAMPERINGS)
def test_tampering_is_found_by_its_id(statement: str, expected: set[str]) -> None:
    with make_session() as session:
        book_id = fill(session).id
        unlock(session)
        session.execute(text(statement))
        session.expire_all()
        found = check_book(session, book_id, beancount="account = '113:H7777'" not in statement)
        assert expected <= {finding.id for finding in found}
        assert all("TYP-RCEO" in finding.zh and "TYP-RCEO" in finding.en for finding in found)


def test_a_voucher_slipped_into_a_closed_period_is_found() -> None:
    with make_session() as session:
        book = make_book(session)
        periods.close_period(session, book.id, YEAR, 1, by_id=1, at=AT)
        session.execute(text("UPDATE ledger_period SET state = 'open'"))
        post(session, book, sale("a", day=date(YEAR, 1, 5)))
        session.execute(text("UPDATE ledger_period SET state = 'closed' WHERE number = 1"))
        (finding,) = check_book(session, book.id)
        assert str(finding) == (
            "L5: 账套 TYP-RCEO 2025 年第 1 期结账后凭证数：应为 0，实为 1，差 1 / "
            "book TYP-RCEO 2025-01 vouchers since its close: expected 0, found 1, difference 1"
        )
