"""From a figure of a statement to the weigh slip in three clicks, in a story that weighed, shipped and sold."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient

from tests.conftest import YEAR
from tests.desk.chain import Chain


def test_a_figure_leads_to_the_weigh_slip(told: Chain, as_user: Callable[[str], FlaskClient]) -> None:
    client = as_user("accountant")
    page = client.get(f"/books/TYP-COOP/{YEAR}/statements").text
    figures = re.findall(rf'href="(/books/TYP-COOP/{YEAR}/statements/balance_sheet/\w+)"', page)
    paths = []
    for figure in dict.fromkeys(figures):  # 1: the figure
        row = client.get(figure)
        assert row.status_code == 200
        for voucher in dict.fromkeys(re.findall(r'href="(/vouchers/\d+)"', row.text)):  # 2: a voucher of it
            links = re.findall(r'href="(/receipts/\d+)"', client.get(voucher).text)
            paths += [(figure, voucher, link) for link in links]
    assert paths, "no figure leads to a slip"
    slip = client.get(paths[0][2])  # 3: its slip
    assert slip.status_code == 200
