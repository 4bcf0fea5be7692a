"""Distribution plans from draft to payment; every household's line with its working."""

from __future__ import annotations

from fractions import Fraction

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.dividends import queries
from coop.dividends import service as dividends
from coop.dividends.queries.sheet import plan_sheet
from coop.dividends.rules import Parameters, QuantifyBy
from coop.governance import queries as governance
from coop.governance.views.shared import READERS, once_only, person
from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.kernel.unit import Look
from coop.web.forms import Form, scaled
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose


def _percent(form: Form, name: str, other: Fraction) -> Fraction:
    """A share typed in percent with at most two decimals; empty means `other`."""
    text = form.text(name, required=False, longest=20)
    if not text:
        return other
    value = scaled(text, 2)
    if value is None or not 0 <= value <= 10_000:
        form.fault(name, f"应为 0 至 100 的百分数，实为“{text}”", f"a percentage from 0 to 100, not {text!r}")
        return other
    return Fraction(value, 10_000)


def _sum_or_all(form: Form, name: str) -> int | None:
    """Yuan typed, fen returned; empty means all that the waterfall leaves."""
    return form.yuan(name) if form.fields.get(name, "").strip() else None


def _parameters(form: Form) -> Parameters:
    usual = Parameters()
    base = form.integer("bonus_base", required=False, maximum=10_000)
    return Parameters(
        reserve_rate=_percent(form, "reserve_rate", usual.reserve_rate),
        cover_loss_fen=form.yuan("cover_loss", required=False),
        to_members_fen=_sum_or_all(form, "to_members"),
        bonus_pool_fen=form.yuan("bonus_pool", required=False),
        bonus_base=base or usual.bonus_base,
        refund_rate=_percent(form, "refund_rate", usual.refund_rate),
        residual_fen=_sum_or_all(form, "residual"),
        quantify_by=form.choice("quantify_by", QuantifyBy)
        if form.fields.get("quantify_by")
        else usual.quantify_by,
    )


class DividendView(Page):
    route_base = "/dividends"

    @expose("/")
    def plans(self) -> str:
        with self.look() as view:
            return self.render("dividends/plans.html", rows=queries.plans(view.session))

    @expose("/<int:plan_id>")
    def plan(self, plan_id: int) -> str:
        with self.look() as view:
            return self.render("dividends/plan.html", **self._sheet(view, plan_id), form={})

    def _sheet(self, view: Look, plan_id: int) -> dict[str, object]:
        sheet = plan_sheet(view.session, plan_id)
        own = sheet.tenant_id == view.actor.tenant_id
        return {
            "sheet": sheet,
            "may": {str(role) for role in view.actor.roles} if own else set(),
            "drafted_by_me": sheet.maker_id == view.actor.user_id,
            "today": view.today,
            "person": person,
        }

    @expose("/new")
    def new(self) -> str:
        with self.look() as view:
            return self.render("dividends/plan_new.html", **self._offer(view), form={})

    def _offer(self, view: Look) -> dict[str, object]:
        entities = governance.entities(view.session, tenant_id=view.actor.tenant_id, book=True)
        return {"entities": entities, "today": view.today}

    @expose("/new", methods=["POST"])
    def draft(self) -> ResponseReturnValue:
        form = Form()
        entity, year = form.integer("entity", minimum=1), form.integer("year", minimum=2000, maximum=2200)
        parameters = _parameters(form)
        try:
            form.done()
        except InputError as error:
            with self.look() as view:
                return self.invalid("dividends/plan_new.html", error, **self._offer(view))
        with self.unit() as u:
            made = once_only(self, u, lambda: {"id": dividends.draft_plan(u, entity, year, parameters).id})
        return self.go("DividendView.plan", plan_id=made["id"], say=_("The plan is drafted."))

    @expose("/<int:plan_id>/review", methods=["POST"])
    def review(self, plan_id: int) -> ResponseReturnValue:
        with self.unit() as u:
            dividends.review(u, plan_id)
        return self.go("DividendView.plan", plan_id=plan_id, say=_("The plan is reviewed."))

    @expose("/<int:plan_id>/publish", methods=["POST"])
    def publish(self, plan_id: int) -> ResponseReturnValue:
        with self.unit() as u:
            dividends.publish(u, plan_id)
        return self.go("DividendView.plan", plan_id=plan_id, say=_("The plan hangs on the notice board."))

    @expose("/<int:plan_id>/resolve", methods=["POST"])
    def resolve(self, plan_id: int) -> ResponseReturnValue:
        form = Form()
        meeting = form.integer("meeting", minimum=1)
        votes_for = form.integer("votes_for", maximum=10**6)
        against = form.integer("votes_against", required=False, maximum=10**6)
        abstain = form.integer("votes_abstain", required=False, maximum=10**6)
        try:
            form.done()
        except InputError as error:
            with self.look() as view:
                return self.invalid("dividends/plan.html", error, **self._sheet(view, plan_id))
        with self.unit() as u:
            made = once_only(
                self,
                u,
                lambda: {
                    "passed": dividends.resolve(
                        u,
                        plan_id,
                        meeting,
                        votes_for=votes_for,
                        votes_against=against,
                        votes_abstain=abstain,
                    ).passed
                },
            )
        carried, failed = _("The assembly has resolved the plan."), _("Recorded; the plan did not carry.")
        return self.go("DividendView.plan", plan_id=plan_id, say=carried if made["passed"] else failed)

    @expose("/<int:plan_id>/post", methods=["POST"])
    def post(self, plan_id: int) -> ResponseReturnValue:
        with self.unit() as u:
            dividends.post_plan(u, plan_id)
        return self.go("DividendView.plan", plan_id=plan_id, say=_("The plan is posted."))

    @expose("/<int:plan_id>/close", methods=["POST"])
    def close(self, plan_id: int) -> ResponseReturnValue:
        with self.unit() as u:
            dividends.close_books(u, plan_id)
        return self.go("DividendView.plan", plan_id=plan_id, say=_("The year's books are closed."))

    @expose("/<int:plan_id>/pay", methods=["POST"])
    def pay(self, plan_id: int) -> ResponseReturnValue:
        with self.unit() as u:
            batch = once_only(self, u, lambda: {"id": dividends.propose_pay(u, plan_id, u.today).id})
        return self.go("BatchView.show", batch_id=batch["id"], say=_("The pay batch waits for the checker."))

    @expose("/lines/<int:line_id>/hold", methods=["POST"])
    def hold(self, line_id: int) -> ResponseReturnValue:
        """An objection: the payment of this one line rests."""
        reason = Form().text("reason", required=False, longest=500)
        with self.unit() as u:
            plan_id = dividends.hold_line(u, line_id, reason).plan_id
        return self.go("DividendView.plan", plan_id=plan_id, say=_("The payment of this line rests."))

    @expose("/lines/<int:line_id>/release", methods=["POST"])
    def release(self, line_id: int) -> ResponseReturnValue:
        reason = Form().text("reason", required=False, longest=500)
        with self.unit() as u:
            plan_id = dividends.release_line(u, line_id, reason).plan_id
        return self.go("DividendView.plan", plan_id=plan_id, say=_("The objection is answered."))


for _page in ("plans", "plan"):
    permit(f"DividendView.{_page}", *READERS)
for _act in ("new", "draft", "post", "close"):
    permit(f"DividendView.{_act}", Role.accountant)
permit("DividendView.review", Role.supervisor)
permit("DividendView.publish", Role.manager, Role.accountant)
permit("DividendView.resolve", Role.manager, Role.clerk)
permit("DividendView.pay", Role.accountant, Role.manager)
for _act in ("hold", "release"):
    permit(f"DividendView.{_act}", Role.supervisor, Role.manager)
menu_entry(
    "DividendView.plans", lazy_gettext("Distribution plans"), icon="chart-pie", group=Group.dividend, order=10
)
