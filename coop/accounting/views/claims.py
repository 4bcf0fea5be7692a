"""Expense claims: the clerk's phone page, the accountant's coding, the second person's booking."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.accounting.models.claims import ExpenseKind, ExpenseState, PaidFrom
from coop.accounting.queries import claims as queries
from coop.accounting.queries.petty import petty_board
from coop.accounting.service import claims
from coop.accounting.service.claims import ReceiptEntry
from coop.governance.views.shared import VILLAGE, once_only, person
from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose


def _states() -> tuple[ExpenseState, ...]:
    asked = request.args.get("state", "")
    return (ExpenseState(asked),) if asked in ExpenseState.__members__ else ()


class ExpenseView(Page):
    route_base = "/expenses"

    @expose("/")
    def list(self) -> str:
        with self.look() as view:
            mine = view.actor.user_id if request.args.get("mine") else None
            items = queries.claim_list(view.session, states=_states(), mine=mine)
            return self.render("accounting/claims.html", items=items, chosen=_states(), mine=mine)

    @expose("/new")
    def new(self) -> str:
        with self.look() as view:
            return self.render(
                "accounting/claim_new.html", board=petty_board(view.session), form={}, faults={}
            )

    @expose("/new", methods=["POST"])
    def create(self) -> ResponseReturnValue:
        form = Form()
        holder, title = form.integer("holder"), form.text("title", longest=100)
        try:
            form.done()
        except InputError as error:
            with self.look() as view:
                board = petty_board(view.session)
            return self.invalid("accounting/claim_new.html", error, board=board)
        with self.unit() as work:
            made = once_only(self, work, lambda: {"id": claims.open_claim(work, holder, title).id})
        return self.go("ExpenseView.show", expense_claim_id=made["id"], say=_("Now add the receipts."))

    @expose("/<int:expense_claim_id>")
    def show(self, expense_claim_id: int) -> str:
        with self.look() as view:
            page = queries.claim_page(view.session, expense_claim_id)
            return self.render("accounting/claim.html", **self._context(page, view.actor.user_id), form={})

    @expose("/<int:expense_claim_id>/receipts", methods=["POST"])
    def receipt(self, expense_claim_id: int) -> ResponseReturnValue:
        form = Form()
        entry = ReceiptEntry(
            form.day("day"),
            form.text("purpose", longest=100),
            form.choice("kind", ExpenseKind),
            form.yuan("amount", minimum=1),
            form.text("invoice", required=False, longest=40),
        )
        try:
            form.done()
            with self.unit() as work:
                once_only(self, work, lambda: {"id": claims.add_receipt(work, expense_claim_id, entry).id})
        except InputError as error:
            return self._faulty(expense_claim_id, error)
        return self.go("ExpenseView.show", expense_claim_id=expense_claim_id, say=_("The receipt is added."))

    @expose("/receipts/<int:expense_line_id>/remove", methods=["POST"])
    def remove(self, expense_line_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            claim_id = claims.remove_receipt(work, expense_line_id)
        return self.go("ExpenseView.show", expense_claim_id=claim_id, say=_("The receipt is taken out."))

    @expose("/<int:expense_claim_id>/submit", methods=["POST"])
    def submit(self, expense_claim_id: int) -> ResponseReturnValue:
        try:
            with self.unit() as work:
                claims.submit(work, expense_claim_id)
        except InputError as error:
            return self._faulty(expense_claim_id, error)
        return self.go(
            "ExpenseView.show", expense_claim_id=expense_claim_id, say=_("Handed to the accountant.")
        )

    @expose("/<int:expense_claim_id>/code", methods=["POST"])
    def code(self, expense_claim_id: int) -> ResponseReturnValue:
        form = Form()
        paid_from, day = form.choice("paid_from", PaidFrom), form.day("booked_on")
        accounts = {
            int(name.removeprefix("account-")): value.strip()
            for name, value in form.fields.items()
            if name.startswith("account-") and name.removeprefix("account-").isdecimal()
        }
        try:
            form.done()
            with self.unit() as work:
                claims.code(work, expense_claim_id, accounts, paid_from=paid_from, day=day)
        except InputError as error:
            return self._faulty(expense_claim_id, error)
        return self.go(
            "ExpenseView.show", expense_claim_id=expense_claim_id, say=_("Coded. Another person books it.")
        )

    @expose("/<int:expense_claim_id>/return", methods=["POST"])
    def send_back(self, expense_claim_id: int) -> ResponseReturnValue:
        form = Form()
        reason = form.text("reason", longest=200)
        try:
            form.done()
            with self.unit() as work:
                claims.send_back(work, expense_claim_id, reason)
        except InputError as error:
            return self._faulty(expense_claim_id, error)
        return self.go(
            "ExpenseView.show", expense_claim_id=expense_claim_id, say=_("Returned with the reason.")
        )

    @expose("/<int:expense_claim_id>/book", methods=["POST"])
    def book(self, expense_claim_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            claims.book(work, expense_claim_id)
        return self.go("ExpenseView.show", expense_claim_id=expense_claim_id, say=_("Booked as one voucher."))

    @expose("/<int:expense_claim_id>/take-back", methods=["POST"])
    def take_back(self, expense_claim_id: int) -> ResponseReturnValue:
        form = Form()
        reason, day = form.text("reason", longest=200), form.day("day")
        try:
            form.done()
            with self.unit() as work:
                claims.take_back(work, expense_claim_id, day=day, reason=reason)
        except InputError as error:
            return self._faulty(expense_claim_id, error)
        return self.go(
            "ExpenseView.show", expense_claim_id=expense_claim_id, say=_("Reversed in red letters.")
        )

    def _context(self, page: queries.ClaimPage, user_id: int) -> dict[str, object]:
        return {
            "page": page,
            "own": page.item.claim.claimant_id == user_id,
            "kinds": [kind.value for kind in ExpenseKind],
            "sources": [source.value for source in PaidFrom],
            "person": person,
        }

    def _faulty(self, claim_id: int, error: InputError) -> ResponseReturnValue:
        with self.look() as view:
            context = self._context(queries.claim_page(view.session, claim_id), view.actor.user_id)
        return self.invalid("accounting/claim.html", error, **context)


permit("ExpenseView.list", *VILLAGE)
permit("ExpenseView.show", *VILLAGE)
for _page in ("new", "create", "receipt", "remove", "submit"):
    permit(f"ExpenseView.{_page}", Role.clerk, Role.accountant)
permit("ExpenseView.code", Role.accountant)
permit("ExpenseView.send_back", Role.accountant, Role.checker)
permit("ExpenseView.book", Role.checker)
permit("ExpenseView.take_back", Role.checker)
menu_entry("ExpenseView.list", lazy_gettext("Expense claims"), icon="receipt", group=Group.money, order=31)
