"""The accountant's desk: opening, drafts, lists, jobs; on both back ends."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.accounting import exports, queries
from coop.accounting import service as accounting
from coop.accounting.rules import DraftLine, line_faults
from coop.accounting.service.drafts import DocumentVoucherError, OwnDraftError
from coop.books import queries as books
from coop.books.models import PayableKind
from coop.kernel import results
from coop.kernel import work as jobs
from coop.kernel.actor import Role
from coop.kernel.config import Settings
from coop.kernel.errors import InputError, NotFoundError, PermissionDeniedError
from coop.kernel.jobs import JobState, find
from coop.kernel.states import ForbiddenMoveError
from coop.kernel.unit import look, unit
from ledger.chart import Standard, chart_of
from tests.accounting.desk import (
    approve,
    breaches,
    draft,
    open_book,
    sale,
)
from tests.conftest import Village


def test_opening_balances_open_the_book_and_what_it_owes(village: Village) -> None:
    voucher = open_book(village)
    assert open_book(village) == voucher
    with look(village.actor()) as seen:
        [item] = books.open_payables(seen.session, village.coop)
        assert (item.household, item.open_fen, item.kind) == ("H0003", 30_000, PayableKind.opening)
        trial = queries.trial_balance(seen.session, "TYP-COOP", 2025)
        members = next(line for line in trial.lines if line.path == "114")
        assert (members.opening_debit, members.opening_credit) == (5_000, 30_000)
        [total] = trial.totals
        assert total.opening_debit == total.opening_credit == 1_055_000
    assert breaches() == []


def test_wrong_opening_balances_are_refused_with_all_faults(village: Village) -> None:
    wrong = {"102": 1_000, "501": -900, "114:H9999": -50, "999": 5}
    with pytest.raises(InputError) as refused, unit(village.actor(Role.accountant, user=2)) as work:
        accounting.opening(work, village.coop, 2026, wrong)
    assert [fault.place for fault in refused.value.faults] == ["501", "999", "balances", "year", "114:H9999"]


def test_a_manual_voucher_needs_two_persons(village: Village) -> None:
    open_book(village)
    waiting = draft(village)
    with pytest.raises(PermissionDeniedError), unit(village.actor(Role.accountant, user=3)) as work:
        accounting.approve(work, waiting)
    with pytest.raises(OwnDraftError):
        approve(village, waiting, user=2)
    voucher = approve(village, waiting)
    with pytest.raises(ForbiddenMoveError):
        approve(village, waiting)
    with look(village.actor()) as seen:
        shown = queries.voucher_detail(seen.session, voucher)
        assert (shown.maker_id, shown.checker_id, shown.label) == (2, 3, "2025-04 记-1")
        assert (shown.debit_fen, shown.credit_fen, shown.red) == (12_000, 12_000, False)
        assert shown.link is not None
        assert shown.link.arguments == {"draft_id": waiting}
        assert [(line.name, line.debit, line.credit) for line in shown.lines] == [
            ("管理费用", 12_000, 0),
            ("库存现金", 0, 12_000),
        ]
        assert not shown.stamp.needed
    assert breaches() == []


def test_a_manual_voucher_is_reversed_in_red_by_two_persons(village: Village) -> None:
    open_book(village)
    voucher = approve(village, draft(village))
    with unit(village.actor(Role.accountant, user=2)) as work:
        asked = accounting.draft_reversal(work, voucher, day=date(2025, 5, 2), reason="重复报销").id
    twin = approve(village, asked)
    with look(village.actor()) as seen:
        shown = queries.voucher_detail(seen.session, twin)
        assert shown.red
        assert (shown.debit_fen, shown.credit_fen) == (-12_000, -12_000)
        assert shown.reverses is not None
        assert shown.reverses.id == voucher
        original = queries.voucher_detail(seen.session, voucher)
        assert original.reversed_by is not None
        assert original.reversed_by.id == twin
    assert breaches() == []


def test_a_documents_voucher_is_reversed_with_its_document(village: Village) -> None:
    voucher = sale(village)
    with pytest.raises(DocumentVoucherError), unit(village.actor(Role.accountant, user=2)) as work:
        accounting.draft_reversal(work, voucher, day=date(2025, 5, 7), reason="x")


def test_faults_of_a_draft_come_all_at_once(village: Village) -> None:
    lines = (DraftLine("998", debit_fen=5), DraftLine("114", credit_fen=7), DraftLine("101"))
    with pytest.raises(InputError) as refused:
        draft(village, lines=lines)
    assert [fault.place for fault in refused.value.faults] == [
        "/lines/0/account",
        "/lines/1/account",
        "/lines/2",
        "/lines",
    ]
    paid = (DraftLine("114:H0003", debit_fen=5), DraftLine("102", credit_fen=5))
    with pytest.raises(InputError, match="pay batch"):
        draft(village, lines=paid)


@given(st.lists(st.tuples(st.sampled_from(["101", "102", "523", "502"]), st.integers(1, 10**9)), min_size=1))
def test_what_balances_is_faultless_and_what_does_not_is_not(pairs: list[tuple[str, int]]) -> None:
    chart = chart_of(Standard.coop_2021)
    lines = [DraftLine(account, debit_fen=fen) for account, fen in pairs]
    total = sum(fen for _, fen in pairs)
    assert line_faults(chart, [*lines, DraftLine("101", credit_fen=total)]) == []
    assert line_faults(chart, [*lines, DraftLine("101", credit_fen=total + 1)])


def test_the_list_is_filtered_and_paged_by_key(village: Village) -> None:
    open_book(village)
    for number in range(1, 8):
        sale(village, number, 1_000 + number, date(2025, 5, number))
    with look(village.actor()) as seen:
        chosen = queries.VoucherFilter("TYP-COOP", year=2025, source="sale")
        labels, after = [], ""
        while True:
            page = queries.voucher_list(seen.session, chosen, after=after, limit=3)
            labels += [item.label for item in page.items]
            after = page.following
            if not after:
                break
        assert labels == [f"2025-05 记-{n}" for n in range(7, 0, -1)]
        by_house = queries.VoucherFilter("TYP-COOP", household="H0003")
        assert [item.total_fen for item in queries.voucher_list(seen.session, by_house).items] == [1_055_000]
        by_account = queries.VoucherFilter("TYP-COOP", account="501", day_to=date(2025, 5, 2))
        assert len(queries.voucher_list(seen.session, by_account).items) == 2
        with pytest.raises(InputError):
            queries.voucher_list(seen.session, chosen, after="x.y")


def test_export_and_verify_run_as_jobs(village: Village, settings: Settings) -> None:
    exports.keep_in(settings.data_dir / "exports")
    open_book(village)
    with unit(village.actor(Role.accountant, user=2)) as work:
        made, checked = accounting.ask_export(work, "TYP-COOP", 2025).id, accounting.ask_verify(work).id
    for job in (made, checked):
        jobs.run_job(job, village.tenant)
    with look(village.actor()) as seen:
        row = find(seen.session, made)
        assert row.state == JobState.done
        assert row.result is not None
        text = results.path_of(village.tenant, row.result).read_text(encoding="utf-8")
        report = find(seen.session, checked).result
        assert report == {"ok": True, "books": ["TYP-COOP", "TYP-RCEO"], "findings": []}
    assert text == exports.beancount_text("TYP-COOP", 2025)
    with pytest.raises(NotFoundError):
        results.path_of(village.tenant, row.result | {"file": "../secret-2025.beancount"})
    assert [row["entity"] for row in exports.list_books()] == ["TYP-COOP", "TYP-RCEO"]


def test_another_village_sees_and_exports_nothing(village: Village) -> None:
    voucher = open_book(village)
    stranger = type(village)(village.tenant + 99, village.rceo, village.coop)
    with look(stranger.actor(Role.accountant)) as seen:
        with pytest.raises(NotFoundError):
            queries.voucher_detail(seen.session, voucher)
        with pytest.raises(NotFoundError):
            queries.trial_balance(seen.session, "TYP-COOP", 2025)
    with pytest.raises(NotFoundError), unit(stranger.actor(Role.accountant)) as work:
        accounting.ask_export(work, "TYP-COOP", 2025)
