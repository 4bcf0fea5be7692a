"""Member capital: the register of contributions beside account 301, money in, and exits."""

from __future__ import annotations

from collections.abc import Callable

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.accounting.models.petty import Purse
from coop.accounting.queries import capital as queries
from coop.accounting.queries.subledgers import book_and_chart
from coop.accounting.queries.subledgers_board import books_with_entities
from coop.accounting.service import capital
from coop.governance.views.shared import READERS, once_only, person
from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.kernel.unit import Unit
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose

Act = Callable[[Unit, int], int]


class CapitalView(Page):
    route_base = "/capital"

    @expose("/")
    def list(self) -> str:
        with self.look() as view:
            return self.render("accounting/capital_books.html", held=books_with_entities(view.session))

    @expose("/<entity>")
    def show(self, entity: str) -> str:
        with self.look() as view:
            board = queries.capital_board(view.session, entity, view.today)
            return self.render("accounting/capital.html", board=board, form={}, faults={})

    @expose("/<entity>/contributions", methods=["POST"])
    def contribute(self, entity: str) -> ResponseReturnValue:
        form = Form()
        member, purse = form.text("member", longest=40), form.choice("purse", Purse)
        fen, day = form.yuan("amount", minimum=1), form.day("day")
        return self._file(
            entity,
            form,
            lambda work, entity_id: (
                capital.contribute(work, entity_id, member=member, fen=fen, day=day, purse=purse).id
            ),
        )

    @expose("/<entity>/exits", methods=["POST"])
    def leave(self, entity: str) -> ResponseReturnValue:
        form = Form()
        member, day = form.text("leaver", longest=40), form.day("applied_on")
        return self._file(
            entity,
            form,
            lambda work, entity_id: capital.apply_exit(work, entity_id, member=member, applied_on=day).id,
        )

    @expose("/moves/<int:capital_move_id>")
    def move(self, capital_move_id: int) -> str:
        with self.look() as view:
            item, entity = queries.capital_move(view.session, capital_move_id)
            return self.render(
                "accounting/capital_move.html", item=item, entity=entity, person=person, form={}, faults={}
            )

    @expose("/moves/<int:capital_move_id>/settle", methods=["POST"])
    def settle(self, capital_move_id: int) -> ResponseReturnValue:
        form = Form()
        day, purse, reserve = form.day("day"), form.choice("purse", Purse), form.yuan("reserve")
        try:
            form.done()
            with self.unit() as work:
                capital.settle_exit(work, capital_move_id, day=day, reserve_fen=reserve, purse=purse)
        except InputError as error:
            return self._faulty(capital_move_id, error)
        return self.go(
            "CapitalView.move", capital_move_id=capital_move_id, say=_("Another person now approves it.")
        )

    @expose("/moves/<int:capital_move_id>/approve", methods=["POST"])
    def approve(self, capital_move_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            capital.approve(work, capital_move_id)
        return self.go("CapitalView.move", capital_move_id=capital_move_id, say=_("Approved and posted."))

    @expose("/moves/<int:capital_move_id>/refuse", methods=["POST"])
    def refuse(self, capital_move_id: int) -> ResponseReturnValue:
        form = Form()
        reason = form.text("reason", longest=200)
        try:
            form.done()
            with self.unit() as work:
                capital.refuse(work, capital_move_id, reason)
        except InputError as error:
            return self._faulty(capital_move_id, error)
        return self.go("CapitalView.move", capital_move_id=capital_move_id, say=_("Sent back."))

    def _faulty(self, move_id: int, error: InputError) -> ResponseReturnValue:
        with self.look() as view:
            item, entity = queries.capital_move(view.session, move_id)
        return self.invalid("accounting/capital_move.html", error, item=item, entity=entity, person=person)

    def _file(self, entity: str, form: Form, act: Act) -> ResponseReturnValue:
        try:
            form.done()
            with self.unit() as work:
                book = book_and_chart(work.session, entity)[0]
                made = once_only(self, work, lambda: {"id": act(work, book.entity_id)})
        except InputError as error:
            with self.look() as view:
                board = queries.capital_board(view.session, entity, view.today)
            return self.invalid("accounting/capital.html", error, board=board)
        return self.go("CapitalView.move", capital_move_id=made["id"], say=_("Filed."))


permit("CapitalView.list", *READERS)
permit("CapitalView.show", *READERS)
permit("CapitalView.move", *READERS)
permit("CapitalView.contribute", Role.accountant)
permit("CapitalView.leave", Role.accountant, Role.manager)
permit("CapitalView.settle", Role.accountant)
permit("CapitalView.approve", Role.checker)
permit("CapitalView.refuse", Role.checker, Role.accountant)
menu_entry("CapitalView.list", lazy_gettext("Member capital"), icon="pig-money", group=Group.money, order=33)
