"""Counting the cash: who counted what, who looked on, and what became of a difference."""

from __future__ import annotations

from datetime import date

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.accounting.queries import cash
from coop.accounting.rules.cash import DENOMINATIONS, MOST_PIECES
from coop.accounting.service import cash as service
from coop.governance.views.shared import once_only, person
from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose

READERS = (Role.manager, Role.accountant, Role.checker, Role.supervisor)
DESK = (Role.accountant, Role.checker)


class CashView(Page):
    route_base = "/cash"

    @expose("/")
    def list(self) -> str:
        with self.look() as view:
            counts, entities = cash.cash_counts(view.session)
            books = cash.cash_books(view.session)
        return self.render(
            "accounting/cash.html", counts=counts, entities=entities, books=books, person=person
        )

    @expose("/new/<int:entity_id>")
    def new(self, entity_id: int) -> str:
        with self.look() as view:
            try:
                day = date.fromisoformat(request.args.get("day", ""))
            except ValueError:
                day = view.today
            offer = cash.cash_form(view.session, entity_id, day)
        return self.render("accounting/cash_new.html", offer=offer, form={})

    @expose("/new/<int:entity_id>", methods=["POST"])
    def create(self, entity_id: int) -> ResponseReturnValue:
        form = Form()
        day = form.day("day")
        reason = form.text("reason", required=False, longest=150)
        pieces = {
            value: form.integer(f"pieces-{value}", required=False, maximum=MOST_PIECES)
            for value in DENOMINATIONS
        }
        try:
            form.done()
            with self.unit() as u:
                made = once_only(
                    self,
                    u,
                    lambda: {
                        "id": service.count_cash(u, entity_id, day=day, pieces=pieces, reason=reason).id
                    },
                )
        except InputError as error:
            with self.look() as view:
                offer = cash.cash_form(view.session, entity_id, view.today if day == date.min else day)
            return self.invalid("accounting/cash_new.html", error, offer=offer)
        return self.go(
            "CashView.show", cash_count_id=made["id"], say=_("Counted. Another person now witnesses it.")
        )

    @expose("/<int:cash_count_id>")
    def show(self, cash_count_id: int) -> str:
        with self.look() as view:
            found, accounts = cash.cash_count(view.session, cash_count_id)
            own = found.count.counter_id == view.actor.user_id
        return self.render("accounting/cash_count.html", c=found, accounts=accounts, own=own, person=person)

    @expose("/<int:cash_count_id>/witness", methods=["POST"])
    def witness(self, cash_count_id: int) -> ResponseReturnValue:
        with self.unit() as u:
            service.witness_count(u, cash_count_id)
        return self.go("CashView.show", cash_count_id=cash_count_id, say=_("Witnessed."))

    @expose("/<int:cash_count_id>/refuse", methods=["POST"])
    def refuse(self, cash_count_id: int) -> ResponseReturnValue:
        why = Form().text("why", required=False, longest=200)
        with self.unit() as u:
            service.refuse_count(u, cash_count_id, why)
        return self.go(
            "CashView.show", cash_count_id=cash_count_id, say=_("Refused. The cash is counted anew.")
        )

    @expose("/<int:cash_count_id>/draft", methods=["POST"])
    def draft(self, cash_count_id: int) -> ResponseReturnValue:
        counter = Form().text("counter", required=False, longest=80)
        with self.unit() as u:
            made = service.draft_difference(u, cash_count_id, counter=counter).id
        return self.go("DraftView.show", draft_id=made, say=_("The draft waits for another person."))


for _page in ("list", "show"):
    permit(f"CashView.{_page}", *READERS)
for _page in ("new", "create", "witness", "refuse"):
    permit(f"CashView.{_page}", *DESK)
permit("CashView.draft", Role.accountant)
menu_entry("CashView.list", lazy_gettext("Cash counts"), icon="cash", group=Group.money, order=34)
