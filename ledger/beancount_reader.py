"""Beancount text read by beancount's own loader: the second opinion on our books, and a way to open a book.

Text from outside is refused when it names plugins, includes or folders: the loader would run or read them.
Knows no session and no row.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from beancount import loader
from beancount.core import data
from beancount.core.amount import Amount
from beancount.parser import parser

from ledger.errors import BeancountError
from ledger.voucher import ACCOUNT_PATH, Posting, Voucher, VoucherKind

_SCALE = {"CNY": 2}


@dataclass(frozen=True, slots=True)
class Reading:
    """What the loader found: its errors, and closing balances per (path, commodity), in fen for CNY.

    The path is the account's metadata `path`, or the account's name where it has none.
    """

    errors: tuple[str, ...]
    balances: dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class OpeningAccount:
    """An account of the file under its true names."""

    path: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Opening:
    """The closing balances of a beancount file, as the start of a book; accounts parents first."""

    entity: str
    standard: str
    last_day: date
    accounts: tuple[OpeningAccount, ...]
    balances: tuple[tuple[str, str, int], ...]

    def voucher(self, day: date, source: str, summary: str = "期初余额 Opening balances") -> Voucher:
        """The opening voucher. Raises TooFewPostingsError for a file without balances."""
        postings = tuple(
            Posting(path, amount, commodity) for path, commodity, amount in self.balances if amount
        )
        return Voucher(day, summary, postings, source, kind=VoucherKind.opening)


def read_text(text: str, *, own: bool = False) -> Reading:
    """Load a text with beancount's loader; `own` says that we wrote it and it needs no guard.

    Raises BeancountError only for plugins, includes and folders; other faults are in `.errors`.
    """
    return _read(text, own=own)[0]


def _read(text: str, *, own: bool) -> tuple[Reading, data.Directives]:
    if not own:
        _guard(text)
    entries, errors, _ = loader.load_string(text)
    said = [_error_text(error) for error in errors]
    paths: dict[str, str] = {}
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for entry in entries:
        if isinstance(entry, data.Open):
            paths[entry.account] = str(entry.meta.get("path", entry.account))
        elif isinstance(entry, data.Transaction):
            for posting in entry.postings:
                units = posting.units
                if isinstance(units, Amount) and isinstance(units.number, Decimal):
                    sums[paths.get(posting.account, posting.account), units.currency] += units.number
    balances: dict[tuple[str, str], int] = {}
    for (path, commodity), number in sorted(sums.items()):
        scaled = number.scaleb(_SCALE.get(commodity, 0))
        if scaled != scaled.to_integral_value():
            said.append(f"{path}: {number} {commodity} 有不足一个单位的零头 / has a fraction of a unit")
        balances[path, commodity] = int(scaled)
    return Reading(tuple(said), balances), entries


def _error_text(error: object) -> str:
    source = getattr(error, "source", None) or {}
    return f"line {source.get('lineno', '?')}: {getattr(error, 'message', error)}"


def _guard(text: str) -> None:
    """Refuse what makes the loader run code or read other files, before it does."""
    _, _, options = parser.parse_string(text)
    found = [name for name in ("plugin", "include", "documents", "insert_pythonpath") if options.get(name)]
    if found:
        raise BeancountError(f"不接受 {name} 指令 / {name} is not accepted here" for name in found)


def opening_of(text: str) -> Opening:
    """Closing balances and accounts of a beancount file, paths taken from the accounts' metadata `path`.

    Entity and standard come from a `custom "book"` directive and are empty without one. Raises BeancountError
    with every fault: the loader's own, accounts without a path, a path given twice, unknown commodities.
    """
    reading, entries = _read(text, own=False)
    faults = list(reading.errors)
    accounts: dict[str, OpeningAccount] = {}
    book = ["", ""]
    last_day = date.min
    for entry in entries:
        if isinstance(entry, data.Open):
            _open_account(entry, accounts, faults)
        elif isinstance(entry, data.Transaction):
            last_day = max(last_day, entry.date)
        elif isinstance(entry, data.Custom) and entry.type == "book":
            book = [str(value.value) for value in entry.values[:2]]
            last_day = max(last_day, entry.date)
    for path, commodity in reading.balances:
        if path in accounts and not re.fullmatch(r"CNY|POINT", commodity):
            faults.append(f"{path}: {commodity} 不是 CNY 或 POINT / is neither CNY nor POINT")
    if faults:
        raise BeancountError(faults)
    balances = tuple((path, commodity, amount) for (path, commodity), amount in reading.balances.items())
    return Opening(book[0], book[1], last_day, tuple(accounts[path] for path in sorted(accounts)), balances)


def _open_account(entry: data.Open, accounts: dict[str, OpeningAccount], faults: list[str]) -> None:
    path = str(entry.meta.get("path", ""))
    where = f"line {entry.meta['lineno']}: {entry.account}"
    if not ACCOUNT_PATH.fullmatch(path):
        faults.append(
            f"{where}: 缺少 path 或格式不对 / expected metadata path such as 113:H0001, found {path!r}"
        )
    elif path in accounts:
        faults.append(f"{where}: path {path} 重复 / path {path} appears twice")
    else:
        name = str(entry.meta.get("name", path.rpartition(":")[2]))
        accounts[path] = OpeningAccount(path, name, str(entry.meta.get("name_en", name)))
