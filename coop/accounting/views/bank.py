"""Bank accounts: statements handed in, matched with the book, reconciled on a day."""

from __future__ import annotations

from datetime import date

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.accounting import bank_imports
from coop.accounting.queries import bank
from coop.accounting.queries.bank_reconciliation import reconciliation
from coop.accounting.service import bank as service
from coop.accounting.service import bank_matching as matching
from coop.governance.views.shared import once_only, person
from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose

READERS = (Role.manager, Role.accountant, Role.checker, Role.supervisor)
DESK = (Role.accountant, Role.checker)


def _ticked(form: Form) -> tuple[list[int], list[tuple[int, int]]]:
    """Ids of bank lines and (voucher, line) of postings; what is no number is a fault of the form."""
    lines: list[int] = []
    postings: list[tuple[int, int]] = []
    for value in form.texts("line"):
        if value.isdecimal() and len(value) < 19:
            lines.append(int(value))
        else:
            form.fault("match", f"没有这一笔：“{value}”", f"no such line: {value!r}")
    for value in form.texts("posting"):
        voucher, dash, line = value.partition("-")
        if dash and voucher.isdecimal() and line.isdecimal() and len(value) < 30:
            postings.append((int(voucher), int(line)))
        else:
            form.fault("match", f"没有这一笔：“{value}”", f"no such posting: {value!r}")
    return lines, postings


class BankView(Page):
    route_base = "/bank"

    @expose("/")
    def list(self) -> str:
        with self.look() as view:
            cards = bank.bank_cards(view.session)
        return self.render("accounting/bank.html", cards=cards)

    @expose("/new")
    def new(self) -> str:
        with self.look() as view:
            offer = bank.new_bank_account(view.session)
        return self.render("accounting/bank_new.html", offer=offer, form={})

    @expose("/new", methods=["POST"])
    def create(self) -> ResponseReturnValue:
        form = Form()
        entity, _slash, account = form.text("account", longest=100).partition("/")
        name, tail = form.text("name", longest=60), form.text("tail", required=False, longest=20)
        since, opening = form.day("since"), form.yuan("opening")
        if not entity.isdecimal():
            form.fault("account", "请选择账套和科目", "choose a book and an account")
        try:
            form.done()
            with self.unit() as u:
                made = once_only(
                    self,
                    u,
                    lambda: {
                        "id": service.open_bank_account(
                            u,
                            int(entity),
                            account=account,
                            name=name,
                            tail=tail,
                            since=since,
                            opening_fen=opening,
                        ).id
                    },
                )
        except InputError as error:
            with self.look() as view:
                offer = bank.new_bank_account(view.session)
            return self.invalid("accounting/bank_new.html", error, offer=offer)
        return self.go("BankView.show", bank_account_id=made["id"], say=_("Now hand in the first statement."))

    @expose("/<int:bank_account_id>")
    def show(self, bank_account_id: int) -> str:
        with self.look() as view:
            desk = bank.bank_desk(view.session, bank_account_id)
        return self._desk(desk)

    @expose("/<int:bank_account_id>/statement", methods=["POST"])
    def statement(self, bank_account_id: int) -> ResponseReturnValue:
        """A dry run shows what would be stored and writes nothing; handing in stores the lines not there yet."""
        form = Form()
        sent, dry = form.file("statement"), form.flag("dry")
        typed = form.yuan("opening", required=False) if form.text("opening", required=False) else None
        try:
            form.done()
            data = sent.read() if sent else b""
            found, notices = bank_imports.read_bank_statement(data)
            if dry:
                with self.look() as view:
                    trial = service.try_statement(view, bank_account_id, found, opening_fen=typed)
                    card = bank.bank_desk(view.session, bank_account_id).card
                return self.render(
                    "accounting/bank_statement.html",
                    trial=trial,
                    card=card,
                    notices=notices,
                    layouts=bank_imports.layout_names(),
                )
            with self.unit() as u:
                done = service.import_statement(u, bank_account_id, found, content=data, opening_fen=typed)
        except InputError as error:
            return self._faulty(bank_account_id, error)
        say = (
            _("This very file was handed in before; nothing has changed.")
            if done.again
            else _(
                "Stored: %(fresh)s new lines, %(known)s were there.",
                fresh=len(done.plan.fresh),
                known=done.known,
            )
        )
        return self.go("BankView.show", bank_account_id=bank_account_id, say=say)

    @expose("/files/<int:bank_file_id>")
    def file(self, bank_file_id: int) -> ResponseReturnValue:
        with self.look() as view:
            name, data = bank.statement_file(view.session, bank_file_id)
        return self.download(data, name, "application/octet-stream")

    @expose("/<int:bank_account_id>/rules", methods=["POST"])
    def rules(self, bank_account_id: int) -> ResponseReturnValue:
        """Match whatever fits in one way only."""
        form = Form()
        days = form.integer("days", maximum=matching.MOST_DAYS)
        try:
            form.done()
            with self.unit() as u:
                made = matching.match_all(u, bank_account_id, days)
        except InputError as error:
            return self._faulty(bank_account_id, error)
        return self.go(
            "BankView.show", bank_account_id=bank_account_id, say=_("%(count)s matched.", count=made)
        )

    @expose("/<int:bank_account_id>/match", methods=["POST"])
    def match(self, bank_account_id: int) -> ResponseReturnValue:
        form = Form()
        lines, postings = _ticked(form)
        try:
            form.done()
            with self.unit() as u:
                matching.match(u, bank_account_id, lines, postings)
        except InputError as error:
            return self._faulty(bank_account_id, error)
        return self.go("BankView.show", bank_account_id=bank_account_id, say=_("Matched."))

    @expose("/<int:bank_account_id>/draft", methods=["POST"])
    def draft(self, bank_account_id: int) -> ResponseReturnValue:
        """What stands in the bank alone as a draft voucher for the checker."""
        form = Form()
        lines, _postings = _ticked(form)
        counter, summary = form.text("counter", longest=80), form.text("summary", longest=200)
        try:
            form.done()
            with self.unit() as u:
                made = once_only(
                    self,
                    u,
                    lambda: {
                        "id": matching.draft_lines(
                            u, bank_account_id, lines, counter=counter, summary=summary
                        ).id
                    },
                )
        except InputError as error:
            return self._faulty(bank_account_id, error)
        return self.go("DraftView.show", draft_id=made["id"], say=_("The draft waits for another person."))

    @expose("/<int:bank_account_id>/matches")
    def matches(self, bank_account_id: int) -> str:
        pages = self.pages()
        with self.look() as view:
            card = bank.bank_desk(view.session, bank_account_id).card
            found = bank.bank_matches(view.session, bank_account_id, offset=pages.offset, size=pages.size)
            total = bank.match_count(view.session, bank_account_id)
        return self.render(
            "accounting/bank_matches.html", card=card, matches=found, pages=pages.of(total), person=person
        )

    @expose("/matches/<int:bank_match_id>/undo", methods=["POST"])
    def unmatch(self, bank_match_id: int) -> ResponseReturnValue:
        why = Form().text("why", required=False, longest=200)
        with self.unit() as u:
            account = matching.unmatch(u, bank_match_id, why).bank_account_id
        return self.go("BankView.matches", bank_account_id=account, say=_("The match is undone."))

    @expose("/<int:bank_account_id>/reconciliation")
    def reconciliation(self, bank_account_id: int) -> str:
        asked = request.args.get("day", "")
        with self.look() as view:
            try:
                day = date.fromisoformat(asked)
            except ValueError:
                day = view.today
            found = reconciliation(view.session, bank_account_id, day)
        return self.render("accounting/bank_reconciliation.html", r=found)

    def _desk(self, desk: bank.BankDesk) -> str:
        return self.render("accounting/bank_desk.html", desk=desk, person=person, form={}, faults={})

    def _faulty(self, bank_account_id: int, error: InputError) -> ResponseReturnValue:
        with self.look() as view:
            desk = bank.bank_desk(view.session, bank_account_id)
        return self.invalid("accounting/bank_desk.html", error, desk=desk, person=person)


for _page in ("list", "show", "file", "matches", "reconciliation"):
    permit(f"BankView.{_page}", *READERS)
for _page in ("new", "create", "statement", "rules", "match", "unmatch"):
    permit(f"BankView.{_page}", *DESK)
permit("BankView.draft", Role.accountant)
menu_entry("BankView.list", lazy_gettext("Bank accounts"), icon="building-bank", group=Group.money, order=32)
