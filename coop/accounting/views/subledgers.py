"""Sub-ledgers: what stands behind each control account, down to the voucher, and by how much the two differ."""

from __future__ import annotations

from datetime import date

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from coop.accounting.queries import subledgers as parties
from coop.accounting.queries import subledgers_board as boards
from coop.accounting.queries import subledgers_goods as goods
from coop.accounting.queries import subledgers_household as households
from coop.accounting.views import subledgers_file as files
from coop.governance.views.shared import READERS
from coop.web.errors import in_english
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _day(today: date) -> date:
    """The day asked for; nonsense and no day are today."""
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return today


def _role(roles: tuple[str, ...]) -> str:
    asked = request.args.get("of", "")
    return asked if asked in roles else roles[0]


class SubledgerView(Page):
    route_base = "/subledgers"

    @expose("/")
    def list(self) -> str:
        with self.look() as view:
            return self.render("accounting/subledgers.html", held=boards.books_with_entities(view.session))

    @expose("/<entity>")
    def show(self, entity: str) -> str:
        with self.look() as view:
            board = boards.board(view.session, entity, _day(view.today))
            return self.render("accounting/subledger_board.html", board=board)

    @expose("/<entity>/households")
    def households(self, entity: str) -> str:
        with self.look() as view:
            page = households.household_ledger(view.session, entity, _role(boards.HOUSEHOLD_ROLES))
            return self.render("accounting/subledger_households.html", page=page, year=view.today.year)

    @expose("/<entity>/parties")
    def parties(self, entity: str) -> str:
        with self.look() as view:
            page = parties.party_ledger(view.session, entity, _role(parties.PARTY_ROLES), _day(view.today))
            return self.render("accounting/subledger_parties.html", page=page)

    @expose("/<entity>/grants")
    def grants(self, entity: str) -> str:
        with self.look() as view:
            page = goods.grant_ledger(view.session, entity)
            return self.render("accounting/subledger_grants.html", page=page, year=view.today.year)

    @expose("/<entity>/stock")
    def stock(self, entity: str) -> str:
        with self.look() as view:
            page = goods.stock_ledger(view.session, entity)
            return self.render("accounting/subledger_stock.html", page=page, year=view.today.year)

    @expose("/<entity>.xlsx")
    def workbook(self, entity: str) -> ResponseReturnValue:
        """Every sub-ledger of a book as one workbook."""
        with self.look() as view:
            found = boards.everything(view.session, entity, _day(view.today))
        lang = "en" if in_english() else "zh"
        name = f"subledgers-{entity}.xlsx" if lang == "en" else f"明细台账-{entity}.xlsx"
        return self.download(files.workbook(found, lang), name, XLSX)


for _page in ("list", "show", "households", "parties", "grants", "stock", "workbook"):
    permit(f"SubledgerView.{_page}", *READERS)
menu_entry(
    "SubledgerView.list", lazy_gettext("Sub-ledgers"), icon="list-details", group=Group.money, order=15
)
