"""Paper: what a person wrote is set as text, equal documents are equal bytes, long forms go over the page with their sums."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from coop.web.assets import VENDOR
from integrations.print import (
    A4_TWO_UP,
    A5_WIDE,
    SLIP,
    Carry,
    Column,
    Document,
    Fonts,
    FontsMissingError,
    Form,
    Kind,
    Line,
    Look,
    Notes,
    Paper,
    Section,
    Slip,
    Slips,
    document_pdf,
    pictures,
    slips_pdf,
)
from integrations.print.slips import slip_data
from integrations.print.typesetting import document_data
from ledger.money import upper_cny

FONTS = Fonts(VENDOR / "fonts" / "NotoSansSC-Regular.ttf", VENDOR / "fonts" / "NotoSansSC-Bold.ttf")
COLUMNS = (
    Column("摘要", Kind.text, 40),
    Column("借方", Kind.fen, 20, "发生额"),
    Column("贷方", Kind.fen, 20, "发生额"),
    Column("余额", Kind.fen, 20),
)
NASTY = '#panic("x") $1+1$ *粗* _斜_ `代码` #sys.inputs @ref <b> \\ // /* "]}) 𠮷 龘'


def book(count: int, words: str = "售菇款") -> Form:
    lines = tuple(Line((f"{words}{number}", 100 + number, None, number)) for number in range(count))
    return Form(
        "明细账", COLUMNS, lines, left="编制单位：某社", right="单位：元",
        carry=Carry("过次页", "承前页", 0, (1, 2), (3,)), signatures=("记账：",),
    )  # fmt: skip


def slip(count: int, number: str = "记字第 1 号") -> Slip:
    lines = tuple(
        Line((f"收购 H{at:04d}", f"114:H{at:04d} 成员往来", None, 1000 + at)) for at in range(1, count)
    )
    total = sum(line.cells[3] for line in lines if isinstance(line.cells[3], int))
    return Slip(
        "记账凭证", "某社", number, "2025 年 5 月 6 日", "附单据 3 张",
        (Line(("收购", "128 受托代销商品", total, None)), *lines), (Line(("合计", None, total, total), Look.total),),
        upper_cny(total), ("审核：", "制单："),
    )  # fmt: skip


def pages_of(pdf: bytes) -> int:
    found = re.search(rb"/Type/Pages/Count (\d+)|/Count (\d+)", pdf)
    assert found
    return int(found[1] or found[2])


def test_what_a_person_wrote_is_never_read_as_markup() -> None:
    form = Form(
        NASTY,
        COLUMNS,
        (Line((NASTY, 1, 2, 3)),),
        NASTY,
        NASTY,
        NASTY,
        NASTY,
        remarks=(NASTY,),
        signatures=(NASTY,),
    )
    notes = Notes(NASTY, NASTY, NASTY, (Section(NASTY, (NASTY,), form),))
    assert document_pdf(Document(NASTY, (form, notes), NASTY, NASTY), FONTS).startswith(b"%PDF")
    bad = Slip(
        NASTY,
        NASTY,
        NASTY,
        NASTY,
        NASTY,
        (Line((NASTY, NASTY, 1, None)),),
        (Line((NASTY, None, 1, 1)),),
        NASTY,
        (NASTY,),
        NASTY,
    )
    assert slips_pdf(Slips(NASTY, (bad,), SLIP, NASTY, NASTY), FONTS).startswith(b"%PDF")


def test_words_that_look_like_code_are_drawn_and_nothing_is_computed() -> None:
    """`$1+1$` set as markup would be another picture than the same signs set as text."""
    plain, other = ("$1+1$", "#(1+1)")
    drawn = [
        pictures(Document("t", (Form(words, COLUMNS, ()),)), FONTS)[0] for words in (plain, other, "2", plain)
    ]
    assert drawn[0] == drawn[3]
    assert len(set(drawn)) == 3


def test_equal_documents_are_equal_bytes_with_fonts_embedded() -> None:
    document = Document("账", (book(90),), foot="封存 1")
    first = document_pdf(document, FONTS)
    assert first == document_pdf(document, FONTS)
    assert first != document_pdf(Document("账", (book(90),), foot="封存 2"), FONTS)
    assert b"NotoSansSC-Regular" in first
    assert b"NotoSansSC-Bold" in first
    assert b"/FontFile" in first
    assert b"D:20000101" in first
    assert len(first) < 1_000_000, "a subset of the fonts, not twenty megabytes"


def test_a_long_book_goes_over_the_page_with_its_sums() -> None:
    document = Document("账", (book(200),))
    pages = document_data(document, FONTS)["parts"][0]["pages"]
    assert len(pages) > 4
    total = 0
    for at, page in enumerate(pages):
        items = [line for line in page if line["look"] == "item"]
        if at:
            assert page[0]["cells"][0] == "承前页"
            assert page[0]["cells"][1] == f"{total // 100:,}.{total % 100:02d}"
        total += sum(round(float(line["cells"][1].replace(",", "")) * 100) for line in items)
        if at < len(pages) - 1:
            assert page[-1]["cells"][0] == "过次页"
            assert page[-1]["cells"][1] == f"{total // 100:,}.{total % 100:02d}"
            assert page[-1]["cells"][3] == items[-1]["cells"][3], "the balance goes over as it stands"
    assert total == sum(100 + number for number in range(200))
    assert pages_of(document_pdf(document, FONTS)) == len(pages), "no page of the plan runs over"


@pytest.mark.parametrize(
    "words", ["短", "很长的摘要" * 12, "a long summary in English " * 6, "WWWWWWWW " * 9]
)
@pytest.mark.parametrize("count", [1, 25, 37, 38, 39, 40, 77])
def test_the_plan_of_pages_holds_whatever_the_length_of_the_words(words: str, count: int) -> None:
    document = Document("账", (book(count, words),))
    planned = document_data(document, FONTS)["parts"][0]["pages"]
    assert pages_of(document_pdf(document, FONTS)) == len(planned)


@pytest.mark.parametrize(("paper", "up"), [(A4_TWO_UP, 2), (A5_WIDE, 1), (SLIP, 1)])
def test_a_voucher_of_300_lines_goes_over_its_sheets(paper: Paper, up: int) -> None:
    long = slip(301)
    sheets = slip_data(Slips("凭证", (long,), paper), "Noto Sans SC")["sheets"]
    assert len(sheets) > 15
    assert [bool(sheet["totals"]) for sheet in sheets] == [False] * (len(sheets) - 1) + [True]
    assert sheets[0]["number"] == f"记字第 1 号 (1/{len(sheets)})"
    for before, after in itertools.pairwise(sheets):
        over, brought = before["lines"][-1], after["lines"][0]
        assert (over["cells"][0], brought["cells"][0]) == ("过次页", "承前页")
        assert over["cells"][2:] == brought["cells"][2:]
    told = [line["cells"][1] for sheet in sheets for line in sheet["lines"] if line["cells"][1]]
    assert len(told) == 301
    assert len(set(told)) == 301, "each line once"
    assert "元" in sheets[-1]["capitals"]
    assert not sheets[0]["capitals"]
    made = slips_pdf(Slips("凭证", (long,), paper), FONTS)
    assert pages_of(made) == -(-len(sheets) // up)


def test_two_vouchers_share_a_sheet_of_a4_and_none_splits() -> None:
    made = slips_pdf(Slips("凭证", (slip(2), slip(3), slip(16)), A4_TWO_UP), FONTS)
    assert pages_of(made) == 2


def test_points_beside_yuan_are_never_summed_over_the_page() -> None:
    lines = tuple(Line(("奖励", f"902:H{at:04d}", None, f"{at} 分")) for at in range(1, 60))
    mixed = Slip(
        "记账凭证", "某社", "记字第 2 号", "日", "附", lines, (Line(("合计", None, "9 分", "9 分")),), "", ()
    )
    sheets = slip_data(Slips("凭证", (mixed,), SLIP), "Noto Sans SC")["sheets"]
    assert len(sheets) > 3
    assert not any(line["look"] == "carried" for sheet in sheets for line in sheet["lines"])


def test_a_missing_font_is_named(tmp_path: Path) -> None:
    missing = Fonts(tmp_path / "NotoSansSC-Regular.ttf", FONTS.bold)
    with pytest.raises(FontsMissingError) as caught:
        document_pdf(Document("账", (book(1),)), missing)
    assert "NotoSansSC-Regular.ttf" in caught.value.zh
    assert str(tmp_path) not in caught.value.en
