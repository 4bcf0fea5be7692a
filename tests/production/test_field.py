"""Field log and inspections over both back ends: who may write, and what blocks a purchase until when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.errors import InputError, PermissionDeniedError
from coop.kernel.unit import look, unit
from coop.production import queries
from coop.production import service as production
from coop.production.offers import todos
from coop.production.service import FieldEntry, FieldKind, Finding
from tests.conftest import make_village
from tests.procurement.trade import Trade
from tests.production.steps import DAY, all_breaches, at_home


def stopped(trade: Trade, day: date = DAY) -> dict[str, str]:
    """Household -> why it is blocked."""
    with look(trade.clerk) as view:
        found = queries.blocks(view.session, trade.shares.values(), "XG", day)
    return {household: found[key][1] for household, key in trade.shares.items() if key in found}


def inspected(trade: Trade, *findings: tuple[str, str, bool], day: date = DAY) -> None:
    with unit(trade.clerk) as work:
        production.inspect(
            work,
            [
                Finding(trade.shares[household], point, passed, "" if passed else "有杂菌", day)
                for household, point, passed in findings
            ],
        )


def used(trade: Trade, code: str, day: date = DAY) -> None:
    with unit(at_home(trade, "H0001")) as work:
        production.log_field(work, [FieldEntry(trade.shares["H0001"], FieldKind.input, day, "", code)])


def test_a_failed_blocking_point_blocks_until_a_later_finding_passes(trade: Trade, clock: ToldClock) -> None:
    assert stopped(trade) == {}
    inspected(trade, ("H0001", "B2", False), ("H0001", "D1", False), ("H0002", "B2", True))
    assert stopped(trade) == {
        "H0001": "control point “bags have a certificate and no other mould” failed on 2025-04-10: "
        "not bought until a later finding passes it"
    }
    assert stopped(trade, DAY - timedelta(days=1)) == {}
    inspected(trade, ("H0001", "B2", True))
    assert stopped(trade) == {}
    inspected(trade, ("H0001", "B2", False))
    clock.day = DAY + timedelta(days=3)
    inspected(trade, ("H0001", "B2", True), day=clock.day)
    assert "H0001" in stopped(trade)
    assert stopped(trade, clock.day) == {}
    assert all_breaches() == []


def test_the_interval_runs_from_the_last_use(trade: Trade, clock: ToldClock) -> None:
    used(trade, "LIME")
    assert stopped(trade) == {}
    used(trade, "GNAT-SPRAY", DAY - timedelta(days=3))
    used(trade, "GNAT-SPRAY")
    said = "fungus gnat spray (demo) was used on 2025-04-10; its pre-harvest interval is 7 days: bought from 2025-04-17"
    assert stopped(trade, DAY + timedelta(days=6)) == {"H0001": said}
    assert stopped(trade, DAY + timedelta(days=7)) == {}


def test_a_banned_or_unlisted_one_blocks_for_good(trade: Trade) -> None:
    used(trade, "METHAMIDOPHOS")
    used(trade, "CHICK-DRUG")
    why = stopped(trade, DAY + timedelta(days=200))["H0001"]
    assert "it is not listed for this product" in why
    assert "it is banned" in why


def test_who_may_write_and_all_faults_at_once(trade: Trade) -> None:
    first, second = trade.shares["H0001"], trade.shares["H0002"]
    ahead = DAY + timedelta(days=1)
    entries = [
        FieldEntry(first, FieldKind.care, DAY, "浇水"),
        FieldEntry(second, FieldKind.care, DAY, "浇水"),
        FieldEntry(first, FieldKind.input, ahead, "撒石灰"),
        FieldEntry(first, FieldKind.care, DAY, "", "NOTHING"),
    ]
    with pytest.raises(InputError) as refused, unit(at_home(trade, "H0001")) as work:
        production.log_field(work, entries)
    assert {fault.place for fault in refused.value.faults} == {
        "/entries/1/allocation_id", "/entries/2/day", "/entries/2/input_code", "/entries/3/input_code",
    }  # fmt: skip
    with unit(trade.clerk) as work:
        production.log_field(work, entries[:2])
    with unit(at_home(trade, "H0001")) as work:
        production.log_field(work, [FieldEntry(first, FieldKind.harvest, DAY, "采头茬")])
    with look(trade.clerk) as view:
        page = queries.share_page(view.session, view.actor, first, DAY, own=False)
    assert [(line.text, line.own) for line in page.log] == [("采头茬", True), ("浇水", False)]
    for role in (Role.supervisor, Role.enterprise, Role.accountant):
        with pytest.raises(PermissionDeniedError), unit(trade.village.actor(role)) as work:
            production.log_field(work, entries[:1])
        with pytest.raises(PermissionDeniedError), unit(trade.village.actor(role)) as work:
            production.inspect(work, [Finding(first, "B1", True, "", DAY)])
    with pytest.raises(PermissionDeniedError), unit(trade.village.actor(Role.household)) as work:
        production.log_field(work, entries[:1])
    next_door = make_village("XYZ", households=1)
    with pytest.raises(InputError), unit(next_door.actor(Role.clerk)) as work:
        production.log_field(work, entries[:1])
    with pytest.raises(InputError), unit(next_door.actor(Role.clerk)) as work:
        production.inspect(work, [Finding(first, "B1", True, "", DAY)])
    with look(next_door.actor(Role.clerk)) as view:
        assert queries.blocks(view.session, [first], "XG", DAY) == {}


def test_a_finding_names_a_point_of_the_standard_and_why_it_failed(trade: Trade) -> None:
    first = trade.shares["H0001"]
    entries = [
        Finding(first, "Z9", True, "", DAY),
        Finding(first, "B1", False, " ", DAY),
        Finding(first, "B1", True, "", date(2024, 12, 31)),
        Finding(first, "B1", True, "", DAY + timedelta(days=1)),
    ]
    with pytest.raises(InputError) as refused, unit(trade.clerk) as work:
        production.inspect(work, entries)
    assert [fault.place for fault in refused.value.faults] == [
        "/entries/0/point", "/entries/1/note", "/entries/2/point", "/entries/3/day",
    ]  # fmt: skip
    for act in (production.inspect, production.log_field):
        with pytest.raises(InputError), unit(trade.clerk) as work:
            act(work, [])


def test_what_waits_for_an_inspection(trade: Trade) -> None:
    def waiting() -> tuple[int, list[str]]:
        with look(trade.clerk) as view:
            offered = todos(view.session, frozenset({Role.clerk}))
            found = queries.open_inspections(view.session, view.actor.tenant_id, view.today)
        return sum(todo.count for todo in offered), [share.household for share in found]

    assert waiting() == (2, ["H0001", "H0002"])
    points = ("B1", "B2", "D1", "D2", "A1", "A2")
    inspected(trade, *(("H0001", point, True) for point in points))
    assert waiting() == (1, ["H0002"])
    inspected(trade, ("H0001", "A2", False), *(("H0002", point, True) for point in points))
    assert waiting() == (1, ["H0001"])
    inspected(trade, ("H0001", "A2", True))
    assert waiting() == (0, [])
    with look(trade.supervisor) as view:
        assert todos(view.session, frozenset({Role.supervisor})) == []
        own = queries.own_shares(view.session, at_home(trade, "H0002"), DAY)
    assert [(share.household, share.missing, share.failed, share.block) for share in own] == [
        ("H0002", 0, 0, "")
    ]
