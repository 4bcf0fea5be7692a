"""Petty cash: the posts, what they hold, money out and back, counts."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.accounting.models.petty import PettyKind, Purse
from coop.accounting.queries import petty as queries
from coop.accounting.service import petty
from coop.governance.views.shared import VILLAGE, once_only, person
from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose


class PettyView(Page):
    route_base = "/petty"

    @expose("/")
    def list(self) -> str:
        with self.look() as view:
            return self.render(
                "accounting/petty.html", board=queries.petty_board(view.session), form={}, faults={}
            )

    @expose("/", methods=["POST"])
    def add(self) -> ResponseReturnValue:
        form = Form()
        entity_id, code = form.integer("entity"), form.text("code", longest=20)
        title, limit = form.text("title", longest=100), form.yuan("limit", required=False)
        try:
            form.done()
            with self.unit() as work:
                made = once_only(
                    self,
                    work,
                    lambda: {"id": petty.add_holder(work, entity_id, code, title, limit_fen=limit).id},
                )
        except InputError as error:
            with self.look() as view:
                board = queries.petty_board(view.session)
            return self.invalid("accounting/petty.html", error, board=board)
        return self.go("PettyView.show", petty_holder_id=made["id"], say=_("The post is entered."))

    @expose("/<int:petty_holder_id>")
    def show(self, petty_holder_id: int) -> str:
        with self.look() as view:
            page = queries.holder_page(view.session, petty_holder_id)
            return self.render("accounting/petty_holder.html", page=page, person=person, form={}, faults={})

    @expose("/<int:petty_holder_id>/moves", methods=["POST"])
    def ask(self, petty_holder_id: int) -> ResponseReturnValue:
        form = Form()
        kind, purse = form.choice("kind", PettyKind), form.choice("purse", Purse)
        day, fen = form.day("day"), form.yuan("amount", minimum=1)
        try:
            form.done()
            with self.unit() as work:
                once_only(
                    self,
                    work,
                    lambda: {
                        "id": petty.ask(work, petty_holder_id, kind=kind, purse=purse, day=day, fen=fen).id
                    },
                )
        except InputError as error:
            return self._faulty(petty_holder_id, error)
        return self.go(
            "PettyView.show", petty_holder_id=petty_holder_id, say=_("Another person now approves it.")
        )

    @expose("/moves/<int:petty_move_id>/approve", methods=["POST"])
    def approve(self, petty_move_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            holder = petty.approve(work, petty_move_id).holder_id
        return self.go("PettyView.show", petty_holder_id=holder, say=_("Approved and posted."))

    @expose("/moves/<int:petty_move_id>/refuse", methods=["POST"])
    def refuse(self, petty_move_id: int) -> ResponseReturnValue:
        form = Form()
        reason = form.text("reason", longest=200)
        form.done()
        with self.unit() as work:
            holder = petty.refuse(work, petty_move_id, reason).holder_id
        return self.go("PettyView.show", petty_holder_id=holder, say=_("Sent back."))

    @expose("/<int:petty_holder_id>/counts", methods=["POST"])
    def count(self, petty_holder_id: int) -> ResponseReturnValue:
        form = Form()
        day, counted = form.day("count_day"), form.yuan("counted")
        note = form.text("note", required=False, longest=200)
        try:
            form.done()
            with self.unit() as work:
                petty.count(work, petty_holder_id, day=day, counted_fen=counted, note=note)
        except InputError as error:
            return self._faulty(petty_holder_id, error)
        return self.go("PettyView.show", petty_holder_id=petty_holder_id, say=_("The count is noted."))

    def _faulty(self, holder_id: int, error: InputError) -> ResponseReturnValue:
        with self.look() as view:
            page = queries.holder_page(view.session, holder_id)
        return self.invalid("accounting/petty_holder.html", error, page=page, person=person)


permit("PettyView.list", *VILLAGE)
permit("PettyView.show", *VILLAGE)
permit("PettyView.add", Role.accountant, Role.manager)
permit("PettyView.ask", Role.accountant)
permit("PettyView.approve", Role.checker)
permit("PettyView.refuse", Role.checker, Role.accountant)
permit("PettyView.count", Role.accountant, Role.supervisor, Role.clerk)
menu_entry("PettyView.list", lazy_gettext("Petty cash"), icon="wallet", group=Group.money, order=32)
