"""The charts against the regulations' lists, and the loader's refusals."""

import pytest

from ledger.chart import (
    CHARTS,
    Chart,
    Kind,
    Origin,
    Side,
    Standard,
    UnknownCodeError,
    UnknownRoleError,
    chart_of,
    load_chart,
)
from ledger.errors import InputFaultsError
from ledger.formula import TermKind
from ledger.layout import Certainty, RowStyle

RCEO = (
    "101 库存现金 102 银行存款 111 短期投资 112 应收款 113 内部往来 121 库存物资 131 消耗性生物资产 "
    "132 生产性生物资产 133 生产性生物资产累计折旧 134 公益性生物资产 141 长期投资 151 固定资产 "
    "152 累计折旧 153 在建工程 154 固定资产清理 161 无形资产 162 累计摊销 171 长期待摊费用 "
    "181 待处理财产损溢 201 短期借款 211 应付款 212 应付工资 213 应付劳务费 214 应交税费 "
    "221 长期借款及应付款 231 一事一议资金 241 专项应付款 301 资本 311 公积公益金 321 本年收益 "
    "322 收益分配 401 生产(劳务)成本 501 经营收入 502 投资收益 503 补助收入 504 其他收入 511 经营支出 "
    "512 税金及附加 513 管理费用 514 公益支出 515 其他支出 521 所得税费用"
)
COOP = (
    "101 库存现金 102 银行存款 113 应收款 114 成员往来 121 产品物资 124 委托加工物资 125 委托代销商品 "
    "127 受托代购商品 128 受托代销商品 131 对外投资 141 消耗性生物资产 142 生产性生物资产 "
    "143 生产性生物资产累计折旧 144 公益性生物资产 151 固定资产 152 累计折旧 153 在建工程 "
    "154 固定资产清理 161 无形资产 162 累计摊销 171 长期待摊费用 181 待处理财产损溢 201 短期借款 "
    "211 应付款 212 应付工资 213 应付劳务费 214 应交税费 215 应付利息 221 应付盈余返还 222 应付剩余盈余 "
    "231 长期借款 235 专项应付款 301 股金 311 专项基金 321 资本公积 322 盈余公积 331 本年盈余 "
    "332 盈余分配 401 生产成本 501 经营收入 502 其他收入 511 投资收益 521 经营支出 522 税金及附加 "
    "523 管理费用 524 财务费用 529 其他支出 531 所得税费用"
)
BOTH = list(Standard)


def listed(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


@pytest.mark.parametrize(
    ("standard", "text", "count"), [(Standard.rceo_2023, RCEO, 42), (Standard.coop_2021, COOP, 48)]
)
def test_statutory_accounts_are_those_of_the_regulation(standard: Standard, text: str, count: int) -> None:
    accounts = chart_of(standard).accounts
    statutory = {a.code: a.name for a in accounts.values() if a.origin is Origin.statutory}
    assert statutory == listed(text)
    assert len(statutory) == count


def test_extra_accounts_are_marked() -> None:
    rceo, coop = chart_of(Standard.rceo_2023), chart_of(Standard.coop_2021)
    own = {a.code for a in rceo.accounts.values() if a.origin is not Origin.statutory}
    assert own == {"125", "127", "128", "901", "902", "903", "904", "905"}
    assert {rceo.accounts[code].origin for code in own} == {Origin.own}
    assert {rceo.accounts[code].source for code in own} == {"design"}
    optional = {a.code for a in coop.accounts.values() if a.origin is not Origin.statutory}
    assert optional == {"109", "122"}
    assert not any(a.kind is Kind.memo for a in coop.accounts.values())


@pytest.mark.parametrize("standard", BOTH)
def test_every_label_has_english(standard: Standard) -> None:
    chart = chart_of(standard)
    english = [a.english for a in chart.accounts.values()] + [s.english for s in chart.subs.values()]
    english += [chart.title_en, *(check.label_en for check in chart.checks)]
    for form in chart.statements:
        english += [form.title_en, *(c.label_en for c in form.columns), *(r.label_en for r in form.rows)]
    assert [text for text in english if not (text.isascii() and any(c.isalpha() for c in text))] == []


@pytest.mark.parametrize("standard", BOTH)
def test_normal_side_follows_the_kind(standard: Standard) -> None:
    debit = {Kind.asset, Kind.expense, Kind.cost}
    contra = {"133", "143", "152", "162"}
    for account in chart_of(standard).accounts.values():
        if account.kind is Kind.memo:
            continue
        expected = Side.debit if account.kind in debit else Side.credit
        is_contra = account.kind is Kind.asset and account.code in contra
        assert (account.normal is expected) is not is_contra, account.code


@pytest.mark.parametrize("standard", BOTH)
def test_cash_and_bank_are_never_negative(standard: Standard) -> None:
    guarded = {a.code for a in chart_of(standard).accounts.values() if a.never_negative}
    assert guarded - {"109"} == {"101", "102"}


@pytest.mark.parametrize("standard", BOTH)
def test_the_balance_sheet_shows_every_account_once(standard: Standard) -> None:
    """All but 181, which is zero before statements; the two-sided one is shown by its two halves."""
    chart = chart_of(standard)
    sheet = next(form for form in chart.statements if form.form == "balance_sheet")
    refs = [
        (t.ref, t.kind) for row in sheet.rows for t in row.terms if t.kind in (TermKind.account, TermKind.dr)
    ]
    assert len(refs) == len(set(refs))
    shown = {ref for ref, _ in refs}
    assert {a.code for a in chart.accounts.values() if a.kind is not Kind.memo} - shown == {"181"}
    halves = {t.ref for row in sheet.rows for t in row.terms if t.kind in (TermKind.dr, TermKind.cr)}
    assert halves == {chart.path("member_current")}


def test_forms_are_numbered_as_the_regulation_has_them() -> None:
    sheet, income, equity = chart_of(Standard.coop_2021).statements
    assert (sheet.code, income.code, equity.code) == ("会农社01表", "会农社02表", "会农社03表")
    assert [r.row for r in sheet.rows if r.style is not RowStyle.heading] == [str(n) for n in range(1, 43)]
    assert [r.row for r in income.rows] == [str(n) for n in range(1, 21)]
    assert income.certainty is Certainty.verbatim
    sheet, income, _equity = chart_of(Standard.rceo_2023).statements
    assert [r.row for r in income.rows if r.row != "6a"] == [str(n) for n in range(1, 21)]
    assert {sheet.certainty, income.certainty} == {Certainty.medium}


SHARED_ROLES = [
    "cash",
    "bank",
    "receivable",
    "member_current",
    "other_payable",
    "inventory",
    "consigned",
    "fixed_asset",
    "fixed_depr",
    "income_ops",
    "income_other",
    "income_invest",
    "cost_ops",
    "tax_surcharge",
    "admin",
    "public_welfare",
    "other_expense",
    "income_tax",
    "current_result",
    "distribution",
    "undistributed",
    "reserve",
    "capital",
]


@pytest.mark.parametrize("standard", BOTH)
def test_roles_have_the_same_kind_in_both_charts(standard: Standard) -> None:
    chart, other = chart_of(standard), chart_of(Standard.rceo_2023)
    for role in SHARED_ROLES:
        assert chart.kind_of(chart.path(role)) is other.kind_of(other.path(role)), role


def test_same_code_other_meaning() -> None:
    rceo, coop = chart_of(Standard.rceo_2023), chart_of(Standard.coop_2021)
    assert rceo.path("reserve") == "311"
    assert coop.path("special_fund") == "311"
    assert (rceo.path("receivable"), coop.path("receivable")) == ("112", "113")
    assert coop.kind_of("221:H0001") is Kind.liability


def test_paths_and_names() -> None:
    chart = chart_of(Standard.rceo_2023)
    assert chart.path("member_current", "H0012") == "113:H0012"
    assert chart.names("113:H0012") == ("内部往来", "Internal current accounts")
    assert chart.names("322:02") == ("未分配收益", "Undistributed income")
    with pytest.raises(UnknownRoleError, match="refund_payable"):
        chart.path("refund_payable")
    for bad in ("999", "113:h1", "113:", "113:H 1", "", "1130"):
        with pytest.raises(UnknownCodeError):
            chart.account(bad)
    with pytest.raises(UnknownCodeError):
        chart.path("member_current", "张三")
    assert chart_of(Standard.rceo_2023) is chart


def rceo_text() -> str:
    return (CHARTS / "rceo_2023.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ('code = "102"', 'code = "101"', "/accounts/1/code", "code 101 appears twice"),
        ('code = "102"', 'code = "10"', "/accounts/1/code", "expected three digits, found 10"),
        ('kind = "memo"', 'kind = "memory"', "/accounts/45/kind", "expected asset|liability|equity|"),
        ('code = "101", name', 'code = "101", colour = "red", name', "/accounts/0/colour", "unknown key"),
        ("never_negative = true", 'never_negative = "yes"', "/accounts/0/never_negative", "expected true or"),
        ('path = "322:01:01"', 'path = "399:01"', "/subs/1/path", "has no account above it"),
        ('path = "322:01:02"', 'path = "322:01:01"', "/subs/2/path", "appears twice"),
        ('bank = "102"', 'bank = "108"', "/roles/bank", "there is no account 108"),
        ('formula = "101+102"', 'formula = "101+109"', "/statements/0/rows/1/formula", "no account 109"),
        ('formula = "101+102"', 'formula = "101*2"', "/statements/0/rows/1/formula", "not a formula: 101*2"),
        ('formula = "101+102"', 'formula = "r77"', "/statements/0/rows/1/formula", "there is no row 77"),
        ('formula = "101+102"', 'formula = "rh1"', "/statements/0/rows/1/formula", "not a formula: rh1"),
        ('formula = "101+102"', 'formula = "r6"', "/statements/0/rows", "in a circle: 1 -> 6 -> 1"),
        ('formula = "101+102"', 'formula = "open(101)"', "/statements/0/rows/1/formula", "does not fit"),
        ('formula = "501"', 'formula = "dr(113)"', "/statements/1/rows/0/formula", "does not fit"),
        ('row = "2"', 'row = "1"', "/statements/0/rows/2/row", "row 1 appears twice"),
        ('label_en = "Short-term investments"', 'label_en = ""', "/statements/0/rows/2/label_en", "found ''"),
        ('left = "balance_sheet.23.opening"', 'left = "x.1.y"', "/checks/0/left", "there is no figure x.1.y"),
        ('standard = "rceo_2023"', 'standard = "rceo_1999"', "/standard", "found rceo_1999"),
        ('form = "income_distribution"', 'form = "balance_sheet"', "/statements", "a form appears twice"),
    ],
)
def test_broken_data_is_refused_with_its_place(old: str, new: str, place: str, message: str) -> None:
    text = rceo_text()
    assert old in text
    with pytest.raises(InputFaultsError) as caught:
        load_chart(text.replace(old, new, 1))
    assert [f for f in caught.value.faults if f.place == place and message in f.en], caught.value.en


def test_all_faults_are_found_at_once() -> None:
    text = rceo_text().replace('code = "102"', 'code = "101"').replace('bank = "102"', 'bank = "108"')
    with pytest.raises(InputFaultsError) as caught:
        load_chart(text)
    assert {"/accounts/1/code", "/roles/bank"} <= {fault.place for fault in caught.value.faults}


def test_no_toml_at_all() -> None:
    with pytest.raises(InputFaultsError, match="not TOML"):
        load_chart("[[")


def test_reading_gives_the_same_chart() -> None:
    chart: Chart = load_chart(rceo_text())
    assert chart == chart_of(Standard.rceo_2023)
