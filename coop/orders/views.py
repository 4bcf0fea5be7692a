"""Pages of the orders: the list, handing one in as an Excel file, the order's page, the seller's answer.

Nothing here names a household; what it is made of in the village are links to pages the buyer may not open.
"""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.orders import imports, queries
from coop.orders.service import accept, close, refuse, submit
from coop.standards.queries import products
from coop.web.errors import in_english
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
READERS = (
    Role.enterprise,
    Role.manager,
    Role.clerk,
    Role.accountant,
    Role.checker,
    Role.supervisor,
    Role.county,
)


class OrderView(Page):
    """Both sides' orders: the buyer's own, and those to the own village."""

    route_base = "/orders"

    @expose("/")
    def index(self) -> str:
        with self.look() as view:
            orders = queries.orders(view.session, view.actor.tenant_id)
            return self.render("orders/index.html", orders=orders)

    @expose("/new")
    def new(self) -> str:
        with self.look() as view:
            return self.render("orders/new.html", sellers=queries.sellers(view.session, view.today))

    @expose("/template.xlsx")
    def template(self) -> ResponseReturnValue:
        english = in_english()
        name = "order-template.xlsx" if english else "订单模板.xlsx"
        return self.download(imports.order_template("en" if english else "zh"), name, XLSX)

    @expose("/new", methods=["POST"])
    def create(self) -> ResponseReturnValue:
        """Every fault of the file at once, by sheet, row and column; or the order."""
        form = Form()
        file = form.file("file")
        try:
            form.done()
            with self.unit() as work:
                entry = imports.read_order(file.read() if file else b"", products(work.session))
                part = submit(work, entry)
                part_id, number = part.id, part.number
        except InputError as error:
            with self.look() as view:
                sellers = queries.sellers(view.session, view.today)
            return self.invalid("orders/new.html", error, sellers=sellers)
        return self.go(
            "OrderView.show", part_id=part_id, say=_("Order %(number)s is handed in.", number=number)
        )

    @expose("/<int:part_id>")
    def show(self, part_id: int) -> str:
        with self.look() as view:
            page = queries.order_page(view.session, part_id)
        steps = [(step.state, step.text_en if in_english() else step.text) for step in page.steps]
        return self.render("orders/show.html", page=page, steps=steps)

    @expose("/<int:part_id>/accept", methods=["POST"])
    def accept(self, part_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            accept(work, part_id)
        return self.go("OrderView.show", part_id=part_id, say=_("Accepted. The terms are frozen."))

    @expose("/<int:part_id>/refuse", methods=["POST"])
    def refuse(self, part_id: int) -> ResponseReturnValue:
        form = Form()
        reason = form.text("reason")
        form.done()
        with self.unit() as work:
            refuse(work, part_id, reason)
        return self.go("OrderView.show", part_id=part_id, say=_("Refused. The buyer reads the reason."))

    @expose("/<int:part_id>/close", methods=["POST"])
    def close(self, part_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            close(work, part_id)
        return self.go("OrderView.show", part_id=part_id, say=_("Closed."))


permit("OrderView.index", *READERS)
permit("OrderView.show", *READERS)
for _method in ("new", "template", "create"):
    permit(f"OrderView.{_method}", Role.enterprise)
for _method in ("accept", "refuse", "close"):
    permit(f"OrderView.{_method}", Role.manager)
menu_entry("OrderView.index", lazy_gettext("Orders"), icon="clipboard-list", group=Group.trade, order=10)
