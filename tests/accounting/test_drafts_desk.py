"""Drafts that are mended and sent again, the digest a checker approves, templates of vouchers."""

from __future__ import annotations

from datetime import date

import pytest

from coop.accounting import service as accounting
from coop.accounting.models import VoucherTemplateRow
from coop.accounting.queries.grid import grid_accounts
from coop.accounting.queries.work import draft_detail, template, templates
from coop.accounting.rules import DraftLine
from coop.accounting.service.drafts import DraftChangedError, NotYourDraftError
from coop.accounting.service.voucher_templates import draft_from, drop_template, keep_template
from coop.kernel.actor import Role
from coop.kernel.errors import InputError, NotFoundError, PermissionDeniedError
from coop.kernel.states import ForbiddenMoveError
from coop.kernel.unit import look, unit
from tests.accounting.desk import OFFICE, approve, close_months, draft, open_book
from tests.conftest import Village, make_village

MENDED = (DraftLine("523", debit_fen=9_900, note="打印纸"), DraftLine("101", credit_fen=9_900))
DAY = date(2025, 4, 9)


def mend(village: Village, draft_id: int, user: int = 2) -> None:
    with unit(village.actor(Role.accountant, user=user)) as work:
        accounting.revise(work, draft_id, day=DAY, summary="改正", lines=MENDED, attachments=1)


def test_a_draft_sent_back_is_mended_and_posted_as_mended(village: Village) -> None:
    open_book(village)
    number = draft(village)
    with unit(village.actor(Role.checker, user=3)) as work:
        accounting.refuse(work, number, "金额不符")
    with pytest.raises(NotYourDraftError):
        mend(village, number, user=7)
    mend(village, number)
    with look(village.actor(Role.accountant, user=2)) as view:
        found = draft_detail(view.session, number)
    assert (found.state, found.reason, found.checker_id, found.total_fen) == ("draft", "", None, 9_900)
    approve(village, number)
    with pytest.raises(ForbiddenMoveError):
        mend(village, number)


def test_the_checker_approves_what_was_read_and_nothing_else(village: Village) -> None:
    open_book(village)
    number = draft(village)
    with look(village.actor(Role.checker, user=3)) as view:
        seen = draft_detail(view.session, number).digest
    mend(village, number)
    with pytest.raises(DraftChangedError), unit(village.actor(Role.checker, user=3)) as work:
        accounting.approve(work, number, seen=seen)
    with look(village.actor(Role.checker, user=3)) as view:
        seen = draft_detail(view.session, number).digest
    with unit(village.actor(Role.checker, user=3)) as work:
        assert accounting.approve(work, number, seen=seen).day == DAY


def test_a_closed_month_takes_no_draft(village: Village) -> None:
    open_book(village)
    close_months(village, 3)
    with pytest.raises(InputError) as refused:
        draft(village, date(2025, 3, 31))
    assert [fault.place for fault in refused.value.faults] == ["/day"]
    kept = draft(village)
    with pytest.raises(InputError), unit(village.actor(Role.accountant, user=2)) as work:
        accounting.revise(work, kept, day=date(2025, 3, 31), summary="改正", lines=MENDED)


def test_a_template_is_kept_filled_and_dropped(village: Village) -> None:
    open_book(village)
    number = draft(village)
    with pytest.raises(PermissionDeniedError), unit(village.actor(Role.checker, user=3)) as work:
        keep_template(work, number, "办公费")
    with unit(village.actor(Role.accountant, user=2)) as work:
        kept = keep_template(work, number, " 办公费 ").id
    with pytest.raises(InputError), unit(village.actor(Role.accountant, user=2)) as work:
        keep_template(work, number, "办公费")
    with unit(village.actor(Role.accountant, user=2)) as work:
        lines = list(template(work.session, kept).lines)
        made = draft_from(work, village.coop, day=DAY, summary="五月", lines=lines, amount_fen=5_000).id
    with look(village.actor(Role.accountant, user=2)) as view:
        assert [one.name for one in templates(view.session, village.coop)] == ["办公费"]
        assert draft_detail(view.session, made).total_fen == 5_000
        assert draft_detail(view.session, number).total_fen == OFFICE[0].debit_fen
    stranger = make_village("XYZ", households=1)
    with pytest.raises(NotFoundError), unit(stranger.actor(Role.accountant, user=8)) as work:
        drop_template(work, kept)
    with unit(village.actor(Role.accountant, user=2)) as work:
        drop_template(work, kept)
        assert work.session.query(VoucherTemplateRow).count() == 0


def test_only_one_debit_and_one_credit_take_another_amount(village: Village) -> None:
    open_book(village)
    three = [*MENDED, DraftLine("523", debit_fen=100), DraftLine("102", credit_fen=100)]
    with pytest.raises(InputError) as refused, unit(village.actor(Role.accountant, user=2)) as work:
        draft_from(work, village.coop, day=DAY, summary="x", lines=three, amount_fen=1)
    assert [fault.place for fault in refused.value.faults] == ["/amount"]


def test_the_grid_finds_accounts_by_initials_and_households_by_number(village: Village) -> None:
    open_book(village)
    with look(village.actor(Role.accountant, user=2)) as view:
        found = grid_accounts(view.session, village.coop, DAY)
    by_path = {path: letters for path, _zh, _en, letters in found["accounts"]}
    assert by_path["102"] == "yhck"
    assert "114" in found["roots"]
    assert not any(path.startswith("114:") for path in by_path), "households are found below their account"
    assert not any(path.startswith("9") for path in by_path), "points are no money"
    assert [number for number, *_ in found["households"]][:2] == ["H0001", "H0002"]
