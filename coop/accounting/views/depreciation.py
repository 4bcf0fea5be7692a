"""Depreciation runs: a year by months, a month previewed, handed to the checker, posted."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.accounting.queries import depreciation as queries
from coop.accounting.queries.depreciation_page import depreciation_month
from coop.accounting.queries.subledgers import book_and_chart
from coop.accounting.queries.subledgers_board import books_with_entities
from coop.accounting.service import depreciation as service
from coop.governance.views.shared import READERS, once_only, person
from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose


class DepreciationView(Page):
    route_base = "/depreciation"

    @expose("/")
    def list(self) -> str:
        with self.look() as view:
            held = books_with_entities(view.session)
            return self.render("accounting/depreciation_books.html", held=held, year=view.today.year)

    @expose("/<entity>/<int:year>")
    def year(self, entity: str, year: int) -> str:
        with self.look() as view:
            page = queries.depreciation_year(view.session, entity, year)
            return self.render("accounting/depreciation_year.html", page=page, person=person)

    @expose("/<entity>/<int:year>/<int:period>")
    def month(self, entity: str, year: int, period: int) -> str:
        with self.look() as view:
            shown = depreciation_month(view.session, entity, (year, period))
            return self.render("accounting/depreciation.html", shown=shown, person=person, form={}, faults={})

    @expose("/<entity>/<int:year>/<int:period>", methods=["POST"])
    def prepare(self, entity: str, year: int, period: int) -> ResponseReturnValue:
        try:
            with self.unit() as work:
                book = book_and_chart(work.session, entity)[0]
                once_only(
                    self,
                    work,
                    lambda: {"id": service.prepare_depreciation(work, book.entity_id, year, period).id},
                )
        except InputError as error:
            with self.look() as view:
                shown = depreciation_month(view.session, entity, (year, period))
            return self.invalid("accounting/depreciation.html", error, shown=shown, person=person)
        return self._on(entity, year, period, _("Another person now approves it."))

    @expose("/runs/<int:depreciation_run_id>/approve", methods=["POST"])
    def approve(self, depreciation_run_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            service.approve_depreciation(work, depreciation_run_id)
            row, entity = queries.depreciation_run(work.session, depreciation_run_id)
            year, period = row.year, row.month
        return self._on(entity, year, period, _("Approved and posted."))

    @expose("/runs/<int:depreciation_run_id>/refuse", methods=["POST"])
    def refuse(self, depreciation_run_id: int) -> ResponseReturnValue:
        form = Form()
        reason = form.text("reason", longest=200)
        form.done()
        with self.unit() as work:
            service.refuse_depreciation(work, depreciation_run_id, reason)
            row, entity = queries.depreciation_run(work.session, depreciation_run_id)
            year, period = row.year, row.month
        return self._on(entity, year, period, _("Sent back."))

    def _on(self, entity: str, year: int, period: int, say: str) -> ResponseReturnValue:
        return self.go("DepreciationView.month", entity=entity, year=year, period=period, say=say)


for _page in ("list", "year", "month"):
    permit(f"DepreciationView.{_page}", *READERS)
permit("DepreciationView.prepare", Role.accountant)
permit("DepreciationView.approve", Role.checker)
permit("DepreciationView.refuse", Role.checker, Role.accountant)
menu_entry(
    "DepreciationView.list", lazy_gettext("Depreciation"), icon="chart-line", group=Group.money, order=37
)
