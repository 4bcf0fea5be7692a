"""What stands in the way of a close: named, owned, linked; rehearsed without a trace; many months as one job."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from coop.accounting import service as accounting
from coop.accounting.queries.checklist import checklist
from coop.accounting.queries.rehearsal import rehearse
from coop.accounting.rules.assets import AssetClass, AssetEntry, AssetMethod, AssetUse
from coop.accounting.service import assets
from coop.accounting.service.closing import PeriodBusyError
from coop.books import queries as books
from coop.books import service as book_service
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.errors import InputError, NotFoundError, PermissionDeniedError
from coop.kernel.unit import look, unit
from ledger.periods import states
from ledger.tables import VoucherRow
from ledger.voucher import Voucher, credit, debit
from tests.accounting.desk import approve, close_months, draft, open_book, sale, stamp
from tests.conftest import Village


def blocked(village: Village, number: int) -> dict[str, tuple[int, Role, bool]]:
    with look(village.actor()) as seen:
        book = books.book_of(seen.session, village.coop)
        return {
            one.kind: (one.count, one.owner, one.stops) for one in checklist(seen.session, book, 2025, number)
        }


def lose_stock(village: Village, month: int) -> None:
    """A stock loss found and not yet decided on."""
    lines = (debit("181", 500), credit("121", 500))
    bought = (debit("121", 500), credit("301", 500))
    with unit(village.actor(Role.accountant, user=2)) as work:
        for name, postings in (("stock", bought), ("loss", lines)):
            book_service.post(
                work, village.coop, Voucher(date(2025, month, 3), name, postings, f"{name}:{month}")
            )
    stamp(village, date(2025, month, 3))


def test_each_thing_in_the_way_is_named_with_its_owner(village: Village) -> None:
    open_book(village)
    sale(village)
    draft(village, date(2025, 5, 9))
    found = blocked(village, 5)
    assert found["drafts"] == (1, Role.checker, True)
    assert found["unstamped"] == (1, Role.supervisor, True)
    assert found["bank_paper"] == (0, Role.accountant, False)
    assert "pending" not in found


def test_a_loss_not_decided_on_is_told_all_year_and_stops_its_end(village: Village) -> None:
    open_book(village)
    lose_stock(village, 2)
    assert blocked(village, 2)["pending"] == (1, Role.accountant, False)
    close_months(village, 11)
    assert blocked(village, 12)["pending"] == (1, Role.accountant, True)
    with pytest.raises(PeriodBusyError) as told, unit(village.actor(Role.accountant, user=2)) as work:
        accounting.close_month(work, village.coop, 2025, 12)
    assert [one.kind for one in told.value.blockers] == ["pending"]
    assert "5.00" in told.value.zh


def test_a_rehearsal_changes_nothing_and_is_what_the_close_does(village: Village) -> None:
    open_book(village)
    sale(village)
    stamp(village, date(2025, 5, 6))
    close_months(village)
    with look(village.actor()) as seen:
        before = seen.session.scalar(select(func.count()).select_from(VoucherRow))
        plan = rehearse(seen.session, village.coop, 2025, 13)
        assert seen.session.scalar(select(func.count()).select_from(VoucherRow)) == before
        with pytest.raises(NotFoundError):
            rehearse(seen.session, village.coop, 2025, 5)
    assert plan.closes
    assert plan.vouchers
    with unit(village.actor(Role.accountant, user=2)) as work:
        rows = accounting.transfer_result(work, village.coop, 2025, "JY-1")
        assert [row.source for row in rows] == [voucher.source for voucher in plan.vouchers]
    with look(village.actor()) as seen:
        from ledger.journal import read

        assert [read(seen.session, row.id).postings for row in rows] == [v.postings for v in plan.vouchers]


def test_months_close_one_after_the_other_up_to_what_stops_them(village: Village) -> None:
    open_book(village)
    sale(village)
    accountant = village.actor(Role.accountant, user=2)
    with unit(accountant) as work:
        job = accounting.ask_close(work, village.coop, 2025, 12)
        payload = dict(job.payload)
    with unit(accountant) as work:
        told = accounting.close_run(work, payload)
    assert (told["closed"], told["stopped_at"], told["ok"]) == ([1, 2, 3, 4], 5, False)
    assert [one["id"] for one in told["findings"]] == ["unstamped"]
    stamp(village, date(2025, 5, 6))
    with unit(accountant) as work:
        told = accounting.close_run(work, payload)  # taken up again where it stopped
    assert (told["closed"], told["ok"]) == ([5, 6, 7, 8, 9, 10, 11, 12], True)
    with look(village.actor()) as seen:
        book = books.book_of(seen.session, village.coop)
        assert [state for (_, month), state in states(seen.session, book.id).items() if month < 13] == [
            "closed"
        ] * 12


def test_only_the_accountant_of_the_book_asks_for_a_close(village: Village) -> None:
    with pytest.raises(PermissionDeniedError), unit(village.actor(Role.checker)) as work:
        accounting.ask_close(work, village.coop, 2025, 12)
    with pytest.raises(InputError), unit(village.actor(Role.accountant)) as work:
        accounting.ask_close(work, village.coop, 2025, 13)
    with pytest.raises(NotFoundError), unit(village.actor(Role.accountant)) as work:
        accounting.ask_close(work, village.coop, 2030, 1)


def test_depreciation_not_run_stops_the_month_after_the_purchase(village: Village, clock: ToldClock) -> None:
    clock.day = date(2025, 12, 31)
    open_book(village)
    dryer = AssetEntry(
        AssetClass.fixed, "烘干机", date(2025, 3, 20), 360_000, 0, AssetMethod.straight, 120, AssetUse.cost
    )
    with unit(village.actor(Role.accountant, user=2)) as work:
        made = assets.add_card(work, village.coop, dryer, assets.Bought(counter="102")).draft_id
    assert made is not None
    approve(village, made)
    assert "depreciation" not in blocked(village, 3), "it starts the month after"
    assert blocked(village, 4)["depreciation"] == (1, Role.accountant, True)
