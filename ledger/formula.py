"""Formulas of statements: text to terms, no balances and no chart.

A formula is a sum of terms, each with + or -:

    101            the account and all its sub-accounts, on the account's normal side
    322:01:01      one sub-account and what is below it, on the normal side of its level-1 account
    dr(113)        debit balances of the single sub-accounts of 113 (columns of balances only, never netted)
    cr(113)        credit balances of the single sub-accounts of 113, as a positive figure (same)
    open(322)      opening balance of the year, on the normal side (columns of movement only)
    up(301)        turnover of the year on the account's normal side (`increase` and `decrease` only)
    down(301)      turnover of the year on its other side (same)
    r6             another row of the same form
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class TermKind(StrEnum):
    """What a term of a formula refers to."""

    account = "account"
    dr = "dr"
    cr = "cr"
    open = "open"
    up = "up"
    down = "down"
    row = "row"


@dataclass(frozen=True, slots=True)
class Term:
    """One summand: sign (+1 or -1), kind, and an account path or row id."""

    sign: int
    kind: TermKind
    ref: str


_PATH = r"[0-9]{3}(?::[A-Z0-9]+)*"
_TERM = re.compile(
    rf"(?P<sign>[+-])\s*(?:r(?P<row>[0-9]+[a-z]?)|(?P<kind>dr|cr|open|up|down)\((?P<of>{_PATH})\)|(?P<path>{_PATH}))\s*",
    re.ASCII,
)


def parse_formula(text: str) -> tuple[Term, ...] | None:
    """The terms of a formula, or None if it is none.

    >>> [(t.sign, t.kind.value, t.ref) for t in parse_formula("112+dr(113)-r2") or ()]
    [(1, 'account', '112'), (1, 'dr', '113'), (-1, 'row', '2')]
    >>> parse_formula("112+") is None
    True
    """
    rest = text.strip() if text.strip().startswith(("-", "+")) else "+" + text.strip()
    terms: list[Term] = []
    while rest:
        match = _TERM.match(rest)
        if match is None:
            return None
        sign = -1 if match["sign"] == "-" else 1
        if match["row"]:
            terms.append(Term(sign, TermKind.row, match["row"]))
        elif match["kind"]:
            terms.append(Term(sign, TermKind(match["kind"]), match["of"]))
        else:
            terms.append(Term(sign, TermKind.account, match["path"]))
        rest = rest[match.end() :]
    return tuple(terms)
