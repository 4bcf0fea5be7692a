"""The workbooks a village and an enterprise would send, made from the cast; read back by the import every user has."""

from __future__ import annotations

from collections.abc import Mapping

from coop.orders.imports import write_order
from coop.orders.rules import GradeEntry, LineEntry, OrderEntry
from coop.parties.service import MemberEntry
from coop.season.cast import SHARE_PRICE_FEN, Home
from coop.season.opening import COOP, ENTERPRISE
from coop.season.trade import GRADES, PRODUCT, window
from coop.splitting.imports import write_village
from coop.splitting.service import CapacityEntry
from coop.standards.queries import Product


def village_workbook(homes: tuple[Home, ...], year: int) -> bytes:
    """Both sheets: 农户成员 and 产能."""
    members = [
        MemberEntry(
            household=home.number,
            head=home.head.name,
            grid=home.grid,
            monitored=home.monitored,
            number=person.number,
            name=person.name,
            born=person.born,
            phone=person.phone,
            bank_account=person.bank_account,
            shares=1,
            contribution_fen=SHARE_PRICE_FEN if person is home.head else 0,
        )
        for home in homes
        for person in home.people
    ]
    capacities = [CapacityEntry(home.number, PRODUCT, str(year), home.bags) for home in homes]
    return write_village(members, capacities)


def order_workbook(quantity_g: int, year: int, products: Mapping[str, Product]) -> bytes:
    """The enterprise's order for the year's mushrooms: both sheets, 订单 and 明细."""
    begins, ends = window(year)
    entry = OrderEntry(
        buyer=ENTERPRISE,
        seller_entity=COOP,
        contract=f"QLSZ-{year}-001",
        window_from=begins,
        window_to=ends,
        tolerance_bp=500,
        payment_days=15,
        place="秦岭山珍演示仓库",
        lines=(
            LineEntry(PRODUCT, quantity_g, tuple(GradeEntry(g, p, f) for g, (p, _, f) in GRADES.items())),
        ),
    )
    return write_order(entry, products)
