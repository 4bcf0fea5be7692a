"""The village's pages of a share's growing: the list with what is open, the page, the log and the inspection."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.governance.views.shared import once_only, person
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError
from coop.kernel.unit import Unit
from coop.production import queries, service
from coop.production.queries import SharePage
from coop.production.service import Finding
from coop.production.views.shared import STAFF, at_fields, field_entries, input_options, kind_options, number
from coop.splitting.service import season_of
from coop.standards.controls import input_items
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose

RESULTS = ("", "passed", "failed")


class ProductionView(Page):
    """Confirmed shares and how they are grown."""

    route_base = "/production"

    @expose("/")
    def index(self) -> str:
        """Of a season (`?season=`); those with something open first."""
        return self.render("production/index.html", form={}, **self._list())

    def _list(self) -> dict[str, Any]:
        with self.look() as view:
            season = request.args.get("season") or season_of(view.today)
            found = queries.shares(view.session, view.actor.tenant_id, view.today, season=season)
            inputs = input_options(input_items(view.session).values())
            today = view.today
        rows = sorted(found, key=lambda share: not (share.open or share.block))
        return {"shares": rows, "season": season, "inputs": inputs, "kinds": kind_options(), "today": today}

    @expose("/<int:allocation_id>")
    def show(self, allocation_id: int) -> str:
        return self.render("production/share.html", form={}, **self._share(allocation_id))

    def _share(self, allocation_id: int) -> dict[str, Any]:
        with self.look() as view:
            page = queries.share_page(view.session, view.actor, allocation_id, view.today, own=False)
            today = view.today
        inputs = input_options(page.items)
        return {"page": page, "inputs": inputs, "kinds": kind_options(), "today": today, "person": person}

    @expose("/log", methods=["POST"])
    def log(self) -> ResponseReturnValue:
        """The same entry for all shares that were ticked."""
        form = Form()
        ids = [number(text) for text in form.texts("allocation")]
        try:
            entries = field_entries(form, ids)
            with self.unit() as work:
                once_only(self, work, lambda: {"count": len(service.log_field(work, entries))})
        except InputError as error:
            if request.form.get("from") == "share" and len(ids) == 1:
                return self.invalid("production/share.html", at_fields(error), **self._share(ids[0]))
            return self.invalid("production/index.html", at_fields(error), **self._list())
        say = _("Written into the field log of %(count)s shares.", count=len(ids))
        if request.form.get("from") == "share" and len(ids) == 1:
            return self.go("ProductionView.show", allocation_id=ids[0], say=say)
        return self.go("ProductionView.index", say=say)

    @expose("/<int:allocation_id>/inspect", methods=["POST"])
    def inspect(self, allocation_id: int) -> ResponseReturnValue:
        """What was found at the points that were looked at."""
        context = self._share(allocation_id)
        form = Form()
        try:
            entries = _findings(form, context["page"])
            try:
                with self.unit() as work:
                    once_only(self, work, lambda: {"count": len(service.inspect(work, entries))})
            except InputError as error:
                raise InputError([_at_point(fault, entries) for fault in error.faults]) from error
        except InputError as error:
            return self.invalid("production/share.html", error, **context)
        return self.go("ProductionView.show", allocation_id=allocation_id, say=_("The findings are noted."))

    @expose("/<int:allocation_id>/sign", methods=["POST"])
    def sign(self, allocation_id: int) -> ResponseReturnValue:
        """The household signed on paper."""
        form = Form()
        digest, signer = form.text("digest"), form.text("signer", required=False)
        form.done()
        with self.unit() as work:
            page = queries.share_page(work.session, work.actor, allocation_id, work.today, own=False)
            answer = once_only(self, work, lambda: _signed(work, page, signer, digest))
        return self.go("AgreementView.show", agreement_id=answer["id"], say=_("The agreement is signed."))


def _signed(work: Unit, page: SharePage, signer: str, digest: str) -> dict[str, int]:
    share = page.share
    row = service.sign_agreement(
        work,
        household=share.household,
        product=share.product,
        season=share.season,
        day=work.today,
        via="paper",
        entity_id=page.draft.entity_id if page.draft else None,
        signer=signer,
        digest=digest,
    )
    return {"id": row.id}


def _findings(form: Form, page: SharePage) -> list[Finding]:
    day = form.day("inspected")
    made = []
    for state in page.points:
        code = state.point.code
        result = form.one_of(f"result_{code}", RESULTS)
        note = form.text(f"note_{code}", required=False)
        if result:
            made.append(Finding(page.share.allocation_id, code, result == "passed", note, day))
    if not made:
        form.fault("inspected", "至少填一个控制点的结果", "say what was found at one point at least")
    form.done()
    return made


def _at_point(fault: Fault, entries: list[Finding]) -> Fault:
    """A fault of a finding, told at the field it was typed into."""
    _, _, place, name = fault.place.split("/")
    code = entries[int(place)].point
    field = {"note": f"note_{code}", "point": f"result_{code}"}.get(name, "inspected")
    return Fault(field, fault.zh, fault.en)


permit("ProductionView.index", *STAFF)
permit("ProductionView.show", *STAFF)
for _method in ("log", "inspect", "sign"):
    permit(f"ProductionView.{_method}", Role.manager, Role.clerk)
menu_entry(
    "ProductionView.index",
    lazy_gettext("Growing and inspections"),
    icon="plant",
    group=Group.harvest,
    order=6,
)
