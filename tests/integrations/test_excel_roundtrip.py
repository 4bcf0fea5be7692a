"""Writing then reading gives the same rows; writing twice gives the same bytes."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.excel import Choice, Column, Kind, Sheet, Value, read_workbook, template, write_workbook
from ledger.errors import InputFaultsError

LARGEST = 2**63 - 1
GRADES = (Choice("special", "特级", "Special"), Choice("first", "一级", "First"), Choice("mixed", "统货"))
ALL = Sheet(
    "明细",
    (
        Column("text", "姓名", "Name", required=False, longest=32_767),
        Column("code", "户号", "Household", Kind.code, required=False),
        Column("digits", "银行账号", "Bank account", Kind.digits, required=False),
        Column("integer", "头数", "Heads", Kind.integer, required=False, minimum=None),
        Column("decimal", "系数", "Factor", Kind.decimal, required=False, minimum=None),
        Column("grams", "数量(公斤)", "Quantity (kg)", Kind.grams, required=False, minimum=None),
        Column("fen", "金额(元)", "Amount (yuan)", Kind.fen, required=False, minimum=None),
        Column("price", "单价(元/公斤)", "Price", Kind.price, required=False, minimum=None),
        Column("percent", "比例(%)", "Share (%)", Kind.percent, required=False, minimum=None),
        Column("day", "日期", "Date", Kind.date, required=False),
        Column("grade", "等级", "Grade", Kind.choice, required=False, choices=GRADES),
        Column("flag", "收购", "Buy", Kind.flag),
    ),
    name_en="Lines",
)
WHOLE = st.integers(-LARGEST, LARGEST) | st.integers(-(10**7), 10**7)
SIGNS = st.characters(
    exclude_categories=("Cs", "Cc", "Cn", "Co"), exclude_characters="\ufeff\u200b"
) | st.sampled_from("\n\t")
TEXTS = (
    st.text(SIGNS, min_size=1, max_size=40)
    .map(str.strip)
    .filter(lambda text: text.strip("\ufeff\u200b") != "")
)
INVISIBLE = {chr(code) for code in (0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060)}


def seen(text: str) -> bool:
    return bool("".join(sign for sign in text if sign not in INVISIBLE).strip())


OPTIONAL: dict[str, st.SearchStrategy[Value]] = {
    "text": TEXTS.filter(seen)
    | st.sampled_from(["=cmd|'/C calc'!A0", "+1", "-1", "@SUM(A1)", "_x0041_", "𠮷野家", "00123", "1.2E+17"]),
    "code": st.from_regex(r"[=+@A-Z0-9-]{1,12}", fullmatch=True),
    "digits": st.from_regex(r"[0-9]{1,25}|[0-9]{17}X", fullmatch=True),
    "integer": WHOLE,
    "decimal": st.decimals(-(10**18), 10**18, allow_nan=False, places=8) | st.decimals(-99, 99, places=3),
    "grams": WHOLE,
    "fen": WHOLE,
    "price": WHOLE,
    "percent": WHOLE,
    "day": st.dates(date(1900, 3, 1), date(9999, 12, 31)),
    "grade": st.sampled_from([choice.value for choice in GRADES]),
}
ROWS = st.lists(
    st.fixed_dictionaries(
        {key: st.none() | values for key, values in OPTIONAL.items()} | {"flag": st.booleans()}
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, lang=st.sampled_from(["zh", "en"]))
def test_write_then_read_is_identity(rows: list[dict[str, Value]], lang: str) -> None:
    workbook = read_workbook(write_workbook([(ALL, rows)], lang=lang), [ALL])
    assert [dict(row) for row in workbook["明细"]] == rows
    assert [row.number for row in workbook["明细"]] == list(range(2, len(rows) + 2))


def test_equal_rows_are_equal_bytes_on_any_day() -> None:
    rows: list[dict[str, Value]] = [{"text": "张三", "grams": 12_345, "day": date(2025, 3, 1), "flag": True}]
    for data, again in (
        (write_workbook([(ALL, rows)]), write_workbook([(ALL, rows)])),
        (template([ALL]), template([ALL])),
    ):
        assert data == again
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert archive.read("docProps/core.xml").count(b"2000-01-01T00:00:00Z") == 2


def test_text_never_becomes_a_formula() -> None:
    data = write_workbook([(ALL, [{"text": "=1+1", "code": "=cmd|'/C'!A0", "flag": False}])])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"<f" not in archive.read("xl/worksheets/sheet1.xml").replace(b"<formula", b"")
    assert read_workbook(data, [ALL])["明细"][0].text("text") == "=1+1"


def test_a_workbook_of_several_sheets() -> None:
    other = Sheet("价格", (Column("k", "品名", "Item"), Column("p", "单价", "Price", Kind.price)), key=("k",))
    data = write_workbook([(ALL, [{"flag": True}]), (other, [{"k": "香菇", "p": 850_000}])])
    workbook = read_workbook(data, [other, ALL])
    assert workbook["价格"][0] == {"k": "香菇", "p": 850_000}
    assert workbook["明细"][0].flag("flag")


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ({"grams": Decimal("1.5")}, TypeError),
        ({"flag": 1}, TypeError),
        ({"text": 7}, TypeError),
        ({"grade": "二级"}, ValueError),
        ({"nobody": "x"}, ValueError),
        ({"decimal": Decimal("NaN")}, ValueError),
        ({"integer": True}, TypeError),
    ],
)
def test_values_of_another_kind_are_refused(row: dict[str, Value], error: type[Exception]) -> None:
    with pytest.raises(error):
        write_workbook([(ALL, [row])])


def test_too_long_text_is_refused_not_cut() -> None:
    with pytest.raises(InputFaultsError, match=r"明细!A2 姓名.*32767"):
        write_workbook([(ALL, [{"text": "长" * 32_768}])])


def test_typed_getters() -> None:
    row = read_workbook(
        write_workbook([(ALL, [{"grams": 5, "decimal": Decimal("0.5"), "flag": True}])]), [ALL]
    )["明细"][0]
    assert (row.whole("grams"), row.whole_or("fen", 0), row.exact("decimal"), row.text("text")) == (
        5,
        0,
        Decimal("0.5"),
        "",
    )
    assert row.day_or_none("day") is None
    for bad in (row.whole, row.text, row.exact, row.day):
        with pytest.raises(TypeError):
            bad("flag")
    with pytest.raises(TypeError):
        row.flag("grams")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_template_filled_in_reads(lang: str) -> None:
    many = tuple(Choice(f"v{n}", f"很长的选项名称第{n}号", f"rather long choice {n}") for n in range(60))
    sheet = Sheet(
        "登记",
        (Column("n", "名", "N", note_zh="照身份证"), Column("c", "选", "C", Kind.choice, choices=many)),
        note_zh="注",
    )
    data = template([sheet, ALL], lang=lang)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        page, hidden = archive.read("xl/worksheets/sheet1.xml"), archive.read("xl/workbook.xml")
        assert b'type="list"' in page
        assert b"frozen" in page
        assert b'state="hidden"' in hidden
        assert b'formatCode="@"' in archive.read("xl/styles.xml")
    with pytest.raises(InputFaultsError) as caught:
        read_workbook(data, [sheet, ALL])
    assert [fault.zh for fault in caught.value.faults] == ["表头下面没有数据"] * 2
