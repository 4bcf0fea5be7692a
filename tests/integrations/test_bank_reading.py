"""Statements as banks hand them out: every layout, encoding and separator; faults by row; a round trip."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from integrations.bank import StatementLine, layouts, read_statement, statement_csv, statement_xlsx
from integrations.bank.writing import Encoding
from ledger.errors import InputFaultsError

PRINTED = """柳坝县农村信用合作联社（虚构）
户名：桃源铺村扶贫互助合作社,账号：****0016
交易日期,摘要,借方发生额,贷方发生额,余额,流水号,对方户名,对方账号
2025-03-01,结息,,12.34,"1,012.34",L001,,
2025/3/2,转账汇款,"1,000.00",,12.34,L002,秦岭山珍食品有限公司,6217000012345678
2025年3月3日,货款,-,88.00,100.34,L003,,
合计,,1000.00,100.34,,,,
"""


def places(data: bytes, layout: str = "") -> list[str]:
    with pytest.raises(InputFaultsError) as caught:
        read_statement(data, layout)
    assert all(fault.zh and fault.en for fault in caught.value.faults)
    return [f"{fault.place}: {fault.zh}" for fault in caught.value.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_printed_statement_in_every_dress(encoding: str, delimiter: str) -> None:
    text = PRINTED if delimiter == "," else PRINTED.replace('"', "").replace(",", delimiter)
    text = text.replace(f"1{delimiter}0", "1,0") if delimiter != "," else text
    found = read_statement(text.encode(encoding))
    assert found.layout == "rcc"
    assert [line.amount_fen for line in found.lines] == [1234, -100_000, 8800]
    assert [line.day.day for line in found.lines] == [1, 2, 3]
    assert (found.opening_fen, found.closing_fen) == (100_000, 10_034)
    assert found.lines[1] == StatementLine(
        5, date(2025, 3, 2), -100_000, 1234, "L002", "转账汇款", "秦岭山珍食品有限公司", "5678"
    )


def test_newest_first_is_turned_by_the_balance() -> None:
    text = (
        "交易时间,收入金额,支出金额,账户余额,交易流水号,交易摘要\n"
        "20250302 101500,5.00,0.00,25.00,3,乙\n"
        "2025-03-02 09:00:01,0.00,80.00,20.00,2,甲\n"
        "20250301080000,100.00,,100.00,1,开户\n"
    )
    found = read_statement(text.encode())
    assert [line.reference for line in found.lines] == ["1", "2", "3"]
    assert (found.opening_fen, found.closing_fen) == (0, 2500)


def test_direction_beside_an_unsigned_amount() -> None:
    text = "日期,交易金额,借贷标志,摘要\n2025-01-01,10.00,贷,利息\n2025-01-02,3.5,借,手续费\n"
    found = read_statement(text.encode("gbk"))
    assert [line.amount_fen for line in found.lines] == [1000, -350]
    assert found.opening_fen is None
    assert places(text.replace(",借,", ",？,").encode())[0].startswith("对账单!C3 借贷标志: 应为“贷”")


def test_every_fault_at_once_and_nothing_read() -> None:
    text = (
        "日期,收入,支出,余额,流水号\n"
        "2025-02-30,1.00,,1.00,a\n"
        "2025-03-01,1.005,,2.00,b\n"
        "昨天,=SUM(B1:B2),,3.00,c\n"
        "2025-03-02,1.00,2.00,4.00,d\n"
    )
    found = places(text.encode())
    assert [fault.split(":")[0] for fault in found] == [
        "对账单!A2 日期", "对账单!B3 收入", "对账单!A4 日期", "对账单!B4 收入", "对账单!C5 支出",
    ]  # fmt: skip
    assert "没有这一天" in found[0]
    assert "小数最多 2 位" in found[1]


def test_a_broken_balance_names_line_and_difference() -> None:
    found = places(PRINTED.replace("100.34,L003", "110.34,L003").encode())
    assert found == ["对账单!E6 余额: 余额不连续：应为 100.34，实为 110.34，差 10.00（可能缺行、重复或改动）"]


def test_duplicates_are_told() -> None:
    head = "日期,金额,流水号,摘要\n"
    same = "2025-01-05,-2.00,F7,手续费\n"
    assert "与第 2 行重复（流水号 F7）" in places((head + same + same).encode())[0]
    unnamed = same.replace("F7", "")
    found = read_statement((head + unnamed + unnamed).encode())
    assert len(found.lines) == 2
    assert "按两笔计" in found.notices[0].zh
    proved = "日期,金额,余额,流水号\n2025-01-05,-2,98,F7\n2025-01-05,-2,96,F7\n"
    assert len(read_statement(proved.encode()).lines) == 2


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "文件是空的"),
        (b"  \r\n ", "文件是空的"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", ".xls"),
        (b"%PDF-1.7", "PDF"),
        (b"<html><table></table></html>", "网页"),
        (b"PK\x03\x04 nothing", "损坏"),
        ("日期,金额\n2025-01-01,1\0\n".encode(), "NUL"),
        ("日期,金额\n".encode() + b"\xff\xff\xff", "GB18030"),
        ("姓名,年龄\n甲,3\n".encode(), "没有找到表头"),
        ("日期,金额\n".encode(), "没有明细"),
        ("交易日期,收入,支出\n2025-01-01,1,\n".encode("utf-16-le"), "NUL"),
        (b'day,amount\n2025-01-01,"1\n', "读不通"),
        ("日期,金额\n" + "x" * 200_000 + ",1\n", "读不通"),
        ("日期,金额\n" + ",".join("1" * 300) + "\n", "列数过多"),
        ("日期,金额\n" + "2025-01-01,1\n" * 20_200, "行数过多"),
        ("日期,金额\n2025-01-01,9999999999999999\n", "金额过大"),
        ("日期,金额\n2025-01-01,1e5\n", "科学计数法"),
        ("日期,金额,摘要\n2025-01-01,1,坏\x07\n", "控制字符"),
        (b"x" * (10 * 1024 * 1024 + 1), "文件过大"),
    ],
)
def test_nasty_files_are_refused_clearly(data: bytes | str, word: str) -> None:
    found = places(data.encode() if isinstance(data, str) else data)
    assert any(word in fault for fault in found), found


def test_formulas_of_a_workbook_are_not_believed() -> None:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet("2025年")
    sheet.write_row(0, 0, ["某某银行"])
    sheet.write_row(2, 0, ["日期", "金额", "摘要"])
    sheet.write_row(3, 0, ["2025-01-01", 12.3, "=cmd|' /C calc'!A0"[1:]])
    sheet.write_string(4, 0, "2025-01-02")
    sheet.write_formula(4, 1, "=1/0", None, "#DIV/0!")
    book.close()
    assert places(target.getvalue()) == ["2025年!B5 金额: 公式结果是错误值（如 #N/A）"]


def test_no_account_number_is_kept_whole() -> None:
    found = read_statement('日期,金额,对方账号\n2025-1-1,1,="6217000012345678"\n'.encode())
    assert found.lines[0].party_tail == "5678"
    assert "62170000" not in repr(found)


def test_layout_data_have_their_certainty() -> None:
    assert layouts().codes == ("rcc", "psbc", "abc", "generic")
    assert {layout.certainty for layout in layouts().layouts} == {"ours"}
    with pytest.raises(KeyError):
        read_statement(PRINTED.encode(), "nobody")
    assert read_statement(PRINTED.encode(), "generic").layout == "generic"


WORDS = st.text(st.sampled_from("手续费结息货款秦岭𠮷 AB-1;,\"'=+@"), max_size=20).map(
    lambda text: " ".join(text.split()).lstrip("=' ")
)


@st.composite
def statements(draw: st.DrawFn) -> list[StatementLine]:
    day, run = date(2025, 1, 1), draw(st.integers(-(10**9), 10**9))
    printed = draw(st.booleans())
    lines = []
    for number in range(draw(st.integers(1, 30))):
        day += timedelta(days=draw(st.integers(0, 3)))
        amount = draw(st.integers(-(10**11), 10**11).filter(bool))
        run += amount
        lines.append(
            StatementLine(
                0, day, amount, run if printed else None, f"R{number}", draw(WORDS), draw(WORDS), draw(
                    st.sampled_from(["", "1234", "0007"])
                ),
            )
        )  # fmt: skip
    return lines


@given(
    statements(),
    st.sampled_from(layouts().codes),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "xlsx"]),
    st.sampled_from([",", ";", "\t"]),
    st.tuples(st.booleans(), st.booleans()),
)
def test_what_is_written_is_read(
    lines: list[StatementLine],
    layout: str,
    encoding: Encoding | Literal["xlsx"],
    delimiter: str,
    ways: tuple[bool, bool],
) -> None:
    thousands, newest_first = ways
    printed = lines[0].balance_fen is not None
    told = lines[::-1] if newest_first and printed else lines
    if encoding == "xlsx":
        data = statement_xlsx(told, layout)
    else:
        data = statement_csv(told, layout, encoding=encoding, delimiter=delimiter, thousands=thousands)
    found = read_statement(data, layout)
    assert [replace(line, row=0) for line in found.lines] == lines
    if printed:
        assert found.opening_fen == (lines[0].balance_fen or 0) - lines[0].amount_fen
        assert found.closing_fen == lines[-1].balance_fen
