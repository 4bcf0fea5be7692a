"""Manual vouchers: the grid of the accountant, and the second person who posts or refuses."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.accounting import service as accounting
from coop.accounting.queries import boards
from coop.accounting.service import DraftLine
from coop.governance.views.shared import READERS, once_only, person
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose

ROWS, MOST_ROWS = 8, 60


def _rows(text: str) -> int:
    return min(MOST_ROWS, max(ROWS, int(text))) if text.isdecimal() and len(text) < 4 else ROWS


def _lines(form: Form) -> tuple[list[DraftLine], list[int]]:
    """The typed lines, and the grid's row of each; rows without anything typed are left out."""
    lines, places = [], []
    for row in range(_rows(form.fields.get("rows", ""))):
        typed = [
            form.fields.get(f"{name}-{row}", "").strip() for name in ("account", "debit", "credit", "note")
        ]
        if not any(typed):
            continue
        account = form.text(f"account-{row}", longest=80)
        debit = form.yuan(f"debit-{row}", required=False)
        credit = form.yuan(f"credit-{row}", required=False)
        lines.append(DraftLine(account, debit, credit, form.text(f"note-{row}", required=False, longest=200)))
        places.append(row)
    return lines, places


def _at_fields(faults: tuple[Fault, ...], places: list[int]) -> InputError:
    """The service names lines (`/lines/0/account`), the page its fields (`account-2`)."""
    moved = []
    for fault in faults:
        parts = fault.place.strip("/").split("/")
        if parts[0] == "lines" and len(parts) > 1:
            row = places[int(parts[1])]
            place = f"account-{row}" if parts[2:] == ["account"] else f"debit-{row}"
        else:
            place = parts[0]
        moved.append(Fault(place, fault.zh, fault.en))
    return InputError(moved)


class DraftView(Page):
    route_base = "/drafts"

    @expose("/")
    def list(self) -> str:
        settled = bool(request.args.get("settled"))
        with self.look() as view:
            entries = boards.draft_board(view.session, waiting=not settled)
            cards = boards.book_cards(view.session)
            return self.render(
                "accounting/drafts.html", entries=entries, cards=cards, settled=settled, person=person
            )

    @expose("/<int:draft_id>")
    def show(self, draft_id: int) -> str:
        with self.look() as view:
            entry = boards.draft_entry(view.session, draft_id)
            own = entry.draft.maker_id == view.actor.user_id
            return self.render("accounting/draft.html", entry=entry, own=own, person=person, form={})

    @expose("/new/<int:entity_id>")
    def new(self, entity_id: int) -> str:
        with self.look() as view:
            offer = boards.draft_form(view.session, entity_id)
            rows = _rows(request.args.get("rows", ""))
            return self.render(
                "accounting/draft_new.html",
                offer=offer,
                rows=rows,
                form={"day": view.today.isoformat()},
                sums=boards.draft_sums(()),
            )

    @expose("/sums", methods=["POST"])
    def sums(self) -> str:
        """Both sides of what is typed so far, as a part of the page; nothing is stored."""
        return self.render("accounting/draft_sums.html", sums=boards.draft_sums(_lines(Form())[0]))

    @expose("/new/<int:entity_id>", methods=["POST"])
    def create(self, entity_id: int) -> ResponseReturnValue:
        form = Form()
        day, summary = form.day("day"), form.text("summary", longest=200)
        attachments = form.integer("attachments", required=False, maximum=9999)
        lines, places = _lines(form)
        try:
            form.done()
            with self.unit() as u:
                made = once_only(
                    self,
                    u,
                    lambda: {
                        "id": accounting.draft(
                            u, entity_id, day=day, summary=summary, lines=lines, attachments=attachments
                        ).id
                    },
                )
        except InputError as error:
            with self.look() as view:
                offer = boards.draft_form(view.session, entity_id)
            return self.invalid(
                "accounting/draft_new.html",
                _at_fields(error.faults, places),
                offer=offer,
                rows=_rows(form.fields.get("rows", "")),
                sums=boards.draft_sums(lines),
            )
        return self.go("DraftView.show", draft_id=made["id"], say=_("The draft waits for another person."))

    @expose("/<int:draft_id>/approve", methods=["POST"])
    def approve(self, draft_id: int) -> ResponseReturnValue:
        with self.unit() as u:
            voucher = accounting.approve(u, draft_id).id
        return self.go("VoucherView.show", voucher_id=voucher, say=_("Checked and posted."))

    @expose("/<int:draft_id>/refuse", methods=["POST"])
    def refuse(self, draft_id: int) -> ResponseReturnValue:
        form = Form()
        reason = form.text("reason", longest=200)
        try:
            form.done()
        except InputError as error:
            with self.look() as view:
                entry = boards.draft_entry(view.session, draft_id)
                own = entry.draft.maker_id == view.actor.user_id
            return self.invalid("accounting/draft.html", error, entry=entry, own=own, person=person)
        with self.unit() as u:
            accounting.refuse(u, draft_id, reason)
        return self.go("DraftView.show", draft_id=draft_id, say=_("The draft is sent back."))


permit("DraftView.list", *READERS)
permit("DraftView.show", *READERS)
for _page in ("new", "sums", "create"):
    permit(f"DraftView.{_page}", Role.accountant)
permit("DraftView.approve", Role.checker)
permit("DraftView.refuse", Role.checker, Role.accountant)
menu_entry("DraftView.list", lazy_gettext("Draft vouchers"), icon="writing", group=Group.money, order=30)
