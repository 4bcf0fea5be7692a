"""Leases: rent earned month by month, in advance or due, deposits, limits and renewals; both standards, both back ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.accounting import service as accounting
from coop.accounting.models.leases import LeaseKind, LeaseMoveKind, RentRunRow
from coop.accounting.queries.leases import expiring_leases, lease_board, lease_item, lease_page
from coop.accounting.queries.leases_rent import rent_open, rent_preview
from coop.accounting.rules.leases import (
    LeaseTerms,
    earned,
    instalments,
    months_of,
    rent_due,
    term_months,
)
from coop.accounting.rules.loans import due_day
from coop.accounting.service import leases, leases_rent
from coop.accounting.service.depreciation import MonthRunError, StaleRunError
from coop.accounting.service.leases import LeaseEntry
from coop.accounting.service.subledgers import SameHandError, ShortError
from coop.governance.models import MeetingRow, ResolutionRow
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.errors import InputError, NotFoundError, PermissionDeniedError
from coop.kernel.unit import look, unit
from ledger import journal
from tests.accounting.desk import breaches
from tests.conftest import Village, make_village

BOOKS, SECOND = 2, 3
POND = LeaseEntry(
    LeaseKind.contract,
    "鱼塘",
    "H0003",
    member=True,
    since=date(2025, 1, 1),
    until=date(2027, 12, 31),
    year_fen=300_000,
)


def maker(village: Village):  # type: ignore[no-untyped-def]
    return unit(village.actor(Role.accountant, user=BOOKS))


def checker(village: Village, user: int = SECOND):  # type: ignore[no-untyped-def]
    return unit(village.actor(Role.checker, user=user))


def seen(village: Village):  # type: ignore[no-untyped-def]
    return look(village.actor(Role.accountant))


@pytest.fixture(params=["coop", "rceo"])
def side(request: pytest.FixtureRequest, village: Village, clock: ToldClock) -> tuple[int, str]:
    clock.day = date(2025, 12, 31)
    return (village.coop, "TYP-COOP") if request.param == "coop" else (village.rceo, "TYP-RCEO")


def agree(village: Village, entity: int, entry: LeaseEntry = POND) -> int:
    with maker(village) as work:
        return leases.agree_lease(work, entity, entry).id


def money(village: Village, lease: int, kind: str, day: date, fen: int) -> int:
    with maker(village) as work:
        move = leases.ask_move(work, lease, kind=LeaseMoveKind(kind), day=day, fen=fen).id
    with checker(village) as work:
        leases.approve_move(work, move)
    return move


def run(village: Village, entity: int, month: int) -> int:
    with maker(village) as work:
        row = leases_rent.prepare_rent(work, entity, 2025, month).id
    with checker(village) as work:
        leases_rent.approve_rent(work, row)
    return row


def standing(village: Village, lease: int) -> tuple[int, int, int]:
    """Earned, in advance, due."""
    with seen(village) as view:
        item = lease_item(view.session, lease, date(2025, 12, 31))
        return item.earned_fen, item.prepaid_fen, item.due_fen


def in_step(village: Village, code: str) -> None:
    with seen(village) as view:
        board = lease_board(view.session, code, date(2025, 12, 31))
        assert [c.path for c in board.controls if c.difference_fen] == []
    assert breaches() == []


def test_rent_in_advance_becomes_income_month_by_month(village: Village, side: tuple[int, str]) -> None:
    entity, code = side
    lease = agree(village, entity)
    money(village, lease, "receipt", date(2025, 1, 10), 300_000)
    with seen(village) as view:
        preview = rent_preview(view.session, entity, (2025, 1))
    assert preview.voucher is not None
    with maker(village) as work:
        asked = leases_rent.prepare_rent(work, entity, 2025, 1).id
    with pytest.raises(MonthRunError), maker(village) as work:
        leases_rent.prepare_rent(work, entity, 2025, 1)
    with pytest.raises(SameHandError), checker(village, BOOKS) as work:
        leases_rent.approve_rent(work, asked)
    with checker(village) as work:
        voucher = leases_rent.approve_rent(work, asked).voucher_id
        assert voucher is not None
    assert voucher is not None
    with seen(village) as view:
        assert journal.read(view.session, voucher) == preview.voucher
        assert preview.voucher.source == f"rent:{code}:2025:01"
        assert rent_open(view.session, entity, 2025, 1) is None
        waits = rent_open(view.session, entity, 2025, 2)
        assert waits is not None
        assert waits.fen == 25_000
    with pytest.raises(MonthRunError), maker(village) as work:
        leases_rent.prepare_rent(work, entity, 2025, 3)
    run(village, entity, 2)
    assert standing(village, lease) == (50_000, 250_000, 0)
    in_step(village, code)


def test_rent_not_paid_is_due_and_later_money_pays_it(village: Village, side: tuple[int, str]) -> None:
    entity, code = side
    lease = agree(village, entity)
    run(village, entity, 1)
    assert standing(village, lease) == (25_000, 0, 25_000)
    money(village, lease, "receipt", date(2025, 2, 10), 65_000)
    assert standing(village, lease) == (25_000, 40_000, 0)
    run(village, entity, 2)
    # Money of April is no advance in March: March falls due, and April's run sets both off.
    money(village, lease, "receipt", date(2025, 4, 2), 100_000)
    run(village, entity, 3)
    assert standing(village, lease) == (75_000, 100_000, 10_000)
    run(village, entity, 4)
    assert standing(village, lease) == (100_000, 65_000, 0)
    with pytest.raises(InputError) as told, maker(village) as work:
        leases.ask_move(work, lease, kind=LeaseMoveKind.receipt, day=date(2025, 5, 1), fen=735_001)
    assert "1 分" in told.value.faults[0].zh
    in_step(village, code)


def test_a_firm_outside_owes_in_receivables_and_leaves_a_deposit(
    village: Village, side: tuple[int, str]
) -> None:
    entity, code = side
    lease = agree(
        village, entity,
        replace(POND, kind=LeaseKind.rent, subject="厂房", party="QLSZ", member=False, deposit_fen=50_000),
    )  # fmt: skip
    money(village, lease, "deposit", date(2025, 1, 2), 50_000)
    run(village, entity, 1)
    with seen(village) as view:
        voucher = rent_preview(view.session, entity, (2025, 2)).voucher
        assert voucher is not None
        lines = {line.account: line.amount for line in voucher.postings}
    assert lines == (
        {"113:QLSZ": 25_000, "501:06": -25_000}
        if code == "TYP-COOP"
        else {"112:QLSZ": 25_000, "501:04": -25_000}
    )
    with pytest.raises(ShortError), maker(village) as work:
        leases.ask_move(work, lease, kind=LeaseMoveKind.deposit_back, day=date(2025, 6, 1), fen=50_001)
    money(village, lease, "deposit_back", date(2025, 6, 1), 50_000)
    in_step(village, code)


def test_a_reversed_run_is_run_again_under_its_own_source(village: Village, side: tuple[int, str]) -> None:
    entity, code = side
    lease = agree(village, entity)
    first = run(village, entity, 1)
    with maker(village) as work:
        voucher = work.session.get_one(RentRunRow, first).voucher_id
        draft = accounting.draft_reversal(work, voucher, day=date(2025, 1, 31), reason="漏收款").id
    with checker(village) as work:
        accounting.approve(work, draft)
    assert standing(village, lease) == (0, 0, 0)
    with maker(village) as work:
        asked = leases_rent.prepare_rent(work, entity, 2025, 1).id
    money(village, lease, "receipt", date(2025, 1, 15), 300_000)
    with pytest.raises(StaleRunError), checker(village) as work:
        leases_rent.approve_rent(work, asked)
    with checker(village) as work:
        leases_rent.refuse_rent(work, asked, "已补登收款")
    again = run(village, entity, 1)
    with seen(village) as view:
        voucher = view.session.get_one(RentRunRow, again).voucher_id
        assert journal.read(view.session, voucher).source == f"rent:{code}:2025:01:3"
    assert standing(village, lease) == (25_000, 275_000, 0)
    in_step(village, code)


def test_a_lease_that_ends_early_earns_no_more(village: Village, side: tuple[int, str]) -> None:
    entity, code = side
    lease = agree(village, entity)
    run(village, entity, 1)
    with pytest.raises(InputError), maker(village) as work:
        leases.end_lease(work, lease, day=date(2025, 1, 20), reason="退租")
    with maker(village) as work:
        leases.end_lease(work, lease, day=date(2025, 2, 14), reason="退租")
    run(village, entity, 2)
    assert standing(village, lease) == (37_500, 0, 37_500)
    with seen(village) as view:
        assert rent_open(view.session, entity, 2025, 3) is None
    in_step(village, code)


def resolution(village: Village, *, passed: bool) -> int:
    with maker(village) as work:
        tenant = village.tenant
        meeting = MeetingRow(**_meeting(work, village))  # type: ignore[no-untyped-call]
        work.session.add(meeting)
        work.session.flush()
        row = ResolutionRow(
            tenant_id=tenant, meeting_id=meeting.id, number=f"JY-{passed}", kind="other", ref="lease", digest="0" * 64,
            text="出租", text_en="let", votes_for=3, votes_against=0, votes_abstain=0, attend_needed=1, approve_needed=1,
            passed=passed,
        )  # fmt: skip
        work.session.add(row)
        work.session.flush()
        return row.id


def _meeting(work, village):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    known = {c.name: c for c in MeetingRow.__table__.c if c.name != "id"}
    given = {"tenant_id": village.tenant, "entity_id": village.rceo}
    for name, column in known.items():
        if name in given or column.nullable or column.default is not None:
            continue
        kind = column.type.python_type
        given[name] = {int: 1, str: "board", bool: True, date: date(2025, 1, 1)}.get(kind, work.now)
    return given


def test_above_the_limit_a_lease_names_a_resolution(village: Village, side: tuple[int, str]) -> None:
    entity, _ = side
    with pytest.raises(PermissionDeniedError), maker(village) as work:
        leases.set_limit(work, since=date(2025, 1, 1), year_fen=200_000, months=60)
    with unit(village.actor(Role.manager, user=5)) as work:
        leases.set_limit(work, since=date(2025, 1, 1), year_fen=200_000, months=60)
    with pytest.raises(InputError) as told, maker(village) as work:
        leases.agree_lease(work, entity, replace(POND, subject="", year_fen=200_001, card_id=99))
    assert {fault.place for fault in told.value.faults} == {"subject", "resolution", "card"}
    agree(village, entity, replace(POND, year_fen=200_000))
    agree(village, entity, replace(POND, since=date(2024, 12, 1), until=date(2027, 11, 30)))
    failed, carried = resolution(village, passed=False), resolution(village, passed=True)
    with pytest.raises(InputError), maker(village) as work:
        leases.agree_lease(work, entity, replace(POND, resolution_id=failed))
    agree(village, entity, replace(POND, resolution_id=carried))


def test_what_runs_out_is_told_until_it_is_renewed(village: Village, side: tuple[int, str]) -> None:
    entity, code = side
    short = replace(POND, until=date(2025, 12, 31))
    lease = agree(village, entity, short)
    with seen(village) as view:
        assert [i.lease.id for i in expiring_leases(view.session, code, date(2025, 11, 1))] == [lease]
        assert expiring_leases(view.session, code, date(2025, 5, 1)) == ()
        page = lease_page(view.session, lease, date(2025, 2, 1))
        assert page.item.overdue_fen == 300_000
    after = replace(short, since=date(2026, 1, 1), until=date(2026, 12, 31), renews_id=lease)
    with pytest.raises(InputError), maker(village) as work:
        leases.agree_lease(work, entity, replace(after, since=date(2025, 12, 1), until=date(2026, 11, 30)))
    agree(village, entity, after)
    with seen(village) as view:
        assert expiring_leases(view.session, code, date(2025, 11, 1)) == ()
    with pytest.raises(InputError), maker(village) as work:
        leases.agree_lease(work, entity, after)


def test_roles_and_the_village_next_door(village: Village, side: tuple[int, str]) -> None:
    entity, _ = side
    lease = agree(village, entity)
    with maker(village) as work:
        asked = leases_rent.prepare_rent(work, entity, 2025, 1).id
        with pytest.raises(PermissionDeniedError):
            leases_rent.approve_rent(work, asked)
    for role in (Role.checker, Role.supervisor, Role.clerk):
        with pytest.raises(PermissionDeniedError), unit(village.actor(role, user=8)) as work:
            leases.agree_lease(work, entity, POND)
    other = make_village("XYZ", households=1)
    with pytest.raises(NotFoundError), maker(other) as work:
        leases.end_lease(work, lease, day=date(2025, 6, 1), reason="x")
    with pytest.raises(NotFoundError), checker(other) as work:
        leases_rent.approve_rent(work, asked)


@given(
    st.integers(1, 10**9), st.dates(date(2015, 1, 1), date(2030, 12, 31)).filter(lambda d: d.day < 29), st.integers(1, 120),
    st.integers(1, 24), st.integers(0, 4000),
)  # fmt: skip
def test_rent_adds_up_over_the_term(total: int, since: date, months: int, every: int, ended: int) -> None:
    until = due_day(since, months) - timedelta(days=1)
    assert term_months(since, until) == months
    stop = since + timedelta(days=ended)
    terms = LeaseTerms(since, until, months, total, every, since, stop if stop < until else None)
    posted: dict[tuple[int, int], int] = {}
    for month in months_of(terms):
        fen = rent_due(terms, month, posted)
        assert fen >= 0
        posted[month] = fen
    whole = earned(terms, terms.last)
    assert sum(posted.values()) == whole
    assert whole == total or terms.ended_on is not None
    assert sum(each.fen for each in instalments(terms)) == total
