from __future__ import annotations
from collections.abc import Callable
from flask.testing import FlaskClient
from tests.desk.chain import Chain

def test_smoke(told: Chain, as_user: Callable[[str], FlaskClient]) -> None:
    for who in ("manager",):
        for url in ("/", "/orders/", f"/orders/{told.part}"):
            a = as_user(who).get(url)
            print(url, a.status_code)
            assert a.status_code == 200
