"""The file of the production standards as it is loaded: whole, marked as made for the demo, and loaded once."""

from __future__ import annotations

from datetime import date

from coop.kernel.actor import Role, system
from coop.kernel.db import Database
from coop.kernel.unit import look, unit
from coop.standards import service as standards
from coop.standards.controls import input_items, intervals_on, standard_on
from coop.standards.models import Stage
from coop.standards.queries import products

DAY = date(2025, 6, 1)


def test_every_product_has_a_standard_with_points_that_block(db: Database) -> None:
    with unit(system(0, Role.admin)) as work:
        assert standards.load_catalogue(work) > 40
    with unit(system(0, Role.admin)) as work:
        assert standards.load_catalogue(work) == 0
    with look(system()) as view:
        held = {code: standard_on(view.session, code, DAY) for code in products(view.session)}
        items = input_items(view.session)
        kept = {code: intervals_on(view.session, code, DAY) for code in held}
        assert all(standard_on(view.session, code, date(2024, 12, 31)) is None for code in held)
    for code, standard in held.items():
        assert standard is not None, code
        assert standard.fictional
        assert standard.point("nothing") is None
        assert {point.stage for point in standard.points} == set(Stage)
        assert any(point.blocks for point in standard.points)
    assert [code for code, item in items.items() if item.banned] == ["CHLORAMPHENICOL", "METHAMIDOPHOS"]
    assert kept["XG"]["GNAT-SPRAY"].days == 7
    assert all(
        items[code].keeps_interval and not items[code].banned for each in kept.values() for code in each
    )
