"""What the voucher grid finds accounts by: code, name, the initials of its pinyin; and the households of the village."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from pypinyin import Style, lazy_pinyin
from sqlalchemy.orm import Session

from coop.accounting.queries.names import account_names
from coop.accounting.rules import payable_roots
from coop.books import queries as books
from coop.parties import queries as parties
from ledger.chart import Chart, Detail, Kind, Standard, UnknownCodeError, chart_of


@lru_cache(maxsize=20_000)
def initials(name: str) -> str:
    """The first letters of a name's pinyin, what is no Chinese character left out where it is no letter or digit.

    >>> initials("银行存款"), initials("内部往来—H0001")
    ('yhck', 'nbwlh0001')
    """
    letters = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())


def grid_accounts(session: Session, entity_id: int, day: date) -> dict[str, Any]:
    """`accounts`: `[path, name, English name, initials]` of each that holds money and is no household's;
    `households`: `[number, head, initials]`; `roots`: the accounts that need a household. Raises NotFoundError.
    """
    book = books.book_of(session, entity_id)
    chart = chart_of(Standard(book.standard))
    roots = sorted({*payable_roots(chart), *_of_households(chart)})
    accounts = [
        [account.path, account.name, account.name_en, initials(account.name)]
        for account in account_names(session, book)
        if not any(account.path.startswith(f"{root}:") for root in roots)
        and _holds_money(chart, account.path)
    ]
    homes = [[home.number, home.head, initials(home.head)] for home in parties.households(session, day)]
    return {"accounts": accounts, "households": homes, "roots": roots}


def _of_households(chart: Chart) -> list[str]:
    return [
        code
        for code, account in chart.accounts.items()
        if account.detail is Detail.household and account.kind is not Kind.memo
    ]


def _holds_money(chart: Chart, path: str) -> bool:
    try:
        return chart.account(path).kind is not Kind.memo
    except UnknownCodeError:
        return False
