"""Vouchers (凭证): the list with its filter, and one voucher with the way back to its document."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.datastructures import MultiDict

from coop.accounting import queries
from coop.accounting import service as accounting
from coop.accounting.queries import VoucherFilter, boards
from coop.governance.views.shared import READERS, once_only, person
from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose
from ledger.voucher import VoucherKind

FIELDS = ("entity", "year", "period", "account", "household", "source", "kind", "unstamped")


def _chosen(asked: MultiDict[str, str], entity: str) -> VoucherFilter:
    """The filter of the address line; what makes no sense there does not filter."""

    def number(name: str) -> int | None:
        text = asked.get(name, "")
        return int(text) if text.isdecimal() and len(text) < 5 else None

    kind = asked.get("kind", "")
    return VoucherFilter(
        entity,
        year=number("year"),
        period=number("period"),
        account=asked.get("account", "").strip(),
        household=asked.get("household", "").strip(),
        source=asked.get("source", "").strip(),
        kind=VoucherKind(kind) if kind in VoucherKind.__members__ else None,
        unstamped=bool(asked.get("unstamped")),
    )


class VoucherView(Page):
    route_base = "/vouchers"

    @expose("/")
    def list(self) -> str:
        with self.look() as view:
            cards = boards.book_cards(view.session)
            if not cards:
                return self.render("accounting/vouchers.html", cards=(), page=None, form={})
            chosen = _chosen(request.args, request.args.get("entity") or cards[0].book.entity)
            page = queries.voucher_list(view.session, chosen, after=request.args.get("after", ""))
            kept = {name: request.args[name] for name in FIELDS if request.args.get(name)}
            return self.render(
                "accounting/vouchers.html",
                cards=cards,
                page=page,
                chosen=chosen,
                kept=kept,
                kinds=[kind.value for kind in VoucherKind],
                person=person,
                form=request.args,
            )

    @expose("/<int:voucher_id>")
    def show(self, voucher_id: int) -> str:
        with self.look() as view:
            voucher = queries.voucher_detail(view.session, voucher_id)
            return self.render("accounting/voucher.html", v=voucher, person=person, form={}, today=view.today)

    @expose("/<int:voucher_id>/reverse", methods=["POST"])
    def reverse(self, voucher_id: int) -> ResponseReturnValue:
        """Ask for the red-letter twin of a manual voucher; a second person posts it."""
        form = Form()
        day, reason = form.day("day"), form.text("reason", longest=200)
        try:
            form.done()
            with self.unit() as u:
                made = once_only(
                    self,
                    u,
                    lambda: {"id": accounting.draft_reversal(u, voucher_id, day=day, reason=reason).id},
                )
        except InputError as error:
            with self.look() as view:
                voucher = queries.voucher_detail(view.session, voucher_id)
            return self.invalid("accounting/voucher.html", error, v=voucher, person=person, today=view.today)
        return self.go("DraftView.show", draft_id=made["id"], say=_("The reversal waits for another person."))


permit("VoucherView.list", *READERS)
permit("VoucherView.show", *READERS)
permit("VoucherView.reverse", Role.accountant)
menu_entry("VoucherView.list", lazy_gettext("Vouchers"), icon="file-invoice", group=Group.money, order=20)
