"""Expense claims and petty cash: states, hands, duplicates, the voucher, and what a post holds."""

from __future__ import annotations

from datetime import date

import pytest

from coop.accounting.models.claims import ExpenseKind, ExpenseState, PaidFrom
from coop.accounting.models.petty import PettyKind, Purse
from coop.accounting.queries.claims import claim_list, claim_page
from coop.accounting.queries.petty import petty_board
from coop.accounting.queries.subledgers import party_ledger
from coop.accounting.service import claims, petty
from coop.accounting.service.claims import ClaimNotOpenError, NotYourClaimError, ReceiptEntry
from coop.accounting.service.petty import OverLimitError
from coop.accounting.service.subledgers import SameHandError, ShortError
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.errors import InputError, NotFoundError, PermissionDeniedError
from coop.kernel.states import ForbiddenMoveError
from coop.kernel.unit import look, unit
from tests.accounting.desk import breaches, open_book
from tests.conftest import Village, make_village

CLERK, BOOKS, SECOND = 7, 2, 3


def receipt(
    fen: int = 12_000, invoice: str = "044001", kind: ExpenseKind = ExpenseKind.office
) -> ReceiptEntry:
    return ReceiptEntry(date(2025, 4, 2), "打印纸", kind, fen, invoice)


def post_of(village: Village, limit: int = 0, entity: int = 0) -> int:
    with unit(village.actor(Role.accountant, user=BOOKS)) as work:
        return petty.add_holder(work, entity or village.coop, "BZ01", "一组报账员", limit_fen=limit).id


def advance(village: Village, holder: int, fen: int = 30_000, kind: PettyKind = PettyKind.advance) -> None:
    with unit(village.actor(Role.accountant, user=BOOKS)) as work:
        asked = petty.ask(work, holder, kind=kind, purse=Purse.bank, day=date(2025, 4, 1), fen=fen).id
    with unit(village.actor(Role.checker, user=SECOND)) as work:
        petty.approve(work, asked)


def filed(village: Village, holder: int, *entries: ReceiptEntry) -> int:
    with unit(village.actor(Role.clerk, user=CLERK)) as work:
        claim = claims.open_claim(work, holder, "四月报账").id
        for entry in entries or (receipt(),):
            claims.add_receipt(work, claim, entry)
        claims.submit(work, claim)
        return claim


def coded(village: Village, claim: int, paid_from: PaidFrom = PaidFrom.petty) -> None:
    with look(village.actor(Role.accountant)) as seen:
        accounts = {item.line.id: item.suggested for item in claim_page(seen.session, claim).receipts}
    with unit(village.actor(Role.accountant, user=BOOKS)) as work:
        claims.code(work, claim, accounts, paid_from=paid_from, day=date(2025, 4, 8))


def booked(village: Village, claim: int, user: int = SECOND) -> int:
    with unit(village.actor(Role.checker, user=user)) as work:
        voucher = claims.book(work, claim).voucher_id
        assert voucher is not None
        return voucher


def held(village: Village) -> tuple[int, int]:
    with look(village.actor(Role.accountant)) as seen:
        [item] = petty_board(seen.session).items
        return item.held_fen, item.owed_fen


@pytest.fixture(autouse=True)
def april(clock: ToldClock, db: object) -> None:
    clock.day = date(2025, 4, 10)


@pytest.mark.parametrize("standard", ["coop", "rceo"])
def test_a_bundle_from_receipts_to_one_voucher(village: Village, standard: str) -> None:
    open_book(village)
    entity = village.coop if standard == "coop" else village.rceo
    holder = post_of(village, entity=entity)
    claim = filed(village, holder, receipt(), receipt(3_000, "", ExpenseKind.welfare))
    coded(village, claim, PaidFrom.owed)
    with pytest.raises(SameHandError):
        booked(village, claim, user=BOOKS)
    voucher = booked(village, claim)
    with pytest.raises(ForbiddenMoveError):
        booked(village, claim)
    assert held(village) == (0, 15_000), "the post is owed what it paid"
    with look(village.actor(Role.accountant)) as seen:
        page = claim_page(seen.session, claim)
        assert (page.item.claim.state, page.item.total_fen, page.item.receipts) == ("booked", 15_000, 2)
        code = "TYP-COOP" if standard == "coop" else "TYP-RCEO"
        [line] = party_ledger(seen.session, code, "other_payable", date(2025, 4, 30)).lines
        assert (line.party, line.name.endswith("一组报账员"), line.we_owe.total) == ("BZ01", True, 15_000)
        assert [item.movement.voucher_id for item in line.items] == [voucher]
    assert breaches() == []


def test_the_same_invoice_is_claimed_once(village: Village) -> None:
    holder = post_of(village)
    filed(village, holder)
    with unit(village.actor(Role.clerk, user=CLERK)) as work:
        other = claims.open_claim(work, holder, "五月报账").id
    with (
        pytest.raises(InputError, match="044001") as refused,
        unit(village.actor(Role.clerk, user=CLERK)) as work,
    ):
        claims.add_receipt(work, other, ReceiptEntry(date(2025, 5, 9), " ", ExpenseKind.office, 0, "044001"))
    assert [fault.place for fault in refused.value.faults] == ["amount", "purpose", "day", "invoice"]


def test_returned_mended_and_handed_in_again(village: Village) -> None:
    open_book(village)
    holder = post_of(village)
    claim = filed(village, holder)
    with pytest.raises(ClaimNotOpenError), unit(village.actor(Role.clerk, user=CLERK)) as work:
        claims.add_receipt(work, claim, receipt(invoice="2"))
    with unit(village.actor(Role.accountant, user=BOOKS)) as work:
        claims.send_back(work, claim, "发票抬头不对")
    with pytest.raises(NotYourClaimError), unit(village.actor(Role.clerk, user=8)) as work:
        claims.submit(work, claim)
    with unit(village.actor(Role.clerk, user=CLERK)) as work:
        claims.add_receipt(work, claim, receipt(1_000, "2"))
        claims.submit(work, claim)
    with look(village.actor(Role.accountant)) as seen:
        [item] = claim_list(seen.session, states=(ExpenseState.submitted,))
        assert (item.claim.id, item.total_fen) == (claim, 13_000)
        assert claim_list(seen.session, mine=99) == []
    with pytest.raises(InputError) as refused, unit(village.actor(Role.accountant, user=BOOKS)) as work:
        claims.code(work, claim, {}, paid_from=PaidFrom.cash, day=date(2025, 4, 8))
    assert len(refused.value.faults) == 2


def test_petty_cash_goes_out_comes_back_and_never_below_nothing(village: Village) -> None:
    open_book(village)
    holder = post_of(village, limit=40_000)
    claim = filed(village, holder)
    with pytest.raises(ShortError):
        coded(village, claim)
    advance(village, holder)
    coded(village, claim)
    with pytest.raises(OverLimitError):
        advance(village, holder, 20_000)
    voucher = booked(village, claim)
    assert held(village) == (18_000, 0)
    advance(village, holder, 12_000, PettyKind.top_up)
    with pytest.raises(ShortError):
        advance(village, holder, 30_001, PettyKind.give_back)
    advance(village, holder, 10_000, PettyKind.give_back)
    assert held(village) == (20_000, 0)
    with (
        pytest.raises(InputError, match="difference -1"),
        unit(village.actor(Role.supervisor, user=9)) as work,
    ):
        petty.count(work, holder, day=date(2025, 4, 10), counted_fen=19_999)
    with unit(village.actor(Role.checker, user=SECOND)) as work:
        claims.take_back(work, claim, day=date(2025, 4, 10), reason="重复")
    assert held(village) == (32_000, 0)
    with unit(village.actor(Role.clerk, user=CLERK)) as work:
        claims.submit(work, claim)
    coded(village, claim)
    assert booked(village, claim) != voucher
    assert breaches() == []


def test_wrong_roles_and_the_village_next_door_stay_outside(village: Village) -> None:
    holder = post_of(village)
    claim = filed(village, holder)
    with pytest.raises(PermissionDeniedError), unit(village.actor(Role.household, user=9)) as work:
        claims.open_claim(work, holder, "x")
    with pytest.raises(PermissionDeniedError), unit(village.actor(Role.clerk, user=CLERK)) as work:
        claims.code(work, claim, {}, paid_from=PaidFrom.cash, day=date(2025, 4, 8))
    other = make_village("XYZ", households=1)
    with pytest.raises(NotFoundError), unit(other.actor(*Role)) as work:
        claims.send_back(work, claim, "x")
    with pytest.raises(NotFoundError), unit(other.actor(*Role)) as work:
        petty.add_holder(work, village.coop, "BZ09", "x")
