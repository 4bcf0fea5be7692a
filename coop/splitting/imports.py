"""The capacity sheet of the village register: what each household can grow in a season.

One workbook holds the register (`coop.parties.imports.MEMBERS`) and the capacities; both are read from it at
once, so that one round of mending is enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from coop.kernel.errors import Fault
from coop.parties.imports import MEMBERS, member_faults, members_of, number_faults, refuse, register_row
from coop.parties.service import MemberEntry
from coop.splitting.service import CapacityEntry
from coop.standards.queries import Product
from integrations.excel import Column, Kind, Sheet, Value, Workbook, examine, template, write_workbook

SEASON = re.compile(r"20[0-9]{2}")

CAPACITY = Sheet(
    "产能",
    (
        Column(
            "household",
            "户号",
            "household number",
            Kind.code,
            longest=20,
            note_zh="如 H0001",
            note_en="such as H0001",
        ),
        Column(
            "product",
            "产品",
            "product",
            Kind.code,
            longest=20,
            note_zh="产品代码，如 XG",
            note_en="code, such as XG",
        ),
        Column(
            "season",
            "产季",
            "season",
            Kind.code,
            longest=4,
            note_zh="年份，如 2025",
            note_en="year, such as 2025",
        ),
        Column(
            "units",
            "数量(袋)",
            "units (bags)",
            Kind.integer,
            maximum=10**7,
            note_zh="产能单位数，如菌袋数",
            note_en="units of capacity, such as substrate bags",
        ),
        Column(
            "yield",
            "单产(克)",
            "yield per unit (g)",
            Kind.integer,
            required=False,
            minimum=1,
            maximum=10**6,
            note_zh="每单位产量，空则用目录值",
            note_en="per unit; empty means the catalogue's",
        ),
    ),
    key=("household", "product", "season"),
    name_en="Capacity",
    note_zh="一行一户一产品一产季",
    note_en="one row for a household, product and season",
)


@dataclass(frozen=True, slots=True)
class VillageFile:
    """A village's workbook: its members, its capacities, and the hash by which the file is known again."""

    members: tuple[MemberEntry, ...]
    capacities: tuple[CapacityEntry, ...]
    sha: str


def read_village(data: bytes, products: Mapping[str, Product]) -> VillageFile:
    """Both sheets of one workbook; the capacity sheet may be left out.

    Raises InputError with every fault of both, by sheet, row and column. A household of the capacity sheet is
    to be in the register of the same file. File members first, then capacities, in one unit.
    """
    workbook, found = examine(data, (MEMBERS, replace(CAPACITY, required=False)))
    own = [*member_faults(workbook), *_capacity_faults(workbook, products)]
    if not found:  # a register with faults would make its capacities look homeless
        own += _homeless(workbook)
    refuse([*found, *own])
    return VillageFile(members_of(workbook), _capacities(workbook), workbook.digest)


def read_capacities(data: bytes, products: Mapping[str, Product]) -> tuple[tuple[CapacityEntry, ...], str]:
    """The capacities of a workbook with or without a register, and the file's hash. Raises InputError."""
    workbook, found = examine(data, (CAPACITY, replace(MEMBERS, required=False)))
    refuse([*found, *_capacity_faults(workbook, products)])
    return _capacities(workbook), workbook.digest


def _capacities(workbook: Workbook) -> tuple[CapacityEntry, ...]:
    return tuple(
        CapacityEntry(
            household=row.text("household"),
            product=row.text("product"),
            season=row.text("season"),
            units=row.whole("units"),
            yield_g=None if row["yield"] is None else row.whole("yield"),
            place=workbook.fault(CAPACITY.name, row, "household", zh="", en="").place,
        )
        for row in workbook.rows.get(CAPACITY.name, ())
    )


def _capacity_faults(workbook: Workbook, products: Mapping[str, Product]) -> list[Fault]:
    rows = workbook.rows.get(CAPACITY.name, ())
    found = number_faults(workbook, CAPACITY, rows, "household")
    codes = "、".join(sorted(products))
    for row in rows:
        product, season = row.text("product"), row.text("season")
        if product not in products:
            zh, en = f"没有产品 {product}，应为：{codes}", f"no product {product}, expected one of: {codes}"
            found.append(workbook.fault(CAPACITY.name, row, "product", zh=zh, en=en))
        if SEASON.fullmatch(season) is None:
            zh, en = f"产季应为四位年份，实为 {season}", f"a season is a year of four digits, found {season}"
            found.append(workbook.fault(CAPACITY.name, row, "season", zh=zh, en=en))
    return found


def _homeless(workbook: Workbook) -> list[Fault]:
    known = {row.text("household") for row in workbook.rows.get(MEMBERS.name, ())}
    return [
        workbook.fault(
            CAPACITY.name,
            row,
            "household",
            zh=f"“{MEMBERS.name}”中没有户号 {row.text('household')}",
            en=f"no household {row.text('household')} in sheet {MEMBERS.name_en}",
        )
        for row in workbook.rows.get(CAPACITY.name, ())
        if row.text("household") not in known
    ]


def village_template(lang: str = "zh") -> bytes:
    """An empty workbook with both sheets."""
    return template((MEMBERS, CAPACITY), lang=lang)


def capacity_template(lang: str = "zh") -> bytes:
    """An empty workbook with the capacity sheet alone."""
    return template((CAPACITY,), lang=lang)


def write_village(
    members: Iterable[MemberEntry], capacities: Iterable[CapacityEntry], lang: str = "zh"
) -> bytes:
    """Members and capacities as a workbook that reads back the same."""
    return write_workbook(
        [(MEMBERS, map(register_row, members)), (CAPACITY, map(_row, capacities))], lang=lang
    )


def _row(entry: CapacityEntry) -> dict[str, Value]:
    return {
        "household": entry.household,
        "product": entry.product,
        "season": entry.season,
        "units": entry.units,
        "yield": entry.yield_g,
    }
