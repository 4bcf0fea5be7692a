"""What of a notice the internet may read (users.md §1.7): codes, no names; small groups merged. Pure.

Red and black lists stay in the village: a points notice tells the sum of each virtue, and nothing of deductions. A
dividend list names households by code; what tells their points, or whose group is small, is told as one sum.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

# A figure of fewer households than this could be anybody's guess.
SMALLEST_GROUP = 5
# The bonus is paid by points: a list of it would be the red list by another name.
BY_POINTS = frozenset({"bonus"})
OTHERS, OTHERS_EN = "其他", "others"
# A mobile or landline number, an identity card, a bank card.
NUMBERS = re.compile(r"(?<!\d)(?:1\d{10}|0\d{2,3}-?\d{7,8}|\d{17}[\dXx]|\d{15,19})(?!\d)")


def internet_body(kind: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
    """The reduced content of a kind that has a form for the internet; None for every other kind.

    >>> lines = [{"household": f"H{n}", "heading": "孝", "heading_en": "filial", "points": 10} for n in range(5)]
    >>> lines.append({"household": "H9", "heading": "诚", "heading_en": "honest", "points": -3})
    >>> internet_body("points", {"lines": lines})
    {'virtues': [['孝', 'filial', 5, 50]], 'few': False}
    """
    if kind == "points":
        return _points(body)
    if kind == "dividend":
        return _dividend(body)
    return None


def _points(body: Mapping[str, Any]) -> dict[str, Any]:
    """Virtue heading, households, sum. Deductions are a black list: they neither show nor enter a sum."""
    groups: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for line in body.get("lines") or ():
        if line["points"] > 0:
            homes = groups[str(line["heading"]), str(line["heading_en"])]
            homes[line["household"]] = homes.get(line["household"], 0) + line["points"]
    merged: defaultdict[str, int] = defaultdict(int)
    virtues: list[list[Any]] = []
    for (zh, en), homes in groups.items():
        if len(homes) >= SMALLEST_GROUP:
            virtues.append([zh, en, len(homes), sum(homes.values())])
            continue
        for household, points in homes.items():
            merged[household] += points
    # Small groups go together; where they are few households even so, their sum stays in the village.
    few = 0 < len(merged) < SMALLEST_GROUP
    if merged and not few:
        virtues.append([OTHERS, OTHERS_EN, len(merged), sum(merged.values())])
    return {"virtues": virtues, "few": few}


def _dividend(body: Mapping[str, Any]) -> dict[str, Any]:
    """The waterfall whole; lines as tranche, household code, fen; sums of the tranches that must not be a list."""
    homes: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for tranche, household, _key, fen in body.get("lines") or ():
        homes[tranche][household] = homes[tranche].get(household, 0) + fen
    lines, sums = [], []
    for tranche, amounts in homes.items():
        total = sum(amounts.values())
        if len(amounts) < SMALLEST_GROUP:
            sums.append([tranche, 0, total])  # not even how many
        elif tranche in BY_POINTS:
            sums.append([tranche, len(amounts), total])
        else:
            lines += [[tranche, household, fen] for household, fen in sorted(amounts.items())]
    return {
        "steps": list(body.get("steps") or ()),
        "lines": lines,
        "sums": sums,
        "seal": str(body.get("seal") or ""),
    }


def personal_places(content: Any, names: Collection[str], place: str = "") -> Iterator[str]:
    """Where in JSON content a name of `names` or a personal number stands; a name of one character is none.

    >>> list(personal_places({"rows": [["王小明领取 100 元", "H0001"]]}, {"王小明"}))
    ['/rows/0/0']
    >>> list(personal_places({"text": "电话 13800001111", "total": 20250301}, ()))
    ['/text']
    """
    if isinstance(content, Mapping):
        for key, value in content.items():
            yield from personal_places(str(key), names, f"{place}/{key}")
            yield from personal_places(value, names, f"{place}/{key}")
    elif isinstance(content, list | tuple):
        for index, value in enumerate(content):
            yield from personal_places(value, names, f"{place}/{index}")
    elif isinstance(content, str) and (  # a bare number is an amount
        NUMBERS.search(content) or any(len(name) > 1 and name in content for name in names)
    ):
        yield place
