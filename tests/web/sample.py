"""A small app's pages and helpers: one page of each kind, a clock moved by hand, logging in through the
form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.test import TestResponse

from coop.kernel.actor import Actor, Role
from coop.kernel.errors import ConflictError, Fault, InputError, NotFoundError
from coop.web.forms import Form
from coop.web.views import Page, Pages, PhonePage, expose
from ledger.errors import LedgerError

PASSWORD = "mushrooms of the forest"


class Sample(Page):
    """What a subject's page looks like, with every component."""

    route_base = "/sample"

    @expose("/")
    def index(self) -> str:
        rows = [
            {"no": "V-1", "fen": 123_450, "g": 1_234_500, "at": datetime(2025, 12, 31, 16, 30, tzinfo=UTC)},
            {"no": "V-2", "fen": -5, "g": 500, "at": None},
        ]
        option = {
            "xAxis": {"type": "category", "data": ["V-1", "V-2"]},
            "yAxis": {},
            "series": [{"type": "bar", "data": [5, 7]}],
        }
        return self.render("sample/index.html", rows=rows, option=option, pages=Pages(2, 2, 6))

    @expose("/new", methods=["POST"])
    def create(self) -> Any:
        form = Form()
        try:
            grams, fen = form.kg("quantity", minimum=1), form.yuan("amount")
            form.done()
        except InputError as error:
            return self.invalid("sample/form.html", error)
        return self.go("Sample.index", say=f"{grams} {fen}")

    @expose("/file")
    def file(self) -> Any:
        return self.download("四位".encode(), "分红表.txt", "text/plain")

    @expose("/fail/<kind>")
    def fail(self, kind: str) -> str:
        faults: dict[str, Exception] = {
            "missing": NotFoundError("order", 7),
            "conflict": ConflictError("order:7", 1, 2),
            "input": InputError([Fault("/a", "不对", "wrong")]),
            "ledger": LedgerError(zh="借贷不平", en="does not balance"),
            "bug": RuntimeError("secret detail"),
        }
        raise faults[kind]

    @expose("/manager")
    def manager(self) -> str:
        return str(_("Today"))

    @expose("/unlisted")
    def unlisted(self) -> str:
        return "nobody gets here"


class SamplePhone(PhonePage):
    route_base = "/sample-phone"

    @expose("/")
    def index(self) -> str:
        return self.render("sample/phone.html")


@dataclass(slots=True)
class Watch:
    """A clock that tests move by hand."""

    at: datetime = datetime(2025, 3, 1, 2, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def advance(self, **span: int) -> None:
        self.at += timedelta(**span)


def actor_for(user_id: int) -> Actor | None:
    """The administrator of these tests holds no post."""
    name, roles = current_user.get_full_name(), current_user.role_names
    return None if Role.admin in roles else Actor(user_id, name, tenant_id=1, roles=roles)


def token(response: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', response.text)
    assert found, response.text[:500]
    return found[1]


def log_in(
    client: FlaskClient, username: str = "13800000001", password: str = PASSWORD, after: str = ""
) -> TestResponse:
    page = client.get("/login/")
    return client.post(
        "/login/" + (f"?next={after}" if after else ""),
        data={"username": username, "password": password, "csrf_token": token(page)},
    )
