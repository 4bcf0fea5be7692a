"""Leases of resources and assets: contracts, what is received and overdue, what runs out."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.accounting.models.leases import LeaseKind, LeaseMoveKind
from coop.accounting.models.petty import Purse
from coop.accounting.queries.leases import lease_board, lease_of_move, lease_page
from coop.accounting.queries.leases_page import lease_choices
from coop.accounting.queries.subledgers import book_and_chart
from coop.accounting.queries.subledgers_board import books_with_entities
from coop.accounting.service import leases as service
from coop.accounting.service.leases import LeaseEntry
from coop.governance.views.shared import READERS, once_only, person
from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose

WORDS = {
    "kinds": [each.value for each in LeaseKind],
    "moves": [each.value for each in LeaseMoveKind],
    "purses": [each.value for each in Purse],
}


def lease_entry(form: Form) -> LeaseEntry:
    """A contract as the form gives it; faults are collected by the form."""
    first = form.day("pay_first", required=False) if form.fields.get("pay_first") else None
    return LeaseEntry(
        kind=form.choice("kind", LeaseKind),
        subject=form.text("subject", longest=100),
        party=form.text("party", longest=20),
        member=form.one_of("party_kind", ("member", "outside")) == "member",
        since=form.day("since"),
        until=form.day("until"),
        year_fen=form.yuan("year_rent", minimum=1),
        pay_months=form.integer("pay_months", minimum=1, maximum=840),
        pay_first=first,
        deposit_fen=form.yuan("deposit", required=False),
        card_id=form.integer("card", required=False) or None,
        resolution_id=form.integer("resolution", required=False) or None,
        renews_id=form.integer("renews", required=False) or None,
    )


class LeaseView(Page):
    route_base = "/leases"

    @expose("/")
    def list(self) -> str:
        with self.look() as view:
            return self.render("accounting/lease_books.html", held=books_with_entities(view.session))

    @expose("/books/<entity>")
    def board(self, entity: str) -> str:
        with self.look() as view:
            board = lease_board(view.session, entity, view.today)
            return self.render("accounting/leases.html", board=board, today=view.today, form={}, faults={})

    @expose("/books/<entity>/new")
    def new(self, entity: str) -> str:
        with self.look() as view:
            choices = lease_choices(view.session, entity, view.today)
            return self.render("accounting/lease_new.html", choices=choices, **WORDS, form={}, faults={})

    @expose("/books/<entity>/new", methods=["POST"])
    def agree(self, entity: str) -> ResponseReturnValue:
        form = Form()
        entry = lease_entry(form)
        try:
            form.done()
            with self.unit() as work:
                book = book_and_chart(work.session, entity)[0]
                made = once_only(
                    self, work, lambda: {"id": service.agree_lease(work, book.entity_id, entry).id}
                )
        except InputError as error:
            with self.look() as view:
                choices = lease_choices(view.session, entity, view.today)
            return self.invalid("accounting/lease_new.html", error, choices=choices, **WORDS)
        return self.go("LeaseView.show", lease_id=made["id"], say=_("The contract is entered."))

    @expose("/books/<entity>/limit", methods=["POST"])
    def limit(self, entity: str) -> ResponseReturnValue:
        form = Form()
        since, fen = form.day("since"), form.yuan("year_rent")
        months = form.integer("months", minimum=1, maximum=840)
        try:
            form.done()
            with self.unit() as work:
                service.set_limit(work, since=since, year_fen=fen, months=months)
        except InputError as error:
            with self.look() as view:
                board, today = lease_board(view.session, entity, view.today), view.today
            return self.invalid("accounting/leases.html", error, board=board, today=today)
        return self.go("LeaseView.board", entity=entity, say=_("The limit is set."))

    @expose("/<int:lease_id>")
    def show(self, lease_id: int) -> str:
        return self._page(lease_id)

    @expose("/moves/<int:lease_move_id>")
    def move(self, lease_move_id: int) -> str:
        with self.look() as view:
            lease_id = lease_of_move(view.session, lease_move_id)
        return self._page(lease_id)

    @expose("/<int:lease_id>/money", methods=["POST"])
    def ask(self, lease_id: int) -> ResponseReturnValue:
        form = Form()
        kind, purse = form.choice("move_kind", LeaseMoveKind), form.choice("purse", Purse)
        day, fen = form.day("day"), form.yuan("amount", minimum=1)
        try:
            form.done()
            with self.unit() as work:
                once_only(
                    self,
                    work,
                    lambda: {
                        "id": service.ask_move(work, lease_id, kind=kind, day=day, fen=fen, purse=purse).id
                    },
                )
        except InputError as error:
            return self._faulty(lease_id, error)
        return self.go("LeaseView.show", lease_id=lease_id, say=_("Another person now approves it."))

    @expose("/<int:lease_id>/end", methods=["POST"])
    def end(self, lease_id: int) -> ResponseReturnValue:
        form = Form()
        day, reason = form.day("end_day"), form.text("end_reason", longest=200)
        try:
            form.done()
            with self.unit() as work:
                service.end_lease(work, lease_id, day=day, reason=reason)
        except InputError as error:
            return self._faulty(lease_id, error)
        return self.go("LeaseView.show", lease_id=lease_id, say=_("The contract ends on that day."))

    @expose("/moves/<int:lease_move_id>/approve", methods=["POST"])
    def approve(self, lease_move_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            lease_id = service.approve_move(work, lease_move_id).lease_id
        return self.go("LeaseView.show", lease_id=lease_id, say=_("Approved and posted."))

    @expose("/moves/<int:lease_move_id>/refuse", methods=["POST"])
    def refuse(self, lease_move_id: int) -> ResponseReturnValue:
        form = Form()
        reason = form.text("reason", longest=200)
        form.done()
        with self.unit() as work:
            lease_id = service.refuse_move(work, lease_move_id, reason).lease_id
        return self.go("LeaseView.show", lease_id=lease_id, say=_("Sent back."))

    def _page(self, lease_id: int) -> str:
        with self.look() as view:
            page, today = lease_page(view.session, lease_id, view.today), view.today
            return self.render(
                "accounting/lease.html", page=page, today=today, person=person, **WORDS, form={}, faults={}
            )

    def _faulty(self, lease_id: int, error: InputError) -> ResponseReturnValue:
        with self.look() as view:
            page, today = lease_page(view.session, lease_id, view.today), view.today
        return self.invalid("accounting/lease.html", error, page=page, today=today, person=person, **WORDS)


for _page in ("list", "board", "show", "move"):
    permit(f"LeaseView.{_page}", *READERS)
permit("LeaseView.ask", Role.accountant)
for _page in ("new", "agree", "end"):
    permit(f"LeaseView.{_page}", Role.accountant, Role.manager)
permit("LeaseView.limit", Role.manager)
permit("LeaseView.approve", Role.checker)
permit("LeaseView.refuse", Role.checker, Role.accountant)
menu_entry("LeaseView.list", lazy_gettext("Leases"), icon="signature", group=Group.money, order=38)
