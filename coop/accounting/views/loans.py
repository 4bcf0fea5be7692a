"""Loans: to members and received, their schedules, repayments, and who is behind."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.accounting.models.loans import LoanKind
from coop.accounting.queries import loans as queries
from coop.accounting.queries.subledgers import book_and_chart
from coop.accounting.queries.subledgers_board import books_with_entities
from coop.accounting.rules.loans import DayCount, Method
from coop.accounting.service import loans
from coop.accounting.service.loans import LoanEntry
from coop.governance.views.shared import READERS, once_only, person
from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose


class LoanView(Page):
    route_base = "/loans"

    @expose("/")
    def list(self) -> str:
        with self.look() as view:
            return self.render("accounting/loan_books.html", held=books_with_entities(view.session))

    @expose("/books/<entity>")
    def board(self, entity: str) -> str:
        with self.look() as view:
            board = queries.loan_board(view.session, entity, view.today)
            return self.render("accounting/loans.html", board=board, **WORDS, form={}, faults={})

    @expose("/books/<entity>", methods=["POST"])
    def agree(self, entity: str) -> ResponseReturnValue:
        form = Form()
        entry = LoanEntry(
            kind=form.choice("kind", LoanKind),
            party=form.text("party", longest=20),
            purpose=form.text("purpose", longest=100),
            principal_fen=form.yuan("principal", minimum=1),
            start=form.day("start"),
            periods=form.integer("periods", minimum=1, maximum=360),
            rate=form.integer("rate", maximum=10_000),
            method=form.choice("method", Method),
            day_count=form.choice("day_count", DayCount),
        )
        try:
            form.done()
            with self.unit() as work:
                book = book_and_chart(work.session, entity)[0]
                made = once_only(self, work, lambda: {"id": loans.agree(work, book.entity_id, entry).id})
        except InputError as error:
            with self.look() as view:
                board = queries.loan_board(view.session, entity, view.today)
            return self.invalid("accounting/loans.html", error, board=board, **WORDS)
        return self.go("LoanView.show", loan_id=made["id"], say=_("Another person now approves it."))

    @expose("/<int:loan_id>")
    def show(self, loan_id: int) -> str:
        with self.look() as view:
            page = queries.loan_page(view.session, loan_id, view.today)
            return self.render(
                "accounting/loan.html", page=page, today=view.today, person=person, form={}, faults={}
            )

    @expose("/<int:loan_id>/approve", methods=["POST"])
    def pay_out(self, loan_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            loans.pay_out(work, loan_id)
        return self.go("LoanView.show", loan_id=loan_id, say=_("Approved and posted."))

    @expose("/<int:loan_id>/refuse", methods=["POST"])
    def refuse(self, loan_id: int) -> ResponseReturnValue:
        form = Form()
        reason = form.text("reason", longest=200)
        try:
            form.done()
            with self.unit() as work:
                loans.refuse(work, loan_id, reason)
        except InputError as error:
            return self._faulty(loan_id, error)
        return self.go("LoanView.show", loan_id=loan_id, say=_("Sent back."))

    @expose("/<int:loan_id>/repay", methods=["POST"])
    def repay(self, loan_id: int) -> ResponseReturnValue:
        form = Form()
        day, fen = form.day("day"), form.yuan("amount", minimum=1)
        try:
            form.done()
            with self.unit() as work:
                once_only(self, work, lambda: {"id": loans.repay(work, loan_id, day=day, fen=fen).id})
        except InputError as error:
            return self._faulty(loan_id, error)
        return self.go("LoanView.show", loan_id=loan_id, say=_("Another person now approves it."))

    @expose("/<int:loan_id>/accrue", methods=["POST"])
    def accrue(self, loan_id: int) -> ResponseReturnValue:
        form = Form()
        day = form.day("accrue_day")
        try:
            form.done()
            with self.unit() as work:
                once_only(self, work, lambda: {"id": loans.accrue(work, loan_id, day).id})
        except InputError as error:
            return self._faulty(loan_id, error)
        return self.go("LoanView.show", loan_id=loan_id, say=_("Another person now approves it."))

    @expose("/<int:loan_id>/rates", methods=["POST"])
    def rate(self, loan_id: int) -> ResponseReturnValue:
        form = Form()
        since, rate = form.day("since"), form.integer("rate", maximum=10_000)
        try:
            form.done()
            with self.unit() as work:
                loans.change_rate(work, loan_id, since=since, rate=rate)
        except InputError as error:
            return self._faulty(loan_id, error)
        return self.go("LoanView.show", loan_id=loan_id, say=_("The rate is entered."))

    @expose("/moves/<int:loan_move_id>/approve", methods=["POST"])
    def approve(self, loan_move_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            loan_id = loans.approve_move(work, loan_move_id).loan_id
        return self.go("LoanView.show", loan_id=loan_id, say=_("Approved and posted."))

    @expose("/moves/<int:loan_move_id>/refuse", methods=["POST"])
    def refuse_move(self, loan_move_id: int) -> ResponseReturnValue:
        form = Form()
        reason = form.text("reason", longest=200)
        form.done()
        with self.unit() as work:
            loan_id = loans.refuse_move(work, loan_move_id, reason).loan_id
        return self.go("LoanView.show", loan_id=loan_id, say=_("Sent back."))

    def _faulty(self, loan_id: int, error: InputError) -> ResponseReturnValue:
        with self.look() as view:
            page = queries.loan_page(view.session, loan_id, view.today)
            today = view.today
        return self.invalid("accounting/loan.html", error, page=page, today=today, person=person)


WORDS = {
    "kinds": [each.value for each in LoanKind],
    "methods": [each.value for each in Method],
    "counts": [each.value for each in DayCount],
}

for _page in ("list", "board", "show"):
    permit(f"LoanView.{_page}", *READERS)
for _page in ("agree", "repay", "accrue", "rate"):
    permit(f"LoanView.{_page}", Role.accountant)
for _page in ("pay_out", "approve"):
    permit(f"LoanView.{_page}", Role.checker)
for _page in ("refuse", "refuse_move"):
    permit(f"LoanView.{_page}", Role.checker, Role.accountant)
menu_entry("LoanView.list", lazy_gettext("Loans"), icon="coins", group=Group.money, order=34)
