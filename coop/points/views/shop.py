"""The shop (德美屋): stock, purchases, goods for points by two persons, points out of date."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coop.governance.views.shared import VILLAGE, once_only, person
from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.kernel.unit import Look
from coop.points import queries
from coop.points import service as points
from coop.points.queries import documents, standing
from coop.web.forms import Form
from coop.web.permissions import permit
from coop.web.views import Page, expose


class ShopPages(Page):
    """The other half of `PointsView`."""

    @expose("/shop")
    def shop(self) -> str:
        with self.look() as view:
            return self.render("points/shop.html", **self._shop(view), form={})

    def _shop(self, view: Look) -> dict[str, object]:
        village = standing.village_in_sight(view.session, view.actor, request.args.get("village", ""))
        own = village.id == view.actor.tenant_id
        return {
            "village": village,
            "own": own,
            "goods": queries.goods(view.session, village.id),
            "given": queries.redemptions(view.session, tenant_id=village.id),
            "totals": queries.totals(view.session, village.id),
            "numbers": standing.numbers(view.session, village.id) if own else [],
            "others": standing.colleagues(view.session, view.actor, view.today) if own else [],
            "today": view.today,
            "person": person,
            "tab": "shop",
        }

    @expose("/shop/redeem", methods=["POST"])
    def redeem(self) -> ResponseReturnValue:
        form = Form()
        household, goods = form.text("household", longest=40), form.text("goods", longest=40)
        count, second = form.integer("count", minimum=1, maximum=1000), form.integer("second", minimum=1)
        try:
            form.done()
        except InputError as error:
            with self.look() as view:
                return self.invalid("points/shop.html", error, **self._shop(view))
        with self.unit() as u:
            made = once_only(
                self,
                u,
                lambda: {
                    "id": points.redeem(u, household=household, goods=goods, count=count, second_id=second).id
                },
            )
        return self.go("PointsView.redemption", redemption_id=made["id"], say=_("Handed over."))

    @expose("/shop/buy", methods=["POST"])
    def buy(self) -> ResponseReturnValue:
        form = Form()
        goods, day = form.text("bought", longest=40), form.day("day")
        count, cost = form.integer("pieces", minimum=1, maximum=100_000), form.yuan("cost", minimum=1)
        try:
            form.done()
        except InputError as error:
            with self.look() as view:
                return self.invalid("points/shop.html", error, **self._shop(view))
        with self.unit() as u:
            made = once_only(
                self,
                u,
                lambda: {"id": points.buy_goods(u, goods=goods, count=count, cost_fen=cost, day=day).id},
            )
        return self.go("PointsView.purchase", purchase_id=made["id"], say=_("The purchase is posted."))

    @expose("/shop/expire", methods=["POST"])
    def expire(self) -> ResponseReturnValue:
        form = Form()
        before = form.day("before")
        try:
            form.done()
        except InputError as error:
            with self.look() as view:
                return self.invalid("points/shop.html", error, **self._shop(view))
        with self.unit() as u:
            count = points.expire(u, before)
        return self.go("PointsView.households", say=_("%(count)s points have expired.", count=count))

    @expose("/redemptions/<int:redemption_id>")
    def redemption(self, redemption_id: int) -> str:
        with self.look() as view:
            row = documents.hand_out(view.session, redemption_id)
            return self.render("points/redemption.html", row=row, person=person, tab="shop")

    @expose("/purchases/<int:purchase_id>")
    def purchase(self, purchase_id: int) -> str:
        with self.look() as view:
            row = documents.purchase(view.session, purchase_id)
            return self.render("points/purchase.html", row=row, person=person, tab="shop")

    @expose("/expiries/<int:expiry_id>")
    def expiry(self, expiry_id: int) -> str:
        with self.look() as view:
            row = documents.expiry(view.session, expiry_id)
            return self.render("points/expiry.html", row=row, tab="households")


for _page in ("shop", "redemption", "purchase", "expiry"):
    permit(f"PointsView.{_page}", *VILLAGE)
permit("PointsView.redeem", Role.clerk)
permit("PointsView.buy", Role.manager, Role.accountant, Role.clerk)
permit("PointsView.expire", Role.manager, Role.supervisor)
