"""Vouchers of earmarked money, the same entries in both charts: 241 and 311 of a collective, 235 and 311 of a cooperative.

Source: 财会〔2023〕14号 专项应付款 (received, spent on assets, spent otherwise, returned); 财会〔2021〕37号 235 and 311. Pure.
"""

from __future__ import annotations

from datetime import date

from ledger.chart import Chart
from ledger.voucher import Voucher, credit, debit


def receive(chart: Chart, *, grant_id: int, project: str, document: str, day: date, fen: int) -> Voucher:
    """Dr bank / Cr special-purpose funds payable of the project (J16).

    >>> from ledger.chart import Standard, chart_of
    >>> known = {"grant_id": 1, "project": "COLD", "document": "留财农〔2025〕8号", "day": date(2025, 3, 1)}
    >>> voucher = receive(chart_of(Standard.coop_2021), **known, fen=20_000_000)
    >>> [(line.account, line.amount) for line in voucher.postings]
    [('102', 20000000), ('235:COLD', -20000000)]
    """
    return Voucher(
        day,
        f"收到专项资金 {project}，{document}",
        (
            debit(chart.path("bank"), fen, document),
            credit(chart.path("grant", project), fen, document),
        ),
        f"grant:{grant_id}",
        attachments=1,
    )


def spend_on_asset(
    chart: Chart, *, use_id: int, project: str, account: str, purpose: str, day: date, fen: int
) -> Voucher:
    """Dr asset / Cr bank, and in the same voucher Dr the grant / Cr the fund it becomes (J17).

    >>> from ledger.chart import Standard, chart_of
    >>> known = {"use_id": 2, "project": "COLD", "account": "151:COLD", "day": date(2025, 5, 6)}
    >>> voucher = spend_on_asset(chart_of(Standard.rceo_2023), **known, purpose="冷库", fen=15_000_000)
    >>> [(line.account, line.amount) for line in voucher.postings]
    [('151:COLD', 15000000), ('102', -15000000), ('241:COLD', 15000000), ('311:COLD', -15000000)]
    """
    return Voucher(
        day,
        f"专项资金 {project} 购建资产：{purpose}",
        (
            debit(account, fen, purpose),
            credit(chart.path("bank"), fen, purpose),
            debit(chart.path("grant", project), fen, purpose),
            credit(chart.path("special_fund", project), fen, purpose),
        ),
        f"grant_use:{use_id}",
        attachments=1,
    )


def spend(
    chart: Chart, *, use_id: int, project: str, account: str, purpose: str, day: date, fen: int
) -> Voucher:
    """Dr the grant / Cr where it is paid from: training, certification, no asset stays (J18).

    >>> from ledger.chart import Standard, chart_of
    >>> known = {"use_id": 3, "project": "COLD", "account": "102", "day": date(2025, 6, 1)}
    >>> voucher = spend(chart_of(Standard.rceo_2023), **known, purpose="培训", fen=3_000_000)
    >>> [(line.account, line.amount) for line in voucher.postings]
    [('241:COLD', 3000000), ('102', -3000000)]
    """
    return Voucher(
        day,
        f"专项资金 {project} 支出：{purpose}",
        (debit(chart.path("grant", project), fen, purpose), credit(account, fen, purpose)),
        f"grant_use:{use_id}",
        attachments=1,
    )


def give_back(chart: Chart, *, use_id: int, project: str, document: str, day: date, fen: int) -> Voucher:
    """Dr the grant / Cr bank: what was not used goes back (J19).

    >>> from ledger.chart import Standard, chart_of
    >>> known = {"use_id": 4, "project": "COLD", "document": "留财农〔2025〕8号", "day": date(2025, 12, 1)}
    >>> voucher = give_back(chart_of(Standard.coop_2021), **known, fen=2_000_000)
    >>> [(line.account, line.amount) for line in voucher.postings], voucher.source
    ([('235:COLD', 2000000), ('102', -2000000)], 'grant_return:4')
    """
    return Voucher(
        day,
        f"退回专项资金 {project}，{document}",
        (debit(chart.path("grant", project), fen, document), credit(chart.path("bank"), fen, document)),
        f"grant_return:{use_id}",
        attachments=1,
    )
