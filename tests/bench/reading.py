"""C1, C2, C4, C5, C7: beancount files, verification and balances."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from beancount import loader
from beancount.parser import printer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.books import queries
from coop.kernel.unit import look, owner_session
from ledger.balances import sums_from_postings, trial_balance, trial_balances
from ledger.beancount import export_book
from ledger.tables import PostingRow
from ledger.verify import books as checks
from tests.bench.measure import Result, in_turn
from tests.bench.world import Bench, fill_past, forget_past
from tests.conftest import YEAR, make_village

SMALL, LARGE = 10_000, 300_000
VILLAGES = 76


def trial(world: Bench) -> list[Result]:
    """C5: the trial balance of a big book against a small one, and against adding the lines up."""
    book = _book(world)
    fill_past(world, SMALL)
    with look(world.actor) as view:
        small, _ = in_turn(lambda: trial_balance(view.session, book, year=YEAR), lambda: None, rounds=9)
    forget_past(world)
    fill_past(world, LARGE)
    with look(world.actor) as view:
        session = view.session
        summed = select(PostingRow.account, func.sum(PostingRow.amount)).where(PostingRow.book_id == book)
        large, by_lines = in_turn(
            lambda: trial_balance(session, book, year=YEAR),
            lambda: session.execute(summed.group_by(PostingRow.account)).all(),
        )
    forget_past(world)
    return [
        Result(
            "C5",
            f"trial balance of {LARGE:,} entries",
            f"the same of {SMALL:,} entries",
            large,
            small,
            1,
            1.5,
        ),
        Result(
            "C5",
            f"trial balance of {LARGE:,} entries",
            f"GROUP BY over its {3 * LARGE:,} lines",
            large,
            by_lines,
            1,
            0.05,
        ),
    ]


def many_books(world: Bench) -> Result:
    """C7: the trial balances of every book in one go against one book's."""
    for number in range(VILLAGES - 1):
        make_village(f"V{number:03d}", households=10)
    fill_past(world, SMALL // 10)
    first = _book(world)
    with owner_session() as session:
        asked = [row.id for row in queries.books(session) if row.entity.endswith("RCEO")]
        many, one = in_turn(
            lambda: trial_balances(session, asked, year=YEAR),
            lambda: trial_balance(session, first, year=YEAR),
            rounds=9,
        )
    forget_past(world)
    return Result("C7", f"trial balances of {len(asked)} books at once", "one book", many, one, 1, 3)


def text_of(world: Bench) -> list[Result]:
    """C1, C2, C4: writing, checking and loading a year of ten thousand vouchers as beancount."""
    fill_past(world, SMALL)
    book = _book(world)
    with owner_session() as session:
        text = export_book(session, book, YEAR)
        entries, errors, _ = loader.load_string(text)
        assert not errors
        mine, theirs = in_turn(lambda: export_book(session, book, YEAR), lambda: _printed(entries), rounds=3)
        written = Result(
            "C1",
            f"{SMALL:,} vouchers written as beancount, read from SQL",
            "beancount's printer",
            mine,
            theirs,
            SMALL,
            8,
            rate=True,
        )
        check, load = in_turn(lambda: _checked(session, book), lambda: loader.load_string(text), rounds=3)
        verified = Result(
            "C2",
            f"{SMALL:,} vouchers verified against beancount",
            "beancount's own load",
            check,
            load,
            SMALL,
            1.1,
        )
    plain = _plain_ledger(SMALL)
    ours, other = in_turn(lambda: loader.load_string(text), lambda: loader.load_string(plain), rounds=3)
    forget_past(world)
    return [
        written,
        verified,
        Result("C4", "beancount loads our file", "a plain ledger of equal size", ours, other, SMALL, 1.05),
    ]


def _checked(session: Session, book: int) -> object:
    found = queries.books(session)
    row = next(one for one in found if one.id == book)
    sums_from_postings(session, book)
    return list(checks.beancount(session, row))


def _printed(entries: Sequence[object]) -> str:
    write: Callable[[object], str] = printer.EntryPrinter()  # type: ignore[no-untyped-call]
    return "".join(write(entry) for entry in entries)


def _book(world: Bench) -> int:
    with look(world.actor) as view:
        return queries.book_of(view.session, world.village.rceo).id


def _plain_ledger(count: int) -> str:
    """Three-line receipts without metadata: what beancount needs at the least for so many."""
    dice = random.Random(7)
    accounts = [f"Assets:Inventory:Goods{n:03d}" for n in range(50)]
    accounts += [f"Liabilities:Payable:Member{n:05d}" for n in range(1000)]
    lines = [f"2024-01-01 open {account} CNY" for account in (*accounts, "Liabilities:Deposits")]
    for number in range(count):
        day, fen = date(2025, 1, 1) + timedelta(days=number * 365 // count), dice.randint(1_000, 500_000)
        kept = fen // 50
        lines.append(f'{day} * "Receipt" "PR{number:07d}"')
        for account, amount in (
            (accounts[dice.randrange(50)], fen),
            ("Liabilities:Deposits", -kept),
            (accounts[50 + dice.randrange(1000)], kept - fen),
        ):
            lines.append(
                f"  {account}  {'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d} CNY"
            )
        lines.append("")
    return "\n".join(lines)
