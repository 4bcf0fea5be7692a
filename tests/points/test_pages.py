"""The points pages: charter, a claim from hand to hand, the shop, households and lists, by every role."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from coop.books import service as books
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database
from coop.kernel.unit import unit
from ledger.voucher import Voucher, credit, debit
from tests.conftest import make_village, settings_for
from tests.office import Office, open_office
from tests.points.steps import DAY

READERS = ("manager", "accountant", "checker", "supervisor", "clerk", "county")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path / 'pages.sqlite'}"
    return settings_for(tmp_path, url, url)


@pytest.fixture
def office(settings: Settings, db: Database, clock: ToldClock) -> Office:
    village, next_door = make_village(households=4), make_village("XYZ", households=1)
    made = open_office(settings, clock, village, next_door)
    clock.day = DAY
    assert made.post("manager", "/points/items/adopt").status_code == 303
    with unit(made.actor(Role.accountant)) as work:
        money = (debit("102", 1_000_000), credit("301", 1_000_000))
        books.post(work, village.rceo, Voucher(date(2025, 1, 2), "资本", money, "capital:1"))
    return made


def claimed(office: Office, item: str = "S03", household: str = "H0001") -> str:
    """A claim proposed by the clerk; its page."""
    sent = {"household": household, "item": item, "day": DAY.isoformat(), "evidence": "院坝会见证"}
    made = office.post("clerk", "/points/claims/new", **sent)
    assert made.status_code == 303, made.text[-400:]
    return made.location


def made_final(office: Office, url: str) -> None:
    """Checked by the manager, scored and published by the supervisor, seven days, final."""
    claim = url.rsplit("/", 1)[1]
    assert office.post("manager", f"{url}/check").status_code == 303
    assert office.post("supervisor", "/points/claims/score", claim=claim).status_code == 303
    published = office.post("supervisor", "/points/claims/publish", claim=claim)
    assert published.status_code == 303
    assert "H0001" in office.text("household", published.location)
    assert office.post("manager", "/points/claims/finalise", claim=claim).status_code == 422
    office.clock.day += timedelta(days=7)
    assert office.post("manager", "/points/claims/finalise", claim=claim).status_code == 303


def test_a_claim_from_hand_to_hand(office: Office) -> None:
    text = office.text("clerk", "/points/claims/new")
    assert "S03" in text
    assert office.post("clerk", "/points/claims/new", household="H0001").status_code == 422
    url = claimed(office)
    for login in READERS:
        office.text(login, url)
        for page in ("items", "claims", "households", "households/H0001", "shop", "claims?state=final"):
            office.text(login, f"/points/{page}")
    assert "院坝会见证" in office.text("supervisor", url)
    assert "院坝会见证" not in office.text("county", url), "evidence stays in the village"
    assert office.post("clerk", f"{url}/check").status_code == 422, "not by who proposed it"
    assert office.post("accountant", f"{url}/check").status_code == 403
    made_final(office, url)
    assert "/vouchers/" in office.text("accountant", url)
    household = office.text("manager", "/points/households/H0001")
    assert "120" in household, "the honour score: 100 and 20"
    assert office.status("manager", "/points/households/H9999") == 404
    assert "H0001" in office.text("supervisor", "/points/lists?since=2025-01-01&until=2025-12-31")
    for login in ("county", "household", "enterprise"):
        assert office.status(login, "/points/lists") == 403
    for login in ("household", "enterprise"):
        assert office.status(login, "/points/households/H0001") == 403
    assert office.status("stranger", url) == 404
    assert "120" not in office.text("stranger", "/points/households")
    asked = {"reason": "查实不符", "asked_by": office.users["clerk"]}
    assert office.post("checker", f"{url}/revoke").status_code == 422
    assert office.post("checker", f"{url}/revoke", **asked).status_code == 303
    assert "查实不符" in office.text("manager", url)


def test_a_claim_refused(office: Office) -> None:
    url = claimed(office)
    assert office.post("supervisor", f"{url}/reject").status_code == 422
    assert office.post("stranger", f"{url}/reject", reason="不符").status_code == 404
    assert office.post("supervisor", f"{url}/reject", reason="证据不足").status_code == 303
    assert "证据不足" in office.text("clerk", url)


def test_goods_for_points(office: Office) -> None:
    bought = {"bought": "SOAP", "pieces": 10, "cost": "33.33", "day": DAY.isoformat()}
    assert office.post("checker", "/points/shop/buy", **bought).status_code == 403
    assert office.post("clerk", "/points/shop/buy", **(bought | {"cost": "-1"})).status_code == 422
    purchase = office.post("clerk", "/points/shop/buy", **bought)
    assert "33.33" in office.text("county", purchase.location)
    made_final(office, claimed(office))
    second = office.users["manager"]
    wanted = {"household": "H0001", "goods": "SOAP", "count": 1, "second": second, "request_key": "soap"}
    assert office.post("manager", "/points/shop/redeem", **wanted).status_code == 403
    assert office.post("clerk", "/points/shop/redeem", household="H0001").status_code == 422
    assert (
        office.post(
            "clerk", "/points/shop/redeem", **(wanted | {"count": 99, "request_key": "x"})
        ).status_code
        == 422
    )
    given = office.post("clerk", "/points/shop/redeem", **wanted)
    assert given.status_code == 303
    assert office.post("clerk", "/points/shop/redeem", **wanted).location == given.location
    text = office.text("accountant", given.location)
    assert "3.33" in text
    assert "/vouchers/" in text
    for page in (given.location, purchase.location):
        assert office.status("stranger", page) == 404
        assert office.status("household", page) == 403
    assert "29.99" not in office.text("clerk", "/points/shop"), "33.33 less 3.33"
    assert "30.00" in office.text("clerk", "/points/shop")
    office.clock.day = date(2025, 12, 30)
    assert office.post("manager", "/points/shop/expire", before="2025-12-01").status_code == 303
    assert "16" in office.text("county", "/points/expiries/1"), "20 earned, 4 redeemed"
    assert office.status("stranger", "/points/expiries/1") == 404
