"""The sub-ledgers of a book as a workbook: one sheet a kind, figures as on the pages."""

from __future__ import annotations

from collections.abc import Iterator

from coop.accounting.queries.subledgers_board import Everything
from integrations.excel import Column, Kind, Sheet, Value, write_workbook

Rows = Iterator[dict[str, Value]]

CONTROLS = Sheet(
    "控制账户",
    (
        Column("path", "科目", "account", Kind.code),
        Column("name", "科目名称", "account name"),
        Column("balance", "总账余额(元)", "balance (yuan)", Kind.fen, minimum=None),
        Column("items", "明细合计(元)", "sub-ledger (yuan)", Kind.fen, minimum=None),
        Column("difference", "差额(元)", "difference (yuan)", Kind.fen, minimum=None),
    ),
    name_en="Control accounts",
)
HOUSEHOLDS = Sheet(
    "农户往来",
    (
        Column("account", "科目", "account", Kind.code),
        Column("household", "户号", "household", Kind.code),
        Column("we_owe", "应付农户(元)", "we owe (yuan)", Kind.fen),
        Column("owed_us", "农户应付(元)", "owed to us (yuan)", Kind.fen),
        Column("by_hand", "手工分录(元)", "by hand (yuan)", Kind.fen, minimum=None),
        Column("balance", "账面余额(元)", "balance (yuan)", Kind.fen, minimum=None),
    ),
    name_en="Households",
)
ITEMS = Sheet(
    "往来未清项",
    (
        Column("account", "科目", "account", Kind.code),
        Column("name", "名称", "name"),
        Column("voucher", "凭证", "voucher"),
        Column("day", "日期", "day", Kind.date),
        Column("summary", "摘要", "summary"),
        Column("open", "未清金额(元)", "open (yuan)", Kind.fen, minimum=None),
        Column("days", "账龄(天)", "days", Kind.integer, minimum=None),
    ),
    name_en="Open items",
)
PROJECTS = Sheet(
    "专项资金",
    (
        Column("project", "项目", "project", Kind.code, required=False),
        Column("received", "收到(元)", "received (yuan)", Kind.fen, minimum=None),
        Column("spent", "支出(元)", "spent (yuan)", Kind.fen, minimum=None),
        Column("returned", "退回(元)", "returned (yuan)", Kind.fen, minimum=None),
        Column("left", "结余(元)", "left (yuan)", Kind.fen, minimum=None),
        Column("balance", "账面余额(元)", "balance (yuan)", Kind.fen, minimum=None),
    ),
    name_en="Grants",
)
STOCK = Sheet(
    "存货",
    (
        Column("account", "科目", "account", Kind.code),
        Column("name", "名称", "name"),
        Column("lot", "批次", "lot", Kind.code, required=False),
        Column("grams", "数量(公斤)", "quantity (kg)", Kind.grams, required=False, minimum=None),
        Column("fen", "金额(元)", "amount (yuan)", Kind.fen, minimum=None),
    ),
    name_en="Inventories",
)


def workbook(found: Everything, lang: str) -> bytes:
    """One workbook with everything; Chinese titles unless `lang` is `en`."""
    sheets = (
        (CONTROLS, _controls(found)),
        (HOUSEHOLDS, _households(found)),
        (ITEMS, _items(found)),
        (PROJECTS, _projects(found)),
        (STOCK, _stock(found)),
    )
    return write_workbook([(sheet, list(rows)) for sheet, rows in sheets], lang=lang)


def _controls(found: Everything) -> Rows:
    controls = [
        *(each.control for each in found.households),
        *(each.control for each in found.parties),
        found.grants.control,
        *found.stock.controls,
    ]
    for control in controls:
        yield {
            "path": control.path,
            "name": control.name,
            "balance": control.balance_fen,
            "items": control.items_fen,
            "difference": control.difference_fen,
        }


def _households(found: Everything) -> Rows:
    for ledger in found.households:
        for line in ledger.lines:
            yield {
                "account": line.account,
                "household": line.household,
                "we_owe": line.we_owe_fen,
                "owed_us": line.owed_us_fen,
                "by_hand": line.by_hand_fen,
                "balance": line.balance_fen,
            }


def _items(found: Everything) -> Rows:
    for ledger in found.parties:
        for line in ledger.lines:
            for item in line.items:
                yield {
                    "account": line.account,
                    "name": line.name,
                    "voucher": item.movement.label,
                    "day": item.movement.day,
                    "summary": item.movement.summary,
                    "open": item.open_fen,
                    "days": item.days,
                }


def _projects(found: Everything) -> Rows:
    for line in found.grants.lines:
        yield {
            "project": line.project,
            "received": line.received_fen,
            "spent": line.spent_fen,
            "returned": line.returned_fen,
            "left": line.left_fen,
            "balance": line.balance_fen,
        }


def _stock(found: Everything) -> Rows:
    for line in found.stock.lines:
        for lot in line.lots:
            yield {
                "account": line.account,
                "name": line.name,
                "lot": lot.code,
                "grams": lot.grams,
                "fen": lot.fen,
            }
        yield {"account": line.account, "name": line.name, "fen": line.balance_fen}
