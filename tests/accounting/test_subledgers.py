"""Sub-ledgers: open items by age, both sides of a household, and agreement with the control account."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from coop.accounting.queries.subledgers import party_ledger
from coop.accounting.queries.subledgers_board import board
from coop.accounting.queries.subledgers_goods import stock_ledger
from coop.accounting.queries.subledgers_household import household_ledger
from coop.accounting.rules import DraftLine
from coop.accounting.rules.subledgers import Ageing, Movement, ageing, open_items
from coop.books import service as book_service
from coop.kernel.actor import Role
from coop.kernel.unit import look, unit
from ledger.voucher import Voucher, credit, debit
from tests.accounting.desk import approve, draft, open_book
from tests.conftest import Village


def post(village: Village, day: date, source: str, *lines: tuple[str, int]) -> int:
    """An automatic voucher; amounts signed, debit positive."""
    postings = tuple(debit(account, fen) if fen > 0 else credit(account, -fen) for account, fen in lines)
    with unit(village.actor(Role.manager, user=5)) as work:
        return book_service.post(work, village.coop, Voucher(day, "往来", postings, source)).id


@given(st.lists(st.integers(-1000, 1000).filter(bool), max_size=30))
def test_open_items_are_the_balance_and_all_on_one_side(amounts: list[int]) -> None:
    told = [Movement(n, date(2025, 1, 1), "", "", "", fen) for n, fen in enumerate(amounts)]
    items = open_items(told, date(2025, 12, 31))
    assert sum(item.open_fen for item in items) == sum(amounts)
    assert len({item.open_fen > 0 for item in items}) <= 1
    assert ageing(items, debit=True).total - ageing(items, debit=False).total == sum(amounts)


def test_receivables_by_age_settle_the_oldest_first(village: Village) -> None:
    open_book(village)
    old = post(village, date(2025, 1, 10), "sale:1", ("113:QLSZ", 50_000), ("501:01", -50_000))
    new = post(village, date(2025, 5, 1), "sale:2", ("113:QLSZ", 30_000), ("501:01", -30_000))
    post(village, date(2025, 5, 20), "paid:1", ("102", 20_000), ("113:QLSZ", -20_000))
    post(village, date(2025, 5, 21), "paid:2", ("102", 7_000), ("113:MARKET", -7_000))
    with look(village.actor(Role.accountant)) as seen:
        page = party_ledger(seen.session, "TYP-COOP", "receivable", date(2025, 5, 31))
        assert [line.party for line in page.lines] == ["MARKET", "QLSZ"]
        market, buyer = page.lines
        assert market.we_owe == Ageing(upto_30=7_000), (
            "an advance is a debt of its own, not netted with claims"
        )
        assert buyer.owed_us == Ageing(upto_30=30_000, upto_365=30_000)
        assert [(item.movement.voucher_id, item.open_fen) for item in buyer.items] == [
            (old, 30_000),
            (new, 30_000),
        ]
        assert page.control.balance_fen == 53_000
        assert page.control.difference_fen == 0
        earlier = party_ledger(seen.session, "TYP-COOP", "receivable", date(2025, 1, 31))
        assert earlier.control.balance_fen == earlier.owed_us.total == 50_000


def test_a_household_is_owed_and_owes_without_netting(village: Village) -> None:
    open_book(village)
    by_hand = (DraftLine("114:H0003", debit_fen=4_000), DraftLine("502", credit_fen=4_000))
    approve(village, draft(village, lines=by_hand))
    with look(village.actor(Role.accountant)) as seen:
        page = household_ledger(seen.session, "TYP-COOP")
        lines = {line.household: line for line in page.lines}
        third = lines["H0003"]
        assert (third.we_owe_fen, third.by_hand_fen, third.balance_fen) == (30_000, 4_000, -26_000)
        assert lines["H0004"].by_hand_fen == 5_000
        assert all(line.difference_fen == 0 for line in page.lines)
        assert page.control.difference_fen == 0
        # A voucher past the open items shows as a difference at its household.
    post(village, date(2025, 6, 1), "stray:1", ("114:H0005", 900), ("501:01", -900))
    with look(village.actor(Role.accountant)) as seen:
        page = household_ledger(seen.session, "TYP-COOP")
        assert page.control.difference_fen == 900
        assert [line.household for line in page.lines if line.difference_fen] == ["H0005"]


def test_stock_tells_what_the_vouchers_say(village: Village) -> None:
    open_book(village)
    bags = Voucher(
        date(2025, 3, 1), "购菌袋", (debit("121:BAG", 9_000, quantity=300), credit("102", 9_000)), "bags:1"
    )
    used = Voucher(
        date(2025, 3, 2), "发菌袋", (debit("521:01", 3_000), credit("121:BAG", 3_000, quantity=100)), "bags:2"
    )
    with unit(village.actor(Role.manager, user=5)) as work:
        book_service.post_all(work, village.coop, (bags, used))
    with look(village.actor(Role.accountant)) as seen:
        [line] = stock_ledger(seen.session, "TYP-COOP").lines
        assert (line.account, line.balance_fen, line.quantity) == ("121:BAG", 6_000, 200)


def test_the_board_holds_every_control_account_of_both_standards(village: Village) -> None:
    open_book(village)
    with look(village.actor(Role.accountant)) as seen:
        for entity in ("TYP-COOP", "TYP-RCEO"):
            shown = board(seen.session, entity, date(2025, 12, 31))
            assert {line.control.difference_fen for line in shown.lines} == {0}, entity
            assert {"113", "211", "212", "213", "121", "128"} <= {line.control.path for line in shown.lines}
