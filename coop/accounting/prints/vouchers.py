"""Vouchers as they are printed, bound and kept: A4 two a sheet, A5, or the 240 x 140 mm paper of the trade."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from coop.accounting.prints.paper import FONTS, seal_line
from coop.accounting.queries.voucher_prints import PrintLine, VoucherPrint, VoucherPrints
from integrations import print as paper
from integrations.print import Line, Look
from ledger.money import upper_cny

PAPERS: Mapping[str, paper.Paper] = {"a4": paper.A4_TWO_UP, "a5": paper.A5_WIDE, "slip": paper.SLIP}
MONEY = "CNY"


def vouchers_pdf(found: VoucherPrints, size: str, lang: str, person: Callable[[int | None], str]) -> bytes:
    """The vouchers on one of PAPERS; `person` gives the name of who made or checked. Raises FontsMissingError."""
    return paper.slips_pdf(slips_of(found, size, lang, person), FONTS)


def vouchers_name(found: VoucherPrints, size: str) -> str:
    """What the file is called."""
    first = found.vouchers[0]
    number = f"-{first.number}" if len(found.vouchers) == 1 else ""
    return f"{found.entity}-{first.day.year}-{first.period:02d}-{first.word}{number}-{size}.pdf"


def slips_of(found: VoucherPrints, size: str, lang: str, person: Callable[[int | None], str]) -> paper.Slips:
    """The vouchers as they are printed."""
    return paper.Slips(
        title=f"Vouchers {found.entity}" if lang == "en" else f"{found.entity} 记账凭证",
        slips=tuple(_slip(found, voucher, lang, person) for voucher in found.vouchers),
        paper=PAPERS[size],
        foot=seal_line(found.head, lang),
        author=found.book_name,
        lang=lang,
    )


def _slip(
    found: VoucherPrints, voucher: VoucherPrint, lang: str, person: Callable[[int | None], str]
) -> paper.Slip:
    english = lang == "en"
    day = voucher.day
    money = sum(line.debit for line in voucher.lines if line.commodity == MONEY)
    has_money = any(line.commodity == MONEY for line in voucher.lines)
    hands = (
        (("Chief accountant", ""), ("Bookkeeper", ""), ("Checked by", person(voucher.checker_id)),
         ("Cashier", ""), ("Made by", person(voucher.maker_id)))
        if english
        else (("会计主管", ""), ("记账", ""), ("审核", person(voucher.checker_id)),
              ("出纳", ""), ("制单", person(voucher.maker_id)))
    )  # fmt: skip
    return paper.Slip(
        title=_title(voucher, lang),
        entity=f"{found.book_name}（{found.entity}）",
        number=f"No. {voucher.word}-{voucher.number}"
        if english
        else f"{voucher.word}字第 {voucher.number} 号",
        day=day.isoformat() if english else f"{day.year} 年 {day.month} 月 {day.day} 日",
        attachments=f"{voucher.attachments} attachments" if english else f"附单据 {voucher.attachments} 张",
        lines=tuple(_line(line, lang) for line in voucher.lines),
        totals=tuple(_total(voucher, commodity, lang) for commodity in _commodities(voucher)),
        capitals=upper_cny(money) if has_money else "",
        hands=tuple(f"{word}{': ' if english else '：'}{name}" for word, name in hands),
        remark=f"Source: {voucher.source}" if english else f"来源：{voucher.source}",
        red=voucher.red,
    )


def _title(voucher: VoucherPrint, lang: str) -> str:
    if lang == "en":
        return "Red-letter voucher" if voucher.red else "Summary voucher" if voucher.gathered else "Voucher"
    return "红字记账凭证" if voucher.red else "汇总记账凭证" if voucher.gathered else "记账凭证"


def _commodities(voucher: VoucherPrint) -> list[str]:
    return list(dict.fromkeys(line.commodity for line in voucher.lines))


def _line(line: PrintLine, lang: str) -> Line:
    name = line.name_en if lang == "en" else line.name
    return Line(
        (line.words, f"{line.account} {name}", *_sides(line.commodity, line.debit, line.credit, lang))
    )


def _sides(commodity: str, debit: int, credit: int, lang: str) -> tuple[str | int | None, str | int | None]:
    """Yuan as figures; points in words, so that the two are never added."""
    if commodity == MONEY:
        return debit or None, credit or None
    word = "points" if lang == "en" else "分"
    return (f"{debit:,} {word}" if debit else None), (f"{credit:,} {word}" if credit else None)


def _total(voucher: VoucherPrint, commodity: str, lang: str) -> Line:
    lines = [line for line in voucher.lines if line.commodity == commodity]
    word = "Total" if lang == "en" else "合计"
    if commodity != MONEY:
        word += " (points)" if lang == "en" else "（积分）"
    sides = _sides(commodity, sum(line.debit for line in lines), sum(line.credit for line in lines), lang)
    return Line((word, None, *sides), Look.total)
