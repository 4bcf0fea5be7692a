"""Vouchers from Excel: template, every fault by cell, the file kept as it will be posted, the second person."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.accounting.imports.vouchers import read_vouchers, voucher_template
from coop.accounting.queries.voucher_imports import chart_of_entity, import_board, import_page
from coop.accounting.service import voucher_imports as service
from coop.accounting.views.setup import XLSX
from coop.governance.views.shared import READERS, person
from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.parties.imports import refuse
from coop.web.errors import in_english
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose


class VoucherImportView(Page):
    route_base = "/voucher-imports"

    @expose("/")
    def list(self) -> str:
        with self.look() as view:
            board = import_board(view.session)
            return self.render(
                "accounting/voucher_imports.html", board=board, person=person, form={}, faults={}
            )

    @expose("/vouchers.xlsx")
    def template(self) -> ResponseReturnValue:
        lang = "en" if in_english() else "zh"
        with self.look() as view:
            data = voucher_template(view.today, lang)
        return self.download(data, "vouchers.xlsx" if lang == "en" else "凭证.xlsx", XLSX)

    @expose("/", methods=["POST"])
    def create(self) -> ResponseReturnValue:
        """The file checked whole; without a fault it is kept as it will be posted, and nothing is posted yet."""
        form = Form()
        sent, entity_id = form.file("file"), form.integer("entity")
        try:
            form.done()
            with self.unit() as u:
                file = read_vouchers(sent.read() if sent else b"", chart_of_entity(u.session, entity_id))
                refuse(file.located(service.file_faults(u, entity_id, file.vouchers)))
                row, fresh = service.file_vouchers(u, entity_id, file.vouchers, digest=file.digest)
                kept = row.id
        except InputError as error:
            with self.look() as view:
                board = import_board(view.session)
            return self.invalid("accounting/voucher_imports.html", error, board=board, person=person)
        say = (
            _("Checked and kept; nothing is posted until another person does it.")
            if fresh
            else _("This very file was handed in before; nothing has changed.")
        )
        return self.go("VoucherImportView.show", voucher_import_id=kept, say=say)

    @expose("/<int:voucher_import_id>")
    def show(self, voucher_import_id: int) -> str:
        with self.look() as view:
            page = import_page(view.session, voucher_import_id)
            own = page.item.file.maker_id == view.actor.user_id
            return self.render("accounting/voucher_import.html", page=page, own=own, person=person, form={})

    @expose("/<int:voucher_import_id>/approve", methods=["POST"])
    def approve(self, voucher_import_id: int) -> ResponseReturnValue:
        with self.unit() as u:
            service.approve_import(u, voucher_import_id)
        return self.go(
            "VoucherImportView.show", voucher_import_id=voucher_import_id, say=_("All vouchers are posted.")
        )

    @expose("/<int:voucher_import_id>/refuse", methods=["POST"])
    def refuse(self, voucher_import_id: int) -> ResponseReturnValue:
        form = Form()
        reason = form.text("reason", longest=200)
        try:
            form.done()
        except InputError as error:
            with self.look() as view:
                page = import_page(view.session, voucher_import_id)
                own = page.item.file.maker_id == view.actor.user_id
            return self.invalid("accounting/voucher_import.html", error, page=page, own=own, person=person)
        with self.unit() as u:
            service.refuse_import(u, voucher_import_id, reason)
        return self.go("VoucherImportView.list", say=_("The file is sent back; nothing was posted."))


permit("VoucherImportView.list", *READERS)
permit("VoucherImportView.show", *READERS)
permit("VoucherImportView.template", Role.accountant)
permit("VoucherImportView.create", Role.accountant)
permit("VoucherImportView.approve", Role.checker)
permit("VoucherImportView.refuse", Role.checker, Role.accountant)
menu_entry(
    "VoucherImportView.list", lazy_gettext("Vouchers from Excel"), icon="upload", group=Group.money, order=31
)
