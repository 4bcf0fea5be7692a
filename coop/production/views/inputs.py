"""Pages of the inputs: stock, purchases, the sheet handed out on credit, and both documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.governance.views.shared import once_only, person
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError
from coop.production import queries, service
from coop.production.queries import StockLine
from coop.production.service import IssueEntry
from coop.production.views.shared import MONEY, Options, input_options
from coop.splitting.service import season_of
from coop.standards.controls import input_items
from coop.standards.queries import products
from coop.web.errors import in_english
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose


class InputView(Page):
    """Seeds, bags, feed and drugs: bought by the village, handed out on credit."""

    route_base = "/inputs"

    @expose("/")
    def index(self) -> str:
        return self.render("production/inputs.html", form={}, **self._list())

    def _list(self) -> dict[str, Any]:
        with self.look() as view:
            tenant = view.actor.tenant_id
            return {
                "stock": queries.input_stock(view.session, tenant),
                "purchases": queries.purchases(view.session, tenant),
                "issues": queries.issues(view.session, tenant),
                "items": input_options(i for i in input_items(view.session).values() if not i.banned),
                "today": view.today,
            }

    @expose("/", methods=["POST"])
    def buy(self) -> ResponseReturnValue:
        """Into the trading entity's stock, paid from its bank account."""
        context, form = self._list(), Form()
        try:
            values: dict[str, Any] = {
                "code": form.one_of("code", [code for code, _word in context["items"]]),
                "count": form.integer("count", minimum=1),
                "cost_fen": form.yuan("cost", minimum=1),
                "day": form.day("day"),
                "supplier": form.text("supplier", required=False, longest=200),
            }
            form.done()
        except InputError as error:
            return self.invalid("production/inputs.html", error, **context)
        with self.unit() as work:
            seller = queries.seller_of(work.session, work.actor.tenant_id)
            answer = once_only(
                self, work, lambda: {"id": service.buy_inputs(work, entity_id=seller, **values).id}
            )
        return self.go("InputView.purchase", purchase_id=answer["id"], say=_("Bought and in stock."))

    @expose("/purchases/<int:purchase_id>")
    def purchase(self, purchase_id: int) -> str:
        with self.look() as view:
            found = queries.purchase(view.session, purchase_id)
        return self.render("production/purchase.html", purchase=found)

    @expose("/issue")
    def issue(self) -> str:
        """The sheet of a product and season: one input, a count for each household with an agreement."""
        return self.render("production/issue_new.html", form={}, **self._sheet())

    def _sheet(self) -> dict[str, Any]:
        with self.look() as view:
            made = products(view.session)
            season = request.args.get("season") or season_of(view.today)
            chosen = request.args.get("product") or next(iter(made), "")
            tenant = view.actor.tenant_id
            seller = queries.seller_of(view.session, tenant)
            signed = queries.agreements(view.session, tenant, season=season)
            held = queries.input_stock(view.session, tenant)
            return {
                "products": [
                    (each.code, each.name_en if in_english() else each.name) for each in made.values()
                ],
                "product": chosen,
                "season": season,
                "agreements": [a for a in signed if (a.product, a.entity_id) == (chosen, seller)],
                "stock": _in_stock([line for line in held if line.entity_id == seller]),
                "today": view.today,
            }

    @expose("/issue", methods=["POST"])
    def hand_out(self) -> ResponseReturnValue:
        context, form = self._sheet(), Form()
        try:
            entries = _entries(form, context)
            day = form.day("day")
            form.done()
            try:
                with self.unit() as work:
                    seller = queries.seller_of(work.session, work.actor.tenant_id)

                    def issued() -> dict[str, int]:
                        row = service.issue_inputs(
                            work,
                            entity_id=seller,
                            entries=entries,
                            product=context["product"],
                            season=context["season"],
                            day=day,
                        )
                        return {"id": row.id}

                    answer = once_only(self, work, issued)
            except InputError as error:
                raise InputError([_at_household(fault, entries) for fault in error.faults]) from error
        except InputError as error:
            return self.invalid("production/issue_new.html", error, **context)
        return self.go("InputView.issued", issue_id=answer["id"], say=_("Handed out on credit."))

    @expose("/issues/<int:issue_id>")
    def issued(self, issue_id: int) -> str:
        with self.look() as view:
            found = queries.issue(view.session, issue_id)
        return self.render("production/issue.html", issue=found, person=person)

    @expose("/issues/<int:issue_id>/reverse", methods=["POST"])
    def reverse(self, issue_id: int) -> ResponseReturnValue:
        form = Form()
        reason = form.text("reason")
        form.done()
        with self.unit() as work:
            service.reverse_issue(work, issue_id, reason)
        return self.go(
            "InputView.issued", issue_id=issue_id, say=_("Reversed. The inputs are back in stock.")
        )


def _in_stock(lines: Sequence[StockLine]) -> Options:
    """What may be handed out, with how much of it there is."""
    return [
        (line.code, f"{line.name_en} ({line.count} {line.unit_en})")
        if in_english()
        else (line.code, f"{line.name}（{line.count} {line.unit}）")
        for line in lines
        if line.count
    ]


def _entries(form: Form, context: dict[str, Any]) -> list[IssueEntry]:
    code = form.one_of("code", [code for code, _word in context["stock"]])
    price = form.yuan("price", minimum=1)
    made = [
        IssueEntry(each.household, code, count, price)
        for each in context["agreements"]
        if (count := form.integer(f"count_{each.household}", required=False))
    ]
    if not made and not form.faults:
        form.fault("code", "至少给一户填数量", "give a count for one household at least")
    return made


def _at_household(fault: Fault, entries: list[IssueEntry]) -> Fault:
    """A fault of a line, told at its household's count."""
    _, _, place, *rest = fault.place.split("/")
    name = "price" if rest == ["price_fen"] else f"count_{entries[int(place)].household}" if place else "code"
    return Fault(name, fault.zh, fault.en)


for _method in ("index", "purchase", "issued"):
    permit(f"InputView.{_method}", *MONEY)
permit("InputView.buy", Role.manager, Role.accountant)
permit("InputView.issue", Role.manager, Role.clerk)
permit("InputView.hand_out", Role.manager, Role.clerk)
permit("InputView.reverse", Role.checker)
menu_entry("InputView.index", lazy_gettext("Inputs on credit"), icon="package", group=Group.harvest, order=7)
