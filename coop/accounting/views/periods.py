"""Closing months and years (结账), with what stands in the way by name; reopening by two persons."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.accounting import service as accounting
from coop.accounting.queries import boards
from coop.accounting.queries.rehearsal import rehearse
from coop.governance.views.shared import READERS, person
from coop.kernel.actor import Role
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose
from ledger import periods


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 16 else None


class PeriodView(Page):
    route_base = "/periods"

    @expose("/")
    def list(self) -> str:
        with self.look() as view:
            page = boards.period_page(view.session, _number("entity_id"), _number("year"))
            cards = boards.book_cards(view.session)
            return self.render("accounting/periods.html", page=page, cards=cards, person=person, form={})

    @expose("/<int:entity_id>/<int:year>/<int:number>/close", methods=["POST"])
    def close(self, entity_id: int, year: int, number: int) -> ResponseReturnValue:
        with self.unit() as u:
            if number == periods.LAST:
                accounting.close_year(u, entity_id, year)
            else:
                accounting.close_month(u, entity_id, year, number)
        return self._back(entity_id, year, _("The period is closed."))

    @expose("/<int:entity_id>/<int:year>/<int:number>/rehearsal")
    def rehearsal(self, entity_id: int, year: int, number: int) -> str:
        """What the close would do, and what stands in its way; nothing is changed."""
        with self.look() as view:
            plan = rehearse(view.session, entity_id, year, number)
            return self.render("accounting/rehearsal.html", plan=plan)

    @expose("/<int:entity_id>/<int:year>/run", methods=["POST"])
    def run(self, entity_id: int, year: int) -> ResponseReturnValue:
        """Close the months up to one, as a job."""
        form = Form()
        upto = form.integer("upto", minimum=1, maximum=12)
        form.done()
        with self.unit() as u:
            job = accounting.ask_close(u, entity_id, year, upto)
        return self.go("Jobs.show", job_id=job.id)

    @expose("/<int:entity_id>/<int:year>/transfer", methods=["POST"])
    def transfer(self, entity_id: int, year: int) -> ResponseReturnValue:
        form = Form()
        resolution = form.text("resolution", longest=40)
        form.done()
        with self.unit() as u:
            accounting.transfer_result(u, entity_id, year, resolution)
        return self._back(entity_id, year, _("The year's result is carried over."))

    @expose("/<int:entity_id>/<int:year>/<int:number>/ask", methods=["POST"])
    def ask(self, entity_id: int, year: int, number: int) -> ResponseReturnValue:
        form = Form()
        reason = form.text("reason", longest=200)
        form.done()
        with self.unit() as u:
            accounting.ask_reopen(u, entity_id, year, number, reason)
        return self._back(entity_id, year, _("Another person must now reopen the period."))

    @expose("/requests/<int:request_id>/reopen", methods=["POST"])
    def reopen(self, request_id: int) -> ResponseReturnValue:
        with self.unit() as u:
            row = accounting.reopen(u, request_id)
        return self._back(row.entity_id, row.year, _("The period is open again."))

    @expose("/requests/<int:request_id>/refuse", methods=["POST"])
    def refuse(self, request_id: int) -> ResponseReturnValue:
        with self.unit() as u:
            row = accounting.refuse_reopen(u, request_id)
        return self._back(row.entity_id, row.year, _("The period stays closed."))

    def _back(self, entity_id: int, year: int, say: str) -> ResponseReturnValue:
        return self.go("PeriodView.list", entity_id=entity_id, year=year, say=say)


permit("PeriodView.list", *READERS)
permit("PeriodView.rehearsal", *READERS)
for _act in ("close", "run", "transfer", "ask"):
    permit(f"PeriodView.{_act}", Role.accountant)
permit("PeriodView.reopen", Role.checker)
permit("PeriodView.refuse", Role.checker, Role.accountant)
menu_entry("PeriodView.list", lazy_gettext("Month close"), icon="calendar", group=Group.money, order=40)
