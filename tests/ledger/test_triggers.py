from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from ledger.tables import AccountRow, VoucherRow
from tests.ledger.support import AT, make_book, make_session, post, sale

LINE = (
    "INSERT INTO ledger_posting (tenant_id, voucher_id, book_id, line, account, commodity, amount, note) "
    "VALUES (7, {voucher}, {book}, {line}, '102', 'CNY', {amount}, '')"
)
EXTRA_LINE = LINE.format(voucher=1, book=1, line=3, amount=5)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE ledger_voucher SET summary = 'x'", "append-only"),
        ("DELETE FROM ledger_voucher", "append-only"),
        ("UPDATE ledger_posting SET amount = amount + 1", "append-only"),
        ("DELETE FROM ledger_posting", "append-only"),
        (EXTRA_LINE, "complete"),
        ("UPDATE ledger_head SET sequence = 0", "forward only"),
        ("UPDATE ledger_head SET seal = replace(seal, '0', '1')", "forward only"),
        ("UPDATE ledger_head SET sequence = 9, book_id = 2", "forward only"),
        ("DELETE FROM ledger_head", "forward only"),
    ],
)
def test_the_database_itself_refuses_changes(statement: str, said: str) -> None:
    with make_session() as session:
        post(session, make_book(session), sale("a"))
        with pytest.raises(DatabaseError, match=said):
            session.execute(text(statement))


def test_the_database_itself_refuses_an_unbalanced_voucher() -> None:
    with make_session() as session:
        book = make_book(session)
        row = VoucherRow(
            tenant_id=7, book_id=book.id, entity_id=1, year=2025, period=1, word="记", number=1,
            day=date(2025, 1, 1), summary="x", source="x", kind="automatic", lines=2,
            maker_id=1, posted_at=AT, sequence=1, seal="0" * 64,
        )  # fmt: skip
        session.add(row)
        session.flush()
        session.execute(text(LINE.format(voucher=row.id, book=book.id, line=1, amount=5)))
        with pytest.raises(DatabaseError, match="balance"):
            session.execute(text(LINE.format(voucher=row.id, book=book.id, line=2, amount=-4)))


def test_a_row_cannot_point_into_another_tenant() -> None:
    with make_session() as session:
        book = make_book(session)
        session.add(AccountRow(tenant_id=8, book_id=book.id, path="102", name="x", name_en="x"))
        with pytest.raises(DatabaseError, match="FOREIGN KEY"):
            session.flush()


def test_the_database_itself_refuses_a_voucher_in_a_closed_period() -> None:
    with make_session() as session:
        book = make_book(session)
        session.execute(text("UPDATE ledger_period SET state = 'closed' WHERE number = 1"))
        session.add(
            VoucherRow(
                tenant_id=7, book_id=book.id, entity_id=1, year=2025, period=1, word="记", number=1,
                day=date(2025, 1, 1), summary="x", source="x", kind="automatic", lines=2,
            maker_id=1, posted_at=AT, sequence=1, seal="0" * 64,
            )
        )  # fmt: skip
        with pytest.raises(DatabaseError, match="closed"):
            session.flush()
