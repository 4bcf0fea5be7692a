"""The guided first steps (开账向导): register, opening balances, scale, prices; each with its template and its faults."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.accounting import imports
from coop.accounting import service as accounting
from coop.accounting.queries.setup import chart_for, setup
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError
from coop.parties import service as parties
from coop.parties.imports import read_register, refuse, register_template
from coop.procurement import service as procurement
from coop.standards import service as standards
from coop.standards.queries import products
from coop.web.errors import in_english
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
READERS = (Role.manager, Role.accountant, Role.checker, Role.clerk)


class SetupView(Page):
    """What a new village does first, and how far it is."""

    route_base = "/setup"

    @expose("/")
    def index(self) -> str:
        with self.look() as view:
            page = setup(view.session, view.actor.tenant_id, view.today)
            goods = products(view.session)
        return self.render("accounting/setup.html", page=page, goods=goods, faults={}, form={}, tried=None)

    @expose("/register.xlsx")
    def register_template(self) -> ResponseReturnValue:
        lang = "en" if in_english() else "zh"
        return self.download(
            register_template(lang), "register.xlsx" if lang == "en" else "农户成员.xlsx", XLSX
        )

    @expose("/register", methods=["POST"])
    def register(self) -> ResponseReturnValue:
        """The members' workbook: every fault by row, or all of it."""
        form = Form()
        sent = form.file("register")
        share, contribution = form.integer("share_entity"), form.integer("contribution_entity")
        day = form.day("day")
        try:
            form.done()
            with self.unit() as work:
                self._own(
                    form, setup(work.session, work.actor.tenant_id, work.today).entities, share, contribution
                )
                homes, people = parties.enter_register(
                    work,
                    read_register(sent.read() if sent else b""),
                    day=day,
                    share_entity=share,
                    contribution_entity=contribution,
                )
        except InputError as error:
            return self._faulty(error)
        say = _("Filed: %(homes)s new households, %(people)s new members.", homes=homes, people=people)
        return self.go("SetupView.index", say=say)

    @expose("/opening/<int:entity_id>.xlsx")
    def opening_template(self, entity_id: int) -> ResponseReturnValue:
        lang = "en" if in_english() else "zh"
        with self.look() as view:
            chart, book = chart_for(view.session, view.actor.tenant_id, entity_id)
        name = f"opening-{book.entity}.xlsx" if lang == "en" else f"期初余额-{book.entity}.xlsx"
        return self.download(imports.opening_template(chart, lang), name, XLSX)

    @expose("/opening/<int:entity_id>", methods=["POST"])
    def opening(self, entity_id: int) -> ResponseReturnValue:
        """A dry run tells all faults and the sums and writes nothing; filing lays it before a second person."""
        form = Form()
        sent, dry = form.file("opening"), form.flag("dry")
        try:
            form.done()
            data = sent.read() if sent else b""
            if dry:
                return self._try(entity_id, data)
            with self.unit() as work:
                chart, book = chart_for(work.session, work.actor.tenant_id, entity_id)
                file = imports.read_opening(data, chart)
                refuse(
                    file.located(accounting.opening_faults(work, entity_id, book.first_year, file.balances))
                )
                accounting.file_opening(
                    work, entity_id, book.first_year, file.balances, digest=file.digest, names=file.names
                )
        except InputError as error:
            return self._faulty(error)
        return self.go("SetupView.index", say=_("Filed. Another person now posts the opening balances."))

    @expose("/opening/filed/<int:opening_id>/approve", methods=["POST"])
    def approve_opening(self, opening_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            accounting.approve_opening(work, opening_id)
        return self.go("SetupView.index", say=_("The opening balances are posted."))

    @expose("/opening/filed/<int:opening_id>/refuse", methods=["POST"])
    def refuse_opening(self, opening_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            accounting.refuse_opening(work, opening_id, "")
        return self.go("SetupView.index", say=_("Sent back. Another file may be handed in."))

    @expose("/scale", methods=["POST"])
    def scale(self) -> ResponseReturnValue:
        form = Form()
        code, name = form.text("scale_code", longest=20), form.text("scale_name", longest=50)
        until = form.day("calibrated_until")
        try:
            form.done()
            with self.unit() as work:
                procurement.register_scale(work, code, name, until)
        except InputError as error:
            return self._faulty(error)
        return self.go("SetupView.index", say=_("The scale is entered."))

    @expose("/prices", methods=["POST"])
    def price(self) -> ResponseReturnValue:
        form = Form()
        product, _slash, grade = form.text("graded").partition("/")
        entity_id, since = form.integer("entity_id"), form.day("since")
        price, floor = form.price("price"), form.price("floor", required=False)
        try:
            form.done()
            with self.unit() as work:
                standards.propose_price(
                    work,
                    entity_id=entity_id,
                    product=product,
                    grade=grade,
                    since=since,
                    price=price,
                    floor=floor,
                )
        except InputError as error:
            return self._faulty(error)
        return self.go("SetupView.index", say=_("Proposed. Another person approves the price."))

    @expose("/prices/<int:price_id>/approve", methods=["POST"])
    def approve_price(self, price_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            standards.approve_price(work, price_id)
        return self.go("SetupView.index", say=_("The price is approved."))

    def _try(self, entity_id: int, data: bytes) -> ResponseReturnValue:
        with self.look() as view:
            chart, book = chart_for(view.session, view.actor.tenant_id, entity_id)
            file = imports.read_opening(data, chart)
            refuse(file.located(accounting.opening_faults(view, entity_id, book.first_year, file.balances)))
            page = setup(view.session, view.actor.tenant_id, view.today)
            goods = products(view.session)
        return self.render("accounting/setup.html", page=page, goods=goods, faults={}, form={}, tried=file)

    def _faulty(self, error: InputError) -> ResponseReturnValue:
        with self.look() as view:
            page = setup(view.session, view.actor.tenant_id, view.today)
            goods = products(view.session)
        return self.invalid("accounting/setup.html", error, page=page, goods=goods, tried=None)

    def _own(self, form: Form, entities: tuple[tuple[int, str], ...], *chosen: int) -> None:
        own = {entity_id for entity_id, _code in entities}
        for entity_id in chosen:
            if entity_id not in own:
                form.faults.append(Fault("share_entity", "不是本村的法人", "no legal entity of this village"))
        form.done()


permit("SetupView.index", *READERS)
permit("SetupView.register_template", *READERS)
permit("SetupView.opening_template", *READERS)
permit("SetupView.register", Role.manager, Role.accountant)
permit("SetupView.opening", Role.accountant)
permit("SetupView.approve_opening", Role.checker)
permit("SetupView.refuse_opening", Role.checker, Role.accountant)
permit("SetupView.scale", Role.manager, Role.clerk)
permit("SetupView.price", Role.manager, Role.accountant)
permit("SetupView.approve_price", Role.checker, Role.manager)
menu_entry("SetupView.index", lazy_gettext("First steps"), icon="list-check", group=Group.village, order=1)
