"""A board as ECharts draws it: plain JSON, no function and no HTML in it. Knows no row and no request."""

from __future__ import annotations

from typing import Any

from coop.desk.queries.boards import Board, Measure

# How many of the stored unit make one of what the axis shows: a kilogram, a yuan.
PER = {Measure.gram: 1000, Measure.yuan: 100, Measure.head: 1, Measure.number: 1}


def drawn(value: int, measure: Measure) -> int | float:
    """A figure on the axis' scale; only for drawing, the table under the chart has the exact one.

    >>> drawn(1500, Measure.gram), drawn(200, Measure.yuan), drawn(7, Measure.head)
    (1.5, 2, 7)
    """
    whole, rest = divmod(value, PER[measure])
    return whole if not rest else round(value / PER[measure], 2)


def option(board: Board, *, english: bool) -> dict[str, Any]:
    """Bars side by side or stacked, standing or (long labels) lying."""
    labels: dict[str, Any] = {
        "type": "category",
        "data": [row.label_en if english else row.label for row in board.rows],
        "axisLabel": {"hideOverlap": True},
    }
    if board.flat:
        # A village's name gets two lines at most beside its bars, on a phone as well.
        labels |= {"inverse": True, "axisLabel": {"width": 110, "overflow": "break", "interval": 0}}
    values = {"type": "value", "axisLabel": {"hideOverlap": True}, "splitNumber": 4}
    return {
        "grid": {"left": 8, "right": 16, "top": 40, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "left": 0},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "xAxis": values if board.flat else labels,
        "yAxis": labels if board.flat else values,
        "series": [
            {
                "name": name_en if english else name,
                "type": "bar",
                "barMaxWidth": 36,
                "data": [drawn(row.values[place], board.measure) for row in board.rows],
                **({"stack": "all"} if board.stacked else {}),
            }
            for place, (name, name_en) in enumerate(board.columns)
        ],
    }
