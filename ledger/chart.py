"""Statutory charts of accounts: what each code means under each standard, read from `charts/*.toml`.

Meaning hangs on (standard, code), never on the code alone: 113 is a members' current account in one chart and
a receivable in the other. Code therefore asks for a role (`chart.path("member_current", "H0001")`). Knows no
book, no balance and no voucher.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType

from ledger.errors import Fault, InputFaultsError, LedgerError
from ledger.layout import Certainty, CheckLayout, FormLayout, read_check, read_form
from ledger.notes import NoteLayout, read_note
from ledger.toml_table import Table


class Standard(StrEnum):
    """The accounting standard of a book."""

    rceo_2023 = "rceo_2023"
    coop_2021 = "coop_2021"


class Kind(StrEnum):
    """Class of an account; `memo` carries points, never money, and is in no statement."""

    asset = "asset"
    liability = "liability"
    equity = "equity"
    income = "income"
    expense = "expense"
    cost = "cost"
    memo = "memo"


class Side(StrEnum):
    """The side an account's balance normally stands on."""

    debit = "debit"
    credit = "credit"

    @property
    def sign(self) -> int:
        """+1 for debit, -1 for credit: a signed balance times this is the figure on the normal side."""
        return 1 if self is Side.debit else -1


class Detail(StrEnum):
    """What the sub-accounts of an account stand for."""

    none = "none"
    household = "household"
    party = "party"
    project = "project"
    product = "product"
    item = "item"


class Origin(StrEnum):
    """Where an account comes from: the regulation, a choice the regulation allows, or us."""

    statutory = "statutory"
    optional = "optional"
    own = "own"


@dataclass(frozen=True, slots=True)
class Account:
    """A level-1 account."""

    code: str
    name: str
    english: str
    kind: Kind
    normal: Side
    never_negative: bool
    detail: Detail
    origin: Origin
    source: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Sub:
    """A default sub-account, opened with the book."""

    path: str
    name: str
    english: str


class UnknownCodeError(LedgerError):
    """A path whose level-1 code the chart does not have, or that is no path at all."""

    def __init__(self, standard: Standard, path: str) -> None:
        self.standard, self.path = standard, path
        super().__init__(
            zh=f"科目表 {standard} 中没有科目 {path}", en=f"chart {standard} has no account for path {path!r}"
        )


class UnknownRoleError(LedgerError):
    """A role this standard has no account for."""

    def __init__(self, standard: Standard, role: str) -> None:
        self.standard, self.role = standard, role
        super().__init__(
            zh=f"科目表 {standard} 没有用途为 {role} 的科目", en=f"chart {standard} has no role {role!r}"
        )


CHARTS = Path(__file__).with_name("charts")
"""The folder of the chart files, one a standard."""

_CODE = re.compile(r"[0-9]{3}", re.ASCII)
_PATH = re.compile(r"[0-9]{3}(:[A-Z0-9][A-Z0-9-]*)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Chart:
    """One standard's accounts, default subs, roles, statement layouts and the checks between them."""

    standard: Standard
    title: str
    title_en: str
    source: str
    certainty: Certainty
    accounts: Mapping[str, Account]
    subs: Mapping[str, Sub]
    roles: Mapping[str, str]
    statements: tuple[FormLayout, ...]
    checks: tuple[CheckLayout, ...]
    notes: tuple[NoteLayout, ...]

    def path(self, role: str, sub: str | None = None) -> str:
        """The account path of a role, with a further component below it if given.

        Raises UnknownRoleError where the standard has no such account, UnknownCodeError for a bad `sub`.

        >>> chart_of(Standard.coop_2021).path("member_current", "H0001")
        '114:H0001'
        >>> chart_of(Standard.rceo_2023).path("undistributed")
        '322:02'
        """
        if role not in self.roles:
            raise UnknownRoleError(self.standard, role)
        path = self.roles[role]
        if sub is None:
            return path
        path = f"{path}:{sub}"
        self.account(path)
        return path

    def has(self, role: str) -> bool:
        """Whether this standard has an account for the role."""
        return role in self.roles

    def account(self, path: str) -> Account:
        """The level-1 account a path belongs to. Raises UnknownCodeError.

        >>> chart_of(Standard.rceo_2023).account("113:H0001").english
        'Internal current accounts'
        """
        account = self.accounts.get(path.partition(":")[0])
        if account is None or not _PATH.fullmatch(path):
            raise UnknownCodeError(self.standard, path)
        return account

    def kind_of(self, path: str) -> Kind:
        """The class of the account a path belongs to. Raises UnknownCodeError."""
        return self.account(path).kind

    def names(self, path: str) -> tuple[str, str]:
        """Chinese and English name of an account or default sub; for other paths of the nearest one above.

        >>> chart_of(Standard.rceo_2023).names("322:01:02")
        ('成员分配', 'Distribution to members')
        """
        account = self.account(path)
        while ":" in path:
            if path in self.subs:
                return self.subs[path].name, self.subs[path].english
            path = path.rpartition(":")[0]
        return account.name, account.english


@cache
def chart_of(standard: Standard) -> Chart:
    """The chart of a standard, read once. Raises InputFaultsError if our own data is broken.

    >>> len([a for a in chart_of(Standard.rceo_2023).accounts.values() if a.origin is Origin.statutory])
    42
    """
    return load_chart((CHARTS / f"{Standard(standard)}.toml").read_text(encoding="utf-8"))


def load_chart(text: str) -> Chart:
    """Reads a chart from TOML text. Raises InputFaultsError with every fault and its place."""
    faults: list[Fault] = []
    try:
        raw: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputFaultsError([Fault("/", f"不是 TOML：{error}", f"not TOML: {error}")]) from error
    top = Table(raw, "", faults)
    certainty = top.choice("certainty", Certainty)
    source = top.text("source")
    accounts = _read_accounts(top, source, certainty)
    subs = _read_subs(top, accounts)
    paths = accounts.keys() | subs.keys()
    forms = tuple(read_form(table, paths, certainty) for table in top.tables("statements"))
    chart = Chart(
        standard=top.choice("standard", Standard), title=top.text("title"), title_en=top.text("title_en"),
        source=source, certainty=certainty, accounts=MappingProxyType(accounts), subs=MappingProxyType(subs),
        roles=MappingProxyType(_read_roles(top, accounts, subs)), statements=forms,
        checks=tuple(read_check(table, forms) for table in top.tables("checks")),
        notes=tuple(read_note(table, forms) for table in top.tables("notes")),
    )  # fmt: skip
    top.done()
    if len({form.form for form in forms}) != len(forms):
        top.fault("statements", "报表重复", "a form appears twice")
    if faults:
        raise InputFaultsError(faults)
    return chart


def _read_accounts(top: Table, source: str, certainty: Certainty) -> dict[str, Account]:
    accounts: dict[str, Account] = {}
    for table in top.tables("accounts"):
        account = Account(
            code=table.text("code"), name=table.text("name"), english=table.text("english"),
            kind=table.choice("kind", Kind), normal=table.choice("normal", Side),
            never_negative=table.flag("never_negative"), detail=table.choice("detail", Detail, Detail.none),
            origin=table.choice("origin", Origin, Origin.statutory), source=table.text("source", source),
            certainty=table.choice("certainty", Certainty, certainty),
        )  # fmt: skip
        if account.code and not _CODE.fullmatch(account.code):
            found = account.code
            table.fault("code", f"应为三位数字，实为 {found}", f"expected three digits, found {found}")
        if account.code in accounts:
            table.fault("code", f"科目编号 {account.code} 重复", f"code {account.code} appears twice")
        accounts[account.code] = account
        table.done()
    return dict(sorted(accounts.items()))


def _read_subs(top: Table, accounts: Mapping[str, Account]) -> dict[str, Sub]:
    subs: dict[str, Sub] = {}
    for table in top.tables("subs"):
        sub = Sub(table.text("path"), table.text("name"), table.text("english"))
        parent = sub.path.rpartition(":")[0]
        if not _PATH.fullmatch(sub.path) or (parent not in accounts and parent not in subs):
            table.fault("path", f"{sub.path} 没有上级科目", f"{sub.path} has no account above it")
        if sub.path in subs:
            table.fault("path", f"{sub.path} 重复", f"{sub.path} appears twice")
        subs[sub.path] = sub
        table.done()
    return dict(sorted(subs.items()))


def _read_roles(top: Table, accounts: Mapping[str, Account], subs: Mapping[str, Sub]) -> dict[str, str]:
    roles = top.texts("roles")
    for role, path in roles.items():
        if path not in accounts and path not in subs:
            top.fault(f"roles/{role}", f"没有科目 {path}", f"there is no account {path}")
    return roles
