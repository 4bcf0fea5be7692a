"""Pages of the purchase: tickets and sheets of them, the clerk's form at the scale (phone first), the weigh slip."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.procurement.entries import at_row, in_form, sheet_entries, slip_entry
from coop.procurement.queries import receipts, sheet_page, sheets, weigh_slip
from coop.procurement.queries.weighing import sheet_form, weigh_list, weigh_page
from coop.procurement.service import reverse_receipt, weigh, weigh_sheet
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import allowed, permit
from coop.web.views import Page, PhonePage, expose

STAFF = (Role.manager, Role.clerk, Role.accountant, Role.checker, Role.supervisor)
SHEET = "procurement/sheet_form.html"


class ReceiptView(Page):
    """Weigh tickets of the village."""

    route_base = "/receipts"

    @expose("/")
    def index(self) -> str:
        """All tickets, or those of an order (`?part_id=`) or a day (`?day=`)."""
        part_id, day = request.args.get("part_id", type=int), request.args.get("day", type=date.fromisoformat)
        pages = self.pages()
        with self.look() as view:
            found = receipts(view.session, part_id=part_id, day=day)
        pages = pages.of(len(found))
        rows = found[pages.offset : pages.offset + pages.size]
        return self.render("procurement/index.html", receipts=rows, pages=pages, part_id=part_id, day=day)

    @expose("/<int:receipt_id>")
    def show(self, receipt_id: int) -> str:
        with self.look() as view:
            slip = weigh_slip(view.session, receipt_id)
            vouchers = allowed("VoucherView.show", view.actor.roles, logged_in=True)
        return self.render("procurement/show.html", slip=slip, vouchers=vouchers)

    @expose("/<int:receipt_id>/reverse", methods=["POST"])
    def reverse(self, receipt_id: int) -> ResponseReturnValue:
        form = Form()
        reason = form.text("reason")
        form.done()
        with self.unit() as work:
            reverse_receipt(work, receipt_id, reason)
        return self.go("ReceiptView.show", receipt_id=receipt_id, say=_("Reversed. Weigh it anew if needed."))


class WeighSheetView(Page):
    """Tickets of a scale and day under one summary voucher."""

    route_base = "/weigh-sheets"

    @expose("/")
    def index(self) -> str:
        """All sheets, or those of a day (`?day=`)."""
        day = request.args.get("day", type=date.fromisoformat)
        pages = self.pages()
        with self.look() as view:
            found = sheets(view.session, day=day)
        pages = pages.of(len(found))
        rows = found[pages.offset : pages.offset + pages.size]
        return self.render("procurement/sheets.html", sheets=rows, pages=pages, day=day)

    @expose("/new")
    def form(self) -> str:
        """A whole day's sheet of a product (`?product=`), a row a household."""
        return self.render(SHEET, form={}, **self._form())

    def _form(self) -> dict[str, Any]:
        with self.look() as view:
            code = request.args.get("product") or None
            page = sheet_form(view.session, view.actor.tenant_id, code, view.today)
            return {"page": page, "today": view.today}

    @expose("/new", methods=["POST"])
    def post(self) -> ResponseReturnValue:
        """All rows that were filled in, or none; the same sheet again is the sheet there is."""
        context, form = self._form(), Form()
        try:
            entries = sheet_entries(form, context["page"])
            try:
                with self.unit() as work:
                    sheet = weigh_sheet(work, entries, scale=entries[0].scale, day=entries[0].day)
                    sheet_id, number = sheet.id, sheet.number
            except InputError as error:
                raise InputError([at_row(fault, entries) for fault in error.faults]) from error
        except InputError as error:
            return self.invalid(SHEET, error, **context)
        say = _("Sheet %(number)s is posted.", number=number)
        return self.go("WeighSheetView.show", sheet_id=sheet_id, say=say)

    @expose("/<int:sheet_id>")
    def show(self, sheet_id: int) -> str:
        with self.look() as view:
            page = sheet_page(view.session, sheet_id)
            vouchers = allowed("VoucherView.show", view.actor.roles, logged_in=True)
        return self.render("procurement/sheet.html", page=page, vouchers=vouchers)


class WeighView(PhonePage):
    """The clerk at the scale: choose the household, key in the figures, get the slip."""

    route_base = "/weigh"

    @expose("/")
    def index(self) -> str:
        with self.look() as view:
            homes = weigh_list(view.session, view.actor.tenant_id)
        return self.render("procurement/weigh_list.html", homes=homes)

    @expose("/<int:allocation_id>")
    def form(self, allocation_id: int) -> str:
        with self.look() as view:
            page = weigh_page(view.session, allocation_id, view.today)
        return self.render("procurement/weigh.html", page=page, form={}, today=view.today)

    @expose("/<int:allocation_id>", methods=["POST"])
    def weigh(self, allocation_id: int) -> ResponseReturnValue:
        """A double tap, or a retry after a broken line, is one ticket: the form's key is the ticket's."""
        with self.look() as view:
            page = weigh_page(view.session, allocation_id, view.today)
        try:
            entry = slip_entry(Form(), page, self.request_key())
            try:
                with self.unit() as work:
                    receipt = weigh(work, entry)
                    receipt_id, number = receipt.id, receipt.number
            except InputError as error:
                raise InputError([in_form(fault, entry) for fault in error.faults]) from error
        except InputError as error:
            return self.invalid("procurement/weigh.html", error, page=page, today=view.today)
        return self.go(
            "ReceiptView.show", receipt_id=receipt_id, say=_("Ticket %(number)s is posted.", number=number)
        )


permit("ReceiptView.index", *STAFF)
permit("ReceiptView.show", *STAFF)
permit("ReceiptView.reverse", Role.checker)
permit("WeighSheetView.index", *STAFF)
permit("WeighSheetView.show", *STAFF)
permit("WeighSheetView.form", Role.clerk)
permit("WeighSheetView.post", Role.clerk)
for _method in ("index", "form", "weigh"):
    permit(f"WeighView.{_method}", Role.clerk)
menu_entry("WeighView.index", lazy_gettext("Weigh and buy"), icon="scale", group=Group.harvest, order=10)
menu_entry("ReceiptView.index", lazy_gettext("Weigh tickets"), icon="receipt", group=Group.harvest, order=20)
