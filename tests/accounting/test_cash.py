"""Counting the cash: pieces against the book, two persons, and what becomes of a difference."""

from __future__ import annotations

from datetime import date

import pytest

from coop.accounting import service as accounting
from coop.accounting.models import DraftRow
from coop.accounting.queries import bank, cash
from coop.accounting.service import cash as service
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.errors import InputError, NotFoundError, PermissionDeniedError
from coop.kernel.states import ForbiddenMoveError
from coop.kernel.unit import look, unit
from tests.accounting.desk import approve, draft, open_book
from tests.conftest import Village, make_village

DAY = date(2025, 4, 30)
PIECES = {10_000: 3, 5_000: 1, 1_000: 2, 100: 10}  # 380 yuan


@pytest.fixture
def box(village: Village, clock: ToldClock) -> Village:
    """500 yuan opened with, 120 spent on 8 April: 380 in the book on 30 April."""
    open_book(village)
    approve(village, draft(village))
    clock.day = date(2025, 5, 2)
    return village


def count(village: Village, pieces: dict[int, int] | None = None, reason: str = "", user: int = 2) -> int:
    with unit(village.actor(Role.accountant, user=user)) as work:
        return service.count_cash(work, village.coop, day=DAY, pieces=pieces or PIECES, reason=reason).id


def asked(village: Village) -> cash.CashCounted:
    with look(village.actor(Role.supervisor)) as view:
        return bank.cash_counted(view.session, village.coop, 2025, 4)


def witness(village: Village, count_id: int, user: int = 3) -> None:
    with unit(village.actor(Role.checker, user=user)) as work:
        service.witness_count(work, count_id)


def test_a_count_that_agrees_needs_another_persons_eyes(box: Village) -> None:
    made = count(box, {10_000: 3, 5_000: 1, 1_000: 3})
    assert asked(box).waiting == 1
    with pytest.raises(service.OwnCountError):
        witness(box, made, user=2)
    witness(box, made)
    with pytest.raises(ForbiddenMoveError):
        witness(box, made)
    found = asked(box)
    assert (found.count, found.last_day, found.at_end, found.unsettled, found.waiting) == (1, DAY, True, 0, 0)
    with look(box.actor(Role.supervisor)) as view:
        shown, _ = cash.cash_count(view.session, made)
        assert shown.pieces == ((10_000, 3, 30_000), (5_000, 1, 5_000), (1_000, 3, 3_000))
        assert shown.moved_fen == 0
    with unit(box.actor(Role.accountant, user=2)) as work, pytest.raises(service.CountDraftError):
        service.draft_difference(work, made)


@pytest.mark.parametrize(("pieces", "gap"), [(PIECES, 0), ({10_000: 3, 5_000: 1, 10: 5}, -2_950)])
def test_a_difference_needs_its_reason(box: Village, pieces: dict[int, int], gap: int) -> None:
    if not gap:
        assert count(box, pieces)
        return
    with pytest.raises(InputError) as missing:
        count(box, pieces)
    assert [fault.place for fault in missing.value.faults] == ["reason"]
    assert "差 -29.50" in missing.value.faults[0].zh
    made = count(box, pieces, "找零出错")
    witness(box, made)
    assert (asked(box).unsettled, asked(box).unsettled_fen) == (1, 2_950)
    with unit(box.actor(Role.accountant, user=2)) as work:
        drafted = service.draft_difference(work, made).id
    with unit(box.actor(Role.accountant, user=2)) as work:
        row = work.session.get(DraftRow, drafted)
        assert row is not None
        assert [(x["account"], x["debit_fen"], x["credit_fen"]) for x in row.lines] == [
            ("181", 2_950, 0), ("101", 0, 2_950),
        ]  # fmt: skip
        with pytest.raises(service.CountDraftError):
            service.draft_difference(work, made)
    with unit(box.actor(Role.checker, user=3)) as work:
        accounting.refuse(work, drafted, "再查")
    with unit(box.actor(Role.accountant, user=2)) as work:
        again = service.draft_difference(work, made, counter="529").id
    approve(box, again)
    found = asked(box)
    assert (found.unsettled, found.at_end) == (0, True), "the book now holds what was counted"


def test_wrong_pieces_and_days_are_told_at_once(box: Village) -> None:
    with pytest.raises(InputError) as wrong, unit(box.actor(Role.accountant)) as work:
        service.count_cash(work, box.coop, day=date(2025, 6, 1), pieces={300: 1, 100: -2})
    assert [fault.place for fault in wrong.value.faults] == ["pieces-300", "pieces-100", "day", "reason"]


def test_a_refused_count_counts_for_nothing(box: Village) -> None:
    made = count(box, {100: 1}, "数错")
    with unit(box.actor(Role.checker, user=3)) as work:
        with pytest.raises(InputError):
            service.refuse_count(work, made, "")
        service.refuse_count(work, made, "重数")
    assert asked(box) == cash.CashCounted(0, None, at_end=False, unsettled=0, unsettled_fen=0, waiting=0)


def test_who_may_and_whose(box: Village) -> None:
    made = count(box)
    for role in (Role.clerk, Role.supervisor, Role.manager):
        with pytest.raises(PermissionDeniedError), unit(box.actor(role, user=9)) as work:
            service.witness_count(work, made)
    stranger = make_village("XYZ", households=1).actor(Role.checker, user=8)
    with pytest.raises(NotFoundError), unit(stranger) as work:
        service.witness_count(work, made)
