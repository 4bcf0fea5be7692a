"""The chain driven through its pages alone, as people do it: forms, faults, second clicks, refusals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO

from flask.testing import FlaskClient

from coop.governance import service as governance
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.unit import look, unit
from coop.orders.imports import order_template, write_order
from coop.procurement.queries import receipts
from coop.standards.queries import products
from tests.desk import chain as story
from tests.desk.chain import SHIPPED, WEIGHED, Chain, entry

Enter = Callable[[str], FlaskClient]
TICKET = {
    "scale": "S1",
    "day": "2025-04-10",
    "gross": "50.5",
    "tare": "0.5",
    "moisture": "13",
    "impurity": "1",
    "net_A": "30",
    "net_B": "20",
    "request_key": "tap-1",
}


def test_an_order_file_is_handed_in_or_told_its_faults(chain: Chain, as_user: Enter) -> None:
    buyer = as_user("buyer")
    assert buyer.post("/orders/new", data={}).status_code == 422
    empty = buyer.post("/orders/new", data={"file": (BytesIO(order_template()), "订单.xlsx")})
    assert empty.status_code == 422
    assert "coop-faults" in empty.text
    broken = buyer.post("/orders/new", data={"file": (BytesIO(b"no workbook"), "订单.xlsx")})
    assert broken.status_code == 422
    with look(chain.village.actor()) as seen:
        data = write_order(entry(), products(seen.session))
    sent = buyer.post("/orders/new", data={"file": (BytesIO(data), "订单.xlsx")})
    again = buyer.post("/orders/new", data={"file": (BytesIO(data), "订单.xlsx")})
    assert sent.status_code == again.status_code == 303
    assert sent.location == again.location, "the same file is the same order"
    assert "DD-2025-0002" in buyer.get(sent.location).text


def test_capacities_are_filed_as_a_sheet(chain: Chain, as_user: Enter) -> None:
    clerk = as_user("clerk")
    assert "H0004" in clerk.get("/capacities/").text
    template = clerk.get("/capacities/template.xlsx").data
    empty = clerk.post("/capacities/", data={"file": (BytesIO(b"no workbook"), "产能.xlsx")})
    assert empty.status_code == 422
    assert clerk.post("/capacities/", data={"file": (BytesIO(template), "产能.xlsx")}).status_code in (
        303,
        422,
    )
    assert as_user("accountant").get("/capacities/").status_code == 403


def test_refusing_needs_a_reason(chain: Chain, as_user: Enter) -> None:
    manager = as_user("manager")
    assert manager.post(f"/orders/{chain.part}/refuse", data={"reason": " "}).status_code == 422
    assert manager.post(f"/orders/{chain.part}/refuse", data={"reason": "产能不足"}).status_code == 303
    assert "产能不足" in as_user("buyer").get(f"/orders/{chain.part}").text
    assert manager.post(f"/orders/{chain.part}/accept").status_code == 409


def propose(chain: Chain, manager: FlaskClient) -> str:
    manager.post(f"/orders/{chain.part}/accept")
    with look(chain.village.actor()) as seen:
        from coop.orders.queries import order

        chain.line = order(seen.session, chain.part).lines[0].line_id
    answer = manager.post(
        f"/splits/line/{chain.line}/propose", data={"policy": "by_capacity", "lot": "5", "minimum": ""}
    )
    assert answer.status_code == 303
    chain.split = int(answer.location.rsplit("/", 1)[1])
    return str(answer.location)


def test_a_split_from_the_proposal_to_its_settlement(chain: Chain, as_user: Enter, clock: ToldClock) -> None:
    manager, clerk, household = as_user("manager"), as_user("clerk"), as_user("H0001")
    here = propose(chain, manager)
    first, second, third, fourth = (row.id for row in chain.shares())
    change = f"{here}/shares/{first}"
    assert manager.post(change, data={"unit": "gram", "amount": "40", "reason": ""}).status_code == 422
    assert (
        manager.post(change, data={"unit": "gram", "amount": "40", "reason": "家中有病人"}).status_code == 303
    )
    assert "10 kg" in manager.get(here + "?_l_=en").text, "what is still to be given out"
    assert manager.post(f"{change}/unlock").status_code == 303
    assert manager.post(f"{here}/publish", data={"answer_by": ""}).status_code == 303
    assert clerk.post(f"{here}/publish").status_code == 403

    assert household.post(f"/household/shares/{second}/yes").status_code == 422, "another household's share"
    assert household.post(f"/household/shares/{first}/yes").status_code == 303
    said = {f"answer_{second}": "yes", f"answer_{third}": "no", "via": "paper"}
    assert clerk.post(f"{here}/answers", data=said).status_code == 303
    assert manager.post(f"{here}/reallocate").status_code == 422, "one household may still answer"
    assert clerk.post(f"{here}/answers", data={f"answer_{fourth}": "yes", "via": "clerk"}).status_code == 303
    assert manager.post(f"{here}/reallocate").status_code == 303
    offered = {f"answer_{row.id}": "yes" for row in chain.shares() if row.state == "offered"}
    assert clerk.post(f"{here}/answers", data={**offered, "via": "clerk"}).status_code == 303
    assert manager.post(f"{here}/confirm").status_code == 303
    grams = {row.id: row.confirmed_g for row in chain.shares()}
    assert grams[third] == 0
    assert sum(grams.values()) == 200_000


def test_the_scale_makes_one_ticket_of_two_taps(chain: Chain, as_user: Enter, clock: ToldClock) -> None:
    story.split_up(chain)
    story.confirm(chain)
    clock.day = WEIGHED
    clerk, here = as_user("clerk"), f"/weigh/{chain.shares()[0].id}"
    wrong = clerk.post(here, data={**TICKET, "gross": "abc", "moisture": "200"})
    assert wrong.status_code == 422
    assert wrong.text.count('coop-fault"') == 2
    assert 'value="abc"' in wrong.text
    uneven = clerk.post(here, data={**TICKET, "net_B": "19"})
    assert uneven.status_code == 422
    assert 'id="gross-fault"' in uneven.text, "gross is tare and net together"
    assert clerk.post(here, data={**TICKET, "net_A": "", "net_B": ""}).status_code == 422
    one, two = clerk.post(here, data=TICKET), clerk.post(here, data=TICKET)
    assert one.status_code == two.status_code == 303
    assert one.location == two.location
    with look(chain.village.actor()) as seen:
        [ticket] = receipts(seen.session)
    assert (ticket.total_g, ticket.total_fen) == (50_000, 370_000)
    checker = as_user("checker")
    assert checker.post(f"{one.location}/reverse", data={"reason": ""}).status_code == 422
    assert checker.post(f"{one.location}/reverse", data={"reason": "秤错"}).status_code == 303
    assert "秤错" in clerk.get(one.location).text


def test_from_the_lorry_to_the_money(chain: Chain, as_user: Enter, clock: ToldClock) -> None:
    story.split_up(chain)
    story.confirm(chain)
    story.weigh(chain)
    clock.day = SHIPPED
    manager, buyer, accountant = as_user("manager"), as_user("buyer"), as_user("accountant")
    new = f"/shipments/new/{chain.part}"
    load = {f"grams_{chain.line}_A": "30", f"grams_{chain.line}_B": "", "basis_control": "1"}
    assert manager.post(new, data={**load, "day": "2025-04-12", "vehicle": ""}).status_code == 422
    sent = manager.post(new, data={**load, "day": "2025-04-12", "vehicle": "陕F12345", "request_key": "k"})
    again = manager.post(new, data={**load, "day": "2025-04-12", "vehicle": "陕F12345", "request_key": "k"})
    assert sent.status_code == again.status_code == 303
    assert sent.location == again.location, "a double click sends one lorry"
    chain.shipment = int(sent.location.rsplit("/", 1)[1])

    with look(chain.village.actor()) as seen:
        [line] = story.shipment_lines(seen.session, chain.shipment)
    take = f"{sent.location}/take"
    short = {f"grams_{line}": "29.5", f"reason_{line}": "", "day": "2025-04-12"}
    refused = buyer.post(take, data=short)
    assert refused.status_code == 422
    assert f"reason_{line}" in refused.text
    assert buyer.post(take, data={**short, f"reason_{line}": "短重"}).status_code == 303
    assert "短重" in manager.get(sent.location).text
    with look(chain.village.actor()) as seen:
        from coop.delivery.queries import shipment

        answer = shipment(seen.session, chain.shipment).acceptance
    assert answer is not None
    acceptance = answer.acceptance_id
    assert manager.post(f"/sales/acceptances/{acceptance}/bill").status_code == 422, "not agreed yet"
    assert manager.post(f"/shipments/acceptances/{acceptance}/agree").status_code == 303
    bill = manager.post(f"/sales/acceptances/{acceptance}/bill")
    assert bill.status_code == 303
    assert manager.get(f"/sales/acceptances/{acceptance}").location == bill.location

    pay = {"amount": "2596.00", "day": "2025-04-12", "bank_reference": "BANK-7"}
    assert buyer.post(f"{bill.location}/payments", data={**pay, "bank_reference": ""}).status_code == 422
    assert buyer.post(f"{bill.location}/payments", data={**pay, "amount": "9999"}).status_code == 422
    assert buyer.post(f"{bill.location}/payments", data=pay).status_code == 303
    assert accountant.post("/sales/payments/1/receive").status_code == 303
    assert "2,596.00" in buyer.get(bill.location).text


def test_a_batch_waits_for_the_stamp_and_another_person(
    told: Chain, as_user: Enter, clock: ToldClock
) -> None:
    checker, accountant, here = as_user("checker"), as_user("accountant"), f"/batches/{told.batch}"
    assert checker.post(f"{here}/approve").status_code == 422, "no stamp yet"
    for day in (WEIGHED, SHIPPED):
        with unit(told.actor(Role.supervisor)) as work:
            governance.stamp_day(work, told.village.coop, day)
    assert accountant.post(f"{here}/approve").status_code == 403
    assert checker.post(f"{here}/approve").status_code == 303
    clock.day = date(2025, 4, 20)
    accountant = as_user("accountant")
    with unit(told.actor(Role.accountant)) as work:
        from coop.settlement import service as settlement

        settlement.receive_payment(work, told.payment)
    paid = accountant.post(f"{here}/pay", data={"day": "2025-04-20", "bank_reference": "BANK-9"})
    assert paid.status_code == 303
    text = as_user("H0001").get("/household/").text
    assert "3,700.00" in text
    assert "2025-04-20" in text
    [line] = _lines(told)
    assert (
        accountant.post(f"{here}/return/{line}", data={"reason": "", "day": "2025-04-20"}).status_code == 422
    )
    sent_back = accountant.post(f"{here}/return/{line}", data={"reason": "户名不符", "day": "2025-04-20"})
    assert sent_back.status_code == 303
    assert "户名不符" in accountant.get(here).text
    again = accountant.post(
        f"/batches/propose/{told.village.coop}", data={"kind": "produce", "day": "2025-04-20"}
    )
    assert again.status_code == 303
    assert accountant.post(f"{again.location}/withdraw", data={"reason": "改日再付"}).status_code == 303


def _lines(told: Chain) -> list[int]:
    from coop.books.queries import payments

    with look(told.village.actor()) as seen:
        return [line.payable_id for line in payments(seen.session, told.batch)]
