"""One lorry with two products: its papers, quarantine, claims by weight and by head, over both back ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from coop.delivery import service as delivery
from coop.delivery.models import CertificateState
from coop.delivery.queries import certificate, shipment
from coop.delivery.rules import (
    Basis,
    NoVoidReasonError,
    Promise,
    Quarantine,
    StandingCertificateError,
)
from coop.kernel.actor import Actor, Role
from coop.kernel.clock import ToldClock
from coop.kernel.errors import InputError, NotFoundError, PermissionDeniedError, ScopeError
from coop.kernel.unit import Unit, look, unit
from coop.orders.queries import order
from coop.orders.service import OtherSideError
from coop.settlement import service as settlement
from coop.settlement.queries.pages import claim_page
from tests.conftest import Village, make_village
from tests.procurement.trade import DAY, breaches
from tests.settlement.flow import BILL_DAY
from tests.settlement.lorry import PAPER, Lorry, collect, make_lorry


@pytest.fixture
def lorry(village: Village, buyer: Actor, clock: ToldClock) -> Lorry:
    made = make_lorry(village, buyer)
    clock.day = DAY
    collect(made)
    return made


def send(lorry: Lorry, **more: object) -> int:
    known: dict[str, object] = {"day": DAY, "vehicle": "陕F00001", "quarantine": PAPER}
    with unit(lorry.manager) as work:
        return delivery.ship(work, lorry.part, **(known | more)).id  # type: ignore[arg-type]


def faults(lorry: Lorry, **more: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        send(lorry, **more)
    return [fault.place for fault in caught.value.faults]


def test_one_lorry_carries_both_products_each_in_its_unit(lorry: Lorry) -> None:
    sent = send(lorry, basis=(Basis.control, Basis.own_test), contact="合作社办公室")
    with look(lorry.buyer) as view:
        page = shipment(view.session, sent)
        lines = order(view.session, lorry.part).lines
    assert [(line.product, line.grade, line.unit, line.grams) for line in page.lines] == [
        ("XG", "A", "gram", 40_000),
        ("XG", "B", "gram", 10_000),
        ("TJ", "A", "head", 20),
    ]
    assert (page.grams, page.heads) == (50_000, 20)
    assert page.quarantine is not None
    assert (page.quarantine.number, page.quarantine.heads) == ("61A-2025-0007", 20)
    paper = page.certificates[0]
    assert [(item.product, item.unit, item.quantity) for item in paper.goods] == [
        ("TJ", "head", 20),
        ("XG", "gram", 50_000),
    ]
    assert [ground.holds for ground in paper.grounds] == [True, True, False]
    assert (paper.number, paper.origin, paper.contact, paper.valid) == (
        "HGZ-2025-0001",
        "TYP村(虚构)",
        "合作社办公室",
        True,
    )
    assert [line.shipped for line in lines] == [50_000, 20]
    assert breaches() == {}


def test_no_head_leaves_without_a_quarantine_certificate_for_it(lorry: Lorry) -> None:
    assert faults(lorry, quarantine=None) == ["/quarantine/number"]
    late = Quarantine(" ", date(2025, 4, 11), 19)
    assert faults(lorry, quarantine=late, basis=()) == [
        "/basis",
        "/quarantine/number",
        "/quarantine/day",
        "/quarantine/heads",
    ]
    only = {(lorry.mushrooms, "A"): 40_000}
    assert faults(lorry, grams=only) == ["/quarantine/number"]  # nothing by head is on the lorry
    send(lorry, grams=only, quarantine=None)
    send(lorry, grams={(lorry.chickens, "A"): 5}, quarantine=Quarantine("61A-1", DAY, 5))
    again = Quarantine("61A-1", DAY, 15)
    assert faults(lorry, grams={(lorry.chickens, "A"): 15}, quarantine=again) == ["/quarantine/number"]
    assert breaches() == {}


def test_a_wrong_certificate_is_voided_and_stays(lorry: Lorry) -> None:
    sent = send(lorry, certificate_no="HGZ-2025-0002")
    with look(lorry.buyer) as view:
        first = shipment(view.session, sent).certificates[0].certificate_id
    issuing = Promise(frozenset({Basis.outside_test}))
    with pytest.raises(StandingCertificateError), unit(lorry.manager) as work:
        delivery.issue_certificate(work, sent, issuing)
    with pytest.raises(NoVoidReasonError), unit(lorry.manager) as work:
        delivery.void_certificate(work, first, reason=" ")
    with pytest.raises(PermissionDeniedError), unit(lorry.actor(Role.clerk)) as work:
        delivery.void_certificate(work, first, reason="产地写错")
    everything = Actor(51, "buyer", lorry.buyer.tenant_id, frozenset(Role))
    with pytest.raises(OtherSideError), unit(everything) as work:
        delivery.void_certificate(work, first, reason="产地写错")
    stranger = make_village("SBG", households=2).actor(*Role, user=9)
    acts: tuple[Callable[[Unit], object], ...] = (
        lambda work: delivery.void_certificate(work, first, reason="产地写错"),
        lambda work: delivery.issue_certificate(work, sent, issuing),
    )
    for act in acts:
        with pytest.raises((NotFoundError, ScopeError)), unit(stranger) as work:
            act(work)
    with look(stranger) as view, pytest.raises(NotFoundError):
        certificate(view.session, first)
    for _ in range(2):
        with unit(lorry.manager) as work:
            delivery.void_certificate(work, first, reason="产地写错")
    with pytest.raises(InputError, match="used already"), unit(lorry.manager) as work:
        delivery.issue_certificate(work, sent, Promise(issuing.basis, "HGZ-2025-0002"))
    with unit(lorry.actor(Role.clerk)) as work:
        delivery.issue_certificate(work, sent, issuing)
    with pytest.raises(PermissionDeniedError), unit(lorry.buyer) as work:
        delivery.issue_certificate(work, sent, issuing)
    with look(lorry.buyer) as view:
        page, old = shipment(view.session, sent), certificate(view.session, first)
    assert (old.state, old.void_reason, old.voided_on) == (CertificateState.voided, "产地写错", DAY)
    assert [(paper.number, paper.valid) for paper in page.certificates] == [
        ("HGZ-2025-0002", False),
        ("HGZ-2025-0001", True),
    ]
    assert page.certificate_no == "HGZ-2025-0001"
    assert breaches() == {}


def test_a_claim_by_weight_and_by_head_and_where_its_money_went(lorry: Lorry, clock: ToldClock) -> None:
    sent = send(lorry)
    acceptance = lorry.take(sent, {("XG", "A"): 1_000, ("TJ", "A"): 1})
    with look(lorry.buyer) as view:
        page = shipment(view.session, sent)
    answer = page.acceptance
    assert answer is not None
    assert (answer.claim_g, answer.claim_heads, answer.claim_fen, answer.agreed_on) == (1_000, 1, 19_600, DAY)
    told = [(line.product, line.claim_g, line.price, line.claim_fen, line.reason) for line in page.lines]
    assert told == [
        ("XG", 1_000, 760_000, 7_600, "途中损失"),
        ("XG", 0, 560_000, 0, ""),
        ("TJ", 1, 1_200_000, 12_000, "途中损失"),
    ]
    clock.day = BILL_DAY
    with look(lorry.buyer) as view:
        assert claim_page(view.session, acceptance, BILL_DAY).sale is None
    with unit(lorry.accountant) as work:
        bill = settlement.bill(work, acceptance)
        assert (bill.amount_fen, bill.claim_fen) == (580_400, 19_600)
    # P would have been 6,000.00, A is 5,948.00: 52.00 of the claim are margin, 144.00 the cooperative's loss.
    with look(lorry.accountant) as view:
        found = claim_page(view.session, acceptance, BILL_DAY)
    assert (found.less_margin_fen, found.loss_fen) == (5_200, 14_400)
    with look(lorry.buyer) as view:
        seen = claim_page(view.session, acceptance, BILL_DAY)
    assert seen.sale is not None
    assert (seen.sale.claim_fen, seen.cost, seen.loss_fen) == (19_600, None, None)
    assert [(line.unit, line.reason) for line in seen.sale.lines if line.claim_g] == [
        ("gram", "途中损失"),
        ("head", "途中损失"),
    ]
    assert breaches() == {}


def test_more_heads_than_were_sent_are_not_accepted(lorry: Lorry) -> None:
    sent = send(lorry)
    with look(lorry.buyer) as view:
        lines = shipment(view.session, sent).lines
    grams = {line.shipment_line_id: line.grams + (line.product == "TJ") for line in lines}
    with pytest.raises(InputError, match="0 to 20 head, found 21"), unit(lorry.buyer) as work:
        delivery.take(work, sent, grams, day=DAY)
