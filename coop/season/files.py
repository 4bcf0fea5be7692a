"""The workbooks a village and an enterprise would send, made from the cast; read back by the import every user has."""

from __future__ import annotations

from coop.parties.service import MemberEntry
from coop.season.cast import SHARE_PRICE_FEN, Home, VillageCast
from coop.splitting.imports import write_village
from coop.splitting.service import CapacityEntry


def village_workbook(cast: VillageCast, homes: tuple[Home, ...], year: int) -> bytes:
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
            contribution_fen=SHARE_PRICE_FEN if home.member and person is home.head else 0,
        )
        for home in homes
        for person in home.people
    ]
    capacities = [
        CapacityEntry(home.number, product, str(year), home.capacity[product])
        for home in homes
        for product in cast.products
        if product in home.capacity
    ]
    return write_village(members, capacities)
