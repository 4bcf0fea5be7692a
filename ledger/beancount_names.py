"""Beancount's names of our accounts, there and back: `113:H0012` is `Assets:113-内部往来:H0012`. Pure."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping

from ledger.chart import Chart, Kind

__all__ = ["OPENING", "ROOTS", "account_names", "path_of_name"]

ROOTS = {
    Kind.asset: "Assets",
    Kind.cost: "Assets",  # work in progress is stock, and is not closed at year end
    Kind.liability: "Liabilities",
    Kind.equity: "Equity",
    Kind.memo: "Equity",  # points: a world of its own within one of the five roots
    Kind.income: "Income",
    Kind.expense: "Expenses",
}
OPENING = "期初余额 Opening balances"
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]*", re.ASCII)
_NAMED = re.compile(r"([A-Z0-9]+(?:-[A-Z0-9]+)*)-(.+)")


def account_names(chart: Chart, names: Mapping[str, str]) -> dict[str, str]:
    """Beancount names of account paths. `names` gives each path, and those above it, its true name.

    A component is the code and the name; what is neither letter nor digit becomes `-`. Should two paths meet
    in one name, both keep their bare code.

    >>> from ledger.chart import Standard, chart_of
    >>> chart = chart_of(Standard.rceo_2023)
    >>> account_names(chart, {"401": "生产(劳务)成本"})
    {'401': 'Assets:401-生产-劳务-成本'}
    >>> account_names(chart, {"113": "内部往来", "113:H0012": "H0012"})
    {'113': 'Assets:113-内部往来', '113:H0012': 'Assets:113-内部往来:H0012'}
    """
    component: dict[str, str] = {}
    siblings: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for path in sorted(names):
        parent, _, code = path.rpartition(":")
        component[path] = code if names[path] in {"", code} else f"{code}-{_clean(names[path])}"
        siblings[parent, component[path]].append(path)
    for paths in siblings.values():
        if len(paths) > 1:
            component.update((path, path.rpartition(":")[2]) for path in paths)
    mapped: dict[str, str] = {}
    for path in sorted(names):
        parts = path.split(":")
        steps = (component.get(":".join(parts[: end + 1]), parts[end]) for end in range(len(parts)))
        mapped[path] = ":".join([ROOTS[chart.kind_of(path)], *steps])
    return mapped


def _clean(name: str) -> str:
    return "".join(c if c == "-" or unicodedata.category(c)[0] == "L" or c.isdecimal() else "-" for c in name)


def path_of_name(name: str) -> tuple[str, str]:
    """The path a beancount name stands for, and the name of its last component.

    >>> path_of_name("Assets:102-银行存款:01-农信社"), path_of_name("Assets:113-内部往来:H0012")
    (('102:01', '农信社'), ('113:H0012', 'H0012'))
    """
    codes, last = [], ""
    for part in name.split(":")[1:]:
        named = None if _CODE.fullmatch(part) else _NAMED.fullmatch(part)
        code, last = (named[1], named[2]) if named else (part, part)
        codes.append(code)
    return ":".join(codes), last
