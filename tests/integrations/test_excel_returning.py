"""Bad rows come back as they were typed, with their reasons, and can be read again."""

import io
from typing import Any

import pytest
from python_calamine import load_workbook

from integrations.excel import bad_rows, examine
from tests.integrations.test_excel_support import LINES, TITLES, book, changed, rows

HEAD = (TITLES["household"], TITLES["grams"], TITLES["bank"], TITLES["note"])


def grid(data: bytes, sheet: str = "明细") -> list[list[Any]]:
    return load_workbook(io.BytesIO(data)).get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def test_only_bad_rows_with_reasons() -> None:
    data = rows(
        HEAD, ("H1", 1, "1", "a"), ("H2", "x", 1.2e17, "=1+1"), ("H3", 3, "3", ""), ("H3", 3.5, "007", "")
    )
    read, faults = examine(data, [LINES])
    own = read.fault("明细", read["明细"][0], "household", zh="没有这一户", en="no such household")
    assert own.place == "明细!A2 户号"
    returned = bad_rows(data, [LINES], [*faults, own])
    titles, *lines = grid(returned)
    assert titles == [*HEAD, "原行号", "错误原因"]
    assert [line[:5] for line in lines] == [
        ["H1", 1.0, "1", "a", 2.0],
        ["H2", "x", "1.2e+17", "=1+1", 3.0],
        ["H3", 3.5, "007", "", 5.0],
    ][: len(lines)]
    assert lines[0][5] == "A 户号：没有这一户"
    assert lines[1][5].startswith("B 数量(公斤)：应为数字")
    assert "\nC 银行账号：数字过长" in lines[1][5]
    assert bad_rows(data, [LINES], [*faults, own]) == returned


def test_a_corrected_return_reads_without_touching_the_extra_columns() -> None:
    data = rows(HEAD, ("H1", 1, "1", "a"), ("H2", "x", "2", "b"))
    _, faults = examine(data, [LINES])
    titles, line = grid(bad_rows(data, [LINES], faults, lang="en"))
    assert titles[4:] == ["Original row", "Reasons"]
    line[1] = "2"
    read, none = examine(rows(titles, line), [LINES])
    assert not none
    assert read["明细"][0]["grams"] == 2_000


@pytest.mark.parametrize("data", [b"junk", rows(("亩数",), (1,))])
def test_faults_of_no_row_stand_apart(data: bytes) -> None:
    _, faults = examine(data, [LINES])
    titles, *lines = grid(bad_rows(data, [LINES], faults), "其他错误")
    assert titles == ["位置", "错误原因"]
    assert [line[0] for line in lines] == [fault.place for fault in faults]


def test_merged_names_dates_and_percents_are_kept_as_typed() -> None:
    def fill(workbook: Any, page: Any) -> None:
        page.write_row(
            0, 0, (TITLES["household"], TITLES["day"], TITLES["share"], TITLES["grams"], TITLES["buy"])
        )
        page.merge_range(1, 0, 2, 0, "H1")
        for row, day in ((1, 45_717), (2, 45_718.25)):
            page.write_number(row, 1, day, workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
        page.write_number(2, 2, 0.125, workbook.add_format({"num_format": "0.0%"}))
        page.write_boolean(2, 4, True)

    data = book(fill)
    _, faults = examine(data, [LINES])
    assert [fault.place for fault in faults] == ["明细!B3 日期"]
    returned = bad_rows(data, [LINES], faults)
    assert grid(returned)[1][:6] == ["H1", "2025-03-02 06:00:00", 0.125, "", "是", 3.0]
    titles, line = grid(returned)
    read, none = examine(
        changed(returned, {"xl/sharedStrings.xml": ("2025-03-02 06:00:00", "2025-03-02")}), [LINES]
    )
    assert not none, (titles, line)
    assert read["明细"][0]["share"] == 1_250
