"""The household's own part on the phone: sign, write down what was done, see what was found. No other's is shown."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.governance.views.shared import once_only
from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.production import queries, service
from coop.production.views.shared import at_fields, field_entries, input_options, kind_options
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import PhonePage, expose


class MyProductionView(PhonePage):
    route_base = "/my-growing"

    @expose("/")
    def index(self) -> str:
        with self.look() as view:
            found = queries.own_shares(view.session, view.actor, view.today)
        return self.render("production/own.html", shares=found)

    @expose("/<int:allocation_id>")
    def show(self, allocation_id: int) -> str:
        return self.render("production/own_share.html", form={}, **self._share(allocation_id))

    def _share(self, allocation_id: int) -> dict[str, Any]:
        with self.look() as view:
            page = queries.share_page(view.session, view.actor, allocation_id, view.today, own=True)
            inputs = input_options(page.items)
            return {"page": page, "inputs": inputs, "kinds": kind_options(), "today": view.today}

    @expose("/<int:allocation_id>/log", methods=["POST"])
    def log(self, allocation_id: int) -> ResponseReturnValue:
        context = self._share(allocation_id)
        try:
            entries = field_entries(Form(), [allocation_id])
            with self.unit() as work:
                once_only(self, work, lambda: {"count": len(service.log_field(work, entries))})
        except InputError as error:
            return self.invalid("production/own_share.html", at_fields(error), **context)
        return self.go("MyProductionView.show", allocation_id=allocation_id, say=_("Written down."))

    @expose("/<int:allocation_id>/sign", methods=["POST"])
    def sign(self, allocation_id: int) -> ResponseReturnValue:
        form = Form()
        digest = form.text("digest")
        form.done()
        with self.unit() as work:
            page = queries.share_page(work.session, work.actor, allocation_id, work.today, own=True)

            def signed() -> dict[str, int]:
                row = service.sign_agreement(
                    work,
                    household=page.share.household,
                    product=page.share.product,
                    season=page.share.season,
                    day=work.today,
                    via="phone",
                    entity_id=page.draft.entity_id if page.draft else None,
                    digest=digest,
                )
                return {"id": row.id}

            once_only(self, work, signed)
        return self.go(
            "MyProductionView.show", allocation_id=allocation_id, say=_("The agreement is signed.")
        )


for _method in ("index", "show", "log", "sign"):
    permit(f"MyProductionView.{_method}", Role.household)
menu_entry("MyProductionView.index", lazy_gettext("My growing"), icon="plant", group=Group.today, order=12)
