"""The production standards' file (`production.toml`) into rows: loading it again changes only what it changed."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

from sqlalchemy import select

from coop.kernel.unit import Unit
from coop.standards.models import ControlPointRow, InputItemRow, IntervalRow, ProductRow, StandardRow

Kind = type[StandardRow] | type[ControlPointRow] | type[InputItemRow] | type[IntervalRow]


def merge_controls(unit: Unit) -> int:
    """Bring standards, points, inputs and intervals to what the file says; returns how many rows it touched.

    What it says of a product that the catalogue does not hold is left out.
    """
    text = files("coop.standards").joinpath("production.toml").read_text(encoding="utf-8")
    told = tomllib.loads(text)
    known = set(unit.session.scalars(select(ProductRow.code)))
    changed = sum(_merge(unit, InputItemRow, entry["code"], entry) for entry in told["input"])
    for entry in told["standard"]:
        points = entry.pop("point")
        if entry["product"] not in known:
            continue
        changed += _merge(unit, StandardRow, entry["code"], entry)
        unit.session.flush()
        for point in points:
            values = {"standard": entry["code"], **point}
            changed += _merge(unit, ControlPointRow, (entry["code"], point["code"]), values)
    unit.session.flush()
    for entry in told["interval"]:
        if entry["product"] in known:
            key = (entry["product"], entry["input"], entry["since"])
            changed += _merge(unit, IntervalRow, key, entry)
    unit.session.flush()
    return changed


def _merge(unit: Unit, kind: Kind, key: Any, values: dict[str, Any]) -> bool:
    row = unit.session.get(kind, key)
    if row is None:
        unit.session.add(kind(**values))
        return True
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    return before != values
