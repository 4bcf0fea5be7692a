"""The workbook of a county's first day: areas, tenants, legal entities, first users. Read whole, every fault at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from coop.kernel.actor import Role
from coop.kernel.errors import Fault
from coop.parties import rules
from coop.parties.imports.county_sheets import (
    AREAS,
    ENTITIES,
    LEVELS,
    ROLE_WORDS,
    SHEETS,
    TENANTS,
    USERS,
    AreaEntry,
    County,
    EntityEntry,
    TenantEntry,
    UserEntry,
)
from coop.parties.imports.register import NUMBER, refuse
from coop.parties.models import TenantKind
from integrations.excel import Row, Sheet, Value, Workbook, examine, template, write_workbook


def county_template(lang: str = "zh") -> bytes:
    """An empty workbook to fill in."""
    return template(SHEETS, lang=lang)


def write_county(rows: Mapping[str, Iterable[Mapping[str, Value]]], lang: str = "zh") -> bytes:
    """A workbook of these rows by sheet name; for tests and for a county's own programs."""
    return write_workbook([(sheet, map(dict, rows.get(sheet.name, ()))) for sheet in SHEETS], lang=lang)


def read_county(data: bytes) -> County:
    """The first day's workbook. Raises InputError with every fault, by sheet, row and column."""
    book, found = examine(data, SHEETS)
    # A row left out for its own fault is not missed a second time by the rows that name it.
    whole = frozenset(
        sheet.name
        for sheet in SHEETS
        if not any(fault.place.startswith((f"{sheet.name}!", f"{sheet.name_en}!")) for fault in found)
    )
    faults = [*found, *_area_faults(book, whole), *_tenant_faults(book, whole)]
    faults += [*_entity_faults(book, whole), *_user_faults(book, whole)]
    refuse(faults)
    return County(
        areas=_upper_first(book[AREAS.name]),
        tenants=tuple(
            TenantEntry(
                row.text("code"),
                TenantKind(row.text("kind")),
                row.text("name"),
                row.text("name_en") or row.text("name"),
                row.text("area"),
            )
            for row in book[TENANTS.name]
        ),
        entities=tuple(
            EntityEntry(
                row.text("code"),
                row.text("tenant"),
                row.text("name"),
                row.text("name_en") or row.text("name"),
                row.text("standard"),
                row.flag("sells"),
            )
            for row in book[ENTITIES.name]
        ),
        users=tuple(
            UserEntry(
                row.text("username"), row.text("name"), row.text("tenant"), roles_of(row.text("roles"))[0]
            )
            for row in book[USERS.name]
        ),
    )


def roles_of(text: str) -> tuple[frozenset[Role], tuple[str, ...]]:
    """The roles a cell names, in Chinese or by their own names, and the words that are none.

    >>> sorted(roles_of("经理、会计")[0]), roles_of("clerk, 村长")[1]
    ([<Role.accountant: 'accountant'>, <Role.manager: 'manager'>], ('村长',))
    """
    words = [word for word in re.split(r"[、，,;；\s]+", text) if word]
    known = {**ROLE_WORDS, **{role.value: role for role in Role if role is not Role.household}}
    return (
        frozenset(known[word] for word in words if word in known),
        tuple(word for word in words if word not in known),
    )


def _rows(book: Workbook, sheet: Sheet) -> tuple[Row, ...]:
    return book.rows.get(sheet.name, ())


def _codes(book: Workbook, sheet: Sheet) -> dict[str, Row]:
    return {row.text("code"): row for row in _rows(book, sheet)}


def _form_faults(book: Workbook, sheet: Sheet) -> list[Fault]:
    return [
        book.fault(
            sheet.name,
            row,
            "code",
            zh=f"只能用大写字母、数字和连字符，实为 {row.text('code')}",
            en=f"capitals, digits and hyphens only, found {row.text('code')}",
        )
        for row in _rows(book, sheet)
        if NUMBER.fullmatch(row.text("code")) is None
    ]


def _unknown(  # noqa: PLR0917  (where, and what was meant)
    book: Workbook, sheet: Sheet, row: Row, key: str, within: Sheet, whole: frozenset[str]
) -> list[Fault]:
    if within.name not in whole:
        return []
    found = row.text(key)
    return [
        book.fault(
            sheet.name,
            row,
            key,
            zh=f"“{within.name}”表中没有 {found}",
            en=f"the sheet {within.name_en} has no {found}",
        )
    ]


def _area_faults(book: Workbook, whole: frozenset[str]) -> list[Fault]:
    known = _codes(book, AREAS)
    faults = _form_faults(book, AREAS)
    for row in _rows(book, AREAS):
        parent = row.text("parent")
        if parent and parent not in known:
            faults += _unknown(book, AREAS, row, "parent", AREAS, whole)
            continue
        seen = {row.text("code")}
        while parent and parent in known:
            if parent in seen:
                zh, en = "上级绕回到自己", "the areas above lead back here"
                faults.append(book.fault(AREAS.name, row, "parent", zh=zh, en=en))
                break
            seen.add(parent)
            parent = known[parent].text("parent")
    return faults


def _tenant_faults(book: Workbook, whole: frozenset[str]) -> list[Fault]:
    areas, faults = _codes(book, AREAS), _form_faults(book, TENANTS)
    staffed = {row.text("tenant") for row in _rows(book, USERS)}
    for row in _rows(book, TENANTS):
        area = row.text("area")
        if area and area not in areas:
            faults += _unknown(book, TENANTS, row, "area", AREAS, whole)
        if not area and row.text("kind") in LEVELS:
            zh, en = "村、镇、县须填区划代码", "a village, township or county office needs its area"
            faults.append(book.fault(TENANTS.name, row, "area", zh=zh, en=en))
        if USERS.name in whole and row.text("code") not in staffed:
            zh = f"“{USERS.name}”表中没有这个单位的人，以后谁也进不来"
            en = "no first user of this tenant: nobody could ever get in"
            faults.append(book.fault(TENANTS.name, row, "code", zh=zh, en=en))
    return faults


def _entity_faults(book: Workbook, whole: frozenset[str]) -> list[Fault]:
    tenants, faults = _codes(book, TENANTS), _form_faults(book, ENTITIES)
    for row in _rows(book, ENTITIES):
        tenant = tenants.get(row.text("tenant"))
        if tenant is None:
            faults += _unknown(book, ENTITIES, row, "tenant", TENANTS, whole)
            continue
        village = tenant.text("kind") == TenantKind.village
        if village != bool(row.text("standard")):
            zh = "村的法人须选会计制度" if village else "只有村的法人在这里记账，此处留空"
            en = (
                "a village's entity needs its standard"
                if village
                else "only a village's entity keeps books here"
            )
            faults.append(book.fault(ENTITIES.name, row, "standard", zh=zh, en=en))
        if row.flag("sells") and not village:
            zh, en = "只有村的法人接单", "only a village's entity takes orders"
            faults.append(book.fault(ENTITIES.name, row, "sells", zh=zh, en=en))
    return faults


def _user_faults(book: Workbook, whole: frozenset[str]) -> list[Fault]:
    tenants, faults = _codes(book, TENANTS), []
    for row in _rows(book, USERS):
        roles, strange = roles_of(row.text("roles"))
        for word in strange:
            zh, en = f"不认识的角色 {word}", f"unknown role {word}"
            faults.append(book.fault(USERS.name, row, "roles", zh=zh, en=en))
        code = row.text("tenant")
        if not code and roles != {Role.admin} and not strange:
            zh, en = (
                "须填单位代码；只有系统管理员不填",
                "a tenant is needed; only a system administrator has none",
            )
            faults.append(book.fault(USERS.name, row, "tenant", zh=zh, en=en))
        elif code and code not in tenants:
            faults += _unknown(book, USERS, row, "tenant", TENANTS, whole)
        elif code:
            for role in rules.strange_roles(tenants[code].text("kind"), roles):
                zh, en = f"这类单位没有角色 {role}", f"nobody of such a tenant is {role}"
                faults.append(book.fault(USERS.name, row, "roles", zh=zh, en=en))
    return faults


def _upper_first(rows: Iterable[Row]) -> tuple[AreaEntry, ...]:
    waiting = [
        AreaEntry(
            row.text("code"), row.text("name"), row.text("name_en") or row.text("name"), row.text("parent")
        )
        for row in rows
    ]
    done: dict[str, AreaEntry] = {}
    while waiting:
        ready = [entry for entry in waiting if not entry.parent or entry.parent in done]
        done |= {entry.code: entry for entry in ready}
        waiting = [entry for entry in waiting if entry.code not in done]
    return tuple(done.values())
