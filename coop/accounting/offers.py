"""Links back from vouchers of the accountant's own making, and what waits on the desk."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.accounting.models import DraftRow, DraftState, ReopenRow, RequestState
from coop.kernel.actor import Role
from coop.kernel.registries import Link, Todo, links, offers


def _manual(key: str) -> Link:
    return Link("DraftView.show", {"draft_id": int(key)}, f"手工凭证草稿 {key}", f"draft voucher {key}")


def _opening(key: str) -> Link:
    entity, _, year = key.partition(":")
    return Link(
        "TrialBalanceView.show",
        {"entity": entity, "year": int(year)},
        f"{entity} {year} 年期初余额",
        f"opening balances of {entity} {year}",
    )


def _closing(key: str) -> Link:
    entity, year, *_, step = key.split(":")
    return Link(
        "StatementView.show",
        {"entity": entity, "year": int(year)},
        f"{entity} {year} 年结转 {step}",
        f"{step} of the close of {entity} {year}",
    )


def _reversal(key: str) -> Link:
    return Link("VoucherView.show", {"voucher_id": int(key)}, "被冲销的凭证", "the voucher reversed")


links.register("manual", _manual)
links.register("opening", _opening)
links.register("closing", _closing)
links.register("reversal", _reversal)


def todos(session: Session, roles: frozenset[Role]) -> list[Todo]:
    """Drafts and reopening requests for the checker; refused drafts are the accountant's own matter."""
    found = []
    if Role.checker in roles:
        waiting = session.scalar(
            select(func.count()).select_from(DraftRow).where(DraftRow.state == DraftState.draft.value)
        )
        asked = session.scalar(
            select(func.count()).select_from(ReopenRow).where(ReopenRow.state == RequestState.asked.value)
        )
        found = [
            Todo("待复核手工凭证", "draft vouchers to check", waiting or 0, "DraftView.list"),
            Todo("待批准反结账", "periods to reopen", asked or 0, "PeriodView.list"),
        ]
    return [todo for todo in found if todo.count]


offers.register("accounting.desk", todos)
