"""Pages of the purchase: tickets and sheets of them, the clerk's form at the scale (phone first), the weigh slip."""

from __future__ import annotations

from datetime import date

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError
from coop.procurement.queries import receipts, sheet_page, sheets, weigh_slip
from coop.procurement.queries.weighing import WeighPage, weigh_list, weigh_page
from coop.procurement.rules import WeighEntry, WeighLine
from coop.procurement.service import reverse_receipt, weigh
from coop.web.forms import Form, scaled
from coop.web.menu import Group, menu_entry
from coop.web.permissions import allowed, permit
from coop.web.views import Page, PhonePage, expose

STAFF = (Role.manager, Role.clerk, Role.accountant, Role.checker, Role.supervisor)


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
            entry = _entry(Form(), page, self.request_key())
            try:
                with self.unit() as work:
                    receipt = weigh(work, entry)
                    receipt_id, number = receipt.id, receipt.number
            except InputError as error:
                raise InputError([_in_form(fault, entry) for fault in error.faults]) from error
        except InputError as error:
            return self.invalid("procurement/weigh.html", error, page=page, today=view.today)
        return self.go(
            "ReceiptView.show", receipt_id=receipt_id, say=_("Ticket %(number)s is posted.", number=number)
        )


def _entry(form: Form, page: WeighPage, key: str) -> WeighEntry:
    grades = [grade.grade for grade in page.grades]
    entry = WeighEntry(
        client_key=key,
        allocation_id=page.share.allocation_id,
        scale=form.one_of("scale", [code for code, _name in page.scales]),
        day=form.day("day"),
        gross_g=form.kg("gross"),
        tare_g=form.kg("tare"),
        moisture_bp=0 if page.by_head else _percent(form, "moisture"),
        impurity_bp=0 if page.by_head else _percent(form, "impurity"),
        lines=tuple(
            WeighLine(grade, form.integer(f"net_{grade}") if page.by_head else form.kg(f"net_{grade}"))
            for grade in grades
            if form.text(f"net_{grade}", required=False)
        ),
    )
    if not entry.lines:
        what, what_en = ("只数", "heads") if page.by_head else ("净重", "net weight")
        form.fault("gross", f"至少填一个等级的{what}", f"fill in the {what_en} of one grade at least")
    form.done()
    return entry


def _percent(form: Form, name: str) -> int:
    """Per cent with two decimals as typed, basis points returned."""
    text = form.text(name)
    value = scaled(text, 2) if text else 0
    if value is None or not 0 <= value <= 10_000:
        form.fault(name, f"应为 0 到 100 的百分数，实为“{text}”", f"per cent from 0 to 100, not {text!r}")
        return 0
    return value


def _in_form(fault: Fault, entry: WeighEntry) -> Fault:
    """A fault of the ticket's figures, told at the field it was typed into."""
    name, *rest = fault.place.strip("/").split("/")
    if name == "lines" and rest and rest[0].isdecimal():
        place = f"net_{entry.lines[int(rest[0])].grade}"
    else:
        place = {"tare_g": "tare", "lines": "gross"}.get(name, name)
    return Fault(place, fault.zh, fault.en)


permit("ReceiptView.index", *STAFF)
permit("ReceiptView.show", *STAFF)
permit("ReceiptView.reverse", Role.checker)
permit("WeighSheetView.index", *STAFF)
permit("WeighSheetView.show", *STAFF)
for _method in ("index", "form", "weigh"):
    permit(f"WeighView.{_method}", Role.clerk)
menu_entry("WeighView.index", lazy_gettext("Weigh and buy"), icon="scale", group=Group.harvest, order=10)
menu_entry("ReceiptView.index", lazy_gettext("Weigh tickets"), icon="receipt", group=Group.harvest, order=20)
