"""Rent runs: a year by months, a month previewed, handed to the checker, posted."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coop.accounting.queries import leases_rent as queries
from coop.accounting.queries.depreciation_page import rent_month
from coop.accounting.queries.subledgers import book_and_chart
from coop.accounting.service import leases_rent as service
from coop.governance.views.shared import READERS, once_only, person
from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.web.forms import Form
from coop.web.permissions import permit
from coop.web.views import Page, expose


class RentView(Page):
    route_base = "/rent"

    @expose("/<entity>/<int:year>")
    def year(self, entity: str, year: int) -> str:
        with self.look() as view:
            months = queries.rent_year(view.session, entity, year)
            return self.render("accounting/lease_rent_year.html", months=months, entity=entity, year=year)

    @expose("/<entity>/<int:year>/<int:period>")
    def month(self, entity: str, year: int, period: int) -> str:
        with self.look() as view:
            shown = rent_month(view.session, entity, (year, period))
            return self.render("accounting/lease_rent.html", shown=shown, person=person, form={}, faults={})

    @expose("/<entity>/<int:year>/<int:period>", methods=["POST"])
    def prepare(self, entity: str, year: int, period: int) -> ResponseReturnValue:
        try:
            with self.unit() as work:
                book = book_and_chart(work.session, entity)[0]
                once_only(
                    self,
                    work,
                    lambda: {"id": service.prepare_rent(work, book.entity_id, year, period).id},
                )
        except InputError as error:
            with self.look() as view:
                shown = rent_month(view.session, entity, (year, period))
            return self.invalid("accounting/lease_rent.html", error, shown=shown, person=person)
        return self._on(entity, year, period, _("Another person now approves it."))

    @expose("/runs/<int:rent_run_id>/approve", methods=["POST"])
    def approve(self, rent_run_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            service.approve_rent(work, rent_run_id)
            row, entity = queries.rent_run(work.session, rent_run_id)
            year, period = row.year, row.month
        return self._on(entity, year, period, _("Approved and posted."))

    @expose("/runs/<int:rent_run_id>/refuse", methods=["POST"])
    def refuse(self, rent_run_id: int) -> ResponseReturnValue:
        form = Form()
        reason = form.text("reason", longest=200)
        form.done()
        with self.unit() as work:
            service.refuse_rent(work, rent_run_id, reason)
            row, entity = queries.rent_run(work.session, rent_run_id)
            year, period = row.year, row.month
        return self._on(entity, year, period, _("Sent back."))

    def _on(self, entity: str, year: int, period: int, say: str) -> ResponseReturnValue:
        return self.go("RentView.month", entity=entity, year=year, period=period, say=say)


for _page in ("year", "month"):
    permit(f"RentView.{_page}", *READERS)
permit("RentView.prepare", Role.accountant)
permit("RentView.approve", Role.checker)
permit("RentView.refuse", Role.checker, Role.accountant)
