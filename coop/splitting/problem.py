"""`coop split` as a calculator: strict JSON in, JSON out, every fault at once with its JSON pointer.

Knows the wire format only; what a problem means and how it is split is in `rules`. No database.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from coop.kernel.errors import Fault, InputError
from coop.splitting.rules import Candidate, Fairness, Problem, Split, flaws, split
from coop.splitting.rules.values import short

_WEIGHT = re.compile(r"[0-9]+(\.[0-9]{1,6})?")
_INTEGER_DIGITS = 40
_PROBLEM_KEYS = {"order_g": "order", "lot_g": "lot", "candidates": "candidates"}
_CANDIDATE_KEYS = {
    "id": "id",
    "capacity_g": "capacity",
    "weight": "weight",
    "prior_g": "prior",
    "minimum_g": "minimum",
    "locked_g": "locked",
    "eligible": "eligible",
}
_KEY_OF = {name: key for key, name in {**_PROBLEM_KEYS, **_CANDIDATE_KEYS}.items()}


@dataclass(frozen=True, slots=True)
class _Number:
    """A JSON number that is no integer of sane length, kept as written: 5.0, 1e3, NaN."""

    text: str


@dataclass(frozen=True, slots=True)
class _Members:
    """A JSON object with its members in order: a dict would hide a repeated key."""

    pairs: tuple[tuple[str, Any], ...]


@dataclass(slots=True)
class _Reader:
    """Collects faults while reading; `bad` remembers which fields could not be read, by candidate index."""

    faults: list[Fault] = field(default_factory=list)
    bad: set[tuple[int | None, str]] = field(default_factory=set)

    def fault(self, place: str, zh: str, en: str) -> None:
        self.faults.append(Fault(place, zh, en))

    def members(self, place: str, value: Any, known: Mapping[str, str]) -> dict[str, Any]:
        """The known members of an object; unknown and repeated ones are faults."""
        if not isinstance(value, _Members):
            self.fault(place, f"应为对象，实为 {_shown(value)}", f"expected an object, found {_shown(value)}")
            return {}
        found: dict[str, Any] = {}
        for key, member in value.pairs:
            where = f"{place}/{_escaped(key)}"
            if key not in known:
                allowed = "、".join(known)
                self.fault(
                    where, f"未知的键，可用：{allowed}", f"unknown key, expected one of {', '.join(known)}"
                )
            elif key in found:
                self.fault(where, "键重复", "the key is repeated")
            else:
                found[key] = member
        return found

    def integer(
        self, index: int | None, key: str, members: Mapping[str, Any], default: int | None = None
    ) -> int:
        """An integer member; `default` None means it must be there."""
        place = f"{_place(index)}/{key}"
        if key not in members:
            if default is not None:
                return default
            self._unreadable(
                index, key, place, "缺少此键，应为整数", "the key is missing, expected an integer"
            )
            return 1
        value = members[key]
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self._unreadable(
            index,
            key,
            place,
            f"应为整数，实为 {_shown(value)}",
            f"expected an integer, found {_shown(value)}",
        )
        return 1 if default is None else default

    def candidate(self, index: int, value: Any) -> Candidate:
        before = len(self.faults)
        members = self.members(_place(index), value, _CANDIDATE_KEYS)
        if len(self.faults) > before and not members:
            self.bad |= {(index, name) for name in _CANDIDATE_KEYS.values()}
            return Candidate(f"#{index}", 0)
        locked = members.get("locked_g")
        return Candidate(
            id=self._id(index, members),
            capacity=self.integer(index, "capacity_g", members),
            weight=self._weight(index, members),
            prior=self.integer(index, "prior_g", members, 0),
            minimum=self.integer(index, "minimum_g", members, 0),
            locked=None if locked is None else self.integer(index, "locked_g", members, 0),
            eligible=self._eligible(index, members),
        )

    def _id(self, index: int, members: Mapping[str, Any]) -> str:
        place = f"{_place(index)}/id"
        value = members.get("id", "")
        if "id" not in members:
            self._unreadable(
                index, "id", place, "缺少此键，应为字符串", "the key is missing, expected a string"
            )
        elif not isinstance(value, str):
            self._unreadable(
                index,
                "id",
                place,
                f"应为字符串，实为 {_shown(value)}",
                f"expected a string, found {_shown(value)}",
            )
        elif any("\ud800" <= letter <= "\udfff" for letter in value):
            self._unreadable(
                index,
                "id",
                place,
                "含有不完整的字符（代理码元）",
                "holds half a character (a lone surrogate)",
            )
        else:
            return value
        return ""

    def _weight(self, index: int, members: Mapping[str, Any]) -> Decimal:
        value = members.get("weight", "1")
        if isinstance(value, str) and _WEIGHT.fullmatch(value):
            return Decimal(value)
        self._unreadable(
            index,
            "weight",
            f"{_place(index)}/weight",
            f'应为字符串写的普通小数（如 "1.5"，至多 6 位小数），实为 {_shown(value)}',
            f'expected a plain decimal as a string ("1.5", at most 6 decimals), found {_shown(value)}',
        )
        return Decimal(1)

    def _eligible(self, index: int, members: Mapping[str, Any]) -> bool:
        value = members.get("eligible", True)
        if isinstance(value, bool):
            return value
        self._unreadable(
            index,
            "eligible",
            f"{_place(index)}/eligible",
            f"应为 true 或 false，实为 {_shown(value)}",
            f"expected true or false, found {_shown(value)}",
        )
        return True

    def _unreadable(self, index: int | None, key: str, place: str, zh: str, en: str) -> None:
        self.bad.add((index, {**_PROBLEM_KEYS, **_CANDIDATE_KEYS}[key]))
        self.fault(place, zh, en)

    def flaws_of(self, problem: Problem) -> None:
        """The rules' own findings, except those drawn from a field that could not be read."""
        for flaw in flaws(problem):
            if not any((flaw.index, name) in self.bad for name in flaw.rests_on):
                self.fault(f"{_place(flaw.index)}/{_KEY_OF[flaw.field]}", flaw.zh, flaw.en)


def split_problem(text: str | bytes) -> str:
    """The answer to a split problem, both as JSON text. Raises InputError with every fault.

    >>> print(split_problem('{"order_g": 25, "lot_g": 10, "candidates": [{"id": "A", "capacity_g": 40}]}'))
    {"allocations": [{"id": "A", "quantity_g": 25, "reason": "remainder"}], "allocated_g": 25, \
"shortfall_g": 0, "fairness": {"jain": 1, "gini": 0, "min_ratio": 1, "max_ratio": 1}}
    """
    return render(split(parse(text)))


def parse(text: str | bytes) -> Problem:
    """A problem from its JSON. Raises InputError with every fault, each at its JSON pointer."""
    reader = _Reader()
    document = _document(text)
    members = reader.members("", document, _PROBLEM_KEYS)
    if reader.faults and not members:
        raise InputError(reader.faults)
    order = reader.integer(None, "order_g", members)
    lot = reader.integer(None, "lot_g", members)
    rows = members.get("candidates")
    if not isinstance(rows, list):
        found = "无" if "candidates" not in members else _shown(rows)
        found_en = "none" if "candidates" not in members else _shown(rows)
        reader.fault("/candidates", f"应为数组，实为 {found}", f"expected an array, found {found_en}")
        rows = []
    problem = Problem(order, lot, tuple(reader.candidate(index, row) for index, row in enumerate(rows)))
    reader.flaws_of(problem)
    if reader.faults:
        raise InputError(reader.faults)
    return problem


def render(result: Split) -> str:
    """A split as the contract's JSON, ids as they are (not escaped to ASCII)."""
    return json.dumps(
        {
            "allocations": [
                {"id": share.id, "quantity_g": share.quantity, "reason": share.reason.value}
                for share in result.shares
            ],
            "allocated_g": result.allocated,
            "shortfall_g": result.shortfall,
            "fairness": _fairness(result.fairness),
        },
        ensure_ascii=False,
    )


def _fairness(found: Fairness) -> dict[str, Any]:
    return {name: _json_number(getattr(found, name)) for name in ("jain", "gini", "min_ratio", "max_ratio")}


def _json_number(value: Decimal) -> Any:
    """A six-place decimal as a number json can write; the quotient prints with those very digits."""
    millionths = int(value.scaleb(6))
    return millionths // 10**6 if millionths % 10**6 == 0 else millionths / 10**6


def _document(text: str | bytes) -> Any:
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
        return json.loads(
            decoded,
            object_pairs_hook=_object,
            parse_float=_Number,
            parse_constant=_Number,
            parse_int=lambda digits: int(digits) if len(digits) <= _INTEGER_DIGITS else _Number(digits),
        )
    except json.JSONDecodeError as e:
        raise _unparsable(
            f"第 {e.lineno} 行第 {e.colno} 列不是 JSON",
            f"not JSON at line {e.lineno}, column {e.colno}: {e.msg}",
        ) from e
    except UnicodeDecodeError as e:
        raise _unparsable(f"第 {e.start} 字节不是 UTF-8", f"not UTF-8 at byte {e.start}") from e
    except RecursionError as e:
        raise _unparsable("嵌套过深", "nested too deeply") from e


def _unparsable(zh: str, en: str) -> InputError:
    return InputError([Fault("", zh, en)])


def _object(pairs: Iterable[tuple[str, Any]]) -> _Members:
    return _Members(tuple(pairs))


def _place(index: int | None) -> str:
    return "" if index is None else f"/candidates/{index}"


def _escaped(key: str) -> str:
    """A key as one step of a JSON pointer (RFC 6901), on one line."""
    return _printable(key).replace("~", "~0").replace("/", "~1")


def _printable(text: str) -> str:
    """Line ends and half characters written out: a fault is one line of UTF-8."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def _shown(value: Any) -> str:
    """A value as the user wrote it, in short."""
    if isinstance(value, _Number):
        return short(value.text)
    if isinstance(value, _Members):
        return "{…}"
    if isinstance(value, list):
        return "[…]"
    return short(_printable(json.dumps(value, ensure_ascii=False)))
