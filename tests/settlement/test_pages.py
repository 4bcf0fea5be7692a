"""The advance, the papers and the claim through the pages of each side, in both languages; wrong roles and strangers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from coop.app import create_app
from coop.delivery.queries import shipments
from coop.kernel.actor import Actor
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database
from coop.kernel.unit import look, unit
from coop.settlement import service as settlement
from coop.web import i18n
from tests.conftest import Village, make_village, settings_for
from tests.desk import chain as story
from tests.procurement.trade import DAY
from tests.settlement.lorry import Lorry, collect, make_lorry

Enter = Callable[[str], FlaskClient]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path / 'pages.sqlite'}"
    return settings_for(tmp_path, url, url)


@pytest.fixture
def lorry(village: Village, buyer: Actor, clock: ToldClock) -> Lorry:
    story.accounts(village, buyer, make_village("XYZ", households=1))
    made = make_lorry(village, buyer)
    clock.day = DAY
    collect(made)
    return made


@pytest.fixture
def enter(settings: Settings, db: Database, clock: ToldClock) -> Enter:
    i18n.compile_all()
    config = {"TESTING": True, "WTF_CSRF_ENABLED": False, "RATELIMIT_ENABLED": False}
    app = create_app(settings, clock=clock, config=config)

    def as_user(name: str) -> FlaskClient:
        client = app.test_client()
        assert story.log_in(client, name).status_code == 302
        return client

    return as_user


def test_an_advance_is_advised_received_and_shown_to_both(lorry: Lorry, enter: Enter) -> None:
    buyer, accountant, manager = enter("buyer"), enter("accountant"), enter("manager")
    account = f"/sales/orders/{lorry.part}"
    assert "2,480.00" in buyer.get(account).text
    form = {"amount": "1500", "day": "2025-04-10", "bank_reference": "ADV-1"}
    too_much = buyer.post(f"{account}/advances", data={**form, "amount": "2480.01"})
    assert too_much.status_code == 422
    assert buyer.post(f"{account}/advances", data={**form, "bank_reference": ""}).status_code == 422
    assert manager.post(f"{account}/advances", data=form).status_code == 403
    sent = buyer.post(f"{account}/advances", data=form)
    assert sent.status_code == 303
    assert "YF-2025-0001" in accountant.get("/sales/").text
    assert buyer.post(f"{sent.location}/receive").status_code == 403
    assert enter("stranger").get(sent.location).status_code == 404
    assert accountant.post(f"{sent.location}/receive").status_code == 303
    shown = accountant.get(sent.location).text
    assert "/vouchers/" in shown
    assert "/vouchers/" not in buyer.get(sent.location).text
    assert "预付款" in shown
    for page in (account, sent.location, f"/orders/{lorry.part}"):
        assert buyer.get(f"{page}").status_code == 200


def test_a_lorry_its_papers_and_its_claim(lorry: Lorry, enter: Enter, clock: ToldClock) -> None:
    buyer, manager, accountant = enter("buyer"), enter("manager"), enter("accountant")
    new = f"/shipments/new/{lorry.part}"
    assert "动物检疫证明" in manager.get(new).text
    form = {
        f"grams_{lorry.mushrooms}_A": "40",
        f"grams_{lorry.mushrooms}_B": "10",
        f"grams_{lorry.chickens}_A": "20",
        "day": "2025-04-10",
        "vehicle": "陕F00001",
        "basis_own_test": "1",
    }
    assert manager.post(new, data=form).status_code == 422  # without a quarantine certificate nothing leaves
    paper = {"quarantine_number": "61A-7", "quarantine_day": "2025-04-10", "quarantine_heads": "20"}
    unfounded = {key: value for key, value in form.items() if key != "basis_own_test"}
    assert manager.post(new, data={**unfounded, **paper}).status_code == 422
    sent = manager.post(new, data={**form, **paper, "request_key": "k"})
    assert sent.status_code == 303
    with look(lorry.buyer) as view:
        held = shipments(view.session)[0]
    weights = {f"grams_{line.shipment_line_id}": "40" for line in held.lines if line.grade == "A"}
    weights |= {f"grams_{line.shipment_line_id}": "10" for line in held.lines if line.grade == "B"}
    birds = next(line for line in held.lines if line.product == "TJ").shipment_line_id
    weights |= {f"grams_{birds}": "19", f"reason_{birds}": "途中死亡", "day": "2025-04-10"}
    assert "61A-7" in buyer.get(sent.location).text
    assert buyer.post(f"{sent.location}/take", data={**weights, f"grams_{birds}": "18.5"}).status_code == 422
    assert buyer.post(f"{sent.location}/take", data=weights).status_code == 303
    assert "120.00" in manager.get(sent.location).text
    with look(lorry.buyer) as view:
        answer = shipments(view.session)[0].acceptance
    assert answer is not None
    assert manager.post(f"/shipments/acceptances/{answer.acceptance_id}/agree").status_code == 303
    with unit(lorry.accountant) as work:
        settlement.bill(work, answer.acceptance_id)
    claim = f"/sales/acceptances/{answer.acceptance_id}/claim"
    seen = buyer.get(claim, headers={"HX-Request": "true"}).text
    assert "途中死亡" in seen
    assert "JS-2025-0001" in seen
    assert "合作社承担" not in seen  # the margin is the seller's own
    mine = accountant.get(claim).text
    assert "合作社承担的损失" in mine
    assert "/vouchers/" in mine
    assert enter("stranger").get(claim).status_code == 404
    certificate = f"/shipments/certificates/{held.certificates[0].certificate_id}"
    assert "自行检测合格" in buyer.get(certificate).text
    assert buyer.post(f"{certificate}/void", data={"reason": "x"}).status_code == 403
    assert manager.post(f"{certificate}/void", data={"reason": "产地写错"}).status_code == 303
    assert "产地写错" in buyer.get(certificate).text
    again = f"{sent.location}/certificates"
    assert manager.post(again, data={}).status_code == 422
    assert manager.post(again, data={"basis_control": "1"}).status_code == 303
    assert "HGZ-2025-0002" in buyer.get(sent.location).text
    buyer.get("/locale/en")
    for page in (
        sent.location,
        certificate,
        claim,
        f"/sales/orders/{lorry.part}",
        f"/orders/{lorry.part}",
        "/sales/",
    ):
        assert buyer.get(page).status_code == 200
