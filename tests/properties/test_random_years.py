"""Random years of random vouchers, in both standards: posted, reversed, closed, reopened by two persons, closed again.

A dictionary keeps account besides: after every step the books must agree with it, with themselves, and with beancount.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from ledger import closing, journal, periods
from ledger.balance_line import BalanceLine
from ledger.balances import trial_balance
from ledger.beancount import export_book, read_text
from ledger.chart import Kind, Standard, chart_of
from ledger.errors import LedgerError, PeriodClosedError, SameHandsError
from ledger.layout import ColumnId
from ledger.money import apportion
from ledger.statements import mismatches, statements
from ledger.verify import check_book
from ledger.voucher import Posting, Voucher, VoucherKind
from tests.ledger.support import AT, YEAR, make_book, make_engine, post

LAST = periods.LAST
FEN = st.integers(1, 10**6)
HOMES = ("H0001", "H0002", "H0003")
# Another way in than the journal: a bare voucher in the period, and the postings that are there.
INTO_CLOSED = """
INSERT INTO ledger_voucher (tenant_id, book_id, entity_id, year, period, word, number, day, summary, source,
  kind, attachments, lines, maker_id, resolution, posted_at, sequence, seal)
SELECT tenant_id, book_id, entity_id, :year, :period, word, 100000, :day, summary, 'smuggled', 'automatic', 0, 2, 1, '',
  posted_at, 100000, seal FROM ledger_voucher WHERE number = 1 AND period = 1 AND year = 2025
"""


class Years(RuleBasedStateMachine):
    """A book over its years. `standard` is set by the test."""

    standard: Standard

    def __init__(self) -> None:
        super().__init__()
        self.chart = chart_of(self.standard)
        self.engine = make_engine()
        self.session = Session(self.engine)
        self.net: defaultdict[int, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.states: dict[tuple[int, int], str] = {}
        self.live: dict[int, tuple[int, int]] = {}  # vouchers not reversed: their year and period
        self.count = 0
        left_out = {self.chart.path("pending_loss"), self.chart.path("current_result"), "101", "109"}
        left_out.add(self.chart.path("distribution").partition(":")[0])
        codes = [
            a.code for a in self.chart.accounts.values() if a.kind is not Kind.memo and a.code not in left_out
        ]
        self.paths = [*codes, *(self.chart.path("member_current", home) for home in HOMES)]

    def teardown(self) -> None:
        if self.states:
            assert check_book(self.session, self.book) == []
        self.session.close()
        self.engine.dispose()

    @initialize()
    def begin(self) -> None:
        self.book = make_book(self.session, self.standard.value).id
        self._open(YEAR)
        lines = (Posting("102", 10**12), Posting("301", -(10**12)))
        self._posted(
            Voucher(date(YEAR, 1, 1), "期初", lines, "opening", kind=VoucherKind.opening), keep=False
        )

    @precondition(lambda self: self._months("open"))
    @rule(data=st.data())
    def enter(self, data: st.DataObject) -> None:
        """A voucher of two to five lines in an open month."""
        year, month = data.draw(st.sampled_from(self._months("open")))
        self._posted(self._random(data, date(year, month, data.draw(st.integers(1, 28)))))

    @precondition(lambda self: self._months("closed"))
    @rule(data=st.data())
    def closed_refuses(self, data: st.DataObject) -> None:
        """Neither the journal, nor a reversal, nor SQL puts anything into a closed month."""
        year, month = data.draw(st.sampled_from(self._months("closed")))
        day = date(year, month, 3)
        self._refused(lambda: self._write(self._random(data, day)), PeriodClosedError)
        if self.live:
            voucher = data.draw(st.sampled_from(sorted(self.live)))
            self._refused(lambda: self._reverse(voucher, day, None), PeriodClosedError)
        into = {"year": year, "period": month, "day": day}
        self._refused(lambda: self.session.execute(text(INTO_CLOSED), into), DatabaseError, "is closed")

    @rule()
    def posted_stays(self) -> None:
        for statement in ("UPDATE ledger_posting SET amount = amount + 1", "DELETE FROM ledger_voucher"):
            self._refused(lambda sql=statement: self.session.execute(text(sql)), DatabaseError, "append-only")  # type: ignore[misc]

    @precondition(lambda self: self._reversible())
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        """A voucher of a month is reversed in an open one, once."""
        voucher = data.draw(st.sampled_from(self._reversible()))
        year, month = data.draw(st.sampled_from(self._months("open")))
        self._reverse(voucher, date(year, month, 28), None)
        day = date(year, month, 27)
        self._refused(lambda: self._reverse(voucher, day, None), LedgerError)

    @precondition(lambda self: self._next() is not None)
    @rule(count=st.sampled_from((1, 5, 12, 12)))
    def close(self, count: int) -> None:
        """The months that are next."""
        for _ in range(count):
            found = self._next()
            if found is None:
                return
            self._close(*found)

    @rule(reserve=FEN, dividend=FEN, shares=st.lists(st.integers(0, 9), min_size=3, max_size=3))
    def end_the_year(self, reserve: int, dividend: int, shares: list[int]) -> None:
        """The months left, C1-C3, the distribution, C8; then the thirteenth period closes and the next year opens."""
        year = min(key[0] for key, state in self.states.items() if state == "open")
        while (found := self._next()) and found[0] == year:
            self._close(*found)
        stem = f"end:{self.count}"
        for voucher in closing.result_vouchers(self.chart, self._lines(year), year=year, source=stem):
            self._posted(voucher)
        told = {"year": year, "resolution": "R"}
        self._posted(closing.appropriate_reserve(self.chart, reserve, **told, source=f"{stem}:C5"))  # type: ignore[arg-type]
        weights = dict(zip(HOMES, [shares[0] + 1, *shares[1:]], strict=True))
        amounts = apportion(dividend, weights)
        assert sum(amounts.values()) == dividend
        declare = (
            closing.declare_to_members if self.standard is Standard.rceo_2023 else closing.declare_refund
        )
        self._posted(declare(self.chart, amounts, **told, source=f"{stem}:C6"))  # type: ignore[arg-type]
        last = closing.close_distribution(self.chart, self._lines(year), **told, source=f"{stem}:C8")  # type: ignore[arg-type]
        assert last is not None
        self._posted(last)
        self._closed_out(year)
        self._close(year, LAST)
        if (year + 1, 1) not in self.states:
            self._open(year + 1)

    @precondition(lambda self: self._reopenable())
    @rule(data=st.data())
    def reopen(self, data: st.DataObject) -> None:
        """By two persons; one alone may not. A reopened distribution may be taken back whole."""
        year, number = data.draw(st.sampled_from(self._reopenable()))
        self._refused(lambda: self._reopen(year, number, 1), SameHandsError)
        self._reopen(year, number, 2)
        self.states[year, number] = "open"
        if number == LAST and data.draw(st.booleans()):
            for voucher in [key for key, where in self.live.items() if where == (year, LAST)]:
                self._reverse(voucher, date(year, 12, 31), LAST)

    @invariant()
    def the_books_agree(self) -> None:
        """With the dictionary, with themselves and with beancount, account by account."""
        if not self.states:
            return
        assert check_book(self.session, self.book, beancount=False) == []
        assert periods.states(self.session, self.book) == self.states
        running: defaultdict[str, int] = defaultdict(int)
        for year in sorted({year for year, _ in self.states}):
            for path, amount in self.net[year].items():
                running[path] += amount
            expected = {path: amount for path, amount in running.items() if amount}
            assert {line.account: line.closing for line in self._lines(year) if line.closing} == expected
            reading = read_text(export_book(self.session, self.book, year), own=True)
            assert reading.errors == ()
            assert {path: amount for (path, _), amount in reading.balances.items() if amount} == expected

    def _random(self, data: st.DataObject, day: date) -> Voucher:
        accounts = data.draw(st.lists(st.sampled_from(self.paths), min_size=1, max_size=4))
        lines = [Posting(path, data.draw(FEN) * data.draw(st.sampled_from((1, -1)))) for path in accounts]
        rest = sum(line.amount for line in lines)
        if rest:
            lines.append(Posting("102", -rest))
        else:
            lines += [Posting("102", 7), Posting(accounts[0], -7)]
        return Voucher(day, "随机", tuple(lines), f"v:{self.count}")

    def _write(self, voucher: Voucher) -> int:
        self.count += 1
        book = periods.book_of(self.session, self.book)
        return post(self.session, book, voucher).id

    def _posted(self, voucher: Voucher, *, keep: bool = True) -> None:
        key = self._write(voucher)
        for line in voucher.postings:
            self.net[voucher.book_year][line.account] += line.amount
        if keep:
            self.live[key] = (voucher.book_year, voucher.book_period)

    def _reverse(self, voucher: int, day: date, period: int | None) -> None:
        row = journal.reverse(
            self.session, voucher, day=day, reason="错", maker_id=1, checker_id=2, posted_at=AT, period=period
        )
        for line in journal.read(self.session, row.id).postings:
            self.net[day.year][line.account] += line.amount
        self.live.pop(voucher, None)

    def _close(self, year: int, number: int) -> None:
        periods.close_period(self.session, self.book, year, number, by_id=1, at=AT)
        self.states[year, number] = "closed"

    def _reopen(self, year: int, number: int, second: int) -> None:
        periods.reopen_period(
            self.session, self.book, year, number, by_id=1, second_id=second, reason="漏记", at=AT
        )

    def _refused(self, act: Callable[[], object], error: type[Exception], said: str | None = None) -> None:
        """It ends in this error and changes nothing."""
        with pytest.raises(error, match=said), self.session.begin_nested():
            act()

    def _open(self, year: int) -> None:
        periods.open_year(self.session, self.book, year)
        self.states |= {(year, number): "open" for number in range(1, LAST + 1)}

    def _lines(self, year: int) -> tuple[BalanceLine, ...]:
        return trial_balance(self.session, self.book, year=year)

    def _months(self, state: str) -> list[tuple[int, int]]:
        return [where for where, found in self.states.items() if found == state and where[1] != LAST]

    def _reversible(self) -> list[int]:
        return (
            sorted(key for key, (_, number) in self.live.items() if number != LAST)
            if self._months("open")
            else []
        )

    def _next(self) -> tuple[int, int] | None:
        """The first open month."""
        return min(self._months("open"), default=None)

    def _reopenable(self) -> list[tuple[int, int]]:
        def after(year: int, number: int) -> list[tuple[int, int]]:
            if number == LAST:
                return [(year + 1, LAST)]
            return [(year, number + 1), (year + 1, 1)] if number == 12 else [(year, number + 1)]

        return [
            where for where, state in self.states.items()
            if state == "closed" and all(self.states.get(each) != "closed" for each in after(*where))
        ]  # fmt: skip

    def _closed_out(self, year: int) -> None:
        """Results and distributions are at zero, and the last row of the statement is what is left undistributed."""
        lines = self._lines(year)
        root = self.chart.path("undistributed").partition(":")[0]
        for line in lines:
            assert line.closing == 0 or self.chart.kind_of(line.account) not in (Kind.income, Kind.expense)
            assert line.closing == 0 or not line.account.startswith(self.chart.path("distribution"))
        made = statements(self.chart, lines)
        assert mismatches(self.chart, made, lines) == ()
        left = -sum(line.closing for line in lines if line.account.startswith(root))
        assert made[1].amount("20", ColumnId.this_year) == left


@pytest.mark.parametrize("standard", list(Standard))
def test_random_years(standard: Standard) -> None:
    machine = type(f"Years_{standard}", (Years,), {"standard": standard})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=6, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
