"""What a batch of vouchers needs to know before it is written, and what is written of it: values, no SQL."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ledger.chart import Chart
from ledger.voucher import Posting, Voucher, VoucherKind, sides

BalanceKey = tuple[int, int, str, str]
"""(year, period, account, commodity); period 0 holds opening vouchers."""

Changes = dict[BalanceKey, tuple[int, int]]
"""What is added to (debit, credit) of each balance, in key order: the order of locking."""

Series = tuple[int, int, str]
"""(year, period, word): what vouchers are numbered by."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked up, all of it sorted: sources, periods, accounts, and of these the never negative ones."""

    sources: tuple[str, ...]
    slots: tuple[tuple[int, int], ...]
    paths: tuple[str, ...]
    guarded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: posted sources, states of the periods (share-locked), for each year whose period 13 is

    wanted its first open month, accounts that are there, and what the never negative ones (locked) hold.
    """

    known: Mapping[str, int]
    states: Mapping[tuple[int, int], str]
    open_months: Mapping[int, int]
    accounts: frozenset[str]
    held: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a batch took under lock: the first number of each series, the last sequence and seal of the book, and

    the ids of its vouchers where the database gives them beforehand.
    """

    first: Mapping[Series, int]
    sequence: int
    seal: str
    ids: tuple[int, ...] = ()


@dataclass(slots=True)
class Entry:
    """A voucher about to be written. Its `id` is 0 until the database gave one."""

    postings: tuple[Posting, ...]
    year: int
    period: int
    word: str
    number: int
    day: date
    summary: str
    source: str
    kind: str
    attachments: int
    maker_id: int
    checker_id: int | None
    reverses_id: int | None
    resolution: str
    posted_at: datetime
    sequence: int = 0
    seal: str = ""
    id: int = 0


def wanted_by(chart: Chart, vouchers: Sequence[Voucher]) -> Wanted:
    """What must be looked up for vouchers of a book of this chart."""
    paths = {posting.account for voucher in vouchers for posting in voucher.postings}
    guarded = (path for path in paths if _guarded(chart, path))
    return Wanted(
        tuple(sorted({voucher.source for voucher in vouchers})),
        tuple(sorted({(voucher.book_year, voucher.book_period) for voucher in vouchers})),
        tuple(sorted(paths)),
        tuple(sorted(guarded)),
    )


def _guarded(chart: Chart, path: str) -> bool:
    account = chart.accounts.get(path.partition(":")[0])
    return account is not None and account.never_negative


def deltas(vouchers: Iterable[Voucher]) -> Changes:
    """What the vouchers add to (debit, credit) per balance key, in key order."""
    sums: defaultdict[BalanceKey, list[int]] = defaultdict(lambda: [0, 0])
    for voucher in vouchers:
        period = 0 if voucher.kind is VoucherKind.opening else voucher.book_period
        red, year = voucher.red, voucher.book_year
        for posting in voucher.postings:
            on_debit, on_credit = sides(posting.amount, red=red)
            entry = sums[year, period, posting.account, posting.commodity]
            entry[0] += on_debit
            entry[1] += on_credit
    return {key: (sums[key][0], sums[key][1]) for key in sorted(sums)}


def series_of(vouchers: Iterable[Voucher]) -> dict[Series, int]:
    """How many numbers each series needs, in the order of locking."""
    needed = Counter((v.book_year, v.book_period, v.word) for v in vouchers)
    return dict(sorted(needed.items()))
