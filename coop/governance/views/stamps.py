"""The stamp desk of the supervision committee: vouchers without its stamp, day by day."""

from __future__ import annotations

from datetime import date

from flask import abort
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.governance import queries
from coop.governance import service as governance
from coop.governance.views.shared import READERS, person
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose


def _day(text: str) -> date:
    """A day in an address; anything else is no page."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        abort(404)


class StampView(Page):
    route_base = "/stamps"

    @expose("/")
    def list(self) -> str:
        with self.look() as view:
            return self.render("governance/stamps.html", rows=queries.stamp_board(view.session))

    @expose("/<int:entity_id>/<day>")
    def day(self, entity_id: int, day: str) -> str:
        with self.look() as view:
            sheet = queries.stamp_sheet(view.session, entity_id, _day(day))
            may = Role.supervisor in view.actor.roles and sheet.entity.tenant_id == view.actor.tenant_id
            return self.render("governance/stamp_day.html", sheet=sheet, may=may, person=person, form={})

    @expose("/<int:entity_id>/<day>", methods=["POST"])
    def stamp_day(self, entity_id: int, day: str) -> ResponseReturnValue:
        with self.unit() as u:
            count = governance.stamp_day(u, entity_id, _day(day))
        return self.go("StampView.list", say=_("%(count)s vouchers are stamped.", count=count))

    @expose("/<int:entity_id>/<day>/<int:voucher_id>/stamp", methods=["POST"])
    def stamp(self, entity_id: int, day: str, voucher_id: int) -> ResponseReturnValue:
        with self.unit() as u:
            governance.stamp(u, voucher_id)
        return self.go("StampView.day", entity_id=entity_id, day=day, say=_("The voucher is stamped."))

    @expose("/<int:entity_id>/<day>/<int:voucher_id>/refuse", methods=["POST"])
    def refuse(self, entity_id: int, day: str, voucher_id: int) -> ResponseReturnValue:
        form = Form()
        name, until = f"reason-{voucher_id}", f"due-{voucher_id}"
        reason = form.text(name, longest=200)
        due = form.day(until) if form.fields.get(until) else None
        try:
            form.done()
            with self.unit() as u:
                governance.refuse_stamp(u, voucher_id, reason, due)
        except InputError as error:
            with self.look() as view:
                sheet = queries.stamp_sheet(view.session, entity_id, _day(day))
            at = {"reason": name, "due": until}
            told = InputError([Fault(at.get(f.place, f.place), f.zh, f.en) for f in error.faults])
            return self.invalid("governance/stamp_day.html", told, sheet=sheet, may=True, person=person)
        return self.go("StampView.day", entity_id=entity_id, day=day, say=_("The stamp is refused."))


permit("StampView.list", *READERS)
permit("StampView.day", *READERS)
for _act in ("stamp_day", "stamp", "refuse"):
    permit(f"StampView.{_act}", Role.supervisor)
menu_entry(
    "StampView.list",
    lazy_gettext("Supervisors' stamp desk"),
    icon="rubber-stamp",
    group=Group.village,
    order=30,
)
