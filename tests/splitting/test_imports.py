"""The village workbook with both sheets: round trip, faults of both at once, and the same file once."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.kernel.unit import look, unit
from coop.parties import service as parties
from coop.parties.imports import MEMBERS, read_register
from coop.parties.service import MemberEntry
from coop.splitting import queries, service
from coop.splitting.imports import (
    CAPACITY,
    capacity_template,
    read_capacities,
    read_village,
    village_template,
    write_village,
)
from coop.standards.queries import Product, products
from integrations.excel import Value, write_workbook
from tests.orders.test_imports import PRODUCTS
from tests.orders.trade import open_trade

if TYPE_CHECKING:
    from tests.conftest import Village

MEMBER: dict[str, Value] = {
    "household": "H0101",
    "head": "张三",
    "number": "M90101",
    "name": "张三",
    "born": date(1971, 3, 5),
}
ENTRY = MemberEntry("H0101", "张三", "", False, "M90101", "张三", date(1971, 3, 5), "", "", 1, 0)
GROWS: dict[str, Value] = {"household": "H0101", "product": "XG", "season": "2025", "units": 2_000}
CAPACITIES = [
    service.CapacityEntry("H0101", "XG", "2025", 2_000),
    service.CapacityEntry("H0101", "XG", "2026", 2_500, 110),
]


def test_both_sheets_read_back_as_written() -> None:
    for lang in ("zh", "en"):
        data = write_village([ENTRY], CAPACITIES, lang)
        found = read_village(data, PRODUCTS)
        assert (list(found.members), list(found.capacities)) == ([ENTRY], CAPACITIES)
        assert read_capacities(data, PRODUCTS) == (found.capacities, found.sha)
        assert read_register(data, beside=(CAPACITY,)) == found.members


def _faults(members: list[dict[str, Value]], capacities: list[dict[str, Value]]) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_village(write_workbook([(MEMBERS, members), (CAPACITY, capacities)]), PRODUCTS)
    return [fault.place for fault in caught.value.faults]


def test_faults_of_both_sheets_come_at_once() -> None:
    assert _faults(
        [{**MEMBER, "name": None}],
        [
            GROWS,
            {**GROWS, "product": "NO"},
            {**GROWS, "season": "25"},
            {**GROWS, "units": -1, "season": "2027"},
        ],
    ) == ["农户成员!F2 姓名", "产能!D5 数量(袋)", "产能!B3 产品", "产能!C4 产季"]


def test_a_capacity_needs_its_household_in_the_register() -> None:
    assert _faults([MEMBER], [GROWS, {**GROWS, "household": "H0999"}]) == ["产能!A3 户号"]


def test_templates_are_well_formed() -> None:
    for data in (village_template(), village_template("en")):
        with pytest.raises(InputError) as caught:
            read_village(data, PRODUCTS)
        assert len(caught.value.faults) == 1  # the capacity sheet may stay empty
    with pytest.raises(InputError):
        read_capacities(capacity_template(), PRODUCTS)


def _file(village: Village, data: bytes, made: dict[str, Product]) -> tuple[tuple[int, int], tuple[int, int]]:
    found = read_village(data, made)
    with unit(village.actor(Role.manager)) as work:
        people = parties.enter_register(
            work,
            found.members,
            day=date(2025, 1, 1),
            share_entity=village.rceo,
            contribution_entity=village.coop,
        )
        return people, service.file_capacity(work, found.capacities, file_sha=found.sha)


def test_the_same_file_twice_changes_nothing(village: Village) -> None:
    open_trade(village)
    with look(village.actor()) as view:
        made = products(view.session)
    data = write_village([ENTRY], CAPACITIES)
    assert _file(village, data, made) == ((1, 1), (2, 0))
    assert _file(village, data, made) == ((0, 0), (0, 0))
    with look(village.actor()) as view:
        held = queries.capacities(view.session, "2025")
    assert [(c.household, c.capacity) for c in held] == [("H0101", 210_000)]
    assert [c.capacity_unit for c in (made["XG"],)] == ["袋"]


def test_faults_the_database_finds_carry_the_place_in_the_file(village: Village) -> None:
    open_trade(village)
    capacities, sha = read_capacities(write_workbook([(CAPACITY, [GROWS])]), PRODUCTS)
    with pytest.raises(InputError) as caught, unit(village.actor(Role.clerk)) as work:
        service.file_capacity(work, capacities, file_sha=sha)
    assert [fault.place for fault in caught.value.faults] == ["产能!A2 户号"]
