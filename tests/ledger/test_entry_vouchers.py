"""Where the product posts an event by itself, its voucher has the lines of the table, in both standards.

Which voucher belongs to which table is told here; the amounts are the tables'.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pytest

from coop.accounting.postings import assets, capital, depreciation, labour, leases, loans
from coop.books import postings as payments
from coop.books.rules import PayItem
from coop.dividends import postings as dividends
from coop.dividends.rules import Parameters, RceoInputs, compute_rceo
from coop.points import postings as points
from coop.policy import postings as grants
from coop.procurement import postings as buying
from coop.production import postings as inputs
from coop.settlement import postings as selling
from ledger import closing
from ledger.balance_line import BalanceLine
from ledger.chart import Chart, Standard, chart_of
from ledger.voucher import Voucher
from tests.ledger.entry_table import DAY, Entry, entries, lines_of, prepared
from tests.ledger.support import YEAR, make_session
from tests.ledger.test_entries import named

Lines = Sequence[BalanceLine]
Makes = Callable[[Chart, Lines], Voucher | None]

NEXT = date(YEAR + 1, 2, 10)
RESOLVED = {"year": YEAR, "resolution": "JY-2026-0001", "source": "s"}
GRANT = {"project": "COLD", "day": DAY}
USE = {**GRANT, "use_id": 1, "purpose": "冷库"}
LOAN = {"loan_id": 1, "number": "JK-1", "day": DAY}
MOVED = {**LOAN, "move_id": 2}


def sale(amount: int, cost: int, set_off: int = 0) -> Makes:
    return lambda chart, _: selling.sale(
        chart, acceptance_id=1, number="JS-1", day=DAY, buyer="QLSZ", amount_fen=amount * 100,
        cost_fen={"XG": cost * 100}, set_off_fen=set_off * 100,
    )  # fmt: skip


def paid(role: str, day: date, **owed: int) -> Makes:
    return lambda chart, _: payments.pay(
        chart, batch_id=1, number="ZF-1", day=day,
        items=[PayItem(n, chart.path(role, home), home, yuan * 100) for n, (home, yuan) in enumerate(owed.items())],
    )  # fmt: skip


def charged(contra: str, *expenses: tuple[str, str | None, int], sub: str = "") -> Makes:
    def make(chart: Chart, _: Lines) -> Voucher:
        charges = [
            depreciation.Charge(chart.path(role, own), chart.path(contra, sub or None), yuan * 100)
            for role, own, yuan in expenses
        ]
        return depreciation.depreciation("TYP", (YEAR, DAY.month), charges)

    return make


def earned(kind: str, party: str, *, member: bool = False, prepaid: int = 0, due: int = 0) -> Makes:
    charge = leases.RentCharge("HT-1", kind, party, member, prepaid * 100, due * 100)
    return lambda chart, _: leases.rent(chart, "TYP", (YEAR, DAY.month), [charge])


def item(chart: Chart) -> PayItem:
    return PayItem(1, chart.path("member_current", "H0001"), "H0001", 800_000)


def carried(step: str) -> Makes:
    def make(chart: Chart, lines: Lines) -> Voucher:
        made = closing.result_vouchers(chart, lines, year=YEAR, resolution="JY-2026-0001")
        return next(voucher for voucher in made if voucher.source.endswith(step))

    return make


def bonus(_: Chart, __: Lines) -> Voucher:
    charter = Parameters(to_members_fen=0, bonus_pool_fen=30_000)
    scores = {"H0001": 120, "H0002": 110}
    plan = compute_rceo(RceoInputs(YEAR, 1_000_000, 0, 0, {"H0001": 1}, scores, parameters=charter))
    return dividends.bonus(plan, source="s", resolution="JY-2026-0001")


HOMES = {"H0001": 80_000, "H0002": 40_000}
BOTH: dict[str, Makes] = {
    "J03": lambda c, _: selling.payment(
        c, payment_id=1, number="FK-1", day=DAY, buyer="QLSZ", amount_fen=1_200_000
    ),
    "J06": paid("member_current", DAY, H0001=8_000),
    "J07": paid("member_current", DAY, H0001=5_000),
    "J08": lambda c, _: inputs.issue(
        c, issue_id=1, number="FF-1", day=DAY, product="XG", owed=[("H0001", 300_000)],
        used=[inputs.Used("JUN", 100, 260_000)],
    ),
    "J09": lambda c, _: buying.receipt(
        c, receipt_id=1, day=DAY, slip=buying.Slip("SG-1", "H0001", "XG", [buying.Bought("A", 1_000, 970_000)])
    ),
    "J10": sale(10_000, 9_700),
    "J10-below": sale(9_600, 9_700),
    "J16": lambda c, _: grants.receive(c, **GRANT, grant_id=1, document="D", fen=2_000_000),  # type: ignore[arg-type]
    "J17": lambda c, _: grants.spend_on_asset(c, **USE, account="151:COLD", fen=1_500_000),  # type: ignore[arg-type]
    "J18": lambda c, _: grants.spend(c, **USE, account="102", fen=300_000),  # type: ignore[arg-type]
    "J19": lambda c, _: grants.give_back(c, **GRANT, use_id=1, document="D", fen=200_000),  # type: ignore[arg-type]
    "J28": lambda c, _: labour.accrue(
        c, sheet_id=1, number="YG-1", day=DAY, account=c.path("work_in_progress", "XG"),
        owed={"H0001": 40_000, "H0002": 30_000},
    ),
    "J28-paid": lambda c, _: labour.pay(
        c, sheet_id=1, number="YG-1", day=DAY, purse="cash", owed={"H0001": 40_000, "H0002": 30_000}
    ),
    "advance": lambda c, _: selling.advance(
        c, advance_id=1, number="YF-1", day=DAY, buyer="QLSZ", amount_fen=200_000
    ),
    "advance-used": sale(10_000, 9_700, 2_000),
    "bank-return": lambda c, _: payments.bank_return(
        c, batch_id=1, line_id=1, number="ZF-1", day=DAY, item=item(c)
    ),
    "loan-short": lambda c, _: loans.pay_out(c, **LOAN, kind="short", party="XYS", fen=500_000),  # type: ignore[arg-type]
    "loan-long": lambda c, _: loans.pay_out(c, **LOAN, kind="long", party="XYS", fen=900_000),  # type: ignore[arg-type]
    "loan-lent": lambda c, _: loans.pay_out(c, **LOAN, kind="lent", party="H0003", fen=100_000),  # type: ignore[arg-type]
    "loan-repaid": lambda c, _: loans.repay(
        c, **MOVED, kind="short", party="XYS", interest_fen=0, accrued_fen=0, principal_fen=500_000  # type: ignore[arg-type]
    ),
    "loan-lent-repaid": lambda c, _: loans.repay(
        c, **MOVED, kind="lent", party="H0003", interest_fen=2_000, accrued_fen=0, principal_fen=40_000  # type: ignore[arg-type]
    ),
    "shares": lambda c, _: capital.contribute(
        c, move_id=1, household="H0001", purse="bank", day=DAY, fen=100_000
    ),
    "J13": earned("contract", "H0003", member=True, due=1_200),
    "J13-firm": earned("rent", "NJGS", due=6_000),
    "rent-prepaid": lambda c, _: leases.receipt(
        c, move_id=1, number="HT-1", day=DAY, money="102", fen=1_200_000, due="", due_fen=0, party="CBR"
    ),
    "rent-earned": earned("rent", "CBR", prepaid=1_000),
    "J26": charged("bearer_depr", ("work_in_progress", "MAO", 100), sub="MAO"),
    "J26-operating": charged("bearer_depr", ("cost_ops", "04", 100), sub="MAO"),
    "J27-dryer": charged("fixed_depr", ("work_in_progress", "XG", 400), sub="DRYER"),
    "J30-approved": lambda c, _: assets.write_off(
        c, loss_id=1, number="GD-1", day=DAY, value_fen=50_000, party="ZRR", liable_fen=20_000
    ),
    "C1": carried("C1"),
    "C2": carried("C2"),
    "C3": carried("C3"),
    "C4": lambda c, _: closing.cover_loss(c, 40_000, **RESOLVED),  # type: ignore[arg-type]
    "C5": lambda c, _: closing.appropriate_reserve(c, 70_000, **RESOLVED),  # type: ignore[arg-type]
    "C8": lambda c, lines: closing.close_distribution(c, lines, **RESOLVED),  # type: ignore[arg-type]
}  # fmt: skip
RCEO: dict[str, Makes] = {
    "J23": lambda _, __: points.purchase(1, "SOAP", 200, 80_000, DAY),
    "J24": lambda _, __: points.redemption(
        1, "H0001", goods="SOAP", count=2, points=8, cost_fen=65_000, day=DAY
    ),
    "J31": lambda c, _: loans.repay(
        c, **MOVED, kind="short", party="XYS", interest_fen=80_000, accrued_fen=0, principal_fen=0  # type: ignore[arg-type]
    ),
    "bonus": bonus,
    "C6": lambda c, _: closing.declare_to_members(c, HOMES, **RESOLVED),  # type: ignore[arg-type]
    "C7": lambda c, _: closing.declare_outside(c, {"TZR": 10_000}, **RESOLVED),  # type: ignore[arg-type]
    "C9": paid("member_current", NEXT, H0001=800, H0002=400),
}  # fmt: skip
COOP: dict[str, Makes] = {
    "J31": lambda c, _: loans.accrue(c, **MOVED, party="XYS", fen=80_000),  # type: ignore[arg-type]
    "J31-paid": lambda c, _: loans.repay(
        c, **MOVED, kind="short", party="XYS", interest_fen=80_000, accrued_fen=80_000, principal_fen=0  # type: ignore[arg-type]
    ),
    "member-leaves": lambda c, _: capital.leave(
        c, move_id=1, household="H0001", purse="bank", day=DAY, own_fen=100_000, control_fen=0, reserve_fen=5_000
    ),
    "C6": lambda c, _: closing.declare_refund(c, HOMES, **RESOLVED),  # type: ignore[arg-type]
    "residual": lambda c, _: closing.declare_residual(c, {"H0001": 40_000, "H0002": 20_000}, **RESOLVED),  # type: ignore[arg-type]
    "surplus-to-shares": lambda c, _: closing.convert_to_shares(c, {"H0001": 10_000}, **RESOLVED),  # type: ignore[arg-type]
    "refund-paid": paid("refund_payable", NEXT, H0001=800, H0002=400),
    "residual-paid": paid("residual_payable", NEXT, H0001=400, H0002=200),
}  # fmt: skip

POSTED = [
    (entries(standard)[key], make)
    for standard, own in ((Standard.rceo_2023, RCEO), (Standard.coop_2021, COOP))
    for key, make in {**BOTH, **own}.items()
]


@pytest.mark.parametrize(("entry", "make"), POSTED, ids=[named(entry) for entry, _ in POSTED])
def test_the_product_writes_what_the_table_says(entry: Entry, make: Makes) -> None:
    with make_session() as session:
        book = prepared(session, entry)
        voucher = make(chart_of(entry.standard), lines_of(session, book, entry))
    assert voucher is not None
    written = sorted((line.account, line.amount) for line in voucher.postings if line.commodity == "CNY")
    assert written == sorted((line.path, line.fen) for line in entry.lines)
    # A run of the month is dated at its end.
    assert (voucher.book_year, voucher.book_period) == (entry.day.year, entry.voucher.book_period)
    assert voucher.resolution == entry.resolution
    assert (voucher.kind == "closing") == (entry.kind == "closing")
