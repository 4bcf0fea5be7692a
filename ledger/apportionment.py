"""`coop apportion` as a function: JSON text in, JSON text out, no database.

Checks the whole problem first and lists every fault with its JSON pointer; shares each pool with
`money.apportion`.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TypedDict

from ledger.errors import Fault, InputFaultsError
from ledger.money import apportion

_PLAIN = re.compile(r"(-?)([0-9]+)(?:\.([0-9]{1,6}))?", re.ASCII)
_PLACES = 6
_SHORT = 40


class MemberShare(TypedDict):
    """What one member gets from each tranche, in fen."""

    id: str
    tranches: dict[str, int]
    total_fen: int


class Shares(TypedDict):
    """Every member, sorted by id."""

    members: list[MemberShare]


class _Reader:
    """Reads a problem of untrusted shape and remembers what was wrong with it."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, place: str, zh: str, en: str) -> None:
        self.faults.append(Fault(place, zh, en))

    def table(self, value: object, place: str, keys: tuple[str, ...]) -> Mapping[str, object] | None:
        """An object with exactly these keys."""
        if not isinstance(value, dict):
            self.fault(place, f"应为对象，实为 {_shown(value)}", f"expected an object, found {_shown(value)}")
            return None
        for key in value:
            if key not in keys:
                self.fault(_at(place, key), "未知的键", f"unknown key, expected one of {', '.join(keys)}")
        for key in keys:
            if key not in value:
                self.fault(_at(place, key), "缺少此键", "this key is missing")
        return value

    def rows(self, value: object, place: str) -> list[object]:
        if isinstance(value, list):
            return value
        self.fault(place, f"应为数组，实为 {_shown(value)}", f"expected an array, found {_shown(value)}")
        return []

    def text(self, value: object, place: str) -> str:
        if isinstance(value, str):
            return value
        self.fault(place, f"应为字符串，实为 {_shown(value)}", f"expected a string, found {_shown(value)}")
        return ""

    def pool(self, value: object, place: str) -> int:
        """A JSON integer not below 0: no boolean, no 5.0."""
        if type(value) is int and value >= 0:
            return value
        self.fault(
            place,
            f"应为不小于 0 的整数，实为 {_shown(value)}",
            f"expected an integer >= 0, found {_shown(value)}",
        )
        return 0

    def weight(self, value: object, place: str) -> int:
        """A plain decimal as a count of millionths; below zero counts 0."""
        match = _PLAIN.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            zh, en = (
                "应为至多 6 位小数的十进制数字符串",
                "expected a plain decimal string of at most 6 places",
            )
            self.fault(place, f"{zh}，实为 {_shown(value)}", f"{en}, found {_shown(value)}")
            return 0
        if match[1]:
            return 0
        digits = match[2] + (match[3] or "").ljust(_PLACES, "0")
        # Decimal has no limit on digits where int() of a text has one.
        return int(digits) if len(digits) < 4000 else int(Decimal(digits))


def _at(place: str, key: str) -> str:
    """A JSON pointer one step on, printable on one line."""
    step = key if key.isprintable() else json.dumps(key)[1:-1]
    return f"{place}/{step.replace('~', '~0').replace('/', '~1')}"


def _shown(value: object) -> str:
    """A found value, short and printable anywhere."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "{…}"
    if isinstance(value, list):
        return "[…]"
    if type(value) is int and abs(value) >= 10**_SHORT:
        return "int"
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return text if len(text) <= _SHORT else text[:_SHORT] + "…"


def _tranches(reader: _Reader, value: object) -> list[tuple[str, int, str]]:
    found: list[tuple[str, int, str]] = []
    seen: dict[str, int] = {}
    for index, item in enumerate(reader.rows(value, "/tranches")):
        place = f"/tranches/{index}"
        table = reader.table(item, place, ("name", "pool_fen", "key"))
        if table is None or not {"name", "pool_fen", "key"} <= table.keys():
            continue
        name = reader.text(table["name"], _at(place, "name"))
        first = seen.setdefault(name, index)
        if first != index:
            zh, en = f"名称 {_shown(name)} 重复", f"name {_shown(name)} repeated"
            reader.fault(
                _at(place, "name"), f"{zh}，首次在 /tranches/{first}", f"{en}, first at /tranches/{first}"
            )
        pool = reader.pool(table["pool_fen"], _at(place, "pool_fen"))
        found.append((name, pool, reader.text(table["key"], _at(place, "key"))))
    return found


def _members(reader: _Reader, value: object) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    seen: dict[str, int] = {}
    for index, item in enumerate(reader.rows(value, "/members")):
        place = f"/members/{index}"
        table = reader.table(item, place, ("id", "keys"))
        if table is None:
            continue
        keys: dict[str, int] = {}
        if "keys" in table:
            raw = table["keys"]
            if isinstance(raw, dict):
                keys = {
                    name: reader.weight(weight, _at(f"{place}/keys", name)) for name, weight in raw.items()
                }
            else:
                reader.fault(
                    f"{place}/keys",
                    f"应为对象，实为 {_shown(raw)}",
                    f"expected an object, found {_shown(raw)}",
                )
        if "id" in table:
            member = reader.text(table["id"], _at(place, "id"))
            first = seen.setdefault(member, index)
            if first != index and isinstance(table["id"], str):
                zh, en = f"编号 {_shown(member)} 重复", f"id {_shown(member)} repeated"
                reader.fault(
                    _at(place, "id"), f"{zh}，首次在 /members/{first}", f"{en}, first at /members/{first}"
                )
            found[member] = keys
    return found


def apportion_problem(problem: object) -> Shares:
    """Share each tranche's pool among the members in proportion to one of their keys.

    A missing or negative key counts 0; a pool of 0 gives zeros. Raises InputFaultsError with every fault.

    >>> shares = apportion_problem({
    ...     "tranches": [{"name": "shares", "pool_fen": 100, "key": "share"}],
    ...     "members": [{"id": "B", "keys": {"share": "1"}}, {"id": "A", "keys": {"share": "0.5"}}],
    ... })
    >>> [(member["id"], member["tranches"], member["total_fen"]) for member in shares["members"]]
    [('A', {'shares': 33}, 33), ('B', {'shares': 67}, 67)]
    """
    reader = _Reader()
    top = reader.table(problem, "", ("tranches", "members"))
    tranches = _tranches(reader, top["tranches"]) if top is not None and "tranches" in top else []
    members = _members(reader, top["members"]) if top is not None and "members" in top else {}
    if not reader.faults:  # a key that could not be read would look like a zero here
        for index, (_, pool, key) in enumerate(tranches):
            if pool and not any(keys.get(key) for keys in members.values()):
                zh = f"资金 {_shown(pool)} 分无从分配：所有成员的 {_shown(key)} 均为 0"
                en = f"a pool of {_shown(pool)} fen has nobody to go to: {_shown(key)} is 0 for every member"
                reader.fault(f"/tranches/{index}/pool_fen", zh, en)
    if reader.faults:
        raise InputFaultsError(reader.faults)
    parts = {
        name: apportion(pool, {member: keys.get(key, 0) for member, keys in members.items()})
        for name, pool, key in tranches
    }
    rows: list[MemberShare] = []
    for member in sorted(members):
        mine = {name: parts[name][member] for name, _, _ in tranches}
        rows.append({"id": member, "tranches": mine, "total_fen": sum(mine.values())})
    return {"members": rows}


def apportion_text(text: str) -> str:
    """`apportion_problem` on JSON text, answered as JSON text. Raises InputFaultsError, for bad JSON too.

    >>> apportion_text('{"tranches": [], "members": []}')
    '{"members": []}'
    """
    shares = apportion_problem(_parsed(text))
    answer = json.dumps(shares, ensure_ascii=False)
    # An id may hold half a surrogate pair, which JSON can write and UTF-8 cannot.
    return answer if answer.isascii() or _encodable(answer) else json.dumps(shares)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _parsed(text: str) -> object:
    """Strict JSON: a key given twice would silently drop a member's share."""
    repeated: list[str] = []

    def table(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) < len(pairs):
            repeated.extend(key for index, (key, _) in enumerate(pairs) if key in dict(pairs[:index]))
        return found

    try:
        value: object = json.loads(text, object_pairs_hook=table)
    except (ValueError, RecursionError) as error:
        fault = Fault("", f"不是合法的 JSON：{error}", f"not valid JSON: {error}")
        raise InputFaultsError([fault]) from error
    if repeated:
        raise InputFaultsError(
            Fault("", f"键 {_shown(key)} 重复", f"key {_shown(key)} repeated in one object")
            for key in repeated
        )
    return value
