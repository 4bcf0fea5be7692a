"""Pages of the settlement: bills and statements for both sides, payments in, payments to the households."""

from __future__ import annotations

from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.books import service as books
from coop.books.models import PayableKind
from coop.books.queries import open_payables
from coop.governance.views.shared import once_only, person
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError
from coop.settlement import service
from coop.settlement.queries import advance_page, payment, statement
from coop.settlement.queries.pages import (
    acceptance_page,
    batch_page,
    claim_page,
    pay_board,
    sale_board,
    sale_page,
)
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import allowed, permit
from coop.web.views import Page, expose

READERS = (Role.enterprise, Role.manager, Role.clerk, Role.accountant, Role.checker, Role.supervisor)
PAYERS = (Role.manager, Role.accountant, Role.checker, Role.supervisor)


class SaleView(Page):
    """Bills, payments and statements between the two sides."""

    route_base = "/sales"

    @expose("/")
    def index(self) -> str:
        with self.look() as view:
            return self.render("settlement/index.html", board=sale_board(view.session, view.today))

    @expose("/<int:sale_id>")
    def show(self, sale_id: int) -> str:
        with self.look() as view:
            page = sale_page(view.session, sale_id, view.today)
            vouchers = allowed("VoucherView.show", view.actor.roles, logged_in=True)
        return self.render("settlement/show.html", page=page, form={}, today=view.today, vouchers=vouchers)

    @expose("/acceptances/<int:acceptance_id>")
    def of_acceptance(self, acceptance_id: int) -> ResponseReturnValue:
        """The bill of an acceptance; before there is one, the page to make it on."""
        with self.look() as view:
            page = acceptance_page(view.session, acceptance_id)
        if page.sale_id is not None:
            return redirect(url_for("SaleView.show", sale_id=page.sale_id))
        return self.render("settlement/bill.html", page=page)

    @expose("/acceptances/<int:acceptance_id>/bill", methods=["POST"])
    def bill(self, acceptance_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            row = service.bill(work, acceptance_id)
            sale_id, number = row.id, row.number
        return self.go("SaleView.show", sale_id=sale_id, say=_("Bill %(number)s is made.", number=number))

    @expose("/acceptances/<int:acceptance_id>/claim")
    def claim(self, acceptance_id: int) -> str:
        """What became of the claims of an acceptance; the shipment's page loads it into itself."""
        with self.look() as view:
            page = claim_page(view.session, acceptance_id, view.today)
        template = "settlement/claim_part.html" if self.partial() else "settlement/claim.html"
        return self.render(template, page=page)

    @expose("/<int:sale_id>/payments", methods=["POST"])
    def advise(self, sale_id: int) -> ResponseReturnValue:
        form = Form()
        try:
            amount, day = form.yuan("amount", minimum=1), form.day("day")
            reference = form.text("bank_reference", longest=200)
            form.done()
            with self.unit() as work:
                service.advise_payment(work, sale_id, amount_fen=amount, day=day, bank_reference=reference)
        except InputError as error:
            with self.look() as view:
                page = sale_page(view.session, sale_id, view.today)
            return self.invalid("settlement/show.html", _in_form(error), page=page, today=view.today)
        return self.go("SaleView.show", sale_id=sale_id, say=_("Noted. The seller looks for it at the bank."))

    @expose("/payments/<int:payment_id>")
    def payment(self, payment_id: int) -> str:
        with self.look() as view:
            found = payment(view.session, payment_id)
        return self.render("settlement/payment.html", payment=found)

    @expose("/payments/<int:payment_id>/receive", methods=["POST"])
    def receive(self, payment_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            service.receive_payment(work, payment_id)
        return self.go("SaleView.payment", payment_id=payment_id, say=_("Received and posted."))

    @expose("/orders/<int:part_id>")
    def statement(self, part_id: int) -> str:
        with self.look() as view:
            found = statement(view.session, part_id, view.today)
        return self.render("settlement/statement.html", statement=found, form={}, today=view.today)

    @expose("/orders/<int:part_id>/advances", methods=["POST"])
    def advise_advance(self, part_id: int) -> ResponseReturnValue:
        form = Form()
        try:
            amount, day = form.yuan("amount", minimum=1), form.day("day")
            reference = form.text("bank_reference", longest=200)
            form.done()
            with self.unit() as work:
                row = service.advise_advance(
                    work, part_id, amount_fen=amount, day=day, bank_reference=reference
                )
                advance_id = row.id
        except InputError as error:
            with self.look() as view:
                found = statement(view.session, part_id, view.today)
            return self.invalid(
                "settlement/statement.html", _in_form(error), statement=found, today=view.today
            )
        say = _("Noted. The seller looks for it at the bank.")
        return self.go("SaleView.advance", advance_id=advance_id, say=say)

    @expose("/advances/<int:advance_id>")
    def advance(self, advance_id: int) -> str:
        with self.look() as view:
            page = advance_page(view.session, advance_id)
        return self.render("settlement/advance.html", page=page)

    @expose("/advances/<int:advance_id>/receive", methods=["POST"])
    def receive_advance(self, advance_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            service.receive_advance(work, advance_id)
        return self.go("SaleView.advance", advance_id=advance_id, say=_("Received and posted."))


def _in_form(error: InputError) -> InputError:
    """Faults of the use case ("/amount_fen"), told at the field of the form ("amount")."""
    names = {"/amount_fen": "amount"}
    return InputError([Fault(names.get(f.place, f.place.strip("/")), f.zh, f.en) for f in error.faults])


class BatchView(Page):
    """Pay batches to the households: proposed by one, approved by another, paid, returned line by line."""

    route_base = "/batches"
    default_view = "list"

    @expose("/")
    def list(self) -> str:
        with self.look() as view:
            board = pay_board(view.session, view.actor.tenant_id)
        return self.render("settlement/batches.html", board=board, today=view.today)

    @expose("/propose/<int:entity_id>", methods=["POST"])
    def propose(self, entity_id: int) -> ResponseReturnValue:
        """A batch over all open items of an entity of one kind."""
        form = Form()
        kind, day = form.choice("kind", PayableKind), form.day("day")
        form.done()
        with self.unit() as work:

            def act() -> dict[str, Any]:
                if kind is PayableKind.produce:
                    return {"id": service.propose_pay(work, entity_id, day).id}
                items = [item.id for item in open_payables(work.session, entity_id, kind)]
                return {"id": books.propose_batch(work, entity_id, items, day).id}

            batch_id = int(once_only(self, work, act)["id"])
        return self._back(batch_id, _("Proposed. Another person approves it."))

    @expose("/<int:batch_id>")
    def show(self, batch_id: int) -> str:
        with self.look() as view:
            page = batch_page(view.session, batch_id)
        return self.render("settlement/batch.html", page=page, person=person, today=view.today)

    @expose("/<int:batch_id>/approve", methods=["POST"])
    def approve(self, batch_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            service.approve_pay(work, batch_id)
        return self._back(batch_id, _("Approved. It can be paid."))

    @expose("/<int:batch_id>/pay", methods=["POST"])
    def pay(self, batch_id: int) -> ResponseReturnValue:
        form = Form()
        day, reference = form.day("day"), form.text("bank_reference", longest=200)
        form.done()
        with self.unit() as work:
            service.pay(work, batch_id, day, reference)
        return self._back(batch_id, _("Paid and posted."))

    @expose("/<int:batch_id>/withdraw", methods=["POST"])
    def withdraw(self, batch_id: int) -> ResponseReturnValue:
        form = Form()
        reason = form.text("reason")
        form.done()
        with self.unit() as work:
            books.withdraw_batch(work, batch_id, reason)
        return self._back(batch_id, _("Withdrawn. Its items are open again."))

    @expose("/<int:batch_id>/return/<int:payable_id>", methods=["POST"])
    def returned(self, batch_id: int, payable_id: int) -> ResponseReturnValue:
        """The bank sent one payment back: it is open again."""
        form = Form()
        reason, day = form.text("reason"), form.day("day")
        form.done()
        with self.unit() as work:
            books.return_line(work, batch_id, payable_id, reason, day)
        return self._back(batch_id, _("Booked back. The item is open for another batch."))

    def _back(self, batch_id: int, say: str) -> ResponseReturnValue:
        return self.go("BatchView.show", batch_id=batch_id, say=say)


for _method in ("index", "show", "of_acceptance", "claim", "payment", "advance", "statement"):
    permit(f"SaleView.{_method}", *READERS)
permit("SaleView.statement", Role.county)
permit("SaleView.bill", Role.manager, Role.accountant)
permit("SaleView.advise", Role.enterprise)
permit("SaleView.receive", Role.accountant)
permit("SaleView.advise_advance", Role.enterprise)
permit("SaleView.receive_advance", Role.accountant)
for _method in ("list", "show"):
    permit(f"BatchView.{_method}", *PAYERS)
permit("BatchView.propose", Role.accountant, Role.manager)
permit("BatchView.approve", Role.checker)
permit("BatchView.pay", Role.accountant)
permit("BatchView.withdraw", Role.accountant, Role.manager, Role.checker)
permit("BatchView.returned", Role.accountant)
menu_entry(
    "SaleView.index", lazy_gettext("Bills and payments"), icon="file-invoice", group=Group.trade, order=40
)
menu_entry("BatchView.list", lazy_gettext("Pay the households"), icon="wallet", group=Group.money, order=30)
