"""Manual vouchers: the grid of the accountant, and the second person who posts or refuses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.accounting import service as accounting
from coop.accounting.queries import boards
from coop.accounting.queries.grid import grid_accounts
from coop.accounting.service import DraftLine
from coop.governance.views.shared import READERS, once_only, person
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose
from ledger.money import fen_text

ROWS, MOST_ROWS = 8, 2000
SPARE = 4  # empty lines below those of a template or a draft being mended


def _rows(text: str) -> int:
    return min(MOST_ROWS, max(ROWS, int(text))) if text.isdecimal() and len(text) < 5 else ROWS


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


def _head(form: Form) -> dict[str, Any]:
    return {
        "day": form.day("day"),
        "summary": form.text("summary", longest=200),
        "attachments": form.integer("attachments", required=False, maximum=9999),
    }


def _typed(day: date, summary: str, lines: Sequence[DraftLine], attachments: int = 0) -> dict[str, str]:
    """A draft as the fields of the grid."""
    typed = {"day": day.isoformat(), "summary": summary, "attachments": str(attachments or "")}
    for row, line in enumerate(lines):
        typed |= {
            f"account-{row}": line.account,
            f"debit-{row}": fen_text(line.debit_fen) if line.debit_fen else "",
            f"credit-{row}": fen_text(line.credit_fen) if line.credit_fen else "",
            f"note-{row}": line.note,
        }
    return typed


def _grid(
    offer: boards.DraftForm,
    entry: boards.DraftEntry | None,
    lines: Sequence[DraftLine],
    typed: dict[str, str],
) -> dict[str, Any]:
    rows = max(ROWS, len(lines) + SPARE) if lines else _rows(request.args.get("rows", ""))
    return {
        "offer": offer,
        "entry": entry,
        "rows": rows,
        "most": MOST_ROWS,
        "sums": boards.draft_sums(lines),
        "form": typed,
    }


def _at_fields(faults: tuple[Fault, ...], places: Sequence[int]) -> InputError:
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

    @expose("/accounts/<int:entity_id>")
    def accounts(self, entity_id: int) -> Response:
        """What the grid finds accounts by, asked once a page."""
        with self.look() as view:
            return jsonify(grid_accounts(view.session, entity_id, view.today))

    @expose("/new/<int:entity_id>")
    def new(self, entity_id: int) -> str:
        chosen = request.args.get("template", "")
        with self.look() as view:
            offer = boards.draft_form(view.session, entity_id)
            kept = next((one for one in offer.templates if str(one.id) == chosen), None)
            lines = kept.lines if kept else ()
            typed = _typed(view.today, kept.summary if kept else "", lines)
            return self.render("accounting/draft_new.html", **_grid(offer, None, lines, typed))

    @expose("/new/<int:entity_id>", methods=["POST"])
    def create(self, entity_id: int) -> ResponseReturnValue:
        form = Form()
        typed = _head(form)
        lines, places = _lines(form)
        try:
            form.done()
            with self.unit() as u:
                made = once_only(
                    self, u, lambda: {"id": accounting.draft(u, entity_id, lines=lines, **typed).id}
                )
        except InputError as error:
            return self._again(error, places, lines, entity_id, None)
        return self.go("DraftView.show", draft_id=made["id"], say=_("The draft waits for another person."))

    @expose("/<int:draft_id>/edit")
    def edit(self, draft_id: int) -> str:
        """The maker's draft in the grid again; one sent back keeps what was typed."""
        with self.look() as view:
            entry = boards.draft_entry(view.session, draft_id)
            offer = boards.draft_form(view.session, entry.draft.entity_id)
        d = entry.draft
        lines = [DraftLine(line.account, line.debit, line.credit, line.note) for line in d.lines]
        return self.render(
            "accounting/draft_new.html",
            **_grid(offer, entry, lines, _typed(d.day, d.summary, lines, d.attachments)),
        )

    @expose("/<int:draft_id>/edit", methods=["POST"])
    def revise(self, draft_id: int) -> ResponseReturnValue:
        form = Form()
        typed = _head(form)
        lines, places = _lines(form)
        try:
            form.done()
            with self.unit() as u:
                accounting.revise(u, draft_id, lines=lines, **typed)
        except InputError as error:
            return self._again(error, places, lines, None, draft_id)
        return self.go("DraftView.show", draft_id=draft_id, say=_("The draft waits for another person."))

    def _again(
        self,
        error: InputError,
        places: Sequence[int],
        lines: Sequence[DraftLine],
        entity_id: int | None,
        draft_id: int | None,
    ) -> ResponseReturnValue:
        """The grid with its faults; nothing that was typed is lost."""
        with self.look() as view:
            entry = None if draft_id is None else boards.draft_entry(view.session, draft_id)
            found = entry.draft.entity_id if entry else entity_id
            assert found is not None
            offer = boards.draft_form(view.session, found)
        context = _grid(offer, entry, lines, {}) | {"rows": _rows(request.form.get("rows", ""))}
        del context["form"]
        return self.invalid("accounting/draft_new.html", _at_fields(error.faults, places), **context)

    @expose("/<int:draft_id>/approve", methods=["POST"])
    def approve(self, draft_id: int) -> ResponseReturnValue:
        with self.unit() as u:
            voucher = accounting.approve(u, draft_id, seen=request.args.get("seen")).id
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
for _page in ("new", "accounts", "create", "edit", "revise"):
    permit(f"DraftView.{_page}", Role.accountant)
permit("DraftView.approve", Role.checker)
permit("DraftView.refuse", Role.checker, Role.accountant)
menu_entry("DraftView.list", lazy_gettext("Draft vouchers"), icon="writing", group=Group.money, order=30)
