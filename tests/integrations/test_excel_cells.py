"""What people really type into cells, and what becomes of it."""

from datetime import date
from typing import Any

import pytest

from integrations.excel import examine
from tests.integrations.test_excel_support import LINES, TITLES, book, one, rows


@pytest.mark.parametrize(
    ("key", "cell", "value"),
    [
        ("grams", 12.345, 12_345),
        ("grams", "１２．３４５", 12_345),
        ("grams", " 1,234.5 ", 1_234_500),
        ("grams", "１，２３４．５", 1_234_500),
        ("grams", "1 234 567", 1_234_567_000),
        ("grams", "\u202d12\u202c", 12_000),
        ("grams", 12.3 * 3, 36_900),  # a formula's 36.900000000000006 is shown as 36.9
        ("grams", 0.1 + 0.2, 300),
        ("grams", "+5", 5_000),
        ("fen", 0.29, 29),
        ("fen", 99_999.99, 9_999_999),
        ("share", 12.5, 1_250),
        ("share", "12.5%", 1_250),
        ("share", "12.5％", 1_250),
        ("day", "2025-03-01", date(2025, 3, 1)),
        ("day", "2025年3月1日", date(2025, 3, 1)),
        ("day", "２０２５／３／１", date(2025, 3, 1)),
        ("day", "2025.3.1", date(2025, 3, 1)),
        ("day", "2025-03-01 00:00:00", date(2025, 3, 1)),
        ("day", "20250301", date(2025, 3, 1)),
        ("day", 20_250_301, date(2025, 3, 1)),
        ("day", 45_717, date(2025, 3, 1)),
        ("phone", "０１３８ １２３４-５６７", "01381234567"),
        ("phone", 13_812_345_678, "13812345678"),
        ("bank", "0062 2848 0001 2345 678", "0062284800012345678"),
        ("bank", "'6228480001", "6228480001"),
        ("bank", "11010519491231002x", "11010519491231002X"),
        ("grade", " 一级 ", "first"),
        ("grade", "MIXED", "mixed"),
        ("buy", "是", True),
        ("buy", "×", False),
        ("buy", True, True),
        ("buy", 0, False),
        ("note", " 𠮷 =cmd| ", "𠮷 =cmd|"),
        ("note", 3.0, "3"),
        ("note", "甲\r\n乙", "甲\n乙"),
        ("note", "\u3000 \u200b", None),
    ],
)
def test_taken(key: str, cell: object, value: object) -> None:
    assert one(key, cell) == value


@pytest.mark.parametrize(
    ("key", "cell", "word"),
    [
        ("grams", 12.3456, "小数最多 3 位，实为 12.3456"),
        ("grams", -1, "应不小于 0，实为 -1"),
        ("grams", "12公斤", "应为数字（不带单位），实为“12公斤”"),
        ("grams", "1,23", "应为数字"),
        ("grams", "1.2E+3", "不接受科学计数法"),
        ("grams", "٣", "应为数字"),
        ("grams", "9" * 30, "应为数字"),
        ("grams", "9" * 19, "数字过大"),
        ("grams", ".", "应为数字"),
        ("grams", True, "应为数字，实为逻辑值"),
        ("grams", 1.2e17, "数字过长"),
        ("fen", 100_000.01, "应不大于 100000，实为 100000.01"),
        ("fen", "(12)", "应为数字"),
        ("day", "2025-02-29", "没有这一天"),
        ("day", "25-3-1", "应为日期"),
        ("day", "2025-3/1", "应为日期"),
        ("day", 2025, "应为日期"),
        ("day", 45_717.5, "应为日期"),
        ("day", "2025-03-01 08:30:00", "应为日期"),
        ("day", "1850-01-01", "应不早于"),
        ("day", True, "应为日期"),
        ("phone", "1381234567", "应为 11 位，实为 10 位"),
        ("phone", 1_381_234_567, "号码存成了数值"),
        ("phone", 13_812_345_678.5, "号码存成了数值"),
        ("bank", "1.2E+17", "号码变成了科学计数法"),
        ("bank", "6.22848E18", "号码变成了科学计数法"),
        ("bank", 1.2e17, "数字过长"),
        ("bank", 62_284_800, "号码存成了数值"),
        ("bank", "62A", "应只含数字"),
        ("grade", "二级", "应为以下之一：一级、统货；实为“二级”"),
        ("buy", "也许", "应为“是”或“否”"),
        ("note", "甲\x07", "控制字符"),
        ("note", "长" * 21, "文字过长：最多 20 字，实为 21 字"),
        ("note", 1.2e17, "数字过长"),
    ],
)
def test_refused(key: str, cell: object, word: str) -> None:
    assert word in str(one(key, cell))


def test_leading_zeros_and_number_codes() -> None:
    read, faults = examine(rows((TITLES["household"],), ("007",), (8.0,), ("Ｈ００ ０９",)), [LINES])
    assert not faults
    assert [row["household"] for row in read["明细"]] == ["007", "8", "H0009"]


@pytest.mark.parametrize("from_1904", [False, True])
def test_real_date_cells_and_bare_day_numbers(from_1904: bool) -> None:
    day = date(2025, 3, 1)

    def fill(workbook: Any, page: Any) -> None:
        page.write_row(0, 0, [TITLES["household"], TITLES["day"]])
        style = workbook.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
        page.write_string(1, 0, "H1")
        page.write_datetime(1, 1, day, style)
        page.write_string(2, 0, "H2")
        page.write_number(2, 1, 45_717 - (1_462 if from_1904 else 0))

    read, faults = examine(book(fill, date_1904=from_1904), [LINES])
    assert not faults
    assert [row["day"] for row in read["明细"]] == [day, day]
