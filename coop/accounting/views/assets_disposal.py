"""Assets that leave: sold, scrapped, missing at a stock-take, and what becomes of what was missing."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coop.accounting.models.assets import DisposalKind
from coop.accounting.models.petty import Purse
from coop.accounting.queries.assets_page import asset_page, card_of_disposal, card_of_loss, take_sheet
from coop.accounting.queries.subledgers import book_and_chart
from coop.accounting.rules.depreciation import month_of
from coop.accounting.service import assets_disposal as service
from coop.accounting.service.assets_disposal import Sale
from coop.accounting.views.assets import WORDS
from coop.governance.views.shared import READERS, once_only, person
from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.web.forms import Form
from coop.web.permissions import permit
from coop.web.views import Page, expose


class AssetDisposalView(Page):
    route_base = "/asset-disposals"

    @expose("/<int:asset_disposal_id>")
    def show(self, asset_disposal_id: int) -> str:
        with self.look() as view:
            card = card_of_disposal(view.session, asset_disposal_id)
            page, today = asset_page(view.session, card, month_of(view.today)), view.today
            return self.render(
                "accounting/asset.html", page=page, today=today, person=person, **WORDS, form={}, faults={}
            )

    @expose("/losses/<int:asset_loss_id>")
    def loss(self, asset_loss_id: int) -> str:
        with self.look() as view:
            card = card_of_loss(view.session, asset_loss_id)
            page, today = asset_page(view.session, card, month_of(view.today)), view.today
            return self.render(
                "accounting/asset.html", page=page, today=today, person=person, **WORDS, form={}, faults={}
            )

    @expose("/cards/<int:asset_card_id>", methods=["POST"])
    def ask(self, asset_card_id: int) -> ResponseReturnValue:
        form = Form()
        sale = Sale(
            kind=form.choice("gone_kind", DisposalKind),
            day=form.day("gone_day"),
            proceeds_fen=form.yuan("proceeds", required=False),
            costs_fen=form.yuan("costs", required=False),
            purse=form.choice("purse", Purse),
        )
        try:
            form.done()
            with self.unit() as work:
                once_only(self, work, lambda: {"id": service.ask_disposal(work, asset_card_id, sale).id})
        except InputError as error:
            return self._faulty(asset_card_id, error)
        return self._on(asset_card_id, _("Another person now approves it."))

    @expose("/<int:asset_disposal_id>/approve", methods=["POST"])
    def approve(self, asset_disposal_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            card = service.approve_disposal(work, asset_disposal_id).card_id
        return self._on(card, _("Approved and posted."))

    @expose("/<int:asset_disposal_id>/refuse", methods=["POST"])
    def refuse(self, asset_disposal_id: int) -> ResponseReturnValue:
        form = Form()
        reason = form.text("reason", longest=200)
        form.done()
        with self.unit() as work:
            card = service.refuse_disposal(work, asset_disposal_id, reason).card_id
        return self._on(card, _("Sent back."))

    @expose("/<int:asset_disposal_id>/write-off", methods=["POST"])
    def write_off(self, asset_disposal_id: int) -> ResponseReturnValue:
        form = Form()
        day, finding = form.day("loss_day"), form.text("finding", longest=200)
        party = form.text("party", required=False, longest=20)
        liable = form.yuan("liable", required=False)
        with self.look() as view:
            card = card_of_disposal(view.session, asset_disposal_id)
        try:
            form.done()
            with self.unit() as work:
                service.write_off(
                    work, asset_disposal_id, day=day, finding=finding, party=party, liable_fen=liable
                )
        except InputError as error:
            return self._faulty(card, error)
        return self._on(card, _("Another person now approves it."))

    @expose("/losses/<int:asset_loss_id>/approve", methods=["POST"])
    def approve_loss(self, asset_loss_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            service.approve_loss(work, asset_loss_id)
            card = card_of_loss(work.session, asset_loss_id)
        return self._on(card, _("Approved and posted."))

    @expose("/losses/<int:asset_loss_id>/refuse", methods=["POST"])
    def refuse_loss(self, asset_loss_id: int) -> ResponseReturnValue:
        form = Form()
        reason = form.text("reason", longest=200)
        form.done()
        with self.unit() as work:
            service.refuse_loss(work, asset_loss_id, reason)
            card = card_of_loss(work.session, asset_loss_id)
        return self._on(card, _("Sent back."))

    @expose("/takes/<entity>")
    def takes(self, entity: str) -> str:
        with self.look() as view:
            sheet = take_sheet(view.session, entity)
            return self.render(
                "accounting/asset_take.html", sheet=sheet, today=view.today, person=person, form={}, faults={}
            )

    @expose("/takes/<entity>", methods=["POST"])
    def take(self, entity: str) -> ResponseReturnValue:
        form = Form()
        day, note = form.day("day"), form.text("note", required=False, longest=200)
        found = {int(each) for each in form.texts("found") if each.isdecimal()}
        try:
            form.done()
            with self.unit() as work:
                book = book_and_chart(work.session, entity)[0]
                once_only(
                    self,
                    work,
                    lambda: {
                        "id": service.take_stock(work, book.entity_id, day=day, found=found, note=note).id
                    },
                )
        except InputError as error:
            with self.look() as view:
                sheet, today = take_sheet(view.session, entity), view.today
            return self.invalid("accounting/asset_take.html", error, sheet=sheet, today=today, person=person)
        return self.go("AssetDisposalView.takes", entity=entity, say=_("The stock-take is entered."))

    def _on(self, card_id: int, say: str) -> ResponseReturnValue:
        return self.go("AssetView.show", asset_card_id=card_id, say=say)

    def _faulty(self, card_id: int, error: InputError) -> ResponseReturnValue:
        with self.look() as view:
            page, today = asset_page(view.session, card_id, month_of(view.today)), view.today
        return self.invalid("accounting/asset.html", error, page=page, today=today, person=person, **WORDS)


for _page in ("show", "loss", "takes"):
    permit(f"AssetDisposalView.{_page}", *READERS)
for _page in ("ask", "write_off", "take"):
    permit(f"AssetDisposalView.{_page}", Role.accountant)
for _page in ("approve", "approve_loss"):
    permit(f"AssetDisposalView.{_page}", Role.checker)
for _page in ("refuse", "refuse_loss"):
    permit(f"AssetDisposalView.{_page}", Role.checker, Role.accountant)
