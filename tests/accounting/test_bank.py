"""The bank beside the book: files handed in once, matched with reasons, undone with a trace, reconciled to the fen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import event, select

from coop.accounting import service as accounting
from coop.accounting.bank_imports import read_bank_statement
from coop.accounting.models import BankLineRow, BankMatchRow
from coop.accounting.queries import bank
from coop.accounting.queries.bank_open import bank_account, open_entries, open_lines
from coop.accounting.queries.bank_reconciliation import Reconciliation, reconciliation, reconciliation_rows
from coop.accounting.rules import DraftLine
from coop.accounting.service import bank as service
from coop.accounting.service import bank_matching as matching
from coop.kernel.actor import Role
from coop.kernel.db import Database
from coop.kernel.errors import InputError, NotFoundError, PermissionDeniedError
from coop.kernel.unit import look, unit
from tests.accounting.desk import approve, draft, open_book, sale
from tests.conftest import Village, make_village

HEAD = "交易日期,收入,支出,余额,流水号,摘要\n"
FEE = DraftLine("524:03", debit_fen=200)


def book(village: Village, user: int = 2, role: Role = Role.accountant, opening: int = 1_000_000) -> int:
    """The opening balances posted and the bank's account 102 reconciled from the first day."""
    with unit(village.actor(role, user=user)) as work:
        return service.open_bank_account(
            work, village.coop, account="102", name="农信社", tail="0016", since=date(2025, 1, 1),
            opening_fen=opening,
        ).id  # fmt: skip


def hand_in(village: Village, account: int, text: str, typed: int | None = None) -> service.StatementTrial:
    data = text.encode("gbk")
    statement, _ = read_bank_statement(data)
    with unit(village.actor(Role.checker, user=3)) as work:
        return service.import_statement(work, account, statement, content=data, opening_fen=typed)


def rules(village: Village, account: int, days: int = 5) -> list[str]:
    with unit(village.actor(Role.accountant, user=2)) as work:
        matching.match_all(work, account, days)
        rows = work.session.scalars(select(BankMatchRow).order_by(BankMatchRow.id))
        return [row.kind for row in rows if row.undone_at is None]


def form(village: Village, account: int, day: date = date(2025, 12, 31)) -> Reconciliation:
    with look(village.actor(Role.supervisor)) as view:
        return reconciliation(view.session, account, day)


@pytest.fixture
def account(village: Village) -> int:
    open_book(village)
    return book(village)


def test_files_join_on_and_nothing_comes_twice(village: Village, account: int) -> None:
    first = HEAD + "2025-05-02,10.00,,10010.00,A1,结息\n2025-05-03,,2.00,10008.00,,手续费\n"
    assert len(hand_in(village, account, first).plan.fresh) == 2
    assert hand_in(village, account, first).again, "the same file changes nothing"
    longer = first + "2025-05-03,,2.00,10006.00,,手续费\n2025-05-09,4.00,,10010.00,A2,利息\n"
    found = hand_in(village, account, longer)
    assert (len(found.plan.fresh), found.known) == (2, 2), "a second fee of the same day is a line of its own"
    with pytest.raises(InputError) as gap:
        hand_in(village, account, HEAD + "2025-06-02,1.00,,10021.00,A9,结息\n")
    assert "此前对账单止于 2025-05-09" in gap.value.faults[0].zh
    assert "差 10.00" in gap.value.faults[0].zh
    with pytest.raises(InputError) as other:
        hand_in(village, account, HEAD + "2025-05-02,10.00,,10010.00,ZZ,结息\n")
    assert len(other.value.faults) == 2, "a line the earlier file had not, and one it had that is gone"
    with look(village.actor(Role.supervisor)) as view:
        assert len(open_lines(view.session, bank_account(view.session, account))) == 4
        desk = bank.bank_desk(view.session, account)
        assert [(file.count, file.fresh) for file in desk.files] == [(4, 2), (2, 2)]
        assert bank.statement_file(view.session, desk.files[1].id)[1] == first.encode("gbk")
        stored = view.session.connection().exec_driver_sql("SELECT content, party FROM bank_file, bank_line")
        assert all("结息" not in row[0] for row in stored)
    assert form(village, account).bank_fen == 1_001_000


def test_what_the_bank_said_stays(village: Village, account: int) -> None:
    hand_in(village, account, HEAD + "2025-05-02,10.00,,10010.00,A1,结息\n")
    for act in ("change", "drop"):
        with (
            pytest.raises(RuntimeError, match="append-only"),
            unit(village.actor(Role.accountant, user=2)) as work,
        ):
            line = work.session.scalars(select(BankLineRow)).one()
            if act == "drop":
                work.session.delete(line)
            else:
                line.amount_fen = 5
            work.session.flush()
    assert form(village, account).bank_fen == 1_001_000


def test_two_hand_in_the_same_file_at_once(village: Village, account: int) -> None:
    text = HEAD + "2025-05-02,10.00,,10010.00,A1,结息\n"
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: hand_in(village, account, text).again, range(2)))
    assert sorted(found) == [False, True]


def test_a_file_without_balances_asks_for_the_opening(village: Village, account: int) -> None:
    text = "日期,金额,摘要\n2025-05-02,-3.00,手续费\n"
    with pytest.raises(InputError) as asked:
        hand_in(village, account, text)
    assert asked.value.faults[0].place == "opening"
    with pytest.raises(InputError):
        hand_in(village, account, text, 999_900)
    assert hand_in(village, account, text, 1_000_000).plan.closing_fen == 999_700


def test_matches_have_reasons_and_the_ambiguous_is_only_proposed(village: Village, account: int) -> None:
    sale(village, 1, 90_000, date(2025, 5, 6))
    sale(village, 2, 70_000, date(2025, 5, 6))
    sale(village, 3, 70_000, date(2025, 5, 8))
    lines = (
        DraftLine("523", debit_fen=5_000), DraftLine("102", credit_fen=2_000), DraftLine("102", credit_fen=3_000)
    )  # fmt: skip
    approve(village, draft(village, date(2025, 5, 20), lines))
    sale(village, 4, 11_000, date(2025, 5, 25))
    hand_in(
        village,
        account,
        HEAD + "2025-05-07,900.00,,10900.00,B1,货款\n2025-05-08,700.00,,11600.00,B2,货款\n"
        "2025-05-21,,50.00,11550.00,B3,办公\n2025-05-25,60.00,,11610.00,B4,售菇\n"
        "2025-05-25,50.00,,11660.00,B5,售菇\n2025-05-31,1.00,,11661.00,B6,结息\n",
    )
    assert rules(village, account) == ["amount_day", "voucher", "lines"]
    with look(village.actor(Role.manager)) as view:
        desk = bank.bank_desk(view.session, account)
        assert len(desk.proposals) == 2, "700 yuan may be either sale"
        assert {entry.day.day for p in desk.proposals for entry in p.entries} == {6, 8}
        [interest] = [line for line in desk.lines if line.text == "结息"]
        assert desk.counters[interest.id] == "524"
        why = bank.bank_matches(view.session, account)
        assert why[0].row.maker_id == 2
        assert [len(m.lines) for m in why] == [2, 1, 1]
    found = form(village, account, date(2025, 5, 31))
    assert found.difference_fen == 0
    assert [item.fen for item in found.bank_in] == [70_000, 100]
    assert [item.fen for item in found.book_in] == [70_000, 70_000]
    kinds = [row.kind for row in reconciliation_rows(found)]
    assert kinds.count("balance") == kinds.count("adjusted") == 2


def test_a_match_counts_from_its_last_day_on(village: Village, account: int) -> None:
    sale(village, 1, 90_000, date(2025, 5, 30))
    hand_in(village, account, HEAD + "2025-06-02,900.00,,10900.00,B1,货款\n")
    assert rules(village, account) == ["amount_day"]
    may, june = form(village, account, date(2025, 5, 31)), form(village, account, date(2025, 6, 30))
    assert [item.fen for item in may.book_in] == [90_000]
    assert (may.adjusted_book_fen, may.adjusted_bank_fen) == (1_090_000, 1_090_000)
    assert not june.book_in
    assert june.difference_fen == 0
    with look(village.actor(Role.supervisor)) as view:
        asked = bank.unreconciled(view.session, village.coop, 2025, 5)
        assert (asked.count, asked.fen, asked.uncovered, asked.done) == (1, 90_000, (), False)
        assert bank.unreconciled(view.session, village.coop, 2025, 6).uncovered == ("102",)
        assert bank.unreconciled(view.session, village.rceo, 2025, 6).done


def test_by_hand_undone_and_by_hand_again(village: Village, account: int) -> None:
    sale(village, 1, 90_000)
    hand_in(
        village, account, HEAD + "2025-09-01,890.00,,10890.00,B1,货款\n2025-09-02,10.00,,10900.00,B2,补款\n"
    )
    with look(village.actor(Role.manager)) as view:
        row = bank_account(view.session, account)
        lines = [line.id for line in open_lines(view.session, row)]
        [entry] = [(e.voucher_id, e.line) for e in open_entries(view.session, row)]
    checker = village.actor(Role.checker, user=3)
    with pytest.raises(matching.MatchSumError, match="差 -10"), unit(checker) as work:
        matching.match(work, account, lines[:1], [entry])
    with unit(checker) as work:
        first = matching.match(work, account, lines, [entry]).id
    with pytest.raises(InputError), unit(checker) as work:
        matching.match(work, account, lines, [entry])
    with pytest.raises(InputError), unit(checker) as work:
        matching.unmatch(work, first, " ")
    with unit(checker) as work:
        matching.unmatch(work, first, "点错")
    with pytest.raises(matching.MatchUndoneError), unit(checker) as work:
        matching.unmatch(work, first, "再来")
    with unit(checker) as work:
        matching.match(work, account, lines, [entry])
    with look(village.actor(Role.supervisor)) as view:
        now, before = bank.bank_matches(view.session, account)
        assert (before.row.undone_by, before.row.undone_why, len(before.lines)) == (3, "点错", 2)
        assert now.row.undone_at is None
        assert now.row.kind == "manual"


def test_fees_of_the_bank_become_a_draft_and_find_their_line(village: Village, account: int) -> None:
    hand_in(
        village, account, HEAD + "2025-05-07,,2.00,9998.00,F1,手续费\n2025-05-08,,3.00,9995.00,F2,手续费\n"
    )
    with look(village.actor(Role.manager)) as view:
        lines = [line.id for line in open_lines(view.session, bank_account(view.session, account))]
    with unit(village.actor(Role.accountant, user=2)) as work:
        made = matching.draft_lines(work, account, lines, counter="524:03", summary="五月手续费").id
    with pytest.raises(matching.LineDraftedError), unit(village.actor(Role.accountant, user=2)) as work:
        matching.draft_lines(work, account, lines[:1], counter="524:03", summary="再来")
    assert rules(village, account) == [], "a draft is no voucher yet"
    approve(village, made)
    assert rules(village, account) == ["drafted"]
    found = form(village, account)
    assert found.book_fen == found.bank_fen == found.adjusted_book_fen == 999_500


def test_a_reversed_voucher_needs_no_line_of_the_bank(village: Village, account: int) -> None:
    lines = (DraftLine("523", debit_fen=5_000), DraftLine("102", credit_fen=5_000))
    voucher = approve(village, draft(village, date(2025, 5, 20), lines))
    with unit(village.actor(Role.accountant, user=2)) as work:
        undo = accounting.draft_reversal(work, voucher, day=date(2025, 5, 22), reason="记错").id
    approve(village, undo)
    assert rules(village, account) == ["reversal"]
    assert form(village, account).difference_fen == 0


def test_what_differed_at_the_start_stays_told(village: Village) -> None:
    open_book(village)
    account = book(village, opening=999_000)
    found = form(village, account)
    assert (found.gap_fen, found.difference_fen) == (1_000, 1_000)


def test_who_may_and_whose(village: Village, account: int) -> None:
    with pytest.raises(PermissionDeniedError), unit(village.actor(Role.clerk)) as work:
        matching.match_all(work, account)
    with pytest.raises(PermissionDeniedError):
        book(village, role=Role.manager)
    with pytest.raises(InputError) as wrong, unit(village.actor(Role.accountant)) as work:
        service.open_bank_account(
            work,
            village.coop,
            account="101",
            name=" ",
            tail="62170000",
            since=date(2025, 1, 1),
            opening_fen=0,
        )
    assert [fault.place for fault in wrong.value.faults] == ["account", "name", "tail"]
    with pytest.raises(InputError, match="重叠"):
        book(village)
    stranger = make_village("XYZ", households=1).actor(Role.accountant, Role.checker)
    with pytest.raises(NotFoundError), unit(stranger) as work:
        matching.match_all(work, account)
    with look(stranger) as view, pytest.raises(NotFoundError):
        bank.bank_desk(view.session, account)


def test_a_month_of_thousands_of_lines_takes_few_queries(
    village: Village, account: int, db: Database
) -> None:
    run, rows = 1_000_000, []
    for number in range(3_000):
        run += 100 + number
        rows.append(f"2025-05-{number % 28 + 1:02d},{(100 + number) / 100:.2f},,,N{number},款\n")
    rows.sort()
    text = "交易日期,收入,支出,流水号,摘要\n" + "".join(row.replace(",,,N", ",,N") for row in rows)
    hand_in(village, account, text, 1_000_000)
    for number in range(60):
        sale(village, number, 100 + number, date(2025, 5, number % 28 + 1))
    statements: list[str] = []

    def note(_c: object, _k: object, sql: str, *_rest: object) -> None:
        if sql.startswith("SELECT"):
            statements.append(sql)

    event.listen(db.app, "before_cursor_execute", note)
    try:
        assert rules(village, account) == ["amount_day"] * 60
    finally:
        event.remove(db.app, "before_cursor_execute", note)
    assert len(statements) < 20, len(statements)
    found = form(village, account)
    assert found.difference_fen == 0
    assert len(found.bank_in) == 2_940
    with look(village.actor(Role.supervisor)) as view:
        assert view.session.query(BankLineRow).count() == 3_000
