"""Subsidy programmes: earmarked money an office announces, who gets how much, and what of it has arrived."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.policy import queries, service
from coop.policy.views.shared import READERS, at_fields, once_only
from coop.web.forms import Form, scaled
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose


def _awards(form: Form) -> dict[str, int]:
    """One line an award: the legal person's code, blanks, yuan."""
    found: dict[str, int] = {}
    for number, line in enumerate(request.form.get("awards", "").splitlines(), 1):
        code, _space, yuan = line.strip().partition(" ")
        fen = scaled(yuan, 2)
        if not code:
            continue
        if fen is None or code in found:
            form.fault(
                "awards",
                f"第 {number} 行应为“单位代码 金额（元）”，每个单位一行",
                f"line {number}: a code, a blank and yuan, one line each",
            )
            continue
        found[code] = fen
    return found


class ProgrammeView(Page):
    route_base = "/programmes"
    default_view = "list"

    @expose("/")
    def list(self) -> str:
        with self.look() as view:
            return self.render("policy/programmes.html", rows=queries.programmes(view.session))

    @expose("/<int:programme_id>")
    def show(self, programme_id: int) -> str:
        with self.look() as view:
            page = queries.programme_page(view.session, programme_id)
            return self.render("policy/programme.html", page=page)

    @expose("/new")
    def new(self) -> str:
        with self.look() as view:
            return self.render(
                "policy/programme_new.html", policies=self._policies(view.actor.tenant_id), form={}
            )

    def _policies(self, tenant_id: int) -> dict[int, queries.PolicyItem]:
        """The office's own policies: a programme stands on one of them, or on none."""
        with self.look() as view:
            items = queries.policy_list(view.session, view.today)
        return {item.policy.id: item for item in items if item.issuer.id == tenant_id}

    @expose("/new", methods=["POST"])
    def announce(self) -> ResponseReturnValue:
        form = Form()
        project, name = form.text("project", longest=20), form.text("name", longest=200)
        name_en = form.text("name_en", required=False, longest=200)
        document, amount = form.text("document", longest=200), form.yuan("amount", minimum=1)
        purpose, purpose_en = form.text("purpose"), form.text("purpose_en", required=False)
        contact = form.text("contact", required=False, longest=200)
        complaints = form.text("complaints", required=False, longest=200)
        policy_id = form.integer("policy", required=False) or None
        awards = _awards(form)
        try:
            form.done()
            with self.unit() as u:
                made = once_only(
                    self,
                    u,
                    lambda: {
                        "id": service.announce(
                            u,
                            project=project,
                            name=name,
                            name_en=name_en,
                            document=document,
                            amount_fen=amount,
                            purpose=purpose,
                            purpose_en=purpose_en,
                            awards=awards,
                            policy_id=policy_id,
                            contact=contact,
                            complaints=complaints,
                        ).id
                    },
                )
        except InputError as error:
            told = at_fields(error, {"amount_fen": "amount", "awards": "awards"})
            policies = self._policies(self.actor().tenant_id)
            return self.invalid("policy/programme_new.html", told, policies=policies)
        return self.go("ProgrammeView.show", programme_id=made["id"], say=_("The programme is announced."))


for _page in ("list", "show"):
    permit(f"ProgrammeView.{_page}", *READERS)
for _page in ("new", "announce"):
    permit(f"ProgrammeView.{_page}", Role.county)
menu_entry(
    "ProgrammeView.list",
    lazy_gettext("Subsidy programmes"),
    icon="target-arrow",
    group=Group.government,
    order=20,
)
