"""Matching the bank with the book: by rule with its reason, by hand, undone with a trace; and what only the bank knows
made into draft vouchers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select, update

from coop.accounting.models import (
    BankAccountRow,
    BankMatchRow,
    DraftedLineRow,
    DraftRow,
    MatchedLineRow,
    MatchedPostingRow,
)  # fmt: skip
from coop.accounting.queries.bank_open import OpenLine, bank_account, open_lines, to_match
from coop.accounting.rules import DraftLine
from coop.accounting.rules.bank_matching import WINDOW_DAYS
from coop.accounting.rules.bank_matching import match as pairings
from coop.accounting.rules.bank_pairs import Kind, Pairing
from coop.accounting.service.bank import DESK
from coop.accounting.service.drafts import draft
from coop.kernel.actor import Role
from coop.kernel.errors import CoopError, Fault, InputError, NotFoundError
from coop.kernel.unit import Unit
from ledger.money import fen_text

MOST_DAYS = 60


class MatchSumError(CoopError):
    """What was ticked on both sides differs."""

    def __init__(self, bank_fen: int, book_fen: int) -> None:
        bank, book, gap = fen_text(bank_fen), fen_text(book_fen), fen_text(bank_fen - book_fen)
        super().__init__(
            zh=f"两边合计须相等：对账单 {bank}，账面 {book}，差 {gap}",
            en=f"both sides must agree: bank {bank}, book {book}, difference {gap}",
        )


class MatchUndoneError(CoopError):
    def __init__(self, match_id: int) -> None:
        super().__init__(zh=f"勾对 {match_id} 已撤销", en=f"match {match_id} is undone already")


class LineDraftedError(CoopError):
    """A line of the bank becomes one voucher, and a matched one none."""

    def __init__(self, line_ids: Iterable[int]) -> None:
        told = "、".join(str(key) for key in sorted(line_ids))
        super().__init__(
            zh=f"对账单明细 {told} 已勾对、已起草凭证或不属于该账户",
            en=f"bank lines {told} are matched, drafted already, or not of this account",
        )


def match_all(unit: Unit, account_id: int, days: int = WINDOW_DAYS) -> int:
    """Match whatever fits in one way only; the number of matches made. The ambiguous is left for a person."""
    unit.actor.require("勾对银行对账单", *DESK)
    if not 0 <= days <= MOST_DAYS:
        raise InputError(
            [
                Fault(
                    "days",
                    f"天数应在 0 到 {MOST_DAYS} 之间，实为 {days}",
                    f"expected 0 to {MOST_DAYS} days, found {days}",
                )
            ]
        )
    account = bank_account(unit.session, account_id, lock=True)
    taken = pairings(*to_match(unit.session, account), days).taken
    _save(unit, account, taken)
    if taken:
        unit.audit("bank.match_all", f"bank_account:{account.id}", matches=len(taken), days=days)
    return len(taken)


def match(
    unit: Unit, account_id: int, lines: Sequence[int], postings: Sequence[tuple[int, int]]
) -> BankMatchRow:
    """Match what a person ticked: ids of bank lines, and (voucher, line) of postings. Sums must agree.

    One side may be empty where the other cancels itself out. Raises InputError for what is matched already or not of
    this account, MatchSumError where the sums differ.
    """
    unit.actor.require("勾对银行对账单", *DESK)
    account = bank_account(unit.session, account_id, lock=True)
    free_lines, free_entries = to_match(unit.session, account)
    by_id, by_key = {x.id: x for x in free_lines}, {x.key: x for x in free_entries}
    chosen, keys = sorted(set(lines)), sorted(set(postings))
    lost = [str(key) for key in chosen if key not in by_id]
    lost += [f"{voucher}-{line}" for voucher, line in keys if (voucher, line) not in by_key]
    if lost or len(chosen) + len(keys) < 2:
        told = "、".join(lost) or "—"
        zh = f"请勾选两笔以上未勾对的记录；已勾对或不属于该账户：{told}"
        raise InputError(
            [
                Fault(
                    "match",
                    zh,
                    f"tick two or more that wait for a match; matched or not of this account: {told}",
                )
            ]
        )
    bank = sum(by_id[key].amount_fen for key in chosen)
    book = sum(by_key[key].amount_fen for key in keys)
    if bank != book:
        raise MatchSumError(bank, book)
    days = [by_id[key].day for key in chosen] + [by_key[key].day for key in keys]
    apart = (max(days) - min(days)).days
    [row] = _save(unit, account, [Pairing(Kind.manual, tuple(chosen), tuple(keys), book, apart)])
    unit.audit("bank.match", f"bank_match:{row.id}", fen=book, lines=len(chosen), postings=len(keys))
    return row


def unmatch(unit: Unit, match_id: int, why: str) -> BankMatchRow:
    """Take a match back; it stays to be seen, with who and why. Raises MatchUndoneError."""
    unit.actor.require("撤销勾对", *DESK)
    found = unit.session.scalars(select(BankMatchRow).where(BankMatchRow.id == match_id)).one_or_none()
    if found is None:
        raise NotFoundError("bank match", match_id)
    bank_account(unit.session, found.bank_account_id, lock=True)
    unit.session.refresh(found)
    if found.undone_at is not None:
        raise MatchUndoneError(match_id)
    if not why.strip():
        raise InputError([Fault("why", "须写明撤销理由", "a reason is needed")])
    found.undone_by, found.undone_at, found.undone_why = unit.actor.user_id, unit.now, why.strip()
    for table in (MatchedLineRow, MatchedPostingRow):
        unit.session.execute(update(table).where(table.bank_match_id == match_id).values(live=False))
    unit.session.flush()
    unit.audit("bank.unmatch", f"bank_match:{match_id}", account=found.bank_account_id)
    return found


def draft_lines(
    unit: Unit, account_id: int, line_ids: Sequence[int], *, counter: str, summary: str
) -> DraftRow:
    """A draft voucher of what stands in the bank alone (fees, interest): each line of the bank against `counter`.

    It bears the day of the latest line. Once it is posted, matching finds it by its own. Raises LineDraftedError, and
    what `draft` raises.
    """
    unit.actor.require("制单", Role.accountant)
    account = bank_account(unit.session, account_id, lock=True)
    free = {line.id: line for line in open_lines(unit.session, account) if line.draft_id is None}
    wanted = sorted(set(line_ids))
    if lost := [key for key in wanted if key not in free]:
        raise LineDraftedError(lost)
    if not wanted:
        raise InputError([Fault("line", "请勾选对账单明细", "tick lines of the bank")])
    lines = [free[key] for key in wanted]
    row = draft(
        unit,
        account.entity_id,
        day=max(line.day for line in lines),
        summary=summary,
        lines=_draft_lines(account, lines, counter),
        attachments=1,
    )
    unit.session.add_all(
        DraftedLineRow(tenant_id=unit.actor.tenant_id, bank_line_id=line.id, draft_id=row.id)
        for line in lines
    )
    unit.session.flush()
    unit.audit("bank.draft", f"draft:{row.id}", account=account.id, lines=len(lines))
    return row


def _draft_lines(account: BankAccountRow, lines: Sequence[OpenLine], counter: str) -> list[DraftLine]:
    """A posting a line, so that each finds its own; the other side in one sum, or in two where both signs occur."""
    made = []
    for line in lines:
        note = line.reference[:60]
        if line.amount_fen > 0:
            made.append(DraftLine(account.account, debit_fen=line.amount_fen, note=note))
        else:
            made.append(DraftLine(account.account, credit_fen=-line.amount_fen, note=note))
    income = sum(line.amount_fen for line in lines if line.amount_fen > 0)
    outcome = -sum(line.amount_fen for line in lines if line.amount_fen < 0)
    if outcome:
        made.append(DraftLine(counter, debit_fen=outcome))
    if income:
        made.append(DraftLine(counter, credit_fen=income))
    return made


def _save(unit: Unit, account: BankAccountRow, found: Sequence[Pairing]) -> list[BankMatchRow]:
    """Rows of matches and their members, in two statements a table however many there are."""
    tenant = unit.actor.tenant_id
    rows = [
        BankMatchRow(
            tenant_id=tenant,
            bank_account_id=account.id,
            kind=pairing.kind.value,
            detail=pairing.detail[:200],
            days=pairing.days,
            fen=pairing.fen,
            maker_id=unit.actor.user_id,
            at=unit.now,
        )
        for pairing in found
    ]
    unit.session.add_all(rows)
    unit.session.flush()
    for row, pairing in zip(rows, found, strict=True):
        unit.session.add_all(
            MatchedLineRow(tenant_id=tenant, bank_match_id=row.id, bank_line_id=key) for key in pairing.lines
        )
        unit.session.add_all(
            MatchedPostingRow(tenant_id=tenant, bank_match_id=row.id, voucher_id=voucher, line=line)
            for voucher, line in pairing.entries
        )
    unit.session.flush()
    return rows
