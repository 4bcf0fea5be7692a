"""The hash chain: what it covers, where it stands after each posting, and what it finds."""

import hashlib
import json
from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from ledger import journal, seal
from ledger.errors import BookMissingError
from ledger.seal import head
from ledger.tables import BookRow, HeadRow, VoucherRow
from ledger.verify import check_book
from ledger.voucher import Voucher, credit, debit
from tests.ledger.support import AT, YEAR, fill, make_book, make_session, post, sale
from tests.ledger.test_verify import unlock


def findings(session: Session, book: BookRow) -> list[str]:
    session.expire_all()
    return [str(found) for found in check_book(session, book.id, beancount=False) if found.id == "L3"]


def test_the_chain_is_made_of_what_an_auditor_can_recompute() -> None:
    with make_session() as session:
        book = make_book(session)
        first = head(session, book.id)
        name = '{"entity":"TYP-RCEO","first_year":2025,"standard":"rceo_2023"}'
        assert (first.sequence, first.seal) == (0, hashlib.sha256(f"\n{name}".encode()).hexdigest())
        post(session, book, sale("receipt:1", 500))
        content = (
            '{"attachments":0,"checker":2,"day":"2025-03-05","kind":"automatic","maker":1,"number":1,"period":3,'
            '"posted_at":"2025-06-01T08:00:00.000000+00:00",'
            '"postings":[["102",500,"CNY",null,""],["501:01",-500,"CNY",null,""]],'
            '"resolution":"","reverses":null,"sequence":1,"source":"receipt:1","summary":"售菇","word":"记","year":2025}'
        )
        assert json.loads(content)["summary"] == "售菇"
        expected = hashlib.sha256(f"{first.seal}\n{content}".encode()).hexdigest()
        assert head(session, book.id) == seal.Head("TYP-RCEO", 1, expected)
        assert str(head(session, book.id)).startswith(f"TYP-RCEO #1 {expected[:8]} {expected[8:16]} ")


def test_batches_singles_and_repeats_make_one_unbroken_chain() -> None:
    with make_session() as session:
        book, other = make_book(session), make_book(session, "coop_2021", "TYP-COOP", 2)
        post(session, book, sale("a"))
        batch = [sale(f"b:{n}", day=date(YEAR, 1 + n, 3)) for n in range(4)]
        journal.append_all(session, book.id, batch, maker_id=1, posted_at=AT)
        before = head(session, book.id)
        post(session, book, sale("a"))  # the same fact again moves nothing
        assert head(session, book.id) == before
        assert before.sequence == 5
        rows = session.scalars(select(VoucherRow).order_by(VoucherRow.sequence)).all()
        assert [row.sequence for row in rows] == [1, 2, 3, 4, 5]
        assert rows[-1].seal == before.seal
        assert head(session, other.id).sequence == 0
        assert findings(session, book) == []


def test_a_rollback_gives_the_seal_back() -> None:
    with make_session() as session:
        book = make_book(session)
        post(session, book, sale("a"))
        before = head(session, book.id)
        with pytest.raises(ZeroDivisionError), session.begin_nested():
            post(session, book, sale("b"))
            raise ZeroDivisionError
        assert head(session, book.id) == before
        post(session, book, sale("c"))
        assert findings(session, book) == []


def test_an_edit_names_that_voucher_alone() -> None:
    with make_session() as session:
        book = fill(session)
        unlock(session)
        session.execute(text("UPDATE ledger_voucher SET summary = '另一事' WHERE id = 3"))
        (found,) = findings(session, book)
        assert found.startswith("L3: 账套 TYP-RCEO 凭证 3（第 3 号）的封签：应为 ")
        assert "voucher 3 (no. 3) seal: expected" in found


def test_a_changed_voucher_with_a_fresh_seal_breaks_the_next_one() -> None:
    with make_session() as session:
        book = fill(session)
        unlock(session)
        rows = session.scalars(select(VoucherRow).order_by(VoucherRow.sequence)).all()
        rows[2].summary = "另一事"
        postings = journal.read(session, rows[2].id).postings
        rows[2].seal = seal.seal_of(rows[1].seal, rows[2], postings)
        session.flush()
        (found,) = findings(session, book)
        assert f"凭证 {rows[3].id}（第 4 号）的封签" in found


def test_a_gap_a_cut_tail_and_two_that_changed_places_are_found() -> None:
    lines = (debit("121:GU", 5), credit("113:H0001", 5))
    cuts = {
        "DELETE FROM ledger_voucher WHERE sequence = 2": ["第 2 号封签处的凭证", "凭证 3（第 3 号）的封签"],
        "DELETE FROM ledger_voucher WHERE sequence = 4": ["已封凭证数：应为 4，实为 3"],
        "UPDATE ledger_voucher SET sequence = CASE sequence WHEN 2 THEN 30 ELSE sequence END": ["第 2 号封签处的凭证"],
    }  # fmt: skip
    for statement, expected in cuts.items():
        with make_session() as session:
            book = make_book(session)
            for number in range(4):
                post(session, book, Voucher(date(YEAR, 3, 1), "收", lines, f"r:{number}"))
            unlock(session)
            session.execute(text(statement))
            found = findings(session, book)
            assert all(any(word in line for line in found) for word in expected), found


def test_a_chain_forged_to_its_end_shows_against_the_printed_head() -> None:
    """Who holds the database can make a new chain: the head hung up in the village no longer matches."""
    with make_session() as session:
        book = fill(session)
        printed = str(head(session, book.id))
        unlock(session)
        rows = session.scalars(select(VoucherRow).order_by(VoucherRow.sequence)).all()
        rows[0].summary, before = "另一事", seal.genesis(book)
        for row in rows:
            before = row.seal = seal.seal_of(before, row, journal.read(session, row.id).postings)
        session.query(HeadRow).one().seal = before
        session.flush()
        assert findings(session, book) == []
        assert str(head(session, book.id)) != printed


def test_no_book_has_no_head() -> None:
    with make_session() as session, pytest.raises(BookMissingError):
        head(session, 99)
