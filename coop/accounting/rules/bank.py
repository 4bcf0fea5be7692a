"""What of a bank statement is new, and whether it follows on what is there: pure decisions before anything is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from coop.kernel.errors import Fault
from ledger.chart import Chart
from ledger.money import fen_text

PLACE = "statement"


@dataclass(frozen=True, slots=True)
class BankEntry:
    """A line of a statement: in positive, out negative, fen. `row` is where it stands in the file."""

    row: int
    day: date
    amount_fen: int
    balance_fen: int | None = None
    reference: str = ""
    text: str = ""
    party: str = ""
    party_tail: str = ""


@dataclass(frozen=True, slots=True)
class BankStatement:
    """A file that was read without fault, oldest line first. The balances are None where the file prints none."""

    digest: str
    layout: str
    entries: tuple[BankEntry, ...]
    opening_fen: int | None = None
    closing_fen: int | None = None

    @property
    def first_day(self) -> date:
        return self.entries[0].day

    @property
    def last_day(self) -> date:
        return self.entries[-1].day

    @property
    def total_fen(self) -> int:
        return sum(entry.amount_fen for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is stored of an account when a file comes: `before_fen` is the balance before the file's first day,
    `covered_to` the last day of the files there are, `known` the marks from the file's first day on.
    """

    since: date
    before_fen: int
    covered_to: date | None
    known: Mapping[str, date]


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What would be stored: indices of new entries, the mark of every entry, and the balances around the file."""

    fresh: tuple[int, ...]
    marks: tuple[str, ...]
    opening_fen: int
    closing_fen: int
    faults: tuple[Fault, ...]


def marks(entries: Sequence[BankEntry]) -> tuple[str, ...]:
    """What tells an entry again in another file: the bank's reference with day and amount, or day, amount and text;
    and how many alike stand before it.

    >>> one = BankEntry(2, date(2025, 1, 5), -200, text="手续费")
    >>> first, second = marks([one, one])
    >>> first == second, marks([one]) == (first,)
    (False, True)
    """
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for entry in entries:
        name = ("reference", entry.reference) if entry.reference else ("text", "".join(entry.text.split()))
        key = (entry.day.isoformat(), str(entry.amount_fen), *name)
        seen[key] += 1
        found.append(sha256("\0".join((*key, str(seen[key]))).encode()).hexdigest())
    return tuple(found)


def import_plan(standing: Standing, statement: BankStatement, typed_fen: int | None = None) -> ImportPlan:
    """Which lines are new, and every fault of how the file joins on.

    `typed_fen` is the opening balance typed from the paper where the file prints none.
    """
    found = marks(statement.entries)
    fresh = tuple(at for at, mark in enumerate(found) if mark not in standing.known)
    opening = statement.opening_fen if statement.opening_fen is not None else typed_fen
    faults = [*_too_early(standing, statement), *_joins(standing, opening, typed_fen)]
    if standing.covered_to is not None:
        faults += _overlap(standing, statement, found, fresh)
    told = standing.before_fen if opening is None else opening
    return ImportPlan(fresh, found, told, told + statement.total_fen, tuple(faults))


def _too_early(standing: Standing, statement: BankStatement) -> list[Fault]:
    if statement.first_day >= standing.since:
        return []
    return [
        Fault(
            PLACE,
            f"该账户自 {standing.since} 起对账，文件从 {statement.first_day} 开始；请下载 {standing.since} 之后的明细",
            f"the account is reconciled from {standing.since}, the file begins {statement.first_day}; "
            f"download from {standing.since} on",
        )
    ]


def _joins(standing: Standing, opening: int | None, typed_fen: int | None) -> list[Fault]:
    """The opening balance of the file meets the closing balance of what is there."""
    if opening is None:
        return [
            Fault(
                "opening",
                "文件没有余额列，请按纸质对账单填写期初余额",
                "the file prints no balance: type the opening balance from the statement",
            )
        ]
    faults = []
    if typed_fen is not None and opening != typed_fen:
        faults.append(
            Fault(
                "opening",
                f"填写的期初余额与文件不符：文件为 {fen_text(opening)}，填写 {fen_text(typed_fen)}，"
                f"差 {fen_text(typed_fen - opening)}",
                f"the opening balance typed is not the file's: expected {fen_text(opening)}, "
                f"found {fen_text(typed_fen)}, difference {fen_text(typed_fen - opening)}",
            )
        )
    gap = opening - standing.before_fen
    if gap:
        zh = (
            f"此前对账单止于 {standing.covered_to}"
            if standing.covered_to
            else f"启用日 {standing.since} 余额"
        )
        en = f"the files end {standing.covered_to}" if standing.covered_to else f"balance at {standing.since}"
        faults.append(
            Fault(
                PLACE,
                f"期初余额接不上（{zh}）：应为 {fen_text(standing.before_fen)}，实为 {fen_text(opening)}，"
                f"差 {fen_text(gap)}；可能缺一段明细",
                f"the opening balance does not follow ({en}): expected {fen_text(standing.before_fen)}, "
                f"found {fen_text(opening)}, difference {fen_text(gap)}; a part may be missing",
            )
        )
    return faults


def _overlap(
    standing: Standing, statement: BankStatement, found: tuple[str, ...], fresh: tuple[int, ...]
) -> list[Fault]:
    """Days that were there already say the same again; only the last of them may have got more lines."""
    assert standing.covered_to is not None
    faults = []
    for at in fresh:
        entry = statement.entries[at]
        if entry.day < standing.covered_to:
            faults.append(
                Fault(
                    f"{PLACE} {entry.row}",
                    f"{entry.day} 已有对账单，其中没有这一笔 {fen_text(entry.amount_fen)}（对账单已到 {standing.covered_to}）",
                    f"{entry.day} is covered by an earlier file without this line of {fen_text(entry.amount_fen)} "
                    f"(files reach {standing.covered_to})",
                )
            )
    mine = set(found)
    for mark, day in standing.known.items():
        if day <= statement.last_day and mark not in mine:
            faults.append(
                Fault(
                    PLACE,
                    f"已有的 {day} 一笔明细在本文件中找不到，两份文件不一致",
                    f"a line of {day} that is stored is not in this file: the two files disagree",
                )
            )
    return faults


FEE_WORDS = ("手续费", "工本费", "管理费", "服务费", "年费", "汇费", "短信费")
INTEREST_WORDS = ("利息", "结息", "计息")


def counter_account(chart: Chart, amount_fen: int, text: str) -> str:
    """The account a line of the bank alone is likely to belong to; empty where its words tell nothing.

    Deposit interest is 其他收入 in the rceo standard and 财务费用 in the cooperatives' (users.md §3); bank charges
    are 管理费用 in the rceo standard, which has no 财务费用 (domain.md §1).
    """
    if amount_fen > 0 and any(word in text for word in INTEREST_WORDS):
        return chart.path("finance_cost" if chart.has("finance_cost") else "income_other")
    if amount_fen < 0 and any(word in text for word in FEE_WORDS):
        return chart.path("finance_cost" if chart.has("finance_cost") else "admin")
    return ""
