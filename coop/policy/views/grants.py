"""Earmarked money: the list and the file of each grant; the accountant receives, spends and returns it here."""

from __future__ import annotations

from enum import StrEnum

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.kernel.unit import Look
from coop.policy import queries, service
from coop.policy.views.shared import VILLAGE, at_fields, once_only
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose

FIELDS = {"amount_fen": "amount"}


class Spending(StrEnum):
    """What is bought with the money."""

    asset = "asset"
    other = "other"


class GrantView(Page):
    route_base = "/grants"
    default_view = "list"

    @expose("/")
    def list(self) -> str:
        project = request.args.get("project", "")
        with self.look() as view:
            return self.render(
                "policy/grants.html",
                rows=queries.grant_list(view.session, project=project),
                project=project,
                awaited=queries.awaited(view.session, view.actor.tenant_id),
                may=Role.accountant in view.actor.roles,
            )

    @expose("/<int:grant_id>")
    def show(self, grant_id: int) -> str:
        with self.look() as view:
            return self.render("policy/grant.html", **self._page(view, grant_id), form={})

    @expose("/uses/<int:use_id>")
    def use(self, use_id: int) -> ResponseReturnValue:
        """A use is a line of its grant's file."""
        with self.look() as view:
            grant_id = queries.grant_id_of_use(view.session, use_id)
        return redirect(url_for("GrantView.show", grant_id=grant_id, _anchor=f"use-{use_id}"))

    def _page(self, view: Look, grant_id: int) -> dict[str, object]:
        page = queries.grant_page(view.session, grant_id)
        mine = page.item.grant.tenant_id == view.actor.tenant_id
        return {"page": page, "may": mine and Role.accountant in view.actor.roles, "today": view.today}

    @expose("/new")
    def new(self) -> str:
        with self.look() as view:
            return self.render("policy/grant_new.html", **self._choices(view), form=request.args)

    def _choices(self, view: Look) -> dict[str, object]:
        tenant = view.actor.tenant_id
        return {"entities": queries.entities(view.session, tenant), "today": view.today}

    @expose("/new", methods=["POST"])
    def receive(self) -> ResponseReturnValue:
        form = Form()
        entity, project = form.integer("entity", minimum=1), form.text("project", longest=20)
        name, name_en = form.text("name", longest=200), form.text("name_en", required=False, longest=200)
        document = form.text("document", longest=200)
        amount, day = form.yuan("amount", minimum=1), form.day("day")
        try:
            form.done()
            with self.unit() as u:
                made = once_only(
                    self,
                    u,
                    lambda: {
                        "id": service.receive_grant(
                            u,
                            entity_id=entity,
                            project=project,
                            name=name,
                            name_en=name_en,
                            document=document,
                            amount_fen=amount,
                            day=day,
                        ).id
                    },
                )
        except InputError as error:
            with self.look() as view:
                choices = self._choices(view)
            return self.invalid("policy/grant_new.html", at_fields(error, FIELDS), **choices)
        return self.go("GrantView.show", grant_id=made["id"], say=_("The grant is recorded and posted."))

    @expose("/<int:grant_id>/uses", methods=["POST"])
    def spend(self, grant_id: int) -> ResponseReturnValue:
        form = Form()
        kind, amount, day = form.choice("kind", Spending), form.yuan("amount", minimum=1), form.day("day")
        account = form.text("account", required=False, longest=40)
        purpose = form.text("purpose", longest=200)
        purpose_en = form.text("purpose_en", required=False, longest=200)
        try:
            form.done()
            with self.unit() as u:
                once_only(
                    self,
                    u,
                    lambda: {
                        "id": service.spend_grant(
                            u,
                            grant_id,
                            amount_fen=amount,
                            day=day,
                            account=account,
                            purpose=purpose,
                            purpose_en=purpose_en,
                            on_asset=kind is Spending.asset,
                        ).id
                    },
                )
        except InputError as error:
            return self._again(grant_id, at_fields(error, FIELDS))
        return self.go("GrantView.show", grant_id=grant_id, say=_("The spending is recorded and posted."))

    @expose("/<int:grant_id>/return", methods=["POST"])
    def give_back(self, grant_id: int) -> ResponseReturnValue:
        form = Form()
        amount, day = form.yuan("back_amount", minimum=1), form.day("back_day")
        try:
            form.done()
            with self.unit() as u:
                once_only(
                    self,
                    u,
                    lambda: {"id": service.return_grant(u, grant_id, amount_fen=amount, day=day).id},
                )
        except InputError as error:
            return self._again(grant_id, at_fields(error, {"amount_fen": "back_amount", "day": "back_day"}))
        return self.go("GrantView.show", grant_id=grant_id, say=_("The return is recorded and posted."))

    def _again(self, grant_id: int, error: InputError) -> ResponseReturnValue:
        with self.look() as view:
            page = self._page(view, grant_id)
        return self.invalid("policy/grant.html", error, **page)


for _page in ("list", "show", "use"):
    permit(f"GrantView.{_page}", *VILLAGE)
for _page in ("new", "receive", "spend", "give_back"):
    permit(f"GrantView.{_page}", Role.accountant)
menu_entry(
    "GrantView.list", lazy_gettext("Earmarked grants"), icon="pig-money", group=Group.government, order=30
)
