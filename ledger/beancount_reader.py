"""Beancount text read by beancount's own loader: the second opinion on our books.

Text from outside is refused when it names plugins, includes or folders: the loader would run or read them.
Knows no session and no row.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from beancount import loader
from beancount.core import data
from beancount.core.amount import Amount
from beancount.parser import parser

from ledger.errors import BeancountError

_SCALE = {"CNY": 2}


@dataclass(frozen=True, slots=True)
class Reading:
    """What the loader found: its errors, and closing balances per (path, commodity), in fen for CNY.

    The path is the account's metadata `path`, or the account's name where it has none.
    """

    errors: tuple[str, ...]
    balances: dict[tuple[str, str], int]


def read_text(text: str, *, own: bool = False) -> Reading:
    """Load a text with beancount's loader; `own` says that we wrote it and it needs no guard.

    Raises BeancountError only for plugins, includes and folders; other faults are in `.errors`.
    """
    if not own:
        _guard(text)
    return _read(text)[0]


def load_text(text: str) -> tuple[Reading, data.Directives]:
    """A text from outside, as the loader's directives too. What the guard refuses is an error like another."""
    try:
        _guard(text)
    except BeancountError as error:
        return Reading(error.problems, {}), []
    return _read(text)


def _read(text: str) -> tuple[Reading, data.Directives]:
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
