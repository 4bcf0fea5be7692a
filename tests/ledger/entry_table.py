"""Reads the tables of `entries/*.toml`, and posts them with all that must have happened before.

A table reads like a voucher: `借 112:QLSZ 应收款 12000` is side, path, the account's name in the chart, yuan; `表` names rows
of the balance sheet and by how much they move, `收` rows of the income statement. `after` are the entries posted before.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from ledger import periods
from ledger.balance_line import BalanceLine
from ledger.balances import trial_balance
from ledger.chart import Standard
from ledger.layout import Certainty
from ledger.tables import BookRow
from ledger.voucher import Posting, Voucher, VoucherKind
from tests.ledger.support import AT, LAST_DAY, YEAR, make_book, post

FOLDER = Path(__file__).with_name("entries")
DAY = date(YEAR, 5, 6)

OPENING = {
    Standard.rceo_2023: {"101": 20_000, "102": 500_000, "121:XG": 30_000, "121:JUN": 20_000, "301": -568_000, "311": -2_000},
    Standard.coop_2021: {"101": 20_000, "102": 500_000, "121:XG": 30_000, "121:JUN": 20_000, "301": -568_000, "322": -2_000},
}  # fmt: skip
"""What every table finds in the books, yuan."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: the account's name is there for the reader, and is compared with the chart's."""

    path: str
    name: str
    fen: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One event under one standard: its lines and the rows of both statements it moves, fen."""

    key: str
    event: str
    source: str
    certainty: Certainty
    standard: Standard
    day: date
    period: int | None
    kind: VoucherKind
    resolution: str
    after: tuple[str, ...]
    lines: tuple[Line, ...]
    sheet: dict[str, int]
    income: dict[str, int]

    @property
    def voucher(self) -> Voucher:
        """As the ledger takes it."""
        return Voucher(
            self.day, self.event, tuple(Posting(line.path, line.fen) for line in self.lines), self.key,
            period=self.period, kind=self.kind, resolution=self.resolution,
        )  # fmt: skip


def fen(yuan: str) -> int:
    """Yuan as written in a table."""
    scaled = Decimal(yuan) * 100
    assert scaled == int(scaled), yuan
    return int(scaled)


@cache
def entries(standard: Standard) -> dict[str, Entry]:
    """All tables of a standard by id, in the order of the files."""
    found: dict[str, Entry] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        for table in tomllib.loads(path.read_text(encoding="utf-8"))["entry"]:
            entry = _entry(table, standard)
            if entry is not None:
                assert entry.key not in found, f"{path.name}: {entry.key} appears twice"
                found[entry.key] = entry
    return found


def _entry(table: dict[str, Any], standard: Standard) -> Entry | None:
    known = {"id", "event", "source", "certainty", "day", "period", "kind", "resolution", "after", *Standard}
    assert table.keys() <= known, (table["id"], table.keys() - known)
    if standard.value not in table:
        return None
    lines: list[Line] = []
    moves: dict[str, dict[str, int]] = {"表": {}, "收": {}}
    for text in table[standard.value].strip().splitlines():
        mark, _, rest = text.partition(" ")
        if mark in moves:
            for row in rest.split("，"):
                label, _, yuan = row.rpartition(" ")
                assert label not in moves[mark], (table["id"], label)
                moves[mark][label] = fen(yuan)
        else:
            path, name, yuan = rest.split(" ")
            lines.append(Line(path, name, {"借": 1, "贷": -1}[mark] * fen(yuan)))
    period = table.get("period")
    return Entry(
        key=table["id"], event=table["event"], source=table["source"], certainty=Certainty(table["certainty"]),
        standard=standard, day=table.get("day", LAST_DAY if period == 13 else DAY), period=period,
        kind=VoucherKind(table.get("kind", VoucherKind.automatic)), resolution=table.get("resolution", ""),
        after=tuple(table.get("after", ())), lines=tuple(lines), sheet=moves["表"], income=moves["收"],
    )  # fmt: skip


def before(entry: Entry) -> list[Entry]:
    """What must have happened first, in order, each once; what this standard has not is left out."""
    known, found = entries(entry.standard), dict[str, Entry]()

    def walk(keys: tuple[str, ...]) -> None:
        for key in keys:
            if key in known and key not in found:
                walk(known[key].after)
                found[key] = known[key]

    walk(entry.after)
    return sorted(found.values(), key=lambda one: (one.day, one.period or 0))


def prepared(session: Session, entry: Entry) -> BookRow:
    """A book with the opening balances and all that comes before the entry."""
    book = make_book(session, entry.standard.value)
    opening = tuple(Posting(path, yuan * 100) for path, yuan in OPENING[entry.standard].items())
    post(session, book, Voucher(date(YEAR, 1, 1), "期初", opening, "opening", kind=VoucherKind.opening))
    reached = 0
    for one in (*before(entry), entry):
        reached = _reach(session, book, one, reached)
        if one is not entry:
            post(session, book, one.voucher)
    return book


def _reach(session: Session, book: BookRow, entry: Entry, reached: int) -> int:
    """Close the months before the 13th period, open the next year after it."""
    wanted = 2 if entry.day.year > YEAR else int(entry.period == 13)
    if wanted >= 1 > reached:
        for month in range(1, 13):
            periods.close_period(session, book.id, YEAR, month, by_id=1, at=AT)
    if wanted == 2 > reached:
        periods.open_year(session, book.id, YEAR + 1)
    return max(wanted, reached)


def lines_of(session: Session, book: BookRow, entry: Entry) -> tuple[BalanceLine, ...]:
    """The trial balance of the entry's year."""
    return trial_balance(session, book.id, year=entry.day.year)
