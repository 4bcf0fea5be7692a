"""Do typed lines make a voucher?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from coop.books.rules import PAYABLE_ROLES
from coop.kernel.errors import Fault, InputError
from ledger.chart import Chart, Kind, UnknownCodeError
from ledger.money import fen_text
from ledger.voucher import Voucher, VoucherKind, credit, debit


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One typed line: a debit or a credit, fen; negative amounts are no way to correct (use a reversal)."""

    account: str
    debit_fen: int = 0
    credit_fen: int = 0
    note: str = ""


def draft_digest(
    day: date,
    summary: str,
    attachments: int,
    lines: Sequence[Mapping[str, Any]],
    papers: Sequence[str] = (),
) -> str:
    """What a checker has seen, in 16 letters: another content has another digest. `lines` as a draft stores
    them, `papers` the SHA-256 of what hangs on it.

    >>> def seen(fen):
    ...     lines = [{"account": "523", "debit_fen": fen}, {"account": "101", "credit_fen": fen}]
    ...     return draft_digest(date(2025, 4, 8), "办公费", 1, lines)
    >>> seen(500) == seen(500), seen(500) == seen(600)
    (True, False)
    """
    text = json.dumps(
        [day.isoformat(), summary, attachments, [dict(line) for line in lines], *papers], sort_keys=True
    )
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def month_faults(day: date, states: Mapping[tuple[int, int], str]) -> list[Fault]:
    """A day in a closed month is no day for a draft. `states`: `open` or `closed` by (year, month).

    >>> [fault.place for fault in month_faults(date(2025, 4, 8), {(2025, 4): "closed"})]
    ['/day']
    """
    if states.get((day.year, day.month)) != "closed":
        return []
    return [
        Fault(
            "/day",
            f"{day:%Y-%m} 已结账，凭证日期须在未结账的月份",
            f"{day:%Y-%m} is closed; choose a day in an open month",
        )
    ]


def filled(lines: Sequence[DraftLine], amount_fen: int | None) -> list[DraftLine]:
    """A template's lines with another amount; only a template of one debit and one credit takes one.

    >>> pair = [DraftLine("523", debit_fen=500), DraftLine("101", credit_fen=500)]
    >>> [(line.debit_fen, line.credit_fen) for line in filled(pair, 700)]
    [(700, 0), (0, 700)]
    """
    if amount_fen is None:
        return list(lines)
    if len(lines) != 2:
        zh = f"只有一借一贷的常用凭证可另填金额，这一张有 {len(lines)} 行"
        raise InputError(
            [
                Fault(
                    "/amount", zh, f"only a template of two lines takes another amount; this has {len(lines)}"
                )
            ]
        )
    return [
        replace(
            line,
            debit_fen=amount_fen if line.debit_fen else 0,
            credit_fen=amount_fen if line.credit_fen else 0,
        )
        for line in lines
    ]


def payable_roots(chart: Chart) -> tuple[str, ...]:
    """The accounts whose sub-accounts say what households are owed.

    >>> from ledger.chart import Standard, chart_of
    >>> payable_roots(chart_of(Standard.coop_2021))
    ('114', '211:FCY', '221', '222')
    """
    return tuple(chart.path(role) for role in PAYABLE_ROLES if chart.has(role))


def is_under(path: str, roots: Iterable[str]) -> bool:
    """Whether a path lies below one of the roots.

    >>> is_under("114:H0001", ("114",)), is_under("114", ("114",))
    (True, False)
    """
    return any(path.startswith(f"{root}:") for root in roots)


def line_faults(chart: Chart, lines: Sequence[DraftLine]) -> list[Fault]:
    """Everything wrong with the lines of a manual voucher, each fault with its place (`/lines/0/account`).

    >>> from ledger.chart import Standard, chart_of
    >>> chart = chart_of(Standard.coop_2021)
    >>> line_faults(chart, [DraftLine("523", debit_fen=500), DraftLine("101", credit_fen=500)])
    []
    >>> wrong = [DraftLine("999", debit_fen=500), DraftLine("101", credit_fen=400)]
    >>> [fault.place for fault in line_faults(chart, wrong)]
    ['/lines/0/account', '/lines']
    """
    faults = [fault for index, line in enumerate(lines) for fault in _faults_of(chart, index, line)]
    if len(lines) < 2:
        faults.append(
            Fault("/lines", f"至少 2 行，实为 {len(lines)} 行", f"2 lines at least, found {len(lines)}")
        )
    left, right = sum(line.debit_fen for line in lines), sum(line.credit_fen for line in lines)
    if left != right:
        found = f"{fen_text(left)} / {fen_text(right)}"
        gap = fen_text(left - right)
        faults.append(
            Fault("/lines", f"借贷不平：借/贷 {found}，差 {gap}", f"debit/credit {found} differ by {gap}")
        )
    return [*faults, *_paid_past_batches(chart, lines)]


def _faults_of(chart: Chart, index: int, line: DraftLine) -> list[Fault]:
    faults = account_faults(chart, f"/lines/{index}/account", line.account)
    if min(line.debit_fen, line.credit_fen) < 0 or (line.debit_fen > 0) == (line.credit_fen > 0):
        faults.append(
            Fault(
                f"/lines/{index}",
                f"借方、贷方须恰有一个大于 0，实为 {fen_text(line.debit_fen)}、{fen_text(line.credit_fen)}",
                f"one of debit and credit must be above 0, found {fen_text(line.debit_fen)} and "
                f"{fen_text(line.credit_fen)}",
            )
        )
    return faults


def account_faults(chart: Chart, place: str, path: str) -> list[Fault]:
    """Is this a known account that may be written to by hand? `place` is where the fault is told."""
    try:
        account = chart.account(path)
    except UnknownCodeError as error:
        return [Fault(place, error.zh, error.en)]
    if account.kind is Kind.memo:
        return [Fault(place, f"{path} 只记积分，不记金额", f"{path} holds points, not money")]
    if path in payable_roots(chart):
        return [
            Fault(place, f"{path} 须记到户，如 {path}:H0001", f"{path} needs a household, as in {path}:H0001")
        ]
    return []


def _paid_past_batches(chart: Chart, lines: Sequence[DraftLine]) -> list[Fault]:
    money = (chart.path("cash"), chart.path("bank"))
    out = any(line.credit_fen and (line.account in money or is_under(line.account, money)) for line in lines)
    roots = payable_roots(chart)
    return [
        Fault(
            f"/lines/{index}/account",
            f"付给农户的钱({line.account})须走支付批次",
            f"money paid to a household ({line.account}) goes through a pay batch",
        )
        for index, line in enumerate(lines)
        if out and line.debit_fen and is_under(line.account, roots)
    ]


def manual_voucher(
    *, day: date, summary: str, lines: Sequence[DraftLine], source: str, attachments: int = 0
) -> Voucher:
    """The voucher of faultless lines, in the order typed. Raises the ledger's errors."""
    postings = tuple(
        debit(line.account, line.debit_fen, line.note)
        if line.debit_fen
        else credit(line.account, line.credit_fen, line.note)
        for line in lines
    )
    return Voucher(day, summary, postings, source, attachments=attachments, kind=VoucherKind.manual)


def refs_of(voucher_id: int, source: str) -> tuple[str, ...]:
    """Where the papers of a posted voucher hang: on itself, its draft, or its claim.

    >>> refs_of(7, "manual:12"), refs_of(8, "expense:3:1"), refs_of(9, "receipt:5")
    (('voucher:7', 'draft:12'), ('voucher:8', 'expense:3'), ('voucher:9',))
    """
    kind, _, key = source.partition(":")
    own = f"voucher:{voucher_id}"
    if kind == "manual":
        return own, f"draft:{key}"
    return (own, f"expense:{key.partition(':')[0]}") if kind == "expense" else (own,)
