"""Policies: what an office issued, what it says today and said before; the county issues and amends them here."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.kernel.actor import Actor, Role
from coop.kernel.errors import InputError
from coop.policy import queries, service
from coop.policy.views.shared import READERS, at_fields, once_only
from coop.standards.queries import products
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose


class PolicyView(Page):
    route_base = "/policies"
    default_view = "list"

    @expose("/")
    def list(self) -> str:
        product = request.args.get("product", "")
        with self.look() as view:
            rows = queries.policy_list(view.session, view.today, product=product)
            return self.render(
                "policy/policies.html", rows=rows, product=product, products=products(view.session)
            )

    @expose("/<int:policy_id>")
    def show(self, policy_id: int) -> str:
        with self.look() as view:
            page = queries.policy_page(view.session, policy_id, view.today)
            return self.render(
                "policy/policy.html", **self._page(page, view.actor), form={}, today=view.today
            )

    def _page(self, page: queries.PolicyPage, actor: Actor) -> dict[str, object]:
        mine = page.item.issuer.id == actor.tenant_id
        return {"page": page, "may": mine and Role.county in actor.roles}

    @expose("/new")
    def new(self) -> str:
        with self.look() as view:
            return self.render(
                "policy/policy_new.html", products=products(view.session), today=view.today, form={}
            )

    @expose("/new", methods=["POST"])
    def issue(self) -> ResponseReturnValue:
        form = Form()
        number, title = form.text("number", longest=200), form.text("title", longest=200)
        title_en = form.text("title_en", required=False, longest=200)
        since = form.day("since")
        until = form.day("until", required=False) if request.form.get("until") else None
        text, text_en = (
            form.text("text", longest=20_000),
            form.text("text_en", required=False, longest=20_000),
        )
        concerned = [code for code in form.texts("product") if code]
        try:
            form.done()
            with self.unit() as u:
                made = once_only(
                    self,
                    u,
                    lambda: {
                        "id": service.issue(
                            u,
                            number=number,
                            title=title,
                            title_en=title_en,
                            since=since,
                            until=until,
                            text=text,
                            text_en=text_en,
                            products=concerned,
                        ).id
                    },
                )
        except InputError as error:
            with self.look() as view:
                known, today = products(view.session), view.today
            told = at_fields(error, {"products": "product"})
            return self.invalid("policy/policy_new.html", told, products=known, today=today)
        return self.go("PolicyView.show", policy_id=made["id"], say=_("The policy is issued."))

    @expose("/<int:policy_id>/versions", methods=["POST"])
    def amend(self, policy_id: int) -> ResponseReturnValue:
        form = Form()
        since = form.day("since")
        until = form.day("until", required=False) if request.form.get("until") else None
        text, text_en = (
            form.text("text", longest=20_000),
            form.text("text_en", required=False, longest=20_000),
        )
        try:
            form.done()
            with self.unit() as u:
                page = queries.policy_page(u.session, policy_id, u.today)
                concerned = page.versions[0].products
                once_only(
                    self,
                    u,
                    lambda: {
                        "id": service.amend(
                            u,
                            policy_id,
                            since=since,
                            until=until,
                            text=text,
                            text_en=text_en,
                            products=concerned,
                        ).id
                    },
                )
        except InputError as error:
            with self.look() as view:
                page = queries.policy_page(view.session, policy_id, view.today)
                known = {**self._page(page, view.actor), "today": view.today}
            return self.invalid("policy/policy.html", at_fields(error, {}), **known)
        return self.go("PolicyView.show", policy_id=policy_id, say=_("The new version is published."))


for _page in ("list", "show"):
    permit(f"PolicyView.{_page}", *READERS)
for _page in ("new", "issue", "amend"):
    permit(f"PolicyView.{_page}", Role.county)
menu_entry("PolicyView.list", lazy_gettext("Policies"), icon="flag", group=Group.government, order=10)
