"""Agreements and inputs on credit over both back ends: figures, refusals, and a sheet taken back."""

from __future__ import annotations

import pytest

from coop.books import queries as books
from coop.books.service import settle_dues
from coop.books.service.errors import SettledDueError
from coop.kernel.actor import Role
from coop.kernel.errors import InputError, NotFoundError, PermissionDeniedError
from coop.kernel.registries import source_link
from coop.kernel.unit import look, unit
from coop.production import queries
from coop.production import service as production
from coop.production.service import (
    BannedInputError,
    IssueEntry,
    NoReasonError,
    NoSignerError,
    NotOwnHouseholdError,
    NotPositiveError,
    NotThatDayError,
    OtherTextError,
    OwnIssueError,
    SignedAlreadyError,
    WrongViaError,
)
from ledger.balances import balance
from tests.conftest import make_village
from tests.procurement.trade import Trade, leave
from tests.production.steps import DAY, SIGNED, all_breaches, at_home, buy, issue, sign


def test_a_sheet_is_one_voucher_and_one_due_a_household(trade: Trade) -> None:
    sign(trade, "H0001")
    sign(trade, "H0002")
    buy(trade, 3, 1_000)  # three bags that cost 10.00 yuan together
    buy(trade, 10, 5_000, "LIME")
    key = issue(trade, ("H0002", "XG-BAG", 1, 400), ("H0001", "XG-BAG", 1, 400), ("H0001", "LIME", 2, 600))
    with look(trade.clerk) as view:
        session = view.session
        sheet = queries.issue(session, key)
        book = books.book_of(session, trade.village.coop)
        paths = ("121:XG-BAG", "121:LIME", "114:H0001", "114:H0002", "501", "521")
        booked = {path: balance(session, book.id, path, year=2025) for path in paths}
        dues = [(due.household, due.open_fen, due.source) for due in books.dues(session)]
        stock = {
            line.code: (line.count, line.value_fen)
            for line in queries.input_stock(session, view.actor.tenant_id)
        }
    # Two of three bags at 10.00 yuan: 6.67, so 3.33 stay; two of ten bags of lime: 10.00.
    assert (sheet.number, sheet.total_fen, sheet.cost_fen, sheet.open_fen) == (
        "FF-2025-0001",
        2_000,
        1_667,
        2_000,
    )
    assert [(line.household, line.code, line.amount_fen) for line in sheet.lines] == [
        ("H0001", "LIME", 1_200),
        ("H0001", "XG-BAG", 400),
        ("H0002", "XG-BAG", 400),
    ]
    assert booked == {
        "121:XG-BAG": 333, "121:LIME": 4_000, "114:H0001": 1_600, "114:H0002": 400, "501": -2_000, "521": 1_667,
    }  # fmt: skip
    assert dues == [
        ("H0001", 1_600, f"input_issue:{key}:H0001"),
        ("H0002", 400, f"input_issue:{key}:H0002"),
    ]
    assert stock == {"LIME": (8, 4_000), "XG-BAG": (1, 333)}
    for source in (f"input_issue:{key}", dues[0][2]):
        link = source_link(source)
        assert link is not None
        assert (link.endpoint, link.arguments) == ("InputView.issued", {"issue_id": key})
    assert all_breaches() == []


def test_nothing_on_credit_without_a_signed_agreement_or_stock(trade: Trade) -> None:
    sign(trade, "H0001")
    buy(trade, 3)
    entries = [
        IssueEntry("H0001", "XG-BAG", 2, 400),
        IssueEntry("H0001", "XG-BAG", 2, 400),
        IssueEntry("H0002", "XG-BAG", 1, 0),
        IssueEntry("H9999", "NOTHING", 1, 400),
        IssueEntry("H0001", "METHAMIDOPHOS", 1, 400),
    ]
    with pytest.raises(InputError) as refused, unit(trade.clerk) as work:
        production.issue_inputs(
            work, entity_id=trade.village.coop, entries=entries, product="XG", season="2025", day=DAY
        )
    faults = {(fault.place, fault.en.partition(":")[0]) for fault in refused.value.faults}
    assert {place for place, _ in faults} == {
        "/entries/1/code", "/entries/1/count", "/entries/2/household", "/entries/2/price_fen",
        "/entries/3/household", "/entries/3/code", "/entries/4/code", "/entries/4/count",
    }  # fmt: skip
    texts = " ".join(fault.zh for fault in refused.value.faults)
    assert "H0002 户没有在 2025-04-10 前签订 2025 年 XG 的种养协议，不能赊销" in texts
    assert "共需 5，现有 3，缺 2" in texts
    # The agreement is that of one product and season: chickens on a mushroom agreement are refused too.
    with pytest.raises(InputError), unit(trade.clerk) as work:
        production.issue_inputs(
            work, entity_id=trade.village.coop, entries=entries[:1], product="XG", season="2026", day=DAY
        )
    with pytest.raises(InputError), unit(trade.clerk) as work:
        production.issue_inputs(
            work, entity_id=trade.village.rceo, entries=entries[:1], product="XG", season="2025", day=DAY
        )
    with pytest.raises(InputError), unit(trade.clerk) as work:
        production.issue_inputs(
            work, entity_id=trade.village.coop, entries=[], product="XG", season="2025", day=DAY
        )
    with look(trade.clerk) as view:
        assert queries.issues(view.session, view.actor.tenant_id) == ()
        assert [line.count for line in queries.input_stock(view.session, view.actor.tenant_id)] == [3]
    assert all_breaches() == []


def test_inputs_go_on_credit_to_members_only(trade: Trade) -> None:
    sign(trade, "H0002")
    buy(trade, 3)
    leave(trade, "H0002")
    with pytest.raises(InputError, match="H0002 户在 2025-04-10 不是本社成员"), unit(trade.clerk) as work:
        production.issue_inputs(
            work,
            entity_id=trade.village.coop,
            entries=[IssueEntry("H0002", "XG-BAG", 1, 400)],
            product="XG",
            season="2025",
            day=DAY,
        )


def test_a_wrong_sheet_is_taken_back_by_another_person(trade: Trade) -> None:
    sign(trade)
    buy(trade, 3, 1_000)
    key = issue(trade, ("H0001", "XG-BAG", 2, 400))
    with pytest.raises(PermissionDeniedError), unit(trade.clerk) as work:
        production.reverse_issue(work, key, "重复")
    with pytest.raises(NoReasonError), unit(trade.checker) as work:
        production.reverse_issue(work, key, " ")
    own = trade.village.actor(Role.checker, user=trade.clerk.user_id)
    with pytest.raises(OwnIssueError), unit(own) as work:
        production.reverse_issue(work, key, "重复")
    with unit(trade.checker) as work:
        row = production.reverse_issue(work, key, "发错户")
    with look(trade.clerk) as view:
        session = view.session
        book = books.book_of(session, trade.village.coop)
        assert [balance(session, book.id, path, year=2025) for path in ("121:XG-BAG", "114:H0001", "501")] == [
            1_000, 0, 0,
        ]  # fmt: skip
        assert [due.open_fen for due in books.dues(session)] == [0]
        sheet = queries.issue(session, key)
    assert (sheet.state.value, sheet.reversal_id, sheet.open_fen) == ("reversed", row.reversal_id, 0)
    assert all_breaches() == []


def test_a_sheet_that_was_set_off_stays(trade: Trade) -> None:
    sign(trade)
    buy(trade, 3, 1_000)
    key = issue(trade, ("H0001", "XG-BAG", 2, 400))
    with unit(trade.accountant) as work:
        home = books.dues(work.session)[0].household_id
        settle_dues(work, trade.village.coop, home, 100, source="receipt:1")
    with pytest.raises(SettledDueError), unit(trade.checker) as work:
        production.reverse_issue(work, key, "发错户")


def test_buying_refuses_what_is_banned_nonsense_or_not_theirs(trade: Trade) -> None:
    def bought(
        code: str = "LIME", count: int = 1, cost_fen: int = 1, entity: int = trade.village.coop
    ) -> None:
        with unit(trade.accountant) as work:
            production.buy_inputs(work, entity_id=entity, code=code, count=count, cost_fen=cost_fen, day=DAY)

    with pytest.raises(BannedInputError):
        bought("METHAMIDOPHOS")
    with pytest.raises(NotFoundError):
        bought("NOTHING")
    with pytest.raises(NotPositiveError):
        bought(count=0)
    with pytest.raises(NotPositiveError):
        bought(cost_fen=0)
    next_door = make_village("XYZ", households=1)
    with pytest.raises(NotFoundError):
        bought(entity=next_door.coop)
    with pytest.raises(PermissionDeniedError), unit(trade.clerk) as work:
        production.buy_inputs(work, entity_id=trade.village.coop, code="LIME", count=1, cost_fen=1, day=DAY)
    with look(next_door.actor(Role.clerk)) as view:
        assert queries.input_stock(view.session, view.actor.tenant_id) == ()
    assert all_breaches() == []


def test_next_door_neither_issues_nor_reads(trade: Trade) -> None:
    sign(trade)
    buy(trade)
    key = issue(trade, ("H0001", "XG-BAG", 1, 400))
    next_door = make_village("XYZ", households=1)
    with pytest.raises(NotFoundError), unit(next_door.actor(Role.clerk)) as work:
        production.issue_inputs(
            work,
            entity_id=trade.village.coop,
            entries=[IssueEntry("H0001", "XG-BAG", 1, 400)],
            product="XG",
            season="2025",
            day=DAY,
        )
    with look(next_door.actor(Role.clerk)) as view, pytest.raises(NotFoundError):
        queries.issue(view.session, key)
    with pytest.raises(NotFoundError), unit(next_door.actor(Role.checker, user=7)) as work:
        production.reverse_issue(work, key, "邻村")


def test_the_agreement_freezes_what_was_read(trade: Trade) -> None:
    with look(trade.clerk) as view:
        draft = queries.draft_agreement(
            view.session,
            tenant_id=view.actor.tenant_id,
            household="H0001",
            product_code="XG",
            season="2025",
            day=SIGNED,
        )
    assert draft.entity_id == trade.village.coop
    assert (draft.fee_bp, draft.set_off_bp) == (0, 5_000)
    assert "厚菇一级 72 元/公斤，二级 58 元/公斤" in draft.text
    assert "LB-XG-2025" in draft.text_en
    home = at_home(trade, "H0001")

    def signed(
        actor: Role | None = None,
        household: str = "H0001",
        via: str = "phone",
        digest: str = "",
        signer: str = "",
    ) -> int:
        who = home if actor is None else trade.village.actor(actor, user=3)
        with unit(who) as work:
            return production.sign_agreement(
                work,
                household=household,
                product="XG",
                season="2025",
                day=SIGNED,
                via=via,
                digest=digest,
                signer=signer,
            ).id

    with pytest.raises(NotOwnHouseholdError):
        signed(household="H0002")
    with pytest.raises(WrongViaError):
        signed(via="paper")
    with pytest.raises(WrongViaError):
        signed(Role.clerk)
    with pytest.raises(PermissionDeniedError):
        signed(Role.supervisor)
    with pytest.raises(OtherTextError):
        signed(digest="0" * 64)
    with pytest.raises(NoSignerError):
        signed(signer="M00020")  # the neighbour
    with pytest.raises(NotThatDayError), unit(trade.clerk) as work:
        production.sign_agreement(
            work, household="H0001", product="XG", season="2025", day=DAY.replace(day=11), via="paper"
        )
    key = signed(digest=draft.digest)
    with pytest.raises(SignedAlreadyError):
        signed()
    with look(trade.clerk) as view:
        found = queries.agreement(view.session, key)
        assert queries.agreements(view.session, view.actor.tenant_id, season="2025") == (found,)
    assert (found.number, found.digest, found.via.value) == ("XY-2025-0001", draft.digest, "phone")
    assert (found.household, found.signer) == ("H0001", "M00010")
    assert all_breaches() == []
