"""Files nobody should send: broken, hostile, misshapen. Each gives clear faults, none a crash."""

import io
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.excel import MAX_BYTES, Column, Kind, Sheet, examine, read_workbook, write_workbook
from integrations.excel.archive import OLE
from ledger.errors import InputFaultsError
from tests.integrations.test_excel_support import LINES, TITLES, book, changed, rows

HEAD = (TITLES["household"], TITLES["grams"])
GOOD = rows(HEAD, ("H1", 1.5))
SHEET_1 = "xl/worksheets/sheet1.xml"


def faults_of(data: bytes, *sheets: Sheet) -> list[tuple[str, str]]:
    _, faults = examine(data, sheets or (LINES,))
    assert all(fault.zh and fault.en and fault.en.isprintable() for fault in faults)
    return [(fault.place, fault.zh) for fault in faults]


def zipped(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


BOMB = zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b" " * (20 * 1024 * 1024)})
HUGE = zipped({f"xl/{n}.xml": b"" for n in range(1_001)})
TALL = zipped({f"xl/{n}.xml": b"0123456789" * 1_000_000 for n in range(7)})


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "0 字节"),
        (b"name,amount\n", "不是 .xlsx 文件"),
        ("姓名".encode("gb18030"), "不是 .xlsx 文件"),
        (OLE + b"0" * 600, "旧版 .xls 文件或设有打开密码"),
        (b"PK\x03\x04" + b"\x00" * (MAX_BYTES), "文件过大"),
        (b"PK\x03\x04" + b"\x00" * 100, "已损坏"),
        (GOOD[:-30], "已损坏"),
        (zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "不是 .xlsx 工作簿"),
        (zipped({"xl/workbook.xml": b"<a", "[Content_Types].xml": b""}), "已损坏"),
        (BOMB, "压缩比异常"),
        (HUGE, "部件过多"),
        (TALL, "解压后过大"),
    ],
)
def test_no_workbook(data: bytes, word: str) -> None:
    ((where, text),) = faults_of(data)
    assert where == "文件"
    assert word in text


def test_a_zip_that_lies_about_its_sizes() -> None:
    """Claimed sizes are small, the stream is not: the checksum of the claimed part cannot match."""
    true = 1024 * 1024
    data = bytearray(zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b" " * true}))
    lie = true.to_bytes(4, "little")
    assert data.count(lie) == 2
    assert faults_of(bytes(data.replace(lie, (100).to_bytes(4, "little"))))[0][1].startswith("文件已损坏")


def test_an_encrypted_zip_and_doubled_parts() -> None:
    data = bytearray(GOOD)
    central = data.rindex(b"PK\x01\x02")
    data[central + 8] |= 1
    assert "加密" in faults_of(bytes(data))[0][1]
    target = io.BytesIO(GOOD)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("XL/workbook.xml", b"<workbook/>")
    assert "重复部件" in faults_of(target.getvalue())[0][1]


@pytest.mark.parametrize("part", [SHEET_1, "xl/workbook.xml"])
def test_document_types_are_refused(part: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    start = "<worksheet" if part == SHEET_1 else "<workbook"
    assert "文档类型" in faults_of(changed(GOOD, {part: (start + " ", bomb + start + " ")}))[0][1]


def test_a_stray_cell_far_away_is_not_allocated() -> None:
    def fill(_: Any, page: Any) -> None:
        page.write_row(0, 0, HEAD)
        page.write_string(1_048_575, 16_383, "x")

    found = faults_of(book(fill))
    assert [where for where, _ in found] == ["明细!1048576", "明细!"]
    assert "最多到第 1001 行" in found[0][1]
    assert "最多 256 列" in found[1][1]


def test_formats_far_away_do_not_count() -> None:
    def fill(workbook: Any, page: Any) -> None:
        page.write_row(0, 0, HEAD)
        page.write_row(1, 0, ("H1", 2))
        page.write_blank(1_000_000, 9_000, None, workbook.add_format({"bold": True}))

    assert faults_of(book(fill)) == []


def test_titles_unknown_repeated_missing_and_absent() -> None:
    data = rows(("数量（公斤） *", "Household", "亩数", "quantity (kg)", ""), (1, "H1", 3, 4, "x"))
    assert faults_of(data) == [
        ("明细!C1 亩数", f"不认识的列，应为：{'、'.join(TITLES.values())}"),
        ("明细!D1 quantity (kg)", "列重复出现"),
        ("明细!E2", "此列有内容但没有表头"),
    ]
    assert ("明细!1 户号", "缺少此列（第一行应为表头）") in faults_of(rows(("数量(公斤)",), (1,)))


def test_titles_in_any_order_and_with_line_breaks() -> None:
    read = read_workbook(rows(("数量\n（公斤）", " 户 号"), (2, "H1"), (None, ""), ("", "H2")), [LINES])
    assert [(row.number, row["household"], row["grams"]) for row in read["明细"]] == [
        (2, "H1", 2_000),
        (4, "H2", None),
    ]


def test_all_faults_at_once_in_order() -> None:
    data = rows(
        (TITLES["household"], TITLES["day"], TITLES["grams"], TITLES["fen"]),
        ("H1", "2025-03-01", "x", "y"),
        (None, "2025-13-01", 1, None),
        ("H1", "2025/3/1", -1, None),
    )
    with pytest.raises(InputFaultsError) as caught:
        read_workbook(data, [LINES])
    assert [fault.place for fault in caught.value.faults] == [
        "明细!C2 数量(公斤)",
        "明细!D2 金额(元)",
        "明细!A3 户号",
        "明细!B3 日期",
        "明细!A4 户号",
        "明细!C4 数量(公斤)",
    ]
    assert "与第 2 行重复（H1、2025-03-01）" in caught.value.zh
    assert str(caught.value).startswith("输入有 6 处错误：")


def test_empty_sheets_and_titles_only() -> None:
    assert faults_of(book(lambda _, __: None)) == [("明细!", "工作表是空的，第一行应为表头")]
    assert faults_of(rows(HEAD)) == [("明细!2", "表头下面没有数据")]
    optional = Sheet("附", (Column("a", "甲", "A"),), required=False)
    assert faults_of(GOOD, LINES, optional) == []


def test_sheets_by_name_and_a_single_one_by_any_name() -> None:
    assert faults_of(rows(HEAD, ("H1", 1), name="Sheet1")) == []
    other = Sheet("价格", (Column("a", "甲", "A"),))
    found = faults_of(rows(HEAD, ("H1", 1), name="Sheet1"), LINES, other)
    assert [where for where, _ in found] == ["明细!", "价格!", "Sheet1!"]
    two = write_workbook([(LINES, [{"household": "H1"}]), (other, [{"a": "x"}])])
    assert faults_of(two)[0][0] == "价格!"


def test_merged_text_speaks_for_its_rows_but_amounts_do_not() -> None:
    def fill(workbook: Any, page: Any) -> None:
        page.write_row(0, 0, (TITLES["household"], TITLES["day"], TITLES["grams"]))
        page.write_column(1, 1, ["2025-03-01", "2025-03-02", "2025-03-03"])
        page.merge_range(1, 0, 5, 0, "H1")
        page.write_column(1, 2, [1, 2, 3])

    read = read_workbook(book(fill), [LINES])
    assert [(row["household"], row["grams"]) for row in read["明细"]] == [
        ("H1", 1_000),
        ("H1", 2_000),
        ("H1", 3_000),
    ]

    def bad(workbook: Any, page: Any) -> None:
        page.write_row(0, 0, HEAD)
        page.write_column(1, 0, ["H1", "H2"])
        page.merge_range(1, 1, 2, 1, 8)
        page.merge_range(3, 0, 3, 1, "合计")

    assert [where for where, _ in faults_of(book(bad))] == ["明细!B2 数量(公斤)", "明细!A4 户号"]


def test_formulas_give_their_cached_value_or_a_fault() -> None:
    def fill(_: Any, page: Any) -> None:
        page.write_row(0, 0, (*HEAD, TITLES["note"]))
        page.write_column(1, 0, ["H1", "H2", "H3", "H4"])
        page.write_formula(1, 1, "=1.1*3", None, 3.3000000000000003)
        page.write_formula(1, 2, '=""', None, "zz")
        page.write_formula(2, 1, "=1/0", None, "#DIV/0!")
        page.write_formula(3, 1, "=B2", None, 7_777)
        page.write_formula(4, 0, "=A2", None, "8888")

    data = changed(book(fill), {SHEET_1: ("<v>zz</v>", "<v></v>")})
    read, faults = examine(changed(data, {SHEET_1: ("<v>7777</v>", "<v></v>")}), [LINES])
    assert [(fault.place, fault.zh[:7]) for fault in faults] == [
        ("明细!B3 数量(公斤)", "公式结果是错误"),
        ("明细!B4 数量(公斤)", "公式尚未计算，"),
    ]
    assert read["明细"][0] == {"household": "H1", "grams": 3_300, "note": None} | {
        key: None for key in TITLES if key not in {"household", "grams", "note"}
    }
    last = changed(
        book(lambda _, page: (page.write_row(0, 0, HEAD), page.write_formula(1, 0, "=A9", None, 5))),
        {SHEET_1: ("<v>5</v>", "")},
    )
    assert faults_of(last)[0][0] == "明细!A2 户号"


def test_percent_cells_hold_a_hundredth() -> None:
    def fill(workbook: Any, page: Any) -> None:
        style = workbook.add_format({"num_format": "0.0%"})
        page.write_row(0, 0, (*HEAD, TITLES["share"]))
        page.write_row(1, 0, ("H1", 1))
        page.write_number(1, 2, 0.125, style)
        page.write_string(2, 0, "H2")
        page.write_number(2, 1, 0.5, workbook.add_format({"num_format": 10}))

    read, faults = examine(book(fill), [LINES])
    assert read["明细"][0]["share"] == 1_250
    assert [(fault.place, fault.zh) for fault in faults] == [
        ("明细!B3 数量(公斤)", "单元格为百分比格式，应为普通数字")
    ]


def test_codes_and_amounts_that_excel_made_dates() -> None:
    def fill(workbook: Any, page: Any) -> None:
        style = workbook.add_format({"num_format": "m-d"})
        page.write_row(0, 0, HEAD)
        page.write_number(1, 0, 45_717, style)
        page.write_number(1, 1, 45_717.5, style)

    assert [where for where, _ in faults_of(book(fill))] == ["明细!A2 户号", "明细!B2 数量(公斤)"]


def test_a_season_of_rows_is_read_whole() -> None:
    sheet = Sheet(
        "大表", (Column("n", "编号", "No", Kind.code), Column("g", "公斤", "kg", Kind.grams)), key=("n",)
    )
    data = write_workbook([(sheet, [{"n": f"H{n:05}", "g": n} for n in range(20_000)])])
    assert sum(row.whole("g") for row in read_workbook(data, [sheet])["大表"]) == 199_990_000


def test_hostile_merges_cost_no_time() -> None:
    def nested(count: int) -> bytes:
        merges = "".join(f'<mergeCell ref="A{row}:A1001"/>' for row in range(2, 2 + count))
        data = rows(HEAD, *((f"H{n}", n) for n in range(900)))
        return changed(data, {SHEET_1: ("</sheetData>", f"</sheetData><mergeCells>{merges}</mergeCells>")})

    assert {text[:8] for _, text in faults_of(nested(990))} == {"与第 2 行重复"}
    assert "合并单元格过多" in faults_of(nested(10_001))[0][1]


@settings(max_examples=150, deadline=None)
@given(edits=st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_flipped_bytes_never_crash(edits: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for at, byte in edits:
        data[at] = byte
    faults_of(bytes(data))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_flipped_signs_inside_the_parts_never_crash(data: st.DataObject) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            content = bytearray(old.read(entry))
            if entry.filename.startswith("xl/") and data.draw(st.booleans()):
                for _ in range(data.draw(st.integers(1, 4))):
                    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(
                        st.sampled_from(b'<>&"=/ 019AaZ\x00\xff')
                    )
            new.writestr(entry.filename, bytes(content))
    faults_of(target.getvalue())


@pytest.mark.parametrize(
    "make",
    [
        lambda: Sheet("甲", ()),
        lambda: Sheet("甲", (Column("a", "一", "A"), Column("b", " 一 ", "B"))),
        lambda: Sheet("甲", (Column("a", "一", "A"),), key=("b",)),
        lambda: Sheet("说明", (Column("a", "一", "A"),)),
        lambda: Sheet("甲", (Column("a", "一", "A"),), max_rows=20_001),
        lambda: Column("a", "一", "A", Kind.choice),
    ],
)
def test_declarations_are_checked(make: Any) -> None:
    with pytest.raises(ValueError):
        make()
