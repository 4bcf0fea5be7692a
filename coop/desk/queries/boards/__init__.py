"""The boards a start page draws, by role."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from coop.desk.queries.boards.money import income_by_month, stamps_by_month
from coop.desk.queries.boards.trade import bought_by_day, by_product, by_village, of_villages
from coop.desk.queries.boards.values import Board, BoardRow, Measure
from coop.kernel.actor import Actor, Role

__all__ = ["Board", "BoardRow", "Measure", "boards"]

Maker = Callable[[Session, Actor], list[Board]]
MAKERS: tuple[tuple[Role, Maker], ...] = (
    (Role.enterprise, by_village),
    (Role.manager, by_product),
    (Role.accountant, income_by_month),
    (Role.checker, income_by_month),
    (Role.clerk, bought_by_day),
    (Role.supervisor, stamps_by_month),
    (Role.county, of_villages),
)


def boards(session: Session, actor: Actor) -> tuple[Board, ...]:
    """The boards of the actor's roles that have a figure to show, the first two roles' at most."""
    makers = [maker for role, maker in MAKERS if role in actor.roles]
    made = (board for maker in dict.fromkeys(makers[:2]) for board in maker(session, actor))
    return tuple(board for board in made if any(any(row.values) for row in board.rows))
