"""Pages of the split: work it out, change it by hand, publish, key in the answers, offer again, settle.

For the village's own staff; the printed table is what hangs in the courtyard meeting.
"""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.kernel.units import Unit as BaseUnit
from coop.orders.queries import order_line
from coop.splitting import imports, service
from coop.splitting.models import AnsweredVia
from coop.splitting.queries import capacities
from coop.splitting.queries.compare import compare
from coop.splitting.queries.pages import may_propose, order_splits, split_page, splits
from coop.splitting.queries.runs import problem_of, runs_of
from coop.splitting.rules import Policy
from coop.splitting.service import season_of
from coop.standards.queries import products
from coop.web.errors import in_english
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose

STAFF = (Role.manager, Role.clerk, Role.supervisor)  # names of households: those who work with them
ANSWERS = ("yes", "no")
USUAL = (Policy.equal, Policy.by_capacity, Policy.season_fair)
USUAL_LOT = {BaseUnit.gram: 5_000, BaseUnit.head: 1}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def amount(form: Form, name: str, unit: str, *, required: bool = True) -> int:
    """A quantity as it is typed for its product: kilograms, or heads."""
    if unit == BaseUnit.gram:
        return form.kg(name, required=required)
    return form.integer(name, required=required)


class SplitView(Page):
    """An order's line over the households of the village."""

    route_base = "/splits"

    @expose("/")
    def index(self) -> str:
        with self.look() as view:
            return self.render("splitting/index.html", splits=splits(view.session, view.actor.tenant_id))

    @expose("/order/<int:part_id>")
    def order(self, part_id: int) -> str:
        """All lines of an order with their splits; as a part, the summary on the order's own page."""
        with self.look() as view:
            page = order_splits(view.session, part_id)
        template = "splitting/order_part.html" if self.partial() else "splitting/order.html"
        return self.render(template, page=page, policies=list(Policy))

    @expose("/line/<int:line_id>/propose", methods=["POST"])
    def propose(self, line_id: int) -> ResponseReturnValue:
        form = Form()
        with self.unit() as work:
            unit = order_line(work.session, line_id).unit
            policy = form.choice("policy", Policy)
            lot, minimum = amount(form, "lot", unit), amount(form, "minimum", unit, required=False)
            groups = form.texts("group")
            form.done()
            row = service.propose_split(
                work, line_id, policy=policy, lot_g=lot, minimum_g=minimum, groups=groups
            )
            split_id = row.id
        return self._back(
            split_id, _("Worked out. Look at it, change it by hand where needed, then publish.")
        )

    @expose("/line/<int:line_id>/compare")
    def compare(self, line_id: int) -> str:
        """Up to all policies side by side, before one is taken. Nothing is promised by looking."""
        form = Form(request.args)
        wanted = [Policy(name) for name in form.texts("policy") if name in Policy.__members__]
        with self.look() as view:
            line = order_line(view.session, line_id)
            lot = amount(form, "lot", line.unit, required=False) or USUAL_LOT[BaseUnit(line.unit)]
            minimum = amount(form, "minimum", line.unit, required=False)
            form.done()
            page = compare(
                view.session,
                line_id,
                view.actor.tenant_id,
                view.today,
                policies=wanted or USUAL,
                lot=lot,
                minimum=minimum,
                groups=form.texts("group"),
            )
            open_now = may_propose(view.session, view.actor, line_id)
        return self.render("splitting/compare.html", page=page, policies=list(Policy), may_propose=open_now)

    @expose("/<int:split_id>/runs")
    def runs(self, split_id: int) -> str:
        with self.look() as view:
            return self.render("splitting/runs.html", page=runs_of(view.session, split_id))

    @expose("/runs/<int:run_id>/problem.json")
    def problem(self, run_id: int) -> ResponseReturnValue:
        with self.look() as view:
            name, text = problem_of(view.session, run_id)
        return self.download(text.encode(), name, "application/json")

    @expose("/<int:split_id>")
    def show(self, split_id: int) -> str:
        via = request.args.get("via", AnsweredVia.clerk.value)
        with self.look() as view:
            page = split_page(view.session, split_id)
        return self.render("splitting/show.html", page=page, via=via, policies=list(Policy), today=view.today)

    @expose("/<int:split_id>/shares/<int:allocation_id>", methods=["POST"])
    def change(self, split_id: int, allocation_id: int) -> ResponseReturnValue:
        form = Form()
        unit = form.one_of("unit", tuple(BaseUnit))
        grams, reason = amount(form, "amount", unit), form.text("reason")
        form.done()
        with self.unit() as work:
            service.change_allocation(work, allocation_id, grams, reason)
        return self._back(split_id, _("Changed. The remainder above is new."))

    @expose("/<int:split_id>/shares/<int:allocation_id>/unlock", methods=["POST"])
    def unlock(self, split_id: int, allocation_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            service.unlock_allocation(work, allocation_id)
        return self._back(split_id, _("The computed share stands again."))

    @expose("/<int:split_id>/publish", methods=["POST"])
    def publish(self, split_id: int) -> ResponseReturnValue:
        form = Form()
        until = form.day("answer_by", required=False) if form.fields.get("answer_by") else None
        form.done()
        with self.unit() as work:
            service.publish_split(work, split_id, answer_by=until)
        return self._back(split_id, _("Published. Every household is asked now."))

    @expose("/<int:split_id>/answers", methods=["POST"])
    def answers(self, split_id: int) -> ResponseReturnValue:
        """What the households said in the meeting, keyed in at once: all of it, or none."""
        form = Form()
        via = form.choice("via", AnsweredVia)
        said = {
            int(name.removeprefix("answer_")): form.one_of(name, ANSWERS) == "yes"
            for name in form.fields
            if name.startswith("answer_") and name.removeprefix("answer_").isdecimal() and form.fields[name]
        }
        partly = [key for key, yes in said.items() if yes and form.fields.get(f"amount_{key}", "").strip()]
        unit = form.one_of("unit", tuple(BaseUnit)) if partly else ""
        amounts = {key: amount(form, f"amount_{key}", unit) for key in partly}
        form.done()
        with self.unit() as work:
            service.answer_all(work, split_id, said, via, amounts=amounts)
        return self._back(split_id, _("%(count)s answers are noted.", count=len(said)))

    @expose("/<int:split_id>/reallocate", methods=["POST"])
    def reallocate(self, split_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            service.reallocate(work, split_id)
        return self._back(split_id, _("What was declined is offered to the others."))

    @expose("/<int:split_id>/confirm", methods=["POST"])
    def confirm(self, split_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            service.confirm_split(work, split_id)
        return self._back(split_id, _("Settled. The households may deliver."))

    def _back(self, split_id: int, say: str) -> ResponseReturnValue:
        return self.go("SplitView.show", split_id=split_id, say=say)


class CapacityView(Page):
    """What the households can grow in a season, filed as an Excel sheet."""

    route_base = "/capacities"

    @expose("/")
    def index(self) -> str:
        with self.look() as view:
            season = request.args.get("season") or season_of(view.today)
            rows = capacities(view.session, season)
        return self.render("splitting/capacities.html", capacities=rows, season=season)

    @expose("/template.xlsx")
    def template(self) -> ResponseReturnValue:
        english = in_english()
        name = "capacity-template.xlsx" if english else "产能模板.xlsx"
        return self.download(imports.capacity_template("en" if english else "zh"), name, XLSX)

    @expose("/", methods=["POST"])
    def file(self) -> ResponseReturnValue:
        """Every fault of the file at once, by sheet, row and column; or all of it is filed."""
        form = Form()
        sent = form.file("file")
        try:
            form.done()
            with self.unit() as work:
                entries, digest = imports.read_capacities(
                    sent.read() if sent else b"", products(work.session)
                )
                new, changed = service.file_capacity(work, entries, file_sha=digest)
        except InputError as error:
            with self.look() as view:
                season = season_of(view.today)
                rows = capacities(view.session, season)
            return self.invalid("splitting/capacities.html", error, capacities=rows, season=season)
        say = _("Filed: %(new)s new, %(changed)s changed.", new=new, changed=changed)
        return self.go("CapacityView.index", say=say)


for _method in ("index", "order", "show", "compare", "runs", "problem"):
    permit(f"SplitView.{_method}", *STAFF)
for _method in ("propose", "change", "unlock", "publish", "reallocate", "confirm"):
    permit(f"SplitView.{_method}", Role.manager)
permit("SplitView.answers", Role.manager, Role.clerk)
permit("CapacityView.index", *STAFF)
permit("CapacityView.template", Role.manager, Role.clerk)
permit("CapacityView.file", Role.manager, Role.clerk)
menu_entry("CapacityView.index", lazy_gettext("Capacities"), icon="plant", group=Group.harvest, order=5)
menu_entry(
    "SplitView.index",
    lazy_gettext("Splits"),
    icon="arrows-split",
    group=Group.trade,
    order=20,
)
