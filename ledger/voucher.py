"""Vouchers and postings as values: an unbalanced voucher cannot be built.

Amounts are signed integers, debit positive, credit negative (fen for CNY, whole points for POINT). Knows no
row, no chart and no period state; those are the journal's matter.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from ledger.errors import (
    AmountRangeError,
    TooFewPostingsError,
    UnbalancedVoucherError,
    VoucherFormError,
    ZeroPostingError,
)

ACCOUNT_PATH = re.compile(r"[0-9]{3,6}(:[A-Z0-9][A-Z0-9-]*)*", re.ASCII)
COMMODITY = re.compile(r"[A-Z][A-Z0-9]{1,11}", re.ASCII)
LARGEST = 2**63 - 1
LENGTHS = {"account": 80, "note": 200, "summary": 200, "source": 120, "word": 4, "resolution": 200}


class VoucherKind(StrEnum):
    """How a voucher came to be: posted with a document, by hand, opening, closing, red-letter reversal."""

    automatic = "automatic"
    manual = "manual"
    opening = "opening"
    closing = "closing"
    reversal = "reversal"


def _text(field: str, value: str, *, empty: bool = False) -> None:
    limit = LENGTHS[field]
    if len(value) > limit or not (value.strip() or (empty and not value)):
        raise VoucherFormError(field, f"不超过 {limit} 字的文字", f"text of up to {limit} characters", value)


def _whole(field: str, value: int) -> None:
    if type(value) is not int:  # a bool or float slipped past the type checker
        raise VoucherFormError(field, "整数", "an integer", value)
    if abs(value) > LARGEST:
        raise AmountRangeError(value, LARGEST)


@dataclass(frozen=True, slots=True)
class Posting:
    """One line: account path, signed amount, commodity; `quantity` (base unit) informs the reader only."""

    account: str
    amount: int
    commodity: str = "CNY"
    note: str = ""
    quantity: int | None = None

    def __post_init__(self) -> None:
        _text("account", self.account)
        if not ACCOUNT_PATH.fullmatch(self.account):
            raise VoucherFormError(
                "account", "科目路径，如 114:H0001", "a path such as 114:H0001", self.account
            )
        if not COMMODITY.fullmatch(self.commodity):
            raise VoucherFormError("commodity", "币种代码，如 CNY", "a code such as CNY", self.commodity)
        _text("note", self.note, empty=True)
        _whole("amount", self.amount)
        if self.quantity is not None:
            _whole("quantity", self.quantity)


def debit(
    account: str, amount: int, note: str = "", *, commodity: str = "CNY", quantity: int | None = None
) -> Posting:
    """A debit line of `amount` (fen for CNY).

    >>> debit("101", 500)
    Posting(account='101', amount=500, commodity='CNY', note='', quantity=None)
    """
    return Posting(account, amount, commodity, note, quantity)


def credit(
    account: str, amount: int, note: str = "", *, commodity: str = "CNY", quantity: int | None = None
) -> Posting:
    """A credit line of `amount` (fen for CNY), stored negative.

    >>> credit("501", 500).amount
    -500
    """
    return Posting(account, -amount, commodity, note, quantity)


def sides(amount: int, *, red: bool = False) -> tuple[int, int]:
    """(debit, credit) as the books show an amount; a red line is a negative figure on the original side.

    >>> sides(300), sides(-300), sides(-300, red=True), sides(300, red=True)
    ((300, 0), (0, 300), (-300, 0), (0, -300))
    """
    on_debit = (amount > 0) is not red
    return (amount, 0) if on_debit else (0, -amount)


@dataclass(frozen=True, slots=True)
class Voucher:
    """A balanced entry. Built only if every commodity sums to zero, with two lines or more, none of zero.

    `source` names the fact it came from (`receipt:123`). `period` is 1..12 (the month of `day`, the default,
    filled in at building so that equal facts are equal values) or 13, the distribution period, whose vouchers
    are dated 31 December.

    >>> v = Voucher(date(2025, 3, 5), "售菇", (debit("102", 500), credit("501", 500)), "sale:1")
    >>> v.total, v.book_year, v.book_period
    (500, 2025, 3)
    """

    day: date
    summary: str
    postings: tuple[Posting, ...]
    source: str
    word: str = "记"
    period: int | None = None
    attachments: int = 0
    kind: VoucherKind = VoucherKind.automatic
    resolution: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "postings", tuple(self.postings))
        object.__setattr__(self, "kind", VoucherKind(self.kind))
        if self.period is None:
            object.__setattr__(self, "period", self.day.month)
        for field in ("summary", "source", "word"):
            _text(field, getattr(self, field))
        _text("resolution", self.resolution, empty=True)
        _whole("attachments", self.attachments)
        if self.attachments < 0:
            raise VoucherFormError("attachments", "不小于 0 的张数", "a count not below 0", self.attachments)
        self._check_period()
        self._check_balance()

    def _check_period(self) -> None:
        if self.period == 13 and (self.day.month, self.day.day) != (12, 31):
            raise VoucherFormError(
                "day", "12 月 31 日（第 13 期）", "31 December (period 13)", self.day.isoformat()
            )
        if self.period not in (13, self.day.month):
            raise VoucherFormError(
                "period", f"{self.day.month} 或 13", f"{self.day.month} or 13", self.period
            )

    def _check_balance(self) -> None:
        if len(self.postings) < 2:
            raise TooFewPostingsError(self.source, len(self.postings))
        totals: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
        for line, posting in enumerate(self.postings, start=1):
            if posting.amount == 0:
                raise ZeroPostingError(self.source, line, posting.account)
            totals[posting.commodity][posting.amount < 0] += abs(posting.amount)
        for commodity, (left, right) in sorted(totals.items()):
            if left != right:
                raise UnbalancedVoucherError(self.source, commodity, left, right)

    @property
    def book_year(self) -> int:
        """The accounting year it belongs to."""
        return self.day.year

    @property
    def book_period(self) -> int:
        """1..12, or 13 for the distribution period."""
        return self.day.month if self.period is None else self.period

    @property
    def red(self) -> bool:
        """Shown in red letters: negative amounts on the original side."""
        return self.kind is VoucherKind.reversal

    @property
    def total(self) -> int:
        """Sum of the CNY debits in fen (of a reversal: negative, as printed)."""
        return sum(sides(p.amount, red=self.red)[0] for p in self.postings if p.commodity == "CNY")

    def reversed(self, day: date, summary: str, source: str, *, period: int | None = None) -> "Voucher":
        """The red-letter twin (红字冲销): the same accounts with the signs swapped.

        >>> v = Voucher(date(2025, 3, 5), "售菇", (debit("102", 500), credit("501", 500)), "sale:1")
        >>> [p.amount for p in v.reversed(date(2025, 4, 1), "冲销", "reversal:1").postings]
        [-500, 500]
        """
        postings = tuple(
            replace(p, amount=-p.amount, quantity=None if p.quantity is None else -p.quantity)
            for p in self.postings
        )
        return replace(
            self,
            day=day,
            summary=summary,
            postings=postings,
            source=source,
            period=period,
            attachments=0,
            kind=VoucherKind.reversal,
        )


def combined(postings: Iterable[Posting]) -> tuple[Posting, ...]:
    """Postings netted per account and commodity, sorted, zero ones left out: many small facts, one voucher.

    >>> combined([debit("101", 5), credit("101", 2), debit("102", 1), credit("102", 1)])
    (Posting(account='101', amount=3, commodity='CNY', note='', quantity=None),)
    """
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for posting in postings:
        sums[posting.account, posting.commodity] += posting.amount
    return tuple(Posting(account, amount, unit) for (account, unit), amount in sorted(sums.items()) if amount)
