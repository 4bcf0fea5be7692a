"""The catalogue and purchase prices on both back ends."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from coop.kernel.actor import Role, system
from coop.kernel.errors import InputError, NotFoundError, PermissionDeniedError
from coop.kernel.states import ForbiddenMoveError
from coop.kernel.unit import look, unit
from coop.standards import queries, service

if TYPE_CHECKING:
    from tests.conftest import Village

SEPTEMBER = date(2025, 9, 1)


@pytest.fixture
def catalogue(village: Village) -> Village:
    with unit(system(0, Role.admin)) as work:
        assert service.load_catalogue(work) >= 16
    return village


def _propose(
    village: Village, price: int, *, floor: int = 0, since: date = SEPTEMBER, grade: str = "A"
) -> int:
    with unit(village.actor(Role.manager, user=1)) as work:
        row = service.propose_price(
            work, entity_id=village.coop, product="XG", grade=grade, since=since, price=price, floor=floor
        )
        return row.id


def _approve(village: Village, price_id: int, *, user: int = 2) -> None:
    with unit(village.actor(Role.checker, user=user)) as work:
        service.approve_price(work, price_id)


def test_loading_the_catalogue_again_changes_nothing(catalogue: Village) -> None:
    with unit(system(0, Role.admin)) as work:
        assert service.load_catalogue(work) == 0
    with look(catalogue.actor()) as view:
        mushroom, birds = (queries.product(view.session, code) for code in ("XG", "TJ"))
    assert (mushroom.moisture_std_bp, mushroom.moisture_max_bp, mushroom.yield_each) == (1300, 1800, 105)
    assert [grade.code for grade in mushroom.grades] == ["A", "B", "C"]
    assert (birds.unit, birds.grade("A").live_min_g, birds.grade("A").live_max_g) == ("head", 2000, 2600)


def test_only_the_administrator_loads_the_catalogue(village: Village) -> None:
    with pytest.raises(PermissionDeniedError), unit(village.actor(Role.manager)) as work:
        service.load_catalogue(work)


def test_a_price_holds_from_its_day_until_the_next(catalogue: Village) -> None:
    _approve(catalogue, _propose(catalogue, 680_000, floor=720_000))
    _approve(catalogue, _propose(catalogue, 850_000, floor=720_000, since=date(2025, 10, 1)))
    with look(catalogue.actor()) as view:
        held = [
            queries.price_on(view.session, catalogue.coop, "XG", "A", day).paid
            for day in (SEPTEMBER, date(2025, 9, 30), date(2025, 10, 1))
        ]
        with pytest.raises(queries.NoPriceError):
            queries.price_on(view.session, catalogue.coop, "XG", "A", date(2025, 8, 31))
    assert held == [720_000, 720_000, 850_000]


def test_an_unapproved_price_does_not_hold_and_may_be_replaced(catalogue: Village) -> None:
    first = _propose(catalogue, 600_000)
    assert _propose(catalogue, 610_000) == first
    with look(catalogue.actor()) as view:
        assert queries.price_table(view.session, catalogue.coop, SEPTEMBER) == ()
        assert [line.price for line in queries.price_history(view.session, catalogue.coop)] == [610_000]


def test_the_proposer_cannot_approve(catalogue: Village) -> None:
    price = _propose(catalogue, 680_000)
    with pytest.raises(service.SamePersonError):
        _approve(catalogue, price, user=1)


def test_an_approved_price_stands(catalogue: Village) -> None:
    price = _propose(catalogue, 680_000)
    _approve(catalogue, price)
    with pytest.raises(service.PriceFixedError):
        _propose(catalogue, 690_000)
    with pytest.raises(ForbiddenMoveError):
        _approve(catalogue, price, user=3)


def test_unknown_grades_and_empty_prices_are_refused(catalogue: Village) -> None:
    with pytest.raises(NotFoundError):
        _propose(catalogue, 680_000, grade="Z")
    with pytest.raises(service.NoSuchPriceError):
        _propose(catalogue, 0)


def _terms(village: Village, fee_bp: int, *, since: date = SEPTEMBER, set_off_bp: int = 4_000) -> int:
    with unit(village.actor(Role.manager, user=1)) as work:
        row = service.propose_terms(
            work, entity_id=village.coop, product="XG", since=since, fee_bp=fee_bp, set_off_bp=set_off_bp
        )
        return row.id


def test_terms_hold_from_their_day_once_another_person_approved_them(catalogue: Village) -> None:
    first = _terms(catalogue, 300)
    assert _terms(catalogue, 350) == first
    with look(catalogue.actor()) as view:
        assert queries.terms_on(view.session, catalogue.coop, "XG", SEPTEMBER) == queries.Terms(0, 5_000)
    with pytest.raises(service.SameTermsPersonError), unit(catalogue.actor(Role.checker, user=1)) as work:
        service.approve_terms(work, first)
    with unit(catalogue.actor(Role.checker, user=2)) as work:
        service.approve_terms(work, first)
    with pytest.raises(service.TermsFixedError, match=r"3\.5 %"):
        _terms(catalogue, 400)
    with pytest.raises(ForbiddenMoveError), unit(catalogue.actor(Role.checker, user=3)) as work:
        service.approve_terms(work, first)
    with look(catalogue.actor()) as view:
        held = [
            queries.terms_on(view.session, catalogue.coop, code, day)
            for code, day in (("XG", SEPTEMBER), ("XG", date(2025, 8, 31)), ("TJ", SEPTEMBER))
        ]
        assert [line.approved for line in queries.terms_history(view.session, catalogue.coop)] == [True]
    assert held == [queries.Terms(350, 4_000), queries.Terms(), queries.Terms()]


def test_terms_are_shares_and_the_managers(catalogue: Village) -> None:
    with pytest.raises(InputError) as refused:
        _terms(catalogue, 10_001, set_off_bp=-1)
    assert [fault.place for fault in refused.value.faults] == ["/fee_bp", "/set_off_bp"]
    with pytest.raises(PermissionDeniedError), unit(catalogue.actor(Role.clerk)) as work:
        service.propose_terms(
            work, entity_id=catalogue.coop, product="XG", since=SEPTEMBER, fee_bp=0, set_off_bp=0
        )
