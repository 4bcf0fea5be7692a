"""The village register as a workbook: the sheet of households and members, read and handed out as a template.

The workbook may hold further sheets of other subjects (capacity); who reads them passes their declarations.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from coop.kernel.errors import Fault, InputError
from coop.parties.service import MemberEntry
from integrations.excel import Column, Kind, Row, Sheet, Value, Workbook, examine, template, write_workbook

NUMBER = re.compile(r"[A-Z0-9-]+")
PHONE_DIGITS = (11,)
CARD_DIGITS = tuple(range(12, 20))

MEMBERS = Sheet(
    "农户成员",
    (
        Column(
            "household",
            "户号",
            "household number",
            Kind.code,
            longest=20,
            note_zh="如 H0001，全村位数相同",
            note_en="such as H0001, all of one width",
        ),
        Column("head", "户主", "head of household", longest=50),
        Column(
            "grid", "网格", "grid", required=False, longest=40, note_zh="如 一组", note_en="such as group 1"
        ),
        Column("monitored", "监测户", "monitored household", Kind.flag, required=False),
        Column(
            "number",
            "成员编号",
            "member number",
            Kind.code,
            longest=20,
            note_zh="如 M00001，全村位数相同",
            note_en="such as M00001, all of one width",
        ),
        Column("name", "姓名", "name", longest=50),
        Column("born", "出生日期", "date of birth", Kind.date),
        Column("phone", "手机号", "mobile phone", Kind.digits, required=False, lengths=PHONE_DIGITS),
        Column("bank_account", "银行卡号", "bank card", Kind.digits, required=False, lengths=CARD_DIGITS),
        Column("shares", "份额(股)", "shares", Kind.integer, required=False, maximum=10**6),
        Column("contribution", "出资额(元)", "contribution (yuan)", Kind.fen, required=False, maximum=10**12),
    ),
    key=("number",),
    name_en="Members",
    note_zh="一行一人；同一户各行的户主、网格、监测户须一致",
    note_en="one person a row; head, grid and monitored are the same in every row of a household",
)
# What every row of one household must agree on.
SHARED = ("head", "grid", "monitored")


def read_register(data: bytes, *, beside: Sequence[Sheet] = ()) -> tuple[MemberEntry, ...]:
    """The members of a register file. `beside`: further sheets it may hold, checked too.

    Raises InputError with every fault, by sheet, row and column.
    """
    workbook, found = examine(data, (MEMBERS, *beside))
    refuse([*found, *member_faults(workbook)])
    return members_of(workbook)


def members_of(workbook: Workbook) -> tuple[MemberEntry, ...]:
    """The entries of a workbook that was read with `MEMBERS` and has no faults."""
    return tuple(
        MemberEntry(
            household=row.text("household"),
            head=row.text("head"),
            grid=row.text("grid"),
            monitored=row.flag("monitored"),
            number=row.text("number"),
            name=row.text("name"),
            born=row.day("born"),
            phone=row.text("phone"),
            bank_account=row.text("bank_account"),
            shares=row.whole_or("shares", 0),
            contribution_fen=row.whole_or("contribution", 0),
        )
        for row in workbook[MEMBERS.name]
    )


def member_faults(workbook: Workbook) -> list[Fault]:
    """What no single cell shows: numbers of one width and form, households whose rows disagree."""
    rows = workbook.rows.get(MEMBERS.name, ())
    return [
        *number_faults(workbook, MEMBERS, rows, "household"),
        *number_faults(workbook, MEMBERS, rows, "number"),
        *_disagreements(workbook, rows),
    ]


def number_faults(workbook: Workbook, sheet: Sheet, rows: Sequence[Row], key: str) -> list[Fault]:
    """Numbers order and address people: ASCII capitals, digits and hyphens, all as wide as the first."""
    found = []
    width = len(rows[0].text(key)) if rows else 0
    for row in rows:
        number = row.text(key)
        if NUMBER.fullmatch(number) is None:
            zh = f"只能用大写字母、数字和连字符，实为 {number}"
            en = f"capitals, digits and hyphens only, found {number}"
        elif len(number) != width:
            zh = f"位数应与首行相同，为 {width} 位，实为 {len(number)} 位"
            en = f"as wide as the first row, {width} characters, found {len(number)}"
        else:
            continue
        found.append(workbook.fault(sheet.name, row, key, zh=zh, en=en))
    return found


def _disagreements(workbook: Workbook, rows: Sequence[Row]) -> list[Fault]:
    first: dict[str, Row] = {}
    found = []
    for row in rows:
        before = first.setdefault(row.text("household"), row)
        for key in SHARED:
            expected, given = before[key], row[key]
            if (expected or "") != (given or ""):
                zh = f"应与第 {before.number} 行同户一致：{_shown(expected)}，实为 {_shown(given)}"
                en = f"as in row {before.number} of that household: {_shown(expected)}, found {_shown(given)}"
                found.append(workbook.fault(MEMBERS.name, row, key, zh=zh, en=en))
    return found


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value) if value else "—"


def refuse(faults: Iterable[Fault]) -> None:
    """Raise InputError with all the faults of a file, if there are any."""
    found = tuple(faults)
    if found:
        raise InputError(found)


def register_template(lang: str = "zh", *, beside: Sequence[Sheet] = ()) -> bytes:
    """An empty register to fill in."""
    return template((MEMBERS, *beside), lang=lang)


def write_register(entries: Iterable[MemberEntry], lang: str = "zh") -> bytes:
    """A register as a workbook that reads back the same."""
    return write_workbook([(MEMBERS, map(register_row, entries))], lang=lang)


def register_row(entry: MemberEntry) -> dict[str, Value]:
    """The cells of an entry, by column key."""
    return {
        "household": entry.household,
        "head": entry.head,
        "grid": entry.grid,
        "monitored": entry.monitored,
        "number": entry.number,
        "name": entry.name,
        "born": entry.born,
        "phone": entry.phone,
        "bank_account": entry.bank_account,
        "shares": entry.shares,
        "contribution": entry.contribution_fen,
    }
