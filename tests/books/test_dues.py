"""What households owe: noted on the debit, settled oldest first, voided and undone; the control account holds."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text

from coop.books import queries
from coop.books import service as books
from coop.books.models import DueKind
from coop.books.service.errors import DueAccountError, NegativeSettlementError, SettledDueError
from coop.kernel.actor import Role
from coop.kernel.unit import look, owner_session, unit
from ledger.voucher import Voucher, credit, debit
from tests.books.test_books import breaches, household_id
from tests.conftest import Village

DAY = date(2025, 3, 1)


def issue(village: Village, number: int, household: str, fen: int, *, day: date = DAY, line: int = 1) -> int:
    """Inputs on credit: Dr the member's current account / Cr the goods, and the due on it; the voucher's id."""
    owner = household_id(village, household)
    with unit(village.actor(Role.accountant, user=2)) as work:
        voucher = Voucher(
            day, f"赊销{number}", (debit(f"114:{household}", fen), credit("121:BAG", fen)), f"issue:{number}"
        )
        row = books.post(work, village.coop, voucher)
        entry = books.DueEntry(
            village.coop, row, line, owner, DueKind.input, f"issue:{number}:{household}", fen, day
        )
        [due] = books.add_dues(work, [entry])
        assert books.add_dues(work, [entry]) == [due]
        return row.id


def test_dues_are_settled_oldest_first_and_owed_again_when_undone(village: Village) -> None:
    issue(village, 1, "H0001", 30_000, day=date(2025, 3, 2))
    issue(village, 2, "H0001", 20_000, day=date(2025, 3, 1))
    issue(village, 3, "H0002", 10_000)
    one, two = household_id(village, "H0001"), household_id(village, "H0002")
    assert breaches() == []
    with unit(village.actor(Role.accountant, user=2)) as work:
        assert books.settle_dues(work, village.coop, one, 25_000, source="set:1") == 25_000
        assert books.settle_dues(work, village.coop, one, 25_000, source="set:1") == 25_000
        books.post(
            work,
            village.coop,
            Voucher(DAY, "收现", (debit("101", 25_000), credit("114:H0001", 25_000)), "cash:1"),
        )
    assert breaches() == []
    with look(village.actor()) as seen:
        first, second = queries.dues(seen.session, one)
        assert (first.source, first.open_fen, second.source, second.open_fen) == (
            "issue:2:H0001",
            0,
            "issue:1:H0001",
            25_000,
        )
        assert queries.open_due(seen.session, village.coop, [one, two, 99]) == {
            one: 25_000,
            two: 10_000,
            99: 0,
        }
    with unit(village.actor(Role.accountant, user=2)) as work:
        assert books.settle_dues(work, village.coop, one, 99_999, source="set:2") == 25_000
        assert books.unsettle_dues(work, "set:1") == 25_000
        assert books.unsettle_dues(work, "set:1") == 0
        with pytest.raises(NegativeSettlementError):
            books.settle_dues(work, village.coop, one, -1, source="set:3")
    with look(village.actor()) as seen:
        assert [due.open_fen for due in queries.dues(seen.session, one)] == [20_000, 5_000]


def test_a_due_rests_on_the_households_own_debit(village: Village) -> None:
    with pytest.raises(DueAccountError):
        issue(village, 1, "H0001", 500, line=2)
    issue(village, 1, "H0001", 500)
    owner = household_id(village, "H0001")
    with pytest.raises(DueAccountError, match=r"2\.00"), unit(village.actor(Role.accountant, user=2)) as work:
        [voucher] = queries.vouchers_of_source(work.session, "issue:1")
        entry = books.DueEntry(village.coop, voucher, 1, owner, DueKind.other, "issue:1:more", 200, DAY)
        books.add_dues(work, [entry])


def test_a_settled_due_holds_its_voucher_and_an_open_one_goes_with_it(village: Village) -> None:
    first = issue(village, 1, "H0001", 500)
    owner = household_id(village, "H0001")
    with unit(village.actor(Role.accountant, user=2)) as work:
        books.settle_dues(work, village.coop, owner, 100, source="set:1")
    with pytest.raises(SettledDueError), unit(village.actor(Role.checker, user=3)) as work:
        books.reverse(work, first, day=DAY, reason="错发", maker_id=2)
    with unit(village.actor(Role.accountant, user=2)) as work:
        books.unsettle_dues(work, "set:1")
    with unit(village.actor(Role.checker, user=3)) as work:
        books.reverse(work, first, day=DAY, reason="错发", maker_id=2)
    with look(village.actor()) as seen:
        [due] = queries.dues(seen.session)
        assert (due.voided, due.open_fen) == (True, 0)
    assert breaches() == []


def test_a_due_changed_by_hand_is_found(village: Village) -> None:
    issue(village, 1, "H0001", 500)
    with owner_session(write=True) as session:
        session.execute(text("UPDATE due SET settled_fen = 100"))
    found = breaches()
    assert any("due issue:1:H0001" in breach for breach in found)
    assert any("114:H0001" in breach and "difference -100" in breach for breach in found)
