"""Pages of the delivery: sending what was collected, the buyer's scale, the seller's consent, the trace.

The buyer sees lot codes, household codes and ticket numbers; never a name.
"""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.delivery import service
from coop.delivery.queries import (
    BASIS_TEXTS,
    Shipment,
    certificate,
    certificate_of,
    shipment,
    shipment_of_acceptance,
    shipments,
)
from coop.delivery.rules import Basis, Promise, Quarantine
from coop.governance.views.shared import once_only
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError
from coop.kernel.units import Unit
from coop.orders.queries import Order, order, orders
from coop.procurement.queries import StockLine, stock
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose

READERS = (
    Role.enterprise,
    Role.manager,
    Role.clerk,
    Role.accountant,
    Role.checker,
    Role.supervisor,
)


class ShipmentView(Page):
    """Shipments of both sides."""

    route_base = "/shipments"

    @expose("/")
    def index(self) -> str:
        """All shipments in sight, or those of an order (`?part_id=`); to the seller, what waits in store."""
        part_id = request.args.get("part_id", type=int)
        with self.look() as view:
            sent = shipments(view.session, part_id=part_id)
            sold = orders(view.session, view.actor.tenant_id, side="seller")
        waiting = [o for o in sold if any(line.in_store for line in o.lines) and part_id in (None, o.part_id)]
        return self.render("delivery/index.html", shipments=sent, waiting=waiting, part_id=part_id)

    @expose("/new/<int:part_id>")
    def new(self, part_id: int) -> str:
        with self.look() as view:
            found = order(view.session, part_id)
            held = stock(view.session, [line.line_id for line in found.lines])
        return self.render(
            "delivery/new.html", order=found, stock=held, form={}, today=view.today, bases=BASIS_TEXTS
        )

    @expose("/new/<int:part_id>", methods=["POST"])
    def send(self, part_id: int) -> ResponseReturnValue:
        with self.look() as view:
            found = order(view.session, part_id)
            held = stock(view.session, [line.line_id for line in found.lines])
        form = Form()
        try:
            day, vehicle = form.day("day"), form.text("vehicle", longest=40)
            promise, paper = _promise(form), _quarantine(form)
            grams = _grams(form, found, held)
            form.done()
            with self.unit() as work:

                def act() -> dict[str, Any]:
                    row = service.ship(
                        work,
                        part_id,
                        day=day,
                        vehicle=vehicle,
                        grams=grams,
                        certificate_no=promise.number,
                        basis=promise.basis,
                        origin=promise.origin,
                        contact=promise.contact,
                        quarantine=paper,
                    )
                    return {"id": row.id, "number": row.number}

                sent = once_only(self, work, act)
        except InputError as error:
            told = _in_form(error)
            return self.invalid(
                "delivery/new.html", told, order=found, stock=held, today=view.today, bases=BASIS_TEXTS
            )
        say = _("Shipment %(number)s has left.", number=sent["number"])
        return self.go("ShipmentView.show", shipment_id=sent["id"], say=say)

    @expose("/<int:shipment_id>")
    def show(self, shipment_id: int) -> str:
        with self.look() as view:
            found = shipment(view.session, shipment_id)
        return self._page(found)

    @expose("/acceptances/<int:acceptance_id>")
    def acceptance(self, acceptance_id: int) -> str:
        with self.look() as view:
            found = shipment_of_acceptance(view.session, acceptance_id)
        return self._page(found)

    @expose("/<int:shipment_id>/certificate")
    def certificate(self, shipment_id: int) -> str:
        """The certificate that counts: the valid one, or the last that was voided."""
        with self.look() as view:
            paper = certificate_of(view.session, shipment_id)
            found = shipment(view.session, shipment_id)
        return self.render("delivery/certificate.html", paper=paper, shipment=found)

    @expose("/certificates/<int:certificate_id>")
    def paper(self, certificate_id: int) -> str:
        """One certificate, also a voided one."""
        with self.look() as view:
            paper = certificate(view.session, certificate_id)
            found = shipment(view.session, paper.shipment_id)
        return self.render("delivery/certificate.html", paper=paper, shipment=found)

    @expose("/certificates/<int:certificate_id>/void", methods=["POST"])
    def void(self, certificate_id: int) -> ResponseReturnValue:
        form = Form()
        reason = form.text("reason")
        form.done()
        with self.unit() as work:
            shipment_id = service.void_certificate(work, certificate_id, reason=reason).shipment_id
        say = _("Voided. It stays readable; issue another one.")
        return self.go("ShipmentView.show", shipment_id=shipment_id, say=say)

    @expose("/<int:shipment_id>/certificates", methods=["POST"])
    def issue(self, shipment_id: int) -> ResponseReturnValue:
        """Another certificate after one was voided."""
        with self.look() as view:
            found = shipment(view.session, shipment_id)
        form = Form()
        try:
            promise = _promise(form)
            form.done()
            with self.unit() as work:
                number = service.issue_certificate(work, shipment_id, promise).number
        except InputError as error:
            return self.invalid(
                "delivery/show.html", _in_form(error), shipment=found, today=view.today, bases=BASIS_TEXTS
            )
        say = _("Certificate %(number)s is issued.", number=number)
        return self.go("ShipmentView.show", shipment_id=shipment_id, say=say)

    @expose("/<int:shipment_id>/take", methods=["POST"])
    def take(self, shipment_id: int) -> ResponseReturnValue:
        """The buyer's own weights, a reason where something is short."""
        with self.look() as view:
            found = shipment(view.session, shipment_id)
        form = Form()
        units = {line.shipment_line_id: line.unit for line in found.lines}
        try:
            day, note = form.day("day"), form.text("note", required=False)
            grams = {key: _amount(form, f"grams_{key}", unit) for key, unit in units.items()}
            reasons = {key: form.text(f"reason_{key}", required=False) for key in units}
            form.done()
            with self.unit() as work:
                service.take(work, shipment_id, grams, day=day, reasons=reasons, note=note)
        except InputError as error:
            return self.invalid(
                "delivery/show.html", _in_form(error), shipment=found, today=view.today, bases=BASIS_TEXTS
            )
        return self.go(
            "ShipmentView.show", shipment_id=shipment_id, say=_("Noted. The seller is asked to agree.")
        )

    @expose("/acceptances/<int:acceptance_id>/agree", methods=["POST"])
    def agree(self, acceptance_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            service.agree(work, acceptance_id)
        say = _("Agreed. It can be billed now.")
        return self.go("ShipmentView.acceptance", acceptance_id=acceptance_id, say=say)

    def _page(self, found: Shipment) -> str:
        with self.look() as view:
            today = view.today
        return self.render("delivery/show.html", shipment=found, form={}, today=today, bases=BASIS_TEXTS)


def _amount(form: Form, name: str, unit: Unit) -> int:
    """Kilograms typed for goods by weight, heads for those by head."""
    return form.kg(name) if unit is Unit.gram else form.integer(name)


def _grams(form: Form, found: Order, held: tuple[StockLine, ...]) -> dict[tuple[int, str], int]:
    """What is loaded by order line and grade, in base units; a field left empty stays in store."""
    units = {line.line_id: line.unit for line in found.lines}
    fields = {(line.line_id, line.grade): f"grams_{line.line_id}_{line.grade}" for line in held}
    return {
        key: _amount(form, name, units[key[0]])
        for key, name in fields.items()
        if form.text(name, required=False)
    }


def _promise(form: Form) -> Promise:
    """The fields of a certificate; the grounds are the boxes that were ticked."""
    return Promise(
        basis=frozenset(basis for basis in Basis if form.flag(f"basis_{basis}")),
        number=form.text("certificate_no", required=False, longest=40),
        origin=form.text("origin", required=False, longest=200),
        contact=form.text("contact", required=False, longest=200),
    )


def _quarantine(form: Form) -> Quarantine | None:
    """The quarantine certificate, if any of its fields is filled in."""
    names = ("quarantine_number", "quarantine_day", "quarantine_heads")
    if not any(form.text(name, required=False) for name in names):
        return None
    return Quarantine(
        form.text("quarantine_number", longest=40),
        form.day("quarantine_day"),
        form.integer("quarantine_heads", minimum=1),
    )


def _in_form(error: InputError) -> InputError:
    """Faults of the use case ("/grams/7/A"), told at the field of that name ("grams_7_A")."""
    places = {f: f.place.strip("/").replace("reasons/", "reason/").replace("/", "_") for f in error.faults}
    return InputError([Fault(place, f.zh, f.en) for f, place in places.items()])


for _method in ("index", "show", "acceptance", "certificate", "paper"):
    permit(f"ShipmentView.{_method}", *READERS)
permit("ShipmentView.new", Role.manager, Role.clerk)
permit("ShipmentView.send", Role.manager, Role.clerk)
permit("ShipmentView.issue", Role.manager, Role.clerk)
permit("ShipmentView.void", Role.manager)
permit("ShipmentView.take", Role.enterprise)
permit("ShipmentView.agree", Role.manager)
menu_entry(
    "ShipmentView.index",
    lazy_gettext("Shipments"),
    icon="truck-delivery",
    group=Group.trade,
    order=30,
)
