"""A death and a move: shares pass on dated, and what was true on a day stays true of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from coop.dividends.checks import check_register
from coop.kernel.actor import Role
from coop.kernel.errors import NotFoundError, PermissionDeniedError
from coop.kernel.unit import look, owner_session, unit
from coop.parties import queries, service
from coop.parties.models import HoldingKind

if TYPE_CHECKING:
    from tests.conftest import Village

DAY = date(2025, 6, 15)
BEFORE, LATER = date(2025, 6, 14), date(2025, 12, 31)


def shares(village: Village, day: date) -> dict[str, tuple[str, int]]:
    with look(village.actor(Role.manager)) as view:
        held = queries.holdings(view.session, village.rceo, HoldingKind.share, day)
        return {row.member: (row.household, row.amount) for row in held}


def test_an_heir_takes_over_shares_and_contribution(village: Village) -> None:
    before = shares(village, BEFORE)
    with unit(village.actor(Role.manager)) as work:
        service.record_death(work, member="M00030", day=DAY, heir="M00031")
    after = shares(village, LATER)
    assert "M00030" not in after
    assert after["M00031"] == (before["M00031"][0], before["M00031"][1] + before["M00030"][1])
    assert shares(village, BEFORE) == before
    assert sum(n for _, n in after.values()) == sum(n for _, n in before.values())
    with owner_session() as session:
        assert check_register(session) == []
    with look(village.actor(Role.manager)) as view:
        paid = queries.holdings(view.session, village.coop, HoldingKind.contribution, LATER)
        assert {row.member: row.amount for row in paid}["M00031"] == 100_000
        assert "M00030" not in {row.number for row in queries.members(view.session, LATER)}


def test_who_inherits_must_be_another_member_of_the_village(village: Village) -> None:
    for heir, error in (("M00030", service.HeirError), ("M99999", NotFoundError)):
        with pytest.raises(error), unit(village.actor(Role.manager)) as work:
            service.record_death(work, member="M00030", day=DAY, heir=heir)
    with unit(village.actor(Role.manager)) as work:
        service.record_death(work, member="M00031", day=DAY, heir="M00030")
    with pytest.raises(service.HeirError), unit(village.actor(Role.manager)) as work:
        service.record_death(work, member="M00030", day=LATER, heir="M00031")
    with pytest.raises(service.GoneError), unit(village.actor(Role.manager)) as work:
        service.record_death(work, member="M00031", day=LATER, heir="M00030")
    with pytest.raises(PermissionDeniedError), unit(village.actor(Role.clerk)) as work:
        service.record_death(work, member="M00030", day=LATER, heir="M00010")


def test_a_member_moves_with_what_they_hold(village: Village) -> None:
    before = shares(village, BEFORE)
    with unit(village.actor(Role.manager)) as work:
        service.move_member(work, member="M00031", household="H0001", day=DAY)
    assert before["M00031"] == ("H0003", 1)
    assert shares(village, BEFORE) == before
    assert shares(village, LATER)["M00031"] == ("H0001", 1)
    with pytest.raises(service.SameHomeError), unit(village.actor(Role.manager)) as work:
        service.move_member(work, member="M00031", household="H0001", day=LATER)
    with unit(village.actor(Role.manager)) as work:
        service.move_member(work, member="M00031", household="H0099", day=LATER)
    assert shares(village, DAY)["M00031"] == ("H0001", 1)
    assert shares(village, LATER)["M00031"] == ("H0099", 1)


def test_another_villages_member_is_not_there(village: Village) -> None:
    from tests.conftest import make_village

    other = make_village("XYZ", households=3)
    with unit(other.actor(Role.manager)) as work:
        service.move_member(work, member="M00031", household="H0001", day=DAY)
    assert shares(village, LATER)["M00031"][0] == "H0003"
