"""The asset ledger (三资台账): cards by class, one card with its months, new cards."""

from __future__ import annotations

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.accounting import prints
from coop.accounting.models.petty import Purse
from coop.accounting.queries import assets as queries
from coop.accounting.queries.assets_page import asset_page, card_choices
from coop.accounting.queries.assets_table import asset_table
from coop.accounting.queries.subledgers import book_and_chart
from coop.accounting.queries.subledgers_board import books_with_entities
from coop.accounting.rules.assets import AssetClass, AssetEntry, AssetMethod, AssetUse
from coop.accounting.rules.depreciation import month_of
from coop.accounting.service import assets
from coop.accounting.service.assets import Bought
from coop.governance.views.shared import READERS, once_only, person
from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.web.errors import in_english
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose

WORDS = {
    "classes": [each.value for each in AssetClass],
    "methods": [each.value for each in AssetMethod],
    "uses": [each.value for each in AssetUse],
    "purses": [each.value for each in Purse],
}


def card_entry(form: Form) -> AssetEntry:
    """A card as the form gives it; faults are collected by the form."""
    since = form.day("since", required=False) if form.fields.get("since") else None
    return AssetEntry(
        kind=form.choice("kind", AssetClass),
        name=form.text("name", longest=100),
        day=form.day("day"),
        cost_fen=form.yuan("cost", required=False),
        residual_fen=form.yuan("residual", required=False),
        method=form.choice("method", AssetMethod),
        life=form.integer("life", required=False, maximum=10**9),
        use=form.choice("use", AssetUse),
        since=since,
        opening_fen=form.yuan("opening", required=False),
        nominal=form.flag("nominal"),
        area_m2=form.integer("area", required=False, maximum=10**10),
        unit_name=form.text("unit_name", required=False, longest=20),
        account=form.text("account", required=False, longest=40),
        location=form.text("location", required=False, longest=100),
        custodian=form.text("custodian", required=False, longest=100),
    )


def _bought(form: Form) -> Bought:
    voucher = form.integer("voucher", required=False)
    grant = form.integer("grant", required=False)
    return Bought(voucher or None, form.text("counter", required=False, longest=40), grant or None)


class AssetView(Page):
    route_base = "/assets"

    @expose("/")
    def list(self) -> str:
        with self.look() as view:
            return self.render("accounting/asset_books.html", held=books_with_entities(view.session))

    @expose("/books/<entity>")
    def board(self, entity: str) -> str:
        with self.look() as view:
            board = queries.asset_board(view.session, entity)
            wanted = request.args.get("class", "")
            return self.render("accounting/assets.html", board=board, wanted=wanted, today=view.today)

    @expose("/books/<entity>/ledger.<kind>")
    def file(self, entity: str, kind: str) -> ResponseReturnValue:
        if kind not in prints.FILES:
            abort(404)
        with self.look() as view:
            table, head = asset_table(view.session, entity, view.today)
        content, name, mimetype = prints.table_file(table, head, kind, "en" if in_english() else "zh")
        return self.download(content, name, mimetype)

    @expose("/books/<entity>/new")
    def new(self, entity: str) -> str:
        with self.look() as view:
            choices = card_choices(view.session, entity)
            return self.render("accounting/asset_new.html", choices=choices, **WORDS, form={}, faults={})

    @expose("/books/<entity>/new", methods=["POST"])
    def add(self, entity: str) -> ResponseReturnValue:
        form = Form()
        entry, bought = card_entry(form), _bought(form)
        try:
            form.done()
            with self.unit() as work:
                book = book_and_chart(work.session, entity)[0]
                made = once_only(
                    self, work, lambda: {"id": assets.add_card(work, book.entity_id, entry, bought).id}
                )
        except InputError as error:
            with self.look() as view:
                choices = card_choices(view.session, entity)
            return self.invalid("accounting/asset_new.html", error, choices=choices, **WORDS)
        return self.go("AssetView.show", asset_card_id=made["id"], say=_("The card is entered."))

    @expose("/<int:asset_card_id>")
    def show(self, asset_card_id: int) -> str:
        with self.look() as view:
            page = asset_page(view.session, asset_card_id, month_of(view.today))
            return self.render(
                "accounting/asset.html",
                page=page,
                today=view.today,
                person=person,
                **WORDS,
                form={},
                faults={},
            )

    @expose("/<int:asset_card_id>/update", methods=["POST"])
    def update(self, asset_card_id: int) -> ResponseReturnValue:
        form = Form()
        location = form.text("location", required=False, longest=100)
        custodian = form.text("custodian", required=False, longest=100)
        use = form.choice("use", AssetUse)
        try:
            form.done()
            with self.unit() as work:
                assets.update_card(
                    work,
                    asset_card_id,
                    location=location,
                    custodian=custodian,
                    idle=form.flag("idle"),
                    use=use,
                )
        except InputError as error:
            return self.faulty(asset_card_id, error)
        return self.go("AssetView.show", asset_card_id=asset_card_id, say=_("Saved."))

    @expose("/<int:asset_card_id>/output", methods=["POST"])
    def output(self, asset_card_id: int) -> ResponseReturnValue:
        form = Form()
        year, month = form.integer("year", minimum=2000, maximum=2200), form.integer("month", maximum=12)
        units = form.integer("units")
        try:
            form.done()
            with self.unit() as work:
                assets.enter_output(work, asset_card_id, year=year, month=month, units=units)
        except InputError as error:
            return self.faulty(asset_card_id, error)
        return self.go("AssetView.show", asset_card_id=asset_card_id, say=_("The units are entered."))

    @expose("/<int:asset_card_id>/withdraw", methods=["POST"])
    def withdraw(self, asset_card_id: int) -> ResponseReturnValue:
        form = Form()
        reason = form.text("withdraw_reason", longest=200)
        try:
            form.done()
            with self.unit() as work:
                assets.withdraw_card(work, asset_card_id, reason)
        except InputError as error:
            return self.faulty(asset_card_id, error)
        return self.go("AssetView.show", asset_card_id=asset_card_id, say=_("The card is withdrawn."))

    def faulty(self, card_id: int, error: InputError) -> ResponseReturnValue:
        """The card's page again with the faults of one of its forms."""
        with self.look() as view:
            page, today = asset_page(view.session, card_id, month_of(view.today)), view.today
        return self.invalid("accounting/asset.html", error, page=page, today=today, person=person, **WORDS)


for _page in ("list", "board", "show", "file"):
    permit(f"AssetView.{_page}", *READERS)
for _page in ("new", "add", "output", "withdraw"):
    permit(f"AssetView.{_page}", Role.accountant)
permit("AssetView.update", Role.accountant, Role.manager)
menu_entry("AssetView.list", lazy_gettext("Assets"), icon="building-warehouse", group=Group.money, order=36)
