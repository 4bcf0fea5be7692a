"""The register workbook: it reads back as written, names every fault, and filed twice changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.kernel.unit import look, unit
from coop.parties import queries, service
from coop.parties.imports import MEMBERS, read_register, register_template, write_register
from coop.parties.service import MemberEntry
from integrations.excel import Value, write_workbook

if TYPE_CHECKING:
    from tests.conftest import Village

ENTRY = MemberEntry(
    household="H0101",
    head="张三",
    grid="一组",
    monitored=True,
    number="M90101",
    name="张三",
    born=date(1971, 3, 5),
    phone="13800000001",
    bank_account="6217000012345678901",
    shares=2,
    contribution_fen=100_050,
)

words = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=10)
members = st.builds(
    MemberEntry,
    household=st.integers(0, 999).map(lambda n: f"H{n:04d}"),
    head=st.just("户主"),
    grid=st.just(""),
    monitored=st.booleans(),
    number=st.integers(0, 9999).map(lambda n: f"M{n:05d}"),
    name=words,
    born=st.dates(date(1930, 1, 1), date(2024, 12, 31)),
    phone=st.sampled_from(["", "13800000001"]),
    bank_account=st.sampled_from(["", "6217000012345678901"]),
    shares=st.integers(0, 1000),
    contribution_fen=st.integers(0, 10**9),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(members, min_size=1, max_size=8, unique_by=lambda m: m.number))
def test_a_register_reads_back_as_written(entries: list[MemberEntry]) -> None:
    flags = {entry.household: entry.monitored for entry in entries}
    written = [replace(entry, monitored=flags[entry.household]) for entry in entries]
    for lang in ("zh", "en"):
        assert list(read_register(write_register(written, lang))) == written


def _faults(*rows: dict[str, Value]) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_register(write_workbook([(MEMBERS, rows)]))
    return [fault.place for fault in caught.value.faults]


def test_every_fault_is_named_by_sheet_row_and_column() -> None:
    row: dict[str, Value] = {
        "household": "H0101",
        "head": "张三",
        "monitored": True,
        "number": "M90101",
        "name": "张三",
        "born": date(1971, 3, 5),
    }
    places = _faults(
        row,
        {**row, "head": "李四", "number": "M90102", "monitored": False},
        {**row, "household": "h-1", "number": "M2"},
        {**row, "phone": "123", "number": "M90104"},
        {**row, "name": None, "number": "M90105"},
        row,
    )
    assert places == [
        "农户成员!H5 手机号",
        "农户成员!F6 姓名",
        "农户成员!E7 成员编号",
        "农户成员!A4 户号",
        "农户成员!E4 成员编号",
        "农户成员!B3 户主",
        "农户成员!D3 监测户",
    ]


def test_an_empty_template_is_refused_but_well_formed() -> None:
    for lang in ("zh", "en"):
        with pytest.raises(InputError) as caught:
            read_register(register_template(lang))
        assert len(caught.value.faults) == 1


def test_no_workbook_at_all_is_one_clear_fault() -> None:
    with pytest.raises(InputError, match="xlsx"):
        read_register(b"not a workbook")


def test_filing_the_same_register_twice_changes_nothing(village: Village) -> None:
    entries = read_register(write_register([ENTRY, replace(ENTRY, number="M90102", name="张小", shares=1)]))
    for expected in ((1, 2), (0, 0)):
        with unit(village.actor(Role.accountant)) as work:
            found = service.enter_register(
                work,
                entries,
                day=date(2025, 1, 1),
                share_entity=village.rceo,
                contribution_entity=village.coop,
            )
        assert found == expected
    with look(village.actor()) as view:
        household = queries.household(view.session, "H0101")
        assert [member.bank_account for member in household.members] == ["6217000012345678901"] * 2
