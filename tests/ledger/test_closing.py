"""The year-end entries: each one's form, the invariants over random years, and the same in a stored book."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from ledger import balances, journal, periods
from ledger.balance_line import BalanceLine, after
from ledger.chart import Chart, Kind, Standard, UnknownCodeError, UnknownRoleError, chart_of
from ledger.closing import (
    DistributionAmountError,
    RateError,
    ResolutionMissingError,
    appropriate_reserve,
    close_distribution,
    convert_to_shares,
    cover_loss,
    declare_other,
    declare_outside,
    declare_refund,
    declare_residual,
    declare_to_members,
    net_result,
    refund_floor,
    reserve_amount,
    result_vouchers,
)
from ledger.layout import ColumnId
from ledger.money import apportion
from ledger.statements import mismatches, statements
from ledger.tables import LedgerBase
from ledger.voucher import Voucher, VoucherKind, credit, debit

RCEO, COOP = chart_of(Standard.rceo_2023), chart_of(Standard.coop_2021)
AT = datetime(2026, 2, 1, tzinfo=UTC)


def line(account: str, closing: int) -> BalanceLine:
    return BalanceLine(account, "CNY", 0, max(closing, 0), max(-closing, 0), closing)


def flat(voucher: Voucher) -> list[tuple[str, int]]:
    return [(posting.account, posting.amount) for posting in voucher.postings]


# --- the single entries --------------------


def test_result_vouchers_of_a_profit() -> None:
    lines = [line("102", 700), line("501:01", -1000), line("504", -20), line("511", 300), line("513:02", 20)]
    first, second, third = result_vouchers(RCEO, lines, year=2025)
    assert flat(first) == [("501:01", 1000), ("504", 20), ("321", -1020)]
    assert flat(second) == [("321", 320), ("511", -300), ("513:02", -20)]
    assert flat(third) == [("321", 700), ("322:02", -700)]
    for voucher, step in zip((first, second, third), ("C1", "C2", "C3"), strict=True):
        assert (voucher.day, voucher.period, voucher.kind) == (date(2025, 12, 31), 13, VoucherKind.closing)
        assert voucher.source == f"closing:2025:{step}"


def test_investment_loss_goes_with_the_expenses_and_a_loss_turns_c3_round() -> None:
    lines = [line("502:A", -50), line("502:B", 90), line("511", 300)]
    second, third = result_vouchers(RCEO, lines, year=2025, source="again")
    assert sorted(flat(second)) == [("321", 340), ("502:A", 50), ("502:B", -90), ("511", -300)]
    assert flat(third) == [("322:02", 340), ("321", -340)]
    assert [voucher.source for voucher in (second, third)] == ["again:C2", "again:C3"]


def test_nothing_to_close_gives_nothing() -> None:
    assert result_vouchers(RCEO, [line("102", 5), line("301", -5)], year=2025) == ()
    assert close_distribution(RCEO, [line("102", 5), line("301", -5)], year=2025, resolution="R") is None


Entry = Callable[[Chart], Voucher]
BY = {"H0001": 30, "H0002": 0, "H0003": 12}


@pytest.mark.parametrize(
    ("chart", "make", "postings"),
    [
        (RCEO, lambda c: cover_loss(c, 9, year=2025, resolution="R", source="s"),
         [("311", 9), ("322:02", -9)]),
        (COOP, lambda c: cover_loss(c, 9, year=2025, resolution="R", source="s"),
         [("322", 9), ("332:02", -9)]),
        (RCEO, lambda c: appropriate_reserve(c, 9, year=2025, resolution="R", source="s"),
         [("322:01:01", 9), ("311", -9)]),
        (COOP, lambda c: appropriate_reserve(c, 9, year=2025, resolution="R", source="s"),
         [("332:01:01", 9), ("322", -9)]),
        (RCEO, lambda c: declare_to_members(c, BY, year=2025, resolution="R", source="s"),
         [("322:01:02", 42), ("113:H0001", -30), ("113:H0003", -12)]),
        (RCEO, lambda c: declare_outside(c, {"FUND": 7}, year=2025, resolution="R", source="s"),
         [("322:01:03", 7), ("211:FUND", -7)]),
        (RCEO, lambda c: declare_other(c, {"113:H0009": 7}, year=2025, resolution="R", source="s"),
         [("322:01:04", 7), ("113:H0009", -7)]),
        (COOP, lambda c: declare_refund(c, BY, year=2025, resolution="R", source="s"),
         [("332:01:02", 42), ("221:H0001", -30), ("221:H0003", -12)]),
        (COOP, lambda c: declare_residual(c, BY, year=2025, resolution="R", source="s"),
         [("332:01:03", 42), ("222:H0001", -30), ("222:H0003", -12)]),
        (COOP, lambda c: convert_to_shares(c, BY, year=2025, resolution="R", source="s"),
         [("332:01:04", 42), ("301:H0001", -30), ("301:H0003", -12)]),
    ],
)  # fmt: skip
def test_entries_of_a_distribution(chart: Chart, make: Entry, postings: list[tuple[str, int]]) -> None:
    voucher = make(chart)
    assert flat(voucher) == postings
    assert (voucher.day, voucher.period, voucher.kind) == (date(2025, 12, 31), 13, VoucherKind.automatic)
    assert (voucher.resolution, voucher.source) == ("R", "s")


def test_a_standard_has_only_its_own_entries() -> None:
    with pytest.raises(UnknownRoleError, match="refund"):
        declare_refund(RCEO, BY, year=2025, resolution="R", source="s")
    with pytest.raises(UnknownRoleError, match="distribution_members"):
        declare_to_members(COOP, BY, year=2025, resolution="R", source="s")


def test_bad_distributions_are_refused() -> None:
    with pytest.raises(ResolutionMissingError):
        declare_to_members(RCEO, BY, year=2025, resolution=" ", source="s")
    with pytest.raises(ResolutionMissingError):
        close_distribution(RCEO, [line("322:01:01", 5)], year=2025, resolution="")
    with pytest.raises(DistributionAmountError, match="found -5 fen"):
        declare_to_members(RCEO, {"H0001": 9, "H0002": -5}, year=2025, resolution="R", source="s")
    with pytest.raises(DistributionAmountError, match="found 0 fen"):
        appropriate_reserve(RCEO, 0, year=2025, resolution="R", source="s")
    with pytest.raises(UnknownCodeError):
        declare_other(RCEO, {"999": 1}, year=2025, resolution="R", source="s")


def test_floor_of_the_refund_is_rounded_up_and_meets_both_bases() -> None:
    floor = refund_floor(
        surplus_fen=3_069_480, loss_makeup_fen=0, reserve_fen=306_948, distributable_fen=2_700_001
    )
    assert (floor.legal_base, floor.legal_floor) == (2_762_532, 1_657_520)
    assert (floor.statement_base, floor.statement_floor) == (2_700_001, 1_620_001)
    assert floor.required == 1_657_520
    none = refund_floor(surplus_fen=-5, loss_makeup_fen=0, reserve_fen=0, distributable_fen=-9)
    assert none.required == 0
    for rate in (Fraction(-1, 100), Fraction(101, 100)):
        with pytest.raises(RateError):
            refund_floor(surplus_fen=1, loss_makeup_fen=0, reserve_fen=0, distributable_fen=1, rate=rate)
        with pytest.raises(RateError):
            reserve_amount(1, rate)


def test_reserve_comes_after_the_losses() -> None:
    assert reserve_amount(100_001, Fraction(1, 10), loss_makeup_fen=6) == 10_000  # 9,999.5 fen
    assert reserve_amount(100, Fraction(1, 10), loss_makeup_fen=200) == 0


# --- invariants over random years --------------------

HOUSEHOLDS = [f"H{n:04d}" for n in range(1, 6)]
FEN = st.integers(-(10**9), 10**9)


def paths(chart: Chart) -> list[str]:
    """Every money account but 181 and the result accounts, a sub or two where it has some."""
    left_out = {"181", chart.path("current_result"), chart.account(chart.path("distribution")).code}
    found: list[str] = []
    for account in chart.accounts.values():
        if account.kind is not Kind.memo and account.code not in left_out:
            found += [account.code, f"{account.code}:01", f"{account.code}:02"]
    return [*found, *(chart.path("member_current", name) for name in HOUSEHOLDS)]


@st.composite
def years(draw: st.DrawFn, chart: Chart) -> tuple[BalanceLine, ...]:
    """A balanced trial balance of a year not yet closed: opening without result accounts, any turnover."""
    chosen = draw(st.lists(st.sampled_from(paths(chart)), unique=True, max_size=25))
    nominal = (Kind.income, Kind.expense)
    opening = {p: 0 if chart.kind_of(p) in nominal else draw(FEN) for p in chosen}
    opening[chart.path("undistributed")] = draw(FEN)
    turnover = {path: (draw(st.integers(0, 10**9)), draw(st.integers(0, 10**9))) for path in chosen}
    plug = chart.path("bank", "PLUG")
    lines = []
    for path, begin in opening.items():
        on_debit, on_credit = turnover.get(path, (0, 0))
        lines.append(BalanceLine(path, "CNY", begin, on_debit, on_credit, begin + on_debit - on_credit))
    start = -sum(item.opening for item in lines)
    moved = -sum(item.debit - item.credit for item in lines)
    lines.append(BalanceLine(plug, "CNY", start, max(moved, 0), max(-moved, 0), start + moved))
    return tuple(lines)


def total(lines: tuple[BalanceLine, ...], root: str) -> int:
    return sum(i.closing for i in lines if i.account == root or i.account.startswith(root + ":"))


@pytest.mark.parametrize("chart", [RCEO, COOP], ids=str)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_closing_invariants(chart: Chart, data: st.DataObject) -> None:
    before = data.draw(years(chart))
    net = net_result(chart, before)
    first = statements(chart, before)
    assert mismatches(chart, first, before) == ()

    lines = after(before, result_vouchers(chart, before, year=2025))
    assert all(i.closing == 0 for i in lines if chart.kind_of(i.account) in (Kind.income, Kind.expense))
    assert total(lines, chart.path("current_result")) == 0
    assert result_vouchers(chart, lines, year=2025) == ()
    assert net_result(chart, lines) == net

    shares = data.draw(st.dictionaries(st.sampled_from(HOUSEHOLDS), st.integers(1, 99), min_size=1))
    amounts = apportion(data.draw(st.integers(1, 10**9)), shares)
    declare = declare_to_members if chart is RCEO else declare_refund
    reserve = data.draw(st.integers(1, 10**9))
    vouchers = [
        appropriate_reserve(chart, reserve, year=2025, resolution="R", source="a"),
        declare(chart, amounts, year=2025, resolution="R", source="b"),
    ]
    if data.draw(st.booleans()):
        vouchers.append(cover_loss(chart, 77, year=2025, resolution="R", source="c"))
    lines = after(lines, vouchers)
    last = close_distribution(chart, lines, year=2025, resolution="R")
    assert last is not None
    lines = after(lines, [last])

    assert total(lines, chart.path("distribution")) == 0
    assert close_distribution(chart, lines, year=2025, resolution="R") is None
    assert sum(i.closing for i in lines) == 0
    made = statements(chart, lines)
    assert mismatches(chart, made, lines) == ()
    income = made[1]
    net_row, reserve_row, paid_row = ("13", "17", "18") if chart is RCEO else ("12", "15", "17")
    assert income.amount(reserve_row, ColumnId.this_year) == reserve
    assert income.amount(paid_row, ColumnId.this_year) == sum(amounts.values())
    assert income.amount(net_row, ColumnId.this_year) == net
    assert income.amount("20", ColumnId.this_year) == -total(lines, chart.path("undistributed"))
    for item in range(1, int(net_row) + 1):
        assert income.amount(str(item), ColumnId.this_year) == first[1].amount(str(item), ColumnId.this_year)


# --- the same in a stored book --------------------


def test_close_reopen_and_close_again_in_a_stored_book() -> None:
    engine = create_engine("sqlite://")
    LedgerBase.metadata.create_all(engine)
    with Session(engine) as session:
        book = journal.open_book(
            session, tenant_id=1, entity_id=1, entity="TYP-RCEO", name="桃源铺村", standard="rceo_2023",
            first_year=2025,
        )  # fmt: skip

        def post(voucher: Voucher) -> int:
            return journal.append(session, book.id, voucher, maker_id=1, checker_id=2, posted_at=AT).id

        start = (debit("102", 1_000), credit("301", 900), credit("322:02", 100))
        post(Voucher(date(2025, 1, 1), "期初", start, "opening:1", kind=VoucherKind.opening))
        post(Voucher(date(2025, 5, 2), "售菇", (debit("102", 700), credit("501:01", 700)), "sale:1"))
        post(Voucher(date(2025, 6, 2), "办公", (debit("513:03", 200), credit("102", 200)), "expense:1"))
        for month in range(1, 13):
            periods.close_period(session, book.id, 2025, month, by_id=1, at=AT)

        def lines() -> tuple[BalanceLine, ...]:
            return balances.trial_balance(session, book.id, year=2025)

        closings = [post(v) for v in result_vouchers(RCEO, lines(), year=2025)]
        for voucher in closings:
            journal.reverse(
                session, voucher, day=date(2025, 12, 31), reason="漏记", maker_id=1, checker_id=2,
                posted_at=AT, period=13,
            )  # fmt: skip
        assert net_result(RCEO, lines()) == 500
        for again in result_vouchers(RCEO, lines(), year=2025, source="closing:2025:2"):
            post(again)
        post(appropriate_reserve(RCEO, 175, year=2025, resolution="R1", source="dividend:1:reserve"))
        post(
            declare_to_members(RCEO, {"H0001": 300}, year=2025, resolution="R1", source="dividend:1:members")
        )
        last = close_distribution(RCEO, lines(), year=2025, resolution="R1")
        assert last is not None
        post(last)

        made = statements(RCEO, lines())
        assert mismatches(RCEO, made, lines()) == ()
        income = made[1]
        shown = {
            row: income.amount(row, ColumnId.this_year)
            for row in ("1", "6", "13", "14", "15", "17", "18", "20")
        }
        assert shown == {"1": 700, "6": 200, "13": 500, "14": 100, "15": 0, "17": 175, "18": 300, "20": 125}
        periods.close_period(session, book.id, 2025, 13, by_id=1, at=AT)
        periods.open_year(session, book.id, 2026)
        following = statements(RCEO, balances.trial_balance(session, book.id, year=2026), prior=lines())
        assert following[1].amount("14", ColumnId.this_year) == 125
        assert following[1].amount("13", ColumnId.last_year) == 500
        assert mismatches(RCEO, following, balances.trial_balance(session, book.id, year=2026)) == ()
