"""Casual labour: sheets of days, filled by the clerk, accrued and paid by accountant and checker."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.accounting.models.petty import Purse
from coop.accounting.queries import labour as queries
from coop.accounting.service import labour
from coop.accounting.service.labour import WorkEntry
from coop.governance.views.shared import VILLAGE, once_only, person
from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.web.forms import Form, scaled
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose


def _tenths(form: Form, name: str) -> int:
    """Days typed with one decimal at most, in tenths."""
    value = scaled(form.text(name), 1)
    if value is None or value <= 0:
        form.fault(name, "应为大于 0 的数字，最多 1 位小数", "a number above 0 of at most 1 decimal")
        return 1
    return value


class LabourView(Page):
    route_base = "/labour"

    @expose("/")
    def list(self) -> str:
        with self.look() as view:
            board = queries.labour_board(view.session)
            return self.render("accounting/labour.html", board=board, form={}, faults={})

    @expose("/", methods=["POST"])
    def create(self) -> ResponseReturnValue:
        form = Form()
        entity_id, team, day = form.integer("entity"), form.text("team", longest=100), form.day("day")
        try:
            form.done()
            with self.unit() as work:
                made = once_only(
                    self, work, lambda: {"id": labour.open_sheet(work, entity_id, team=team, day=day).id}
                )
        except InputError as error:
            with self.look() as view:
                board = queries.labour_board(view.session)
            return self.invalid("accounting/labour.html", error, board=board)
        return self.go("LabourView.show", labour_sheet_id=made["id"], say=_("Now enter who worked."))

    @expose("/<int:labour_sheet_id>")
    def show(self, labour_sheet_id: int) -> str:
        with self.look() as view:
            page = queries.sheet_page(view.session, labour_sheet_id)
            return self.render("accounting/labour_sheet.html", page=page, person=person, form={}, faults={})

    @expose("/<int:labour_sheet_id>/lines", methods=["POST"])
    def add(self, labour_sheet_id: int) -> ResponseReturnValue:
        form = Form()
        entry = WorkEntry(
            form.text("household", longest=20),
            form.day("day"),
            _tenths(form, "days"),
            form.yuan("rate", minimum=1),
        )
        try:
            form.done()
            with self.unit() as work:
                once_only(self, work, lambda: {"id": labour.add_work(work, labour_sheet_id, entry).id})
        except InputError as error:
            return self._faulty(labour_sheet_id, error)
        return self.go("LabourView.show", labour_sheet_id=labour_sheet_id, say=_("Entered."))

    @expose("/lines/<int:labour_line_id>/remove", methods=["POST"])
    def remove(self, labour_line_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            sheet_id = labour.remove_work(work, labour_line_id)
        return self.go("LabourView.show", labour_sheet_id=sheet_id, say=_("Taken out."))

    @expose("/<int:labour_sheet_id>/hand-in", methods=["POST"])
    def hand_in(self, labour_sheet_id: int) -> ResponseReturnValue:
        form = Form()
        account = form.text("account", longest=80)
        try:
            form.done()
            with self.unit() as work:
                labour.hand_in(work, labour_sheet_id, account)
        except InputError as error:
            return self._faulty(labour_sheet_id, error)
        return self.go(
            "LabourView.show", labour_sheet_id=labour_sheet_id, say=_("Another person now approves it.")
        )

    @expose("/<int:labour_sheet_id>/accrue", methods=["POST"])
    def accrue(self, labour_sheet_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            labour.accrue(work, labour_sheet_id)
        return self.go("LabourView.show", labour_sheet_id=labour_sheet_id, say=_("Approved and posted."))

    @expose("/<int:labour_sheet_id>/return", methods=["POST"])
    def send_back(self, labour_sheet_id: int) -> ResponseReturnValue:
        form = Form()
        reason = form.text("reason", longest=200)
        try:
            form.done()
            with self.unit() as work:
                labour.send_back(work, labour_sheet_id, reason)
        except InputError as error:
            return self._faulty(labour_sheet_id, error)
        return self.go("LabourView.show", labour_sheet_id=labour_sheet_id, say=_("Returned with the reason."))

    @expose("/<int:labour_sheet_id>/ask-payment", methods=["POST"])
    def ask_payment(self, labour_sheet_id: int) -> ResponseReturnValue:
        form = Form()
        day, purse = form.day("pay_day"), form.choice("purse", Purse)
        try:
            form.done()
            with self.unit() as work:
                labour.ask_payment(work, labour_sheet_id, day=day, purse=purse)
        except InputError as error:
            return self._faulty(labour_sheet_id, error)
        return self.go(
            "LabourView.show", labour_sheet_id=labour_sheet_id, say=_("Another person now approves it.")
        )

    @expose("/<int:labour_sheet_id>/pay", methods=["POST"])
    def pay(self, labour_sheet_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            labour.pay(work, labour_sheet_id)
        return self.go("LabourView.show", labour_sheet_id=labour_sheet_id, say=_("Approved and posted."))

    def _faulty(self, sheet_id: int, error: InputError) -> ResponseReturnValue:
        with self.look() as view:
            page = queries.sheet_page(view.session, sheet_id)
        return self.invalid("accounting/labour_sheet.html", error, page=page, person=person)


permit("LabourView.list", *VILLAGE)
permit("LabourView.show", *VILLAGE)
for _page in ("create", "add", "remove"):
    permit(f"LabourView.{_page}", Role.clerk, Role.accountant)
for _page in ("hand_in", "ask_payment"):
    permit(f"LabourView.{_page}", Role.accountant)
for _page in ("accrue", "pay"):
    permit(f"LabourView.{_page}", Role.checker)
permit("LabourView.send_back", Role.checker, Role.accountant)
menu_entry("LabourView.list", lazy_gettext("Casual labour"), icon="users", group=Group.money, order=35)
