"""Every page of the chain as every role: what it shows, whom it refuses, that no link leads to a refusal."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient

from coop.kernel.actor import Role
from tests.desk import chain as story
from tests.desk.chain import LOGINS, Chain

Enter = Callable[[str], FlaskClient]
MINE = (
    "/orders",
    "/splits",
    "/capacities",
    "/receipts",
    "/weigh",
    "/shipments",
    "/sales",
    "/batches",
    "/progress",
    "/homes",
    "/household",
)


def page(client: FlaskClient, url: str) -> str:
    """A page's text, with what a reader sees in one line."""
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", answer.text)))


def test_no_link_leads_to_a_refusal(told: Chain, as_user: Enter) -> None:
    """Every link on every page opens, each page has one heading, and no element id is given twice."""
    for name in LOGINS:
        client, seen, todo = as_user(name), set[str](), ["/"]
        while todo:
            url = todo.pop()
            if url in seen:
                continue
            seen.add(url)
            answer = client.get(url, follow_redirects=True)
            assert answer.status_code == 200, (name, url, answer.status_code)
            if answer.mimetype != "text/html":
                continue
            ids = re.findall(r'\bid="([^"]+)"', answer.text)
            assert len(ids) == len(set(ids)), (name, url)
            assert answer.text.count("<h1") == 1, (name, url)
            links = map(unescape, re.findall(r'(?:href|hx-get)="(/[^"#]*)', answer.text))
            todo += [link for link in links if link.startswith(MINE) or re.match(r"/vouchers/\d+$", link)]
        assert len(seen) > 1 or name == "H0002", (name, seen)


def test_figures_of_the_order(told: Chain, as_user: Enter) -> None:
    text = page(as_user("manager"), f"/orders/{told.part}")
    for figure in (
        "200 公斤 (400 斤)",
        "50 公斤 (100 斤)",
        "49.5 公斤 (99 斤)",
        "88.00 元/公斤",
        "HT-2025-001",
    ):
        assert figure in text, figure
    html = as_user("manager").get(f"/orders/{told.part}").text
    assert f'href="/receipts/?part_id={told.part}"' in html
    part = as_user("manager").get(f"/splits/order/{told.part}", headers={"HX-Request": "1"}).text
    assert "FJ-2025-0001" in part
    assert "<html" not in part


def test_figures_of_split_slip_shipment_bill_and_batch(told: Chain, as_user: Enter) -> None:
    manager = as_user("manager")
    text = page(manager, f"/splits/{told.split}")
    for figure in ("H0001", "户主1", "105 公斤", "50 公斤 (100 斤)", "1.000000"):
        assert figure in text, figure
    text = page(manager, f"/receipts/{told.receipt}")
    for figure in (
        "50.5 公斤 (101 斤)",
        "30 公斤 × 80 元/公斤 = 2400.00 元",
        "3,700.00",
        "叁仟柒佰元整",
        "户主1",
    ):
        assert figure in text, figure
    assert re.search(r'href="/vouchers/\d+"', manager.get(f"/receipts/{told.receipt}").text)
    text = page(manager, f"/shipments/{told.shipment}")
    for figure in ("陕F12345", "29.5 公斤", "短重", "H0001", "SG-2025-0001"):
        assert figure in text, figure
    assert page(manager, f"/shipments/acceptances/{told.acceptance}") == text
    assert "HGZ-2025-0001" in page(manager, f"/shipments/{told.shipment}/certificate")
    # 29.5 kg at 88 yuan and 20 kg at 70; half a kilogram claimed; 3,700 went to the household.
    text = page(manager, f"/sales/{told.sale}")
    for figure in ("3,996.00", "44.00", "3,700.00", "296.00"):
        assert figure in text, figure
    assert "3,996.00" in page(manager, f"/sales/orders/{told.part}")
    assert "BANK-1" in page(manager, f"/sales/payments/{told.payment}")
    text = page(manager, f"/batches/{told.batch}")
    for figure in ("3,700.00", "户主1", "记1"):
        assert figure in text, figure


def test_the_start_page_of_each_role(told: Chain, as_user: Enter) -> None:
    assert "3,996.00" in page(as_user("manager"), "/")
    assert "3,700.00" in page(as_user("accountant"), "/")
    assert "待复核支付批次" in page(as_user("checker"), "/")
    assert "待付款的结算单" in page(as_user("buyer"), "/")
    assert "待交售的农户" in page(as_user("clerk"), "/")
    assert as_user("H0001").get("/").location == "/household/"


def test_a_household_reads_its_own_page_and_no_other(told: Chain, as_user: Enter) -> None:
    text = page(as_user("H0001"), "/household/")
    for figure in ("户主1", "3,700.00", "50 公斤 (100 斤)"):
        assert figure in text, figure
    assert "SG-2025-0001" in page(as_user("H0001"), f"/household/slips/{told.receipt}")
    assert "户主2" in page(as_user("H0002"), "/household/")
    shares = told.shares()
    own, other = (row.household_id for row in shares[:2])
    assert as_user("H0001").get(f"/household/{own}").status_code == 200
    assert as_user("H0001").get(f"/household/{other}").status_code == 404
    assert as_user("H0002").get(f"/household/slips/{told.receipt}").status_code == 404
    for staff in ("manager", "clerk", "supervisor"):
        assert "户主2" in page(as_user(staff), f"/household/{other}")
    assert as_user("accountant").get(f"/household/{other}").status_code == 403


def test_the_buyer_meets_no_names(told: Chain, as_user: Enter) -> None:
    buyer = as_user("buyer")
    for url in (
        f"/orders/{told.part}",
        f"/progress/{told.part}",
        f"/shipments/{told.shipment}",
        f"/shipments/{told.shipment}/certificate",
        f"/sales/{told.sale}",
        f"/sales/orders/{told.part}",
    ):
        text = page(buyer, url)
        assert "户主" not in text, url
        assert "3,700.00" not in text, f"{url} tells what the goods cost"


@pytest.mark.parametrize(
    ("name", "urls"),
    [
        ("buyer", ["/splits/", "/receipts/", "/batches/", "/homes/", "/household/", "/weigh/"]),
        ("H0001", ["/orders/", "/splits/", "/receipts/", "/sales/", "/batches/", "/homes/", "/shipments/"]),
        ("manager", ["/orders/new", "/weigh/", "/household/"]),
        ("accountant", ["/splits/", "/homes/", "/orders/new"]),
    ],
)
def test_the_wrong_role_is_refused(chain: Chain, as_user: Enter, name: str, urls: list[str]) -> None:
    for url in urls:
        assert as_user(name).get(url).status_code == 403, url


def test_another_village_finds_nothing(told: Chain, as_user: Enter) -> None:
    stranger, shares = as_user("stranger"), told.shares()
    assert LOGINS["stranger"] is Role.manager
    for url in (
        f"/orders/{told.part}",
        f"/progress/{told.part}",
        f"/splits/{told.split}",
        f"/splits/order/{told.part}",
        f"/receipts/{told.receipt}",
        f"/shipments/{told.shipment}",
        f"/shipments/acceptances/{told.acceptance}",
        f"/shipments/new/{told.part}",
        f"/sales/{told.sale}",
        f"/sales/orders/{told.part}",
        f"/sales/payments/{told.payment}",
        f"/batches/{told.batch}",
        f"/household/{shares[0].household_id}",
    ):
        assert stranger.get(url).status_code == 404, url
    for url in (f"/orders/{told.part}/accept", f"/splits/{told.split}/confirm"):
        assert stranger.post(url).status_code == 404, url
    for url in ("/orders/", "/splits/", "/receipts/", "/shipments/", "/sales/", "/batches/"):
        assert "2025-0001" not in page(stranger, url), url


def test_pages_before_anything_happened(chain: Chain, as_user: Enter) -> None:
    for name, urls in {
        "manager": ["/", "/splits/", "/receipts/", "/shipments/", "/sales/", "/batches/", "/homes/"],
        "clerk": ["/weigh/", "/"],
        "H0001": ["/household/"],
        "buyer": ["/orders/", "/orders/new", "/"],
    }.items():
        for url in urls:
            page(as_user(name), url)
    assert "待接受的订单" in page(as_user("manager"), "/")
    assert as_user("buyer").get("/orders/template.xlsx").data[:2] == b"PK"


def test_english_pages_are_english(told: Chain, as_user: Enter) -> None:
    client = as_user("manager")
    client.get("/locale/en")
    for url in (f"/orders/{told.part}", f"/splits/{told.split}", f"/receipts/{told.receipt}"):
        main = client.get(url).text.split("<main", 1)[1]
        assert "公斤" not in main, url
    assert "Household H0001" in page(client, f"/household/{told.shares()[0].household_id}")


def test_the_phone_list_tells_who_may_deliver(chain: Chain, as_user: Enter) -> None:
    story.split_up(chain)
    story.confirm(chain)
    text = page(as_user("clerk"), "/weigh/")
    assert "H0004 户主4" in text
    form = page(as_user("clerk"), f"/weigh/{chain.shares()[3].id}")
    for figure in ("户主4", "52.5 公斤 (105 斤)", "80.00"):
        assert figure in form, figure
