"""The pages of the growing, by every role: sign, buy, hand out, log, inspect; and a household that sees its own alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from coop.kernel.actor import Actor
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database
from tests.conftest import Village, make_village, settings_for
from tests.office import Office, open_office
from tests.procurement.trade import Trade, make_trade
from tests.production.steps import DAY, all_breaches, buy, fund, issue, sign

DAY_TEXT = DAY.isoformat()
READERS = ("manager", "clerk", "supervisor")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path / 'growing.sqlite'}"
    return settings_for(tmp_path, url, url)


@pytest.fixture
def village(db: Database) -> Village:
    return make_village(households=5)


@pytest.fixture
def trade(village: Village, buyer: Actor, clock: ToldClock) -> Trade:
    made = make_trade(village, buyer)
    clock.day = DAY
    fund(made)
    return made


@pytest.fixture
def office(trade: Trade, settings: Settings, clock: ToldClock, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The household's login stands for H0001, who has a share."""
    monkeypatch.setattr("tests.office.HOUSEHOLD", "H0001")
    return open_office(settings, clock, trade.village, make_village("XYZ", households=1))


def digest(html: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', html)
    assert found is not None
    return found[1]


def test_a_share_is_signed_inspected_and_logged(office: Office, trade: Trade) -> None:
    share = f"/production/{trade.shares['H0002']}"
    for role in READERS:
        assert "户主2" in office.text(role, "/production/")
    signed = office.post("clerk", f"{share}/sign", digest=digest(office.text("clerk", share)), signer="")
    assert signed.status_code == 303, signed.text[-300:]
    for role in (*READERS, "accountant", "checker"):
        text = office.text(role, signed.location)
        assert "XY-2025-0001" in text
        assert "投入品" in text
    assert "XY-2025-0001" in office.text("supervisor", "/agreements/")
    wrong = office.post("clerk", f"{share}/inspect", inspected=DAY_TEXT, result_B2="failed")
    assert wrong.status_code == 422
    assert "不合格须写明原因" in wrong.text
    fields = {"inspected": DAY_TEXT, "result_B2": "failed", "note_B2": "有杂菌", "result_B1": "passed"}
    assert office.post("clerk", f"{share}/inspect", **fields).status_code == 303
    text = office.text("supervisor", share)
    assert "复查合格前不收购" in text
    assert "有杂菌" in text
    assert "停止收购" in office.text("manager", "/production/")
    assert office.post("clerk", f"{share}/inspect", inspected=DAY_TEXT, result_B2="passed").status_code == 303
    assert "复查合格前不收购" not in office.text("manager", share)
    ticked = list(trade.shares.values())
    entry = {"kind": "care", "day": DAY_TEXT, "text": "全村统一消毒"}
    assert office.post("clerk", "/production/log", allocation=ticked, **entry).status_code == 303
    assert office.post("clerk", "/production/log", **entry).status_code == 422
    assert "全村统一消毒" in office.text("clerk", share)
    assert "待巡查" in office.text("clerk", "/production/")
    assert all_breaches() == []


def test_inputs_are_bought_handed_out_and_lead_to_their_vouchers(office: Office, trade: Trade) -> None:
    sign(trade, "H0001")
    fields = {"code": "XG-BAG", "count": "1000", "cost": "2800.00", "day": DAY_TEXT, "supplier": "菌棒厂"}
    bought = office.post("accountant", "/inputs/", **fields)
    assert bought.status_code == 303, bought.text[-300:]
    assert office.post("accountant", "/inputs/", **{**fields, "count": "-1", "cost": "x"}).status_code == 422
    assert "菌棒厂" in office.text("supervisor", bought.location)
    sheet = "/inputs/issue?product=XG&season=2025"
    assert "H0001" in office.text("clerk", sheet)
    assert "H0002" not in office.text("clerk", sheet)
    wanted = {"code": "XG-BAG", "price": "3.50", "day": DAY_TEXT}
    short = office.post("clerk", sheet, **wanted, count_H0001="1001")
    assert short.status_code == 422
    assert "库存不足" in short.text
    issued = office.post("clerk", sheet, **wanted, count_H0001="600", request_key="one")
    assert issued.status_code == 303
    again = office.post("clerk", sheet, **wanted, count_H0001="600", request_key="one")
    assert again.location == issued.location
    text = office.text("accountant", issued.location)
    assert "2,100.00" in text  # 600 x 3.50
    assert "1,680.00" in text  # 600 of 1000 bags that cost 2,800.00
    for page in (bought.location, issued.location):
        voucher = re.search(r'href="(/vouchers/\d+)"', office.text("accountant", page))
        assert voucher is not None
        assert page in office.text("accountant", voucher[1])
    assert office.post("clerk", f"{issued.location}/reverse", reason="错").status_code == 403
    assert office.post("checker", f"{issued.location}/reverse", reason="发错户").status_code == 303
    assert "发错户" in office.text("manager", issued.location)
    assert "FF-2025-0001" in office.text("manager", "/inputs/")
    assert all_breaches() == []


def test_a_household_signs_and_writes_on_its_own_phone_alone(office: Office, trade: Trade) -> None:
    own, other = (f"/my-growing/{trade.shares[number]}" for number in ("H0001", "H0002"))
    assert own in office.text("household", "/my-growing/")
    assert other not in office.text("household", "/my-growing/")
    assert office.status("household", other) == 404
    assert office.post("household", f"{other}/log", kind="care", day=DAY_TEXT, text="浇水").status_code == 404
    assert office.post("household", f"{own}/sign", digest="0" * 64).status_code == 422
    assert (
        office.post("household", f"{own}/sign", digest=digest(office.text("household", own))).status_code
        == 303
    )
    buy(trade, 10, 1_000)
    issue(trade, ("H0001", "XG-BAG", 2, 400))
    fields = {"kind": "input", "day": DAY_TEXT, "input": "GNAT-SPRAY", "text": "喷一次"}
    assert office.post("household", f"{own}/log", **{**fields, "kind": "care"}).status_code == 422
    assert office.post("household", f"{own}/log", **fields).status_code == 303
    text = office.text("household", own)
    assert "安全间隔期 7 天，2025-04-17 起可收购" in text
    assert "8.00" in text
    assert "H0002" not in text
    for page in ("/production/", "/inputs/", "/agreements/", f"/production/{trade.shares['H0001']}"):
        assert office.status("household", page) == 403


def test_other_hands_stay_out(office: Office, trade: Trade) -> None:
    agreement, purchase = sign(trade, "H0001"), buy(trade)
    sheet = issue(trade, ("H0001", "XG-BAG", 1, 400))
    share = trade.shares["H0001"]
    pages = (
        f"/production/{share}",
        f"/agreements/{agreement}",
        f"/inputs/purchases/{purchase}",
        f"/inputs/issues/{sheet}",
    )
    for page in pages:
        assert office.status("stranger", page) == 404
        assert office.status("enterprise", page) == 403
    assert office.post("stranger", f"/production/{share}/inspect", inspected=DAY_TEXT).status_code == 404
    entry = {"kind": "care", "day": DAY_TEXT, "text": "浇水", "allocation": share}
    assert office.post("stranger", "/production/log", **entry).status_code == 422
    assert office.post("supervisor", "/production/log", **entry).status_code == 403
    assert office.post("clerk", "/inputs/", code="LIME").status_code == 403


def test_the_pages_speak_english(office: Office, trade: Trade) -> None:
    key = sign(trade, "H0001")
    buy(trade, 10, 1_000)
    sheet = issue(trade, ("H0001", "XG-BAG", 2, 400))
    office.get("manager", "/locale/en?next=/")
    pages = (
        "/production/",
        f"/production/{trade.shares['H0001']}",
        "/inputs/",
        "/inputs/issue",
        f"/agreements/{key}",
    )
    for page in (*pages, "/agreements/", f"/inputs/issues/{sheet}"):
        assert "household" in office.text("manager", page).lower()
