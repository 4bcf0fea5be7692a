"""Books side by side: plain sums, checks of each book, what stands between them, and who sees which."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import event

from coop.accounting import service as accounting
from coop.accounting.queries.side_by_side import Asked, SideBySide, side_by_side
from coop.kernel.actor import Role
from coop.kernel.db import Database
from coop.kernel.unit import owner_session, unit
from ledger.seal import head
from tests.accounting.desk import close_months, sale, stamp
from tests.conftest import YEAR, Village, make_village

# The first village claims 300 yuan of the second; the second says it owes 280.
FIRST = {"101": 50_000, "102": 1_000_000, "113:XYZ-COOP": 30_000, "301": -1_080_000}
SECOND = {"101": 500_000, "211:TYP-COOP": -28_000, "301": -472_000}


def next_door(code: str = "XYZ") -> Village:
    return make_village(code, households=1)


@pytest.fixture
def two(db: Database) -> tuple[Village, Village]:
    first, second = make_village(households=5), next_door()
    for village, balances in ((first, FIRST), (second, SECOND)):
        with unit(village.actor(Role.accountant, user=2)) as work:
            accounting.opening(work, village.coop, YEAR, balances)
    return first, second


def seen(asked: Asked | None = None) -> SideBySide:
    with owner_session() as session:
        return side_by_side(session, asked or Asked(standard="coop_2021", year=YEAR), reachable=())


def figure(page: SideBySide, form: str, row: str) -> tuple[tuple[int | None, ...], int | None]:
    found = next(each for each in page.forms if each.form == form)
    return next((each.amounts, each.total) for each in found.rows if each.row == row)


def test_rows_stand_beside_each_other_with_a_plain_sum(two: tuple[Village, Village]) -> None:
    sale(two[0], fen=90_000)
    page = seen()
    assert [column.choice.entity for column in page.columns] == ["TYP-COOP", "XYZ-COOP"]
    assert figure(page, "balance_sheet", "22") == ((1_170_000, 500_000), 1_670_000), "nothing is netted"
    assert figure(page, "income_distribution", "12") == ((90_000, 0), 90_000)
    assert [column.checks.sound for column in page.columns] == [True, True]
    assert page.columns[0].checks.equity.change_fen == page.columns[0].checks.equity.income_fen == 90_000


def test_what_stands_between_two_books_is_told_with_its_difference(two: tuple[Village, Village]) -> None:
    [pair] = seen().candidates
    assert (pair.first, pair.second) == ("TYP-COOP", "XYZ-COOP")
    assert (pair.first_fen, pair.second_fen, pair.difference_fen) == (30_000, -28_000, 2_000)
    assert not pair.agrees
    assert pair.here[0].row == "应收款项"
    assert pair.there[0].account == "211:TYP-COOP"
    alone = seen(Asked(standard="coop_2021", year=YEAR, books=("TYP-COOP",)))
    assert alone.candidates == (), "the other book is not in this group"


def test_a_reversed_sale_and_a_closed_month_are_in_the_checks(two: tuple[Village, Village]) -> None:
    sale(two[0], fen=90_000, day=date(YEAR, 1, 6))
    stamp(two[0], date(YEAR, 1, 6))
    close_months(two[0], upto=2)
    page = seen()
    assert [column.checks.months for column in page.columns] == [2, 0]
    assert page.shelf.usual_year("coop_2021") == YEAR
    with owner_session() as session:
        told = {column.choice.entity: column.checks.head for column in page.columns}
        for column in page.columns:
            assert told[column.choice.entity] == head(session, column.choice.book_id)


def test_only_books_of_one_standard_and_year_stand_side_by_side(two: tuple[Village, Village]) -> None:
    page = seen(Asked(standard="coop_2021", year=YEAR, books=("TYP-COOP", "TYP-RCEO")))
    assert page.chosen == {"TYP-COOP"}
    assert [book.entity for book in page.left_out] == ["TYP-RCEO"]
    other = seen(Asked(standard="rceo_2023", year=YEAR))
    assert other.chosen == {"TYP-RCEO", "XYZ-RCEO"}


def test_the_reads_do_not_grow_with_the_books(two: tuple[Village, Village]) -> None:
    def reads() -> int:
        sent: list[str] = []
        with owner_session() as session:
            connection = session.connection()
            event.listen(connection, "before_cursor_execute", lambda _c, _k, text, *_: sent.append(text))
            side_by_side(session, Asked(standard="coop_2021", year=YEAR), reachable=())
        return len(sent)

    before = reads()
    for code in ("AAA", "BBB", "CCC"):
        next_door(code)
    assert reads() == before
    assert before < 15
