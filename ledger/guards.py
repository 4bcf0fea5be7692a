"""What a batch of vouchers must keep to besides its own balance: known accounts, cash not below zero. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence

from ledger.chart import Detail, Kind, Standard, chart_of
from ledger.errors import CommodityError, NegativeBalanceError, UnknownAccountError
from ledger.store.batch import Changes
from ledger.tables import BookRow
from ledger.voucher import Voucher


def missing_accounts(book: BookRow, fresh: Sequence[Voucher], known: frozenset[str]) -> list[str]:
    """Check every path against the chart; those subs to open that need no name (households, lots, parties).

    Raises UnknownAccountError, CommodityError.
    """
    chart = chart_of(Standard(book.standard))
    used = {(posting.account, posting.commodity) for voucher in fresh for posting in voucher.postings}
    missing: set[str] = set()
    for path, commodity in sorted(used):
        account = chart.accounts.get(path.partition(":")[0])
        if account is None:
            raise UnknownAccountError(book.entity, path)
        expected = "POINT" if account.kind is Kind.memo else "CNY"
        if commodity != expected:
            raise CommodityError(path, expected, commodity)
        if path in known:
            continue
        if chart.account(path).detail is Detail.none:
            raise UnknownAccountError(book.entity, path)
        parts = path.split(":")
        missing.update(":".join(parts[: end + 1]) for end in range(1, len(parts)))
    return sorted(missing)


def guard_never_negative(book: BookRow, changes: Changes, held: Mapping[str, int]) -> None:
    """Cash and bank, over the whole book, stay at 0 or above (L10); balances of other periods count too."""
    chart = chart_of(Standard(book.standard))
    net: Counter[str] = Counter()
    for (_, _, path, _), (on_debit, on_credit) in changes.items():
        if chart.account(path).never_negative:
            net[path] += on_debit - on_credit
    for path in sorted(net):
        before = held.get(path, 0)
        if net[path] < 0 and before + net[path] < 0:
            raise NegativeBalanceError(path, before, net[path])
