"""Purchase prices, fee and set-off share: what holds today, what waits for a second person, and all there was."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.governance.views.shared import once_only, person
from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.standards import service
from coop.standards.queries import price_page
from coop.standards.rules import WHOLE_BP
from coop.web.errors import in_english
from coop.web.forms import Form, scaled
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose

STAFF = (Role.manager, Role.clerk, Role.accountant, Role.checker, Role.supervisor)
TEMPLATE = "standards/prices.html"


class PriceView(Page):
    """What the village pays its households, and what it keeps of it."""

    route_base = "/prices"

    @expose("/")
    def index(self) -> str:
        """The trading entity's prices and terms; another one of the village by `?entity_id=`."""
        return self.render(TEMPLATE, form={}, **self._page(request.args.get("entity_id", type=int)))

    def _page(self, entity_id: int | None) -> dict[str, Any]:
        with self.look() as view:
            page = price_page(view.session, view.actor.tenant_id, view.today, entity_id)
            return {"page": page, "today": view.today, "me": view.actor.user_id, "person": person} | _options(
                page
            )

    @expose("/entities/<int:entity_id>", methods=["POST"])
    def propose(self, entity_id: int) -> ResponseReturnValue:
        """One grade's price from a day on."""
        context, form = self._page(entity_id), Form()
        try:
            goods = form.one_of("goods", [code for code, _word in context["goods"]])
            since, price = form.day("since"), form.price("price")
            floor = form.price("floor", required=False)
            if not price + floor:
                form.fault("price", "价格与保底价不能都为零", "price and floor must not both be zero")
            form.done()
        except InputError as error:
            return self.invalid(TEMPLATE, error, **context)
        product, _slash, grade = goods.partition("/")
        with self.unit() as work:

            def act() -> dict[str, Any]:
                row = service.propose_price(
                    work,
                    entity_id=entity_id,
                    product=product,
                    grade=grade,
                    since=since,
                    price=price,
                    floor=floor,
                )
                return {"id": row.id}

            once_only(self, work, act)
        return self._back(entity_id, _("Proposed. Another person approves it."))

    @expose("/<int:price_id>/approve", methods=["POST"])
    def approve(self, price_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            entity_id = service.approve_price(work, price_id).entity_id
        return self._back(entity_id, _("Approved. It holds from its day on."))

    @expose("/entities/<int:entity_id>/terms", methods=["POST"])
    def propose_terms(self, entity_id: int) -> ResponseReturnValue:
        """Fee and set-off share of a product from a day on."""
        context, form = self._page(entity_id), Form()
        try:
            product = form.one_of("terms_product", [code for code, _word in context["product_options"]])
            since, fee, share = form.day("terms_since"), percent(form, "fee"), percent(form, "set_off")
            form.done()
        except InputError as error:
            return self.invalid(TEMPLATE, error, **context)
        with self.unit() as work:

            def act() -> dict[str, Any]:
                row = service.propose_terms(
                    work, entity_id=entity_id, product=product, since=since, fee_bp=fee, set_off_bp=share
                )
                return {"id": row.id}

            once_only(self, work, act)
        return self._back(entity_id, _("Proposed. Another person approves it."))

    @expose("/terms/<int:terms_id>/approve", methods=["POST"])
    def approve_terms(self, terms_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            entity_id = service.approve_terms(work, terms_id).entity_id
        return self._back(entity_id, _("Approved. It holds from its day on."))

    def _back(self, entity_id: int, say: str) -> ResponseReturnValue:
        return self.go("PriceView.index", entity_id=entity_id, say=say)


def _options(page: Any) -> dict[str, list[tuple[str, str]]]:
    """Products, and products with their grades, in the reader's language."""
    english = in_english()
    products = [(made.code, made.name_en if english else made.name) for made in page.products]
    goods = [
        (
            f"{made.code}/{grade.code}",
            f"{made.name_en}, {grade.name_en}" if english else f"{made.name} {grade.name}",
        )
        for made in page.products
        for grade in made.grades
    ]
    return {"product_options": products, "goods": goods}


def percent(form: Form, name: str, *, required: bool = True) -> int:
    """Per cent with two decimals as typed, basis points returned."""
    text = form.text(name, required=required)
    value = scaled(text, 2) if text else 0
    if value is None or not 0 <= value <= WHOLE_BP:
        form.fault(name, f"应为 0 到 100 的百分数，实为“{text}”", f"per cent from 0 to 100, not {text!r}")
        return 0
    return value


permit("PriceView.index", *STAFF)
permit("PriceView.propose", Role.manager, Role.accountant)
permit("PriceView.approve", Role.checker, Role.manager)
permit("PriceView.propose_terms", Role.manager)
permit("PriceView.approve_terms", Role.checker, Role.manager)
menu_entry("PriceView.index", lazy_gettext("Purchase prices"), icon="coin-yuan", group=Group.harvest, order=8)
