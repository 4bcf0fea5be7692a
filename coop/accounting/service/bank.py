"""Accounts at a bank and their statements: opened once, files handed in one after the other, nothing twice."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import date
from zlib import compress

from sqlalchemy import func, select

from coop.accounting.models import BankAccountRow, BankFileRow, BankLineRow
from coop.accounting.queries.bank_open import bank_account, bank_fen, covered_to
from coop.accounting.rules.bank import BankStatement, ImportPlan, Standing, import_plan
from coop.books import queries as books
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError
from coop.kernel.unit import Look, Unit
from ledger.chart import Standard, chart_of
from ledger.tables import AccountRow

DESK = (Role.accountant, Role.checker)
TAIL = 4


@dataclass(frozen=True, slots=True)
class StatementTrial:
    """What handing in a file does, or would do: `again` says the very file is there already."""

    statement: BankStatement
    plan: ImportPlan
    again: bool
    file_id: int | None = None

    @property
    def known(self) -> int:
        return len(self.plan.marks) - len(self.plan.fresh)


def open_bank_account(
    unit: Unit, entity_id: int, *, account: str, name: str, tail: str, since: date, opening_fen: int
) -> BankAccountRow:
    """Reconcile an account of the book from `since` on; `opening_fen` is the bank's balance as that day begins.

    Only the end of the account's number is kept. Raises InputError with all faults.
    """
    unit.actor.require("登记银行账户", *DESK)
    book = books.book_of(unit.session, entity_id)
    root = chart_of(Standard(book.standard)).path("bank")
    held = unit.session.scalars(
        select(BankAccountRow.account).where(BankAccountRow.book_id == book.id).with_for_update()
    ).all()
    exists = unit.session.scalar(
        select(AccountRow.path).where(AccountRow.book_id == book.id, AccountRow.path == account)
    )
    faults = []
    if account != root and not account.startswith(f"{root}:"):
        faults.append(Fault("account", f"应为 {root} 银行存款或其明细科目", f"expected {root} or below it"))
    elif exists is None:
        faults.append(Fault("account", f"账套没有科目 {account}", f"the book has no account {account}"))
    faults += [
        Fault("account", f"与已登记的 {other} 重叠", f"overlaps {other}, which is registered already")
        for other in held
        if f"{account}:".startswith(f"{other}:") or f"{other}:".startswith(f"{account}:")
    ]
    if not name.strip():
        faults.append(Fault("name", "须写开户行", "the bank's name is needed"))
    if len(tail) > TAIL or (not tail.isalnum() and tail):
        faults.append(Fault("tail", f"只填账号末 {TAIL} 位", f"the last {TAIL} digits of the number only"))
    if faults:
        raise InputError(faults)
    row = BankAccountRow(
        tenant_id=unit.actor.tenant_id,
        entity_id=entity_id,
        book_id=book.id,
        account=account,
        name=name.strip(),
        tail=tail,
        since=since,
        opening_fen=opening_fen,
        maker_id=unit.actor.user_id,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("bank.open", f"bank_account:{row.id}", account=account, opening_fen=opening_fen)
    return row


def try_statement(
    unit: Look, account_id: int, statement: BankStatement, *, opening_fen: int | None = None
) -> StatementTrial:
    """What handing in the file would do, without writing anything (the dry run)."""
    return _trial(unit, bank_account(unit.session, account_id), statement, opening_fen)


def import_statement(
    unit: Unit,
    account_id: int,
    statement: BankStatement,
    *,
    content: bytes,
    opening_fen: int | None = None,
) -> StatementTrial:
    """Store the lines of a statement that are not there yet; the same file again changes nothing.

    `opening_fen` is typed from the paper where the file prints no balance. Raises InputError with every fault of
    how it joins on: a gap in the balance, a day told differently by an earlier file.
    """
    unit.actor.require("导入银行对账单", *DESK)
    account = bank_account(unit.session, account_id, lock=True)
    trial = _trial(unit, account, statement, opening_fen)
    if trial.again:
        return trial
    if trial.plan.faults:
        raise InputError(list(trial.plan.faults))
    file = BankFileRow(
        tenant_id=unit.actor.tenant_id,
        bank_account_id=account.id,
        digest=statement.digest,
        layout=statement.layout,
        first_day=statement.first_day,
        last_day=statement.last_day,
        opening_fen=trial.plan.opening_fen,
        closing_fen=trial.plan.closing_fen,
        count=len(statement.entries),
        fresh=len(trial.plan.fresh),
        maker_id=unit.actor.user_id,
        at=unit.now,
        content=b64encode(compress(content)).decode(),
    )
    unit.session.add(file)
    unit.session.flush()
    _store(unit, account, file, trial)
    unit.audit("bank.import", f"bank_file:{file.id}", account=account.id, count=file.count, fresh=file.fresh)
    return StatementTrial(statement, trial.plan, again=False, file_id=file.id)


def _store(unit: Unit, account: BankAccountRow, file: BankFileRow, trial: StatementTrial) -> None:
    last = unit.session.scalar(
        select(func.max(BankLineRow.sequence)).where(BankLineRow.bank_account_id == account.id)
    )
    unit.session.add_all(
        BankLineRow(
            tenant_id=unit.actor.tenant_id,
            bank_account_id=account.id,
            bank_file_id=file.id,
            row=entry.row,
            sequence=sequence,
            day=entry.day,
            amount_fen=entry.amount_fen,
            balance_fen=entry.balance_fen,
            reference=entry.reference,
            text=entry.text,
            party=entry.party,
            party_tail=entry.party_tail,
            mark=trial.plan.marks[at],
        )
        for sequence, at in enumerate(trial.plan.fresh, start=(last or 0) + 1)
        for entry in (trial.statement.entries[at],)
    )
    unit.session.flush()


def _trial(
    unit: Look, account: BankAccountRow, statement: BankStatement, typed_fen: int | None
) -> StatementTrial:
    session = unit.session
    same = session.scalar(
        select(BankFileRow.id).where(
            BankFileRow.bank_account_id == account.id, BankFileRow.digest == statement.digest
        )
    )
    known = session.execute(
        select(BankLineRow.mark, BankLineRow.day).where(
            BankLineRow.bank_account_id == account.id, BankLineRow.day >= statement.first_day
        )
    )
    before = bank_fen(session, account, date.fromordinal(statement.first_day.toordinal() - 1))
    standing = Standing(
        account.since, before, covered_to(session, account.id), {row.mark: row.day for row in known}
    )
    return StatementTrial(statement, import_plan(standing, statement, typed_fen), same is not None, same)
