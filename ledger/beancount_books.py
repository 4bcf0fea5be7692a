"""A whole book out of a beancount text: accounts under their paths, the opening, the year's transactions as vouchers.

Ours as exported, or a stranger's that names its accounts the same way. The year is the one the file says (`custom
"book"`), else that of its last transaction; what lies before it is summed into the opening. Knows no session and no row.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from beancount.core import data

from ledger.beancount_names import OPENING, ROOTS, path_of_name
from ledger.beancount_reader import Reading, load_text
from ledger.chart import Chart, Detail, Kind, UnknownCodeError
from ledger.errors import Fault, InputFaultsError, LedgerError
from ledger.voucher import ACCOUNT_PATH, LENGTHS, Posting, Voucher, VoucherKind

BROUGHT = "brought_forward"
PLACES = {"CNY": 2, "POINT": 0}
_NUMBER = re.compile(r"(\d{4})-(\d{2})-(.{1,4})-(\d+)")


@dataclass(frozen=True, slots=True)
class OpeningAccount:
    """An account of the file under its true names."""

    path: str
    name: str
    name_en: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class WholeBook:
    """A book as a file tells it: accounts parents first, vouchers in order (openings first), closing balances."""

    entity: str
    standard: str
    year: int
    accounts: tuple[OpeningAccount, ...]
    vouchers: tuple[Voucher, ...]
    balances: dict[tuple[str, str], int]


def book_of_text(text: str, chart: Chart, *, source: str) -> WholeBook:
    """The book in a text; `source` begins the vouchers' sources, their old number follows.

    Raises InputFaultsError with every fault at its line: the loader's own, plugins and includes, accounts the chart
    does not have, commodities other than CNY and POINT, fractions of a fen, costs and prices, open income accounts.
    """
    reading, entries = load_text(text)
    # What has no line is a sum the loader's reading could not take; the posting itself is told below.
    faults = [_fault_of(error) for error in reading.errors if entries == [] or error.startswith("line ")]
    reader = _Reader(chart, source, faults)
    if not (faults and not entries):
        reader.read(entries)
    if not faults:
        reader.compare(reading)
    if faults:
        raise InputFaultsError(sorted(faults, key=_line_of))
    return reader.book()


def _fault_of(error: str) -> Fault:
    place, _, rest = error.partition(": ")
    line = place if place.startswith("line ") else "file"
    text = " ".join((rest if place.startswith("line ") else error).split())
    return Fault(line, text, text)


def _line_of(fault: Fault) -> int:
    digits = fault.place.removeprefix("line ")
    return int(digits) if digits.isdecimal() else 0


class _Reader:
    """Collects accounts and transactions of one file, and every fault with its line."""

    def __init__(self, chart: Chart, source: str, faults: list[Fault]) -> None:
        self.chart, self.source, self.faults = chart, source, faults
        self.entity = self.standard = ""
        self.year = 0
        self.accounts: dict[str, OpeningAccount] = {}
        self.paths: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        self.vouchers: list[Voucher] = []
        self.sources: set[str] = set()
        self.before: defaultdict[tuple[str, str], int] = defaultdict(int)

    def fault(self, line: int, zh: str, en: str) -> None:
        self.faults.append(Fault(f"line {line}" if line else "file", zh, en))

    def read(self, entries: data.Directives) -> None:
        for entry in entries:
            if isinstance(entry, data.Custom) and entry.type == "book":
                self._head(entry)
            elif isinstance(entry, data.Open):
                self._open(entry)
        found = [entry for entry in entries if isinstance(entry, data.Transaction)]
        self.year = self.year or max((entry.date.year for entry in found), default=0)
        if not found and not self.faults:
            self.fault(0, "文件里没有交易", "the file has no transaction")
        self.kinds = {str(e.meta.get("voucher")): str(e.meta.get("kind", "")) for e in found}
        for at, entry in enumerate(found, start=1):
            self._transaction(at, entry)
        self._carry()

    def compare(self, reading: Reading) -> None:
        """Our sums against the loader's own: the second opinion, before anything is written."""
        told: defaultdict[tuple[str, str], int] = defaultdict(int)
        for (name, unit), amount in reading.balances.items():
            told[self.paths.get(name, name), unit] += amount
        balances = self.balances
        for path, unit in sorted({*told, *balances}):
            ours, theirs = balances.get((path, unit), 0), told[path, unit]
            if ours != theirs:
                zh = f"科目 {path} 应为 {theirs} {unit}，实为 {ours}，差 {ours - theirs}"
                en = f"account {path}: expected {theirs} {unit}, found {ours}, difference {ours - theirs}"
                self.faults.append(Fault("file", zh, en))

    @property
    def balances(self) -> dict[tuple[str, str], int]:
        sums: defaultdict[tuple[str, str], int] = defaultdict(int)
        for voucher in self.vouchers:
            for posting in voucher.postings:
                sums[posting.account, posting.commodity] += posting.amount
        return dict(sorted(sums.items()))

    def book(self) -> WholeBook:
        vouchers = sorted(self.vouchers, key=lambda v: (v.kind is not VoucherKind.opening, v.book_period))
        accounts = tuple(self.accounts[path] for path in sorted(self.accounts))
        return WholeBook(self.entity, self.standard, self.year, accounts, tuple(vouchers), self.balances)

    def _head(self, entry: data.Custom) -> None:
        values = [str(value.value) for value in entry.values]
        line = entry.meta["lineno"]
        if len(values) < 3 or not values[2].isdecimal():
            self.fault(
                line, 'custom "book" 须写明主体、制度、年度', 'custom "book" needs entity, standard and year'
            )
            return
        self.entity, self.standard, self.year = values[0], values[1], int(values[2])
        if self.standard != str(self.chart.standard):
            zh = f"本账簿执行 {self.chart.standard}，文件为 {self.standard}"
            self.fault(line, zh, f"the book follows {self.chart.standard}, the file {self.standard}")

    def _open(self, entry: data.Open) -> None:
        line = entry.meta["lineno"]
        told, last = path_of_name(entry.account)
        path = str(entry.meta.get("path", told))
        try:
            kind = self.chart.kind_of(path)
        except UnknownCodeError as error:
            self.fault(line, error.zh, error.en)
            return
        root = entry.account.partition(":")[0]
        if root != ROOTS[kind]:
            zh, en = (
                f"科目 {path} 应在 {ROOTS[kind]} 下，实在 {root}",
                f"{path} belongs under {ROOTS[kind]}, found {root}",
            )
            self.fault(line, zh, en)
        elif path in self.accounts:
            self.fault(line, f"科目 {path} 重复", f"account {path} appears twice")
        elif len(path) > LENGTHS["account"] or not ACCOUNT_PATH.fullmatch(path):
            self.fault(line, f"科目 {path} 不成路径", f"{path!r} is no account path")
        elif ":" in path and path not in self.chart.subs and self.chart.account(path).detail is Detail.none:
            self.fault(line, f"科目 {path} 不设明细", f"{path}: this account has no sub-accounts")
        name = str(entry.meta.get("name", last))[:120]
        self.accounts[path] = OpeningAccount(path, name, str(entry.meta.get("name_en", name))[:120], line)
        self.paths[entry.account] = path

    def _transaction(self, at: int, entry: data.Transaction) -> None:
        line = entry.meta["lineno"]
        if entry.flag == "!":
            self.fault(line, "交易标有“!”，尚未核定", 'the transaction is flagged "!", not settled yet')
        before = len(self.faults)
        read = map(self._posting, entry.postings)
        postings = [made for made in read if made is not None and made.amount]
        if len(self.faults) > before:
            return
        if entry.date.year < self.year:
            for made in postings:
                self.before[made.account, made.commodity] += made.amount
        elif entry.date.year > self.year:
            zh, en = f"{entry.date} 不在 {self.year} 年内", f"{entry.date} is not in {self.year}"
            self.fault(line, zh, en)
        elif postings:
            self._voucher(at, entry, tuple(postings))

    def _voucher(self, at: int, entry: data.Transaction, postings: tuple[Posting, ...]) -> None:
        line = entry.meta["lineno"]
        kind = self._kind(entry)
        number = str(entry.meta.get("number", f"{self.year}-{at}"))
        found = _NUMBER.fullmatch(number)
        opening = kind is VoucherKind.opening
        if opening:
            self._no_result(line, postings)
        period = int(found[2]) if found and not opening else None
        resolution = str(entry.meta.get("resolution", ""))
        source = f"{self.source}:{number}"
        if opening and entry.meta.get("kind") == BROUGHT:
            source = f"{self.source}:opening"
        if source in self.sources:
            self.fault(line, f"凭证号 {number} 重复", f"number {number} appears twice")
            return
        self.sources.add(source)
        try:
            voucher = Voucher(
                date(self.year, 1, 1) if opening else entry.date,
                self._summary(entry, ours=found is not None or opening),
                postings,
                source,
                word=found[3] if found else "记",
                period=period,
                attachments=_count(entry.meta.get("attachments", "0")),
                kind=kind,
                resolution=resolution or ("导入 imported" if period == 13 else ""),
            )
        except LedgerError as error:
            self.fault(line, error.zh, error.en)
            return
        self.vouchers.append(voucher)

    def _kind(self, entry: data.Transaction) -> VoucherKind:
        """What it is here: a red-letter twin is a voucher like another, only one of a closing stays a closing."""
        told = str(entry.meta.get("kind", ""))
        if told in (BROUGHT, VoucherKind.opening):
            return VoucherKind.opening
        if told == VoucherKind.reversal:
            told = self.kinds.get(str(entry.meta.get("reverses")), "")
        return VoucherKind.closing if told == VoucherKind.closing else VoucherKind.automatic

    def _summary(self, entry: data.Transaction, *, ours: bool) -> str:
        words = [entry.narration or ""] if ours else [entry.payee or "", entry.narration or ""]
        return " ".join(word for word in words if word.strip()) or "导入 imported"

    def _posting(self, posting: data.Posting) -> Posting | None:
        """The line, or None with its fault told; an account that was not opened is the loader's own fault."""
        line = (posting.meta or {}).get("lineno", 0)
        path, units = self.paths.get(posting.account), posting.units
        if path is None:
            return None
        if posting.cost is not None or posting.price is not None:
            self.fault(line, "不接受成本价或汇率", "costs and prices are not accepted")
            return None
        number, commodity = getattr(units, "number", None), str(getattr(units, "currency", ""))
        expected = "POINT" if self.chart.kind_of(path) is Kind.memo else "CNY"
        if commodity != expected or not isinstance(number, Decimal):
            self.fault(
                line,
                f"科目 {path} 只记 {expected}，实为 {commodity}",
                f"{path} takes {expected}, found {commodity}",
            )
            return None
        scaled = number.scaleb(PLACES[commodity])
        if scaled != scaled.to_integral_value():
            zh, en = (
                f"{number} {commodity} 有不足一个单位的零头",
                f"{number} {commodity} has a fraction of a unit",
            )
            self.fault(line, zh, en)
            return None
        meta = posting.meta or {}
        quantity = meta.get("quantity")
        try:
            return Posting(
                path, int(scaled), commodity, str(meta.get("note", "")),
                int(quantity) if isinstance(quantity, Decimal) else None,
            )  # fmt: skip
        except LedgerError as error:
            self.fault(line, error.zh, error.en)
            return None

    def _carry(self) -> None:
        """What lies before the year, as one opening voucher."""
        postings = tuple(
            Posting(path, amount, unit) for (path, unit), amount in sorted(self.before.items()) if amount
        )
        if postings:
            self._no_result(0, postings)
            source, day = f"{self.source}:before", date(self.year, 1, 1)
            self.vouchers.append(Voucher(day, OPENING, postings, source, kind=VoucherKind.opening))

    def _no_result(self, line: int, postings: tuple[Posting, ...]) -> None:
        for posting in postings:
            if self.chart.kind_of(posting.account) in (Kind.income, Kind.expense):
                zh = f"年初仍有损益科目 {posting.account} 的余额，请先结转上年"
                self.fault(line, zh, f"{posting.account} has an opening balance: close the year before first")


def _count(text: object) -> int:
    return int(str(text)) if str(text).isdecimal() else 0
