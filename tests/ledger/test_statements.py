"""Two worked years to the fen, one a standard, and what the statements promise on any day."""

from datetime import date
from fractions import Fraction

import pytest

from ledger.balance_line import BalanceLine, after
from ledger.chart import CHARTS, Chart, Standard, UnknownCodeError, chart_of, load_chart
from ledger.closing import (
    appropriate_reserve,
    close_distribution,
    convert_to_shares,
    declare_refund,
    declare_residual,
    declare_to_members,
    net_result,
    refund_floor,
    reserve_amount,
    result_vouchers,
)
from ledger.errors import InputFaultsError
from ledger.layout import ColumnId
from ledger.money import apportion
from ledger.statements import (
    DuplicateLineError,
    Statement,
    StatementMismatchError,
    UncoveredAccountError,
    as_json,
    mismatches,
    statements,
)
from ledger.voucher import Posting, Voucher, credit, debit

RCEO, COOP = chart_of(Standard.rceo_2023), chart_of(Standard.coop_2021)
Lines = tuple[BalanceLine, ...]


def yuan(text: str) -> int:
    """'12 400' or '27 625.32' in fen."""
    whole, _, cents = text.replace(" ", "").partition(".")
    sign = -1 if whole.startswith("-") else 1
    return int(whole) * 100 + sign * int(cents.ljust(2, "0") or 0)


def start(balances: dict[str, str]) -> Lines:
    """Opening lines from yuan, debit positive."""
    fen = {path: yuan(amount) for path, amount in balances.items()}
    assert sum(fen.values()) == 0
    return tuple(BalanceLine(path, "CNY", amount, 0, 0, amount) for path, amount in sorted(fen.items()))


def year_of(balances: dict[str, str]) -> Voucher:
    """The year's business as one voucher against the bank, debit positive, in yuan."""
    postings = [Posting(path, yuan(amount)) for path, amount in balances.items()]
    postings.append(Posting("102", -sum(posting.amount for posting in postings)))
    return Voucher(date(2025, 12, 20), "全年业务", tuple(postings), "year:2025")


def figures(statement: Statement, column: ColumnId) -> dict[str, int]:
    return {row.row: amount for row in statement.rows if (amount := statement.amount(row.row, column))}


# --- RCEO 桃源铺村: 186 households, 612 shares --------------------

SHARES = {f"H{n:04d}": 4 if n <= 54 else 3 for n in range(1, 187)}
RCEO_START = start({"101": "2 000", "102": "500 400", "151": "210 000", "152": "-30 000", "241": "-20 000",
                    "301": "-600 000", "311": "-50 000", "322:02": "-12 400"})  # fmt: skip
RCEO_YEAR = year_of({
    "501:01": "-1 284 000", "501:02": "-36 000", "501:03": "-30 000", "501:04": "-18 000", "502": "-30 000",
    "503:01": "-60 000", "504:01": "-4 000", "511:01": "1 139 000", "512": "1 800", "513:01": "40 000",
    "513:02": "56 000", "514:01": "24 000", "514:03": "18 000", "515:01": "3 200",
    "113:H0001": "900", "113:H0002": "-250", "112:QLSZ": "40 000", "121:MUSHROOM": "7 000", "401": "1 500",
})  # fmt: skip


def rceo_year() -> tuple[Lines, Lines]:
    """Lines before the close, and after C1-C8."""
    open_year = after(RCEO_START, [RCEO_YEAR])
    dividend = apportion(yuan("116 000"), SHARES)
    reserve = reserve_amount(net_result(RCEO, open_year), Fraction(35, 100))
    closed = after(open_year, result_vouchers(RCEO, open_year, year=2025))
    reserved = appropriate_reserve(
        RCEO, reserve, year=2025, resolution="R-2026-01", source="dividend:1:reserve"
    )
    declared = declare_to_members(
        RCEO, dividend, year=2025, resolution="R-2026-01", source="dividend:1:members"
    )
    closed = after(closed, [reserved, declared])
    last = close_distribution(RCEO, closed, year=2025, resolution="R-2026-01")
    assert last is not None
    return open_year, after(closed, [last])


RCEO_INCOME = {
    "1": "1 368 000", "2": "30 000", "3": "60 000", "4": "1 139 000", "5": "1 800", "6": "96 000",
    "6a": "40 000", "7": "221 200", "8": "4 000", "9": "42 000", "10": "3 200", "11": "180 000",
    "13": "180 000", "14": "12 400", "16": "192 400", "17": "63 000", "18": "116 000", "20": "13 400",
}  # fmt: skip


def test_rceo_worked_year_income_and_distribution() -> None:
    _, closed = rceo_year()
    assert sum(SHARES.values()) == 612
    income = statements(RCEO, closed)[1]
    assert figures(income, ColumnId.this_year) == {row: yuan(text) for row, text in RCEO_INCOME.items()}
    assert {income.amount(row.row, ColumnId.last_year) for row in income.rows} == {None}


def test_rceo_worked_year_balance_sheet() -> None:
    _, closed = rceo_year()
    sheet = statements(RCEO, closed)[0]
    # What came in by the bank: the result and 250 owed to H0002, less what stands in 113, 112, 121, 401.
    bank = yuan("502 400") + yuan("180 000") + yuan("250") - yuan("49 400")
    dividend = yuan("116 000")
    h1 = apportion(dividend, SHARES)["H0001"]
    assert 0 < h1 < yuan("900")  # H0001 still owes after its dividend; nobody else's credit is netted with it
    expected = {
        "1": bank, "3": yuan("40 900") - h1, "4": yuan("8 500"), "6": bank + yuan("49 400") - h1,
        "11": yuan("210 000"), "12": yuan("30 000"), "13": yuan("180 000"), "16": yuan("180 000"),
        "22": yuan("180 000"), "23": bank + yuan("229 400") - h1,
        "25": dividend - h1 + yuan("250"), "29": dividend - h1 + yuan("250"),
        "32": yuan("20 000"), "33": yuan("20 000"), "34": dividend - h1 + yuan("20 250"),
        "35": yuan("600 000"), "36": yuan("113 000"), "37": yuan("13 400"), "38": yuan("726 400"),
        "39": dividend - h1 + yuan("746 650"),
    }  # fmt: skip
    assert figures(sheet, ColumnId.closing) == expected
    assert sheet.amount("23", ColumnId.opening) == yuan("682 400")
    assert mismatches(RCEO, statements(RCEO, closed), closed) == ()


def test_rows_of_income_are_the_same_before_and_after_the_close() -> None:
    before, closed = rceo_year()
    early, late = statements(RCEO, before)[1], statements(RCEO, closed)[1]
    for row in [str(number) for number in range(1, 15)]:
        assert early.amount(row, ColumnId.this_year) == late.amount(row, ColumnId.this_year)
    assert mismatches(RCEO, statements(RCEO, before), before) == ()
    assert statements(RCEO, before)[0].amount("37", ColumnId.closing) == yuan("192 400")


def test_last_year_column_comes_from_last_years_lines() -> None:
    _, closed = rceo_year()
    income = statements(RCEO, RCEO_START, prior=closed)[1]
    assert income.amount("13", ColumnId.last_year) == yuan("180 000")
    assert income.amount("13", ColumnId.this_year) == 0


def test_every_figure_names_its_accounts() -> None:
    _, closed = rceo_year()
    sheet, income, _equity = statements(RCEO, closed)
    rows = {row.row: row for row in sheet.rows}
    assert rows["3"].accounts == ("112:QLSZ", "113:H0001")
    assert rows["25"].accounts == tuple(f"113:{name}" for name in sorted(SHARES) if name != "H0001")
    assert set(rows["3"].accounts) <= set(rows["23"].accounts)
    assert rows["h1"].accounts == ()
    assert {row.row: row for row in income.rows}["9"].accounts == ("514:01", "514:03")


def test_points_are_in_no_statement() -> None:
    _, closed = rceo_year()
    points = BalanceLine("902:H0001", "POINT", 0, 0, 40, -40)
    assert statements(RCEO, (*closed, points)) == statements(RCEO, closed)


# --- coop_2021: a trading year with the refund floor --------------------

VOLUME = {f"H{n:04d}": 1_000 * n for n in range(1, 31)}
COOP_START = start({"102": "60 000", "109:WECHAT": "300", "301:H0001": "-30 000", "301:H0002": "-30 000",
                    "332:02": "-300"})  # fmt: skip
COOP_YEAR = year_of({
    "501:01": "-75 000", "501:02": "-5 000", "511": "-1 000", "521:01": "36 000", "521:02": "4 000",
    "522": "305.20", "523:01": "9 000", "524:01": "1 200", "524:02": "-200", "502:01": "-500",
    "529:01": "500",
    "128:SHIITAKE": "800", "114:H0003": "-800", "114:H0004": "120",
})  # fmt: skip


def coop_year() -> tuple[Lines, Lines]:
    open_year = after(COOP_START, [COOP_YEAR])
    surplus = net_result(COOP, open_year)
    assert surplus == yuan("30 694.80")
    reserve = reserve_amount(surplus, Fraction(10, 100))
    assert reserve == yuan("3 069.48")
    floor = refund_floor(
        surplus_fen=surplus, loss_makeup_fen=0, reserve_fen=reserve,
        distributable_fen=surplus - reserve + yuan("300"),
    )  # fmt: skip
    assert (floor.legal_base, floor.legal_floor) == (yuan("27 625.32"), yuan("16 575.20"))
    assert (floor.statement_floor, floor.required) == (yuan("16 755.20"), yuan("16 755.20"))
    refund = apportion(floor.required, VOLUME)
    residual = apportion(yuan("10 000"), {"H0001": 1, "H0002": 1})
    closed = after(open_year, result_vouchers(COOP, open_year, year=2025))
    closed = after(closed, [
        appropriate_reserve(COOP, reserve, year=2025, resolution="R1", source="dividend:2:reserve"),
        declare_refund(COOP, refund, year=2025, resolution="R1", source="dividend:2:refund"),
        declare_residual(COOP, residual, year=2025, resolution="R1", source="dividend:2:residual"),
        convert_to_shares(
            COOP, {"H0001": yuan("1 000")}, year=2025, resolution="R1", source="dividend:2:shares"
        ),
    ])  # fmt: skip
    last = close_distribution(COOP, closed, year=2025, resolution="R1")
    assert last is not None
    return open_year, after(closed, [last])


COOP_INCOME = {
    "1": "80 000", "2": "1 000", "3": "40 000", "4": "305.20", "5": "9 000", "6": "1 000", "7": "30 694.80",
    "8": "500", "9": "500", "10": "30 694.80", "12": "30 694.80", "13": "300", "15": "3 069.48",
    "16": "27 925.32", "17": "16 755.20", "18": "10 000", "19": "1 000", "20": "170.12",
}  # fmt: skip


def test_coop_worked_year() -> None:
    before, closed = coop_year()
    made = statements(COOP, closed)
    sheet, income, equity = made
    assert figures(income, ColumnId.this_year) == {row: yuan(text) for row, text in COOP_INCOME.items()}
    assert mismatches(COOP, made, closed) == ()
    assert mismatches(COOP, statements(COOP, before), before) == ()
    bank = yuan("60 300") + yuan("30 694.80") + yuan("800") - yuan("920")
    expected = {
        "1": bank, "2": yuan("120"), "3": yuan("800"), "5": bank + yuan("920"), "22": bank + yuan("920"),
        "24": yuan("800"), "29": yuan("16 755.20"), "30": yuan("10 000"), "31": yuan("27 555.20"),
        "35": yuan("27 555.20"), "36": yuan("61 000"), "39": yuan("3 069.48"), "40": yuan("170.12"),
        "41": yuan("64 239.60"), "42": yuan("91 794.80"),
    }  # fmt: skip
    assert figures(sheet, ColumnId.closing) == expected
    assert figures(equity, ColumnId.increase) == {
        "1": yuan("1 000"), "4": yuan("3 069.48"), "5": yuan("30 694.80"), "6": yuan("34 764.28"),
    }  # fmt: skip
    assert figures(equity, ColumnId.decrease) == {"5": yuan("30 824.68"), "6": yuan("30 824.68")}
    assert equity.amount("6", ColumnId.closing) == yuan("64 239.60")
    assert {row.row: row for row in equity.rows}["5"].accounts  # each leads to its accounts


def test_changes_in_equity_are_the_same_before_and_after_the_close() -> None:
    before, closed = rceo_year()
    early, late = statements(RCEO, before)[2], statements(RCEO, closed)[2]
    assert figures(late, ColumnId.increase) == {
        "2": yuan("63 000"),
        "3": yuan("180 000"),
        "4": yuan("243 000"),
    }
    assert figures(late, ColumnId.decrease) == {"3": yuan("179 000"), "4": yuan("179 000")}
    assert figures(early, ColumnId.increase) == {"3": yuan("180 000"), "4": yuan("180 000")}
    assert late.amount("4", ColumnId.closing) == yuan("726 400")
    assert mismatches(RCEO, statements(RCEO, closed), closed) == ()


def test_equity_that_does_not_roll_forward_is_told() -> None:
    _, closed = rceo_year()
    text = (CHARTS / "rceo_2023.toml").read_text(encoding="utf-8").replace("up(311)", "down(311)", 1)
    chart = load_chart(text)
    found = mismatches(chart, statements(chart, closed), closed)
    assert {fault.en.split(":")[1].strip() for fault in found} == {"Statement of changes in member equity"}
    assert [fault.difference for fault in found if isinstance(fault, StatementMismatchError)] == [
        yuan("63 000"), yuan("63 000"),
    ]  # fmt: skip


# --- layouts are data --------------------


def test_a_changed_layout_gives_the_changed_row() -> None:
    """A correction of a form (here: 补助收入 below the operating result, an own row of interest) is a change of data."""
    _, closed = rceo_year()
    text = (CHARTS / "rceo_2023.toml").read_text(encoding="utf-8")
    for old, new in (
        ('row = "8", label = "加：其他收入", label_en = "Add: other income", formula = "504"',
         'row = "8", label = "加：其他收入和补助", label_en = "Add: other income and subsidies", formula = "504+503"'),
        ('formula = "503" },\n',
         'formula = "503" },\n  { row = "3a", label = "其中", label_en = "of which", formula = "503:01" },\n'),
        ("r1+r2+r3-r4-r5-r6", "r1+r2-r4-r5-r6"),
    ):  # fmt: skip
        assert old in text
        text = text.replace(old, new, 1)
    changed, usual = statements(load_chart(text), closed)[1], statements(RCEO, closed)[1]
    before, after_ = figures(usual, ColumnId.this_year), figures(changed, ColumnId.this_year)
    assert (before["8"], after_["8"]) == (yuan("4 000"), yuan("64 000"))
    assert (before["7"], after_["7"]) == (yuan("221 200"), yuan("161 200"))
    assert after_["3a"] == yuan("60 000")
    assert "3a" not in before
    assert [row.row for row in changed.rows][2:4] == ["3", "3a"]
    assert before["13"] == after_["13"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("up(311)", "dr(311)", "does not fit"),
        ("up(311)", "up(399)", "no account 399"),
        (', increase = "up(311)"', "", "increase and decrease belong"),
        ('right_from = "h3"', 'right_from = "h9"', "no row h9"),
        ('formula = "r1+r2+r3", style', 'formula = "up(301)", style', "does not fit"),
    ],
)
def test_a_broken_layout_is_refused_with_its_place(old: str, new: str, says: str) -> None:
    text = (CHARTS / "rceo_2023.toml").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(InputFaultsError) as caught:
        load_chart(text.replace(old, new, 1))
    assert any(says in fault.en and fault.place.startswith("/statements/") for fault in caught.value.faults)


# --- JSON, faults --------------------


def test_json_has_exactly_the_public_form() -> None:
    _, closed = rceo_year()
    value = as_json("TYP-RCEO", Standard.rceo_2023, 2025, statements(RCEO, closed))
    assert list(value) == ["entity", "standard", "year", "statements"]
    assert (value["entity"], value["standard"], value["year"]) == ("TYP-RCEO", "rceo_2023", 2025)
    forms = value["statements"]
    assert isinstance(forms, list)
    assert [list(form) for form in forms] == [["form", "title", "columns", "rows"]] * 3
    assert forms[0]["columns"] == ["年初余额", "期末余额"]
    assert forms[0]["rows"][0] == {"row": "h1", "label": "流动资产：", "amounts_fen": [None, None]}
    net = {"row": "13", "label": "四、净收益", "amounts_fen": [18_000_000, None]}
    assert net in forms[1]["rows"]


def test_unbalanced_lines_are_reported_with_the_difference() -> None:
    lines = (*after((), [year_of({"501:01": "-100"})]), BalanceLine("301", "CNY", 0, 0, 7, -7))
    found = mismatches(RCEO, statements(RCEO, lines), lines)
    assert [type(fault) for fault in found] == [StatementMismatchError]
    assert isinstance(found[0], StatementMismatchError)
    assert (found[0].expected, found[0].found, found[0].difference) == (10_000, 10_007, 7)


def test_pending_property_losses_are_reported() -> None:
    loss = Voucher(date(2025, 6, 1), "盘亏", (debit("181", 500), credit("121", 500)), "count:1")
    lines = after((), [loss])
    found = mismatches(RCEO, statements(RCEO, lines), lines)
    assert UncoveredAccountError in {type(fault) for fault in found}
    assert "181" in str(found[-1])


def test_income_of_an_unclosed_year_shows_as_a_mismatch() -> None:
    lines = (BalanceLine("501", "CNY", -900, 0, 0, -900), BalanceLine("102", "CNY", 900, 0, 0, 900))
    found = mismatches(RCEO, statements(RCEO, lines), lines)
    assert [fault.difference for fault in found if isinstance(fault, StatementMismatchError)] == [900, 900]


@pytest.mark.parametrize("chart", [RCEO, COOP])
def test_foreign_and_double_lines_are_refused(chart: Chart) -> None:
    with pytest.raises(UnknownCodeError):
        statements(chart, [BalanceLine("999", "CNY", 0, 0, 0, 0)])
    twice = [BalanceLine("102", "CNY", 0, 1, 0, 1)] * 2
    with pytest.raises(DuplicateLineError):
        statements(chart, twice)
