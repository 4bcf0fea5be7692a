"""The asset ledger as a table to be printed or exported: what is held today, class by class, with totals."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from coop.accounting.queries.assets import AssetItem, ClassTotal, asset_board
from coop.accounting.rules.assets import AssetClass
from coop.accounting.rules.tables import BookTable, CellKind, RowLook, Said, TableColumn, TableRow
from coop.books import queries as books
from ledger.seal import Head, head

CLASS_WORDS = {
    AssetClass.fixed: Said("固定资产", "Fixed assets"),
    AssetClass.bearer: Said("生产性生物资产", "Productive biological assets"),
    AssetClass.consumable: Said("消耗性生物资产", "Consumable biological assets"),
    AssetClass.welfare: Said("公益性生物资产", "Public-welfare biological assets"),
    AssetClass.intangible: Said("无形资产", "Intangible assets"),
    AssetClass.deferred: Said("长期待摊费用", "Long-term deferred expenses"),
    AssetClass.resource: Said("资源性资产", "Resources"),
}
_FEN = CellKind.fen
COLUMNS = (
    TableColumn("number", Said("编号", "Number"), width=10),
    TableColumn("name", Said("名称", "Name"), width=18),
    TableColumn("day", Said("启用日期", "In use since"), CellKind.day, 11),
    TableColumn("cost", Said("原值", "Cost"), _FEN, 14),
    TableColumn("accumulated", Said("累计折旧、摊销", "Depreciated"), _FEN, 14),
    TableColumn("net", Said("净值", "Net"), _FEN, 14),
    TableColumn("area", Said("面积（平方米）", "Area (m²)"), CellKind.whole, 12),
    TableColumn("location", Said("存放地点", "Place"), width=14),
    TableColumn("custodian", Said("保管岗位", "Kept by"), width=12),
    TableColumn("idle", Said("闲置", "Idle"), width=6),
)


def asset_table(session: Session, entity: str, day: date) -> tuple[BookTable, Head]:
    """The asset ledger as it stands, and the seal for its foot. Raises NotFoundError."""
    book = books.book_by_code(session, entity)
    board = asset_board(session, entity)
    rows = [row for each in board.classes for row in _class_rows(each)]
    rows.append(_sum_row(Said("合计", "Total"), board.total))
    table = BookTable(
        name="assets",
        title=Said("三资台账", "Asset ledger"),
        entity=book.entity,
        book_name=book.name,
        year=day.year,
        since=day.month,
        upto=day.month,
        columns=COLUMNS,
        rows=tuple(rows),
        wide=True,
    )
    return table, head(session, book.id)


def _class_rows(each: ClassTotal) -> list[TableRow]:
    return [*(_row(item) for item in each.items), _sum_row(CLASS_WORDS[each.kind], each)]


def _row(item: AssetItem) -> TableRow:
    card = item.card
    values = (card.cost_fen, item.accumulated_fen, item.net_fen) if card.cost_fen else (None, None, None)
    idle = Said("闲置", "idle") if card.idle else Said("", "")
    return TableRow(
        (
            card.number,
            card.name,
            card.day,
            *values,
            card.area_m2 or None,
            card.location,
            card.custodian,
            idle,
        ),
        voucher_id=item.voucher_id,
    )


def _sum_row(word: Said, each: ClassTotal) -> TableRow:
    sums = (each.cost_fen, each.accumulated_fen, each.net_fen, each.area_m2 or None)
    return TableRow((word, "", None, *sums, "", "", ""), RowLook.total)
