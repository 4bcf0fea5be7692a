"""Rows of a file into vouchers: grouped by month, word and number, checked as typed ones are. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from coop.accounting.rules.drafts import DraftLine, is_under, line_faults, manual_voucher, payable_roots
from coop.kernel.errors import Fault
from ledger.chart import Chart, Detail
from ledger.voucher import LENGTHS, Voucher

WORD = "记"
SUB = re.compile(r"[A-Z0-9][A-Z0-9-]*", re.ASCII)
PARTIES, PROJECTS = (Detail.household, Detail.party), (Detail.project, Detail.product, Detail.item)


@dataclass(frozen=True, slots=True)
class FileLine:
    """One row of the file: amounts in fen, empty texts where a cell was empty."""

    row: int
    day: date
    word: str
    group: str
    summary: str
    account: str
    debit_fen: int
    credit_fen: int
    party: str
    project: str
    attachments: int


@dataclass(frozen=True, slots=True)
class RowFault:
    """A fault at a column (its key) of a row of the file."""

    row: int
    column: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class FileVoucher:
    """A voucher of the file. `key` tells it from every other: its month, word and number there, and its content."""

    day: date
    word: str
    group: str
    summary: str
    attachments: int
    lines: tuple[DraftLine, ...]
    rows: tuple[int, ...]

    @property
    def number(self) -> str:
        """As the file numbers it: 2025-03-记-12."""
        return f"{self.day:%Y-%m}-{self.word}-{self.group}"

    @property
    def key(self) -> str:
        content = [self.day.isoformat(), self.summary, self.attachments]
        lines = [[line.account, line.debit_fen, line.credit_fen, line.note] for line in self.lines]
        text = json.dumps([content, lines], ensure_ascii=False, separators=(",", ":"))
        return f"{self.number}-{hashlib.sha256(text.encode()).hexdigest()[:32]}"

    def voucher(self, import_id: int) -> Voucher:
        """What is posted of it; its source keeps the number it had in the file."""
        source = f"import:{import_id}:{self.number}"
        return manual_voucher(
            day=self.day,
            summary=self.summary,
            lines=self.lines,
            source=source,
            attachments=self.attachments,
        )


def path_of(chart: Chart, line: FileLine) -> tuple[str, str, list[RowFault]]:
    """The account of a row, what is left for its note, and faults: a party or project names the sub-account of an
    account kept by such, where the account column does not already.

    >>> from ledger.chart import Standard, chart_of
    >>> chart = chart_of(Standard.coop_2021)
    >>> row = FileLine(2, date(2025, 3, 1), "记", "1", "收", "114", 0, 500, "H0001", "", 0)
    >>> path_of(chart, row)
    ('114:H0001', '', [])
    """
    account = chart.accounts.get(line.account)
    said = {"party": (line.party, PARTIES), "project": (line.project, PROJECTS)}
    path, notes, faults = line.account, [], []
    for column, (word, details) in said.items():
        if not word:
            continue
        if account is not None and path == line.account and account.detail in details and not _by_path(path):
            if SUB.fullmatch(word):
                path = f"{path}:{word}"
            else:
                zh = f"明细编码只用大写字母、数字和连字符，实为“{word}”"
                faults.append(RowFault(line.row, column, zh, f"a code of A-Z, 0-9 and -, found {word!r}"))
        elif not path.endswith(f":{word}"):
            notes.append(word)
    return path, " ".join(notes), faults


def _by_path(path: str) -> bool:
    return ":" in path


def vouchers_of(chart: Chart, lines: Sequence[FileLine]) -> tuple[list[FileVoucher], list[RowFault]]:
    """The vouchers of a file by day and order, and everything wrong with them by row and column."""
    groups: defaultdict[tuple[int, int, str, str], list[FileLine]] = defaultdict(list)
    for line in lines:
        groups[line.day.year, line.day.month, line.word or WORD, line.group].append(line)
    found, faults = [], []
    for members in groups.values():
        voucher, wrong = _voucher(chart, members)
        found.append(voucher)
        faults += wrong
    return sorted(found, key=lambda voucher: (voucher.day, voucher.rows[0])), faults


def _voucher(chart: Chart, members: Sequence[FileLine]) -> tuple[FileVoucher, list[RowFault]]:
    first, faults, lines = members[0], [], []
    for member in members:
        path, more, wrong = path_of(chart, member)
        faults += wrong
        if member.day != first.day:
            zh = f"同一凭证 {first.group} 的日期应为 {first.day}（第 {first.row} 行），实为 {member.day}"
            en = f"voucher {first.group} is of {first.day} (row {first.row}), found {member.day}"
            faults.append(RowFault(member.row, "day", zh, en))
        note = " ".join(
            word for word in (member.summary if member.summary != first.summary else "", more) if word
        )
        if len(note) > LENGTHS["note"]:
            zh, en = (
                f"摘要与往来合计不超过 {LENGTHS['note']} 字",
                f"summary and party: {LENGTHS['note']} characters at most",
            )
            faults.append(RowFault(member.row, "summary", zh, en))
        lines.append(DraftLine(path, member.debit_fen, member.credit_fen, note[: LENGTHS["note"]]))
    told = {member.attachments for member in members if member.attachments}
    if len(told) > 1:
        zh, en = (
            f"同一凭证的附件数不一：{sorted(told)}",
            f"one voucher, several counts of attachments: {sorted(told)}",
        )
        faults.append(RowFault(first.row, "attachments", zh, en))
    rows = tuple(member.row for member in members)
    faults += [_at_row(rows, fault) for fault in line_faults(chart, lines)]
    voucher = FileVoucher(
        first.day, first.word or WORD, first.group, first.summary, max(told, default=0), tuple(lines), rows
    )
    return voucher, faults


def _at_row(rows: Sequence[int], fault: Fault) -> RowFault:
    """`/lines/2/account` is the account of the group's third row; what concerns all lines stands at the first."""
    parts = fault.place.strip("/").split("/")
    if len(parts) > 1:
        return RowFault(rows[int(parts[1])], "account" if parts[2:] else "debit", fault.zh, fault.en)
    return RowFault(rows[0], "group", fault.zh, fault.en)


def book_faults(
    chart: Chart,
    vouchers: Sequence[FileVoucher],
    *,
    accounts: frozenset[str],
    households: frozenset[str],
    states: Mapping[tuple[int, int], str],
) -> list[RowFault]:
    """What only the book knows: months that are closed or were never opened, accounts and households it has not."""
    roots, faults = payable_roots(chart), []
    for voucher in vouchers:
        month = (voucher.day.year, voucher.day.month)
        state = states.get(month)
        if state != "open":
            zh = "已结账" if state else "不在账簿的年度内"
            en = "is closed" if state else "is in no year of the book"
            name = f"{month[0]}-{month[1]:02d}"
            faults.append(RowFault(voucher.rows[0], "day", f"{name} {zh}", f"{name} {en}"))
        for row, line in zip(voucher.rows, voucher.lines, strict=True):
            if line.account not in accounts:
                faults += _account_faults(chart, row, line.account, households, roots)
    return faults


def _account_faults(
    chart: Chart,
    row: int,
    path: str,
    households: frozenset[str],
    roots: Sequence[str],
) -> list[RowFault]:
    account = chart.accounts.get(path.partition(":")[0])
    if account is None:
        return []
    home = path.rpartition(":")[2]
    if is_under(path, roots) and home not in households:
        return [RowFault(row, "account", f"没有农户 {home}", f"there is no household {home}")]
    if account.detail is Detail.none:
        return [
            RowFault(row, "account", f"科目 {account.code} 不设明细", f"{account.code} has no sub-accounts")
        ]
    return []


def negative_faults(chart: Chart, vouchers: Sequence[FileVoucher], held: Mapping[str, int]) -> list[RowFault]:
    """Cash and bank that the file as a whole would take below zero, at the last row that takes from them."""
    net, last = Counter[str](), dict[str, int]()
    for voucher in vouchers:
        for row, line in zip(voucher.rows, voucher.lines, strict=True):
            account = chart.accounts.get(line.account.partition(":")[0])
            if account is not None and account.never_negative:
                net[line.account] += line.debit_fen - line.credit_fen
                if line.credit_fen:
                    last[line.account] = row
    faults = []
    for path in sorted(net):
        before, after = held.get(path, 0), held.get(path, 0) + net[path]
        if net[path] < 0 and after < 0:
            zh = f"科目 {path} 余额不足：现有 {before} 分，导入后 {after} 分"
            en = f"account {path} would fall below zero: has {before} fen, would have {after}"
            faults.append(RowFault(last[path], "credit", zh, en))
    return faults
