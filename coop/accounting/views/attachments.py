"""Papers behind vouchers: handed in from the document's page, shown only to those who may see the document."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from flask import Response, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coop.accounting.service import attachments as service
from coop.kernel import files
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError
from coop.kernel.files import FileRow
from coop.kernel.unit import Unit
from coop.web.permissions import permit
from coop.web.views import Page, expose

PAGES = {
    "draft": ("DraftView.show", "draft_id"),
    "expense": ("ExpenseView.show", "expense_claim_id"),
    "voucher": ("VoucherView.show", "voucher_id"),
}
MOST = 20


class AttachmentView(Page):
    route_base = "/attachments"

    @expose("/draft/<int:draft_id>", methods=["POST"])
    def draft(self, draft_id: int) -> ResponseReturnValue:
        return self._keep(
            lambda u, name, data: service.attach_draft(u, draft_id, name, data), f"draft:{draft_id}"
        )

    @expose("/claim/<int:expense_claim_id>", methods=["POST"])
    def claim(self, expense_claim_id: int) -> ResponseReturnValue:
        key = expense_claim_id
        return self._keep(lambda u, name, data: service.attach_claim(u, key, name, data), f"expense:{key}")

    @expose("/voucher/<int:voucher_id>", methods=["POST"])
    def voucher(self, voucher_id: int) -> ResponseReturnValue:
        key = voucher_id
        return self._keep(lambda u, name, data: service.attach_voucher(u, key, name, data), f"voucher:{key}")

    @expose("/<int:file_id>")
    def show(self, file_id: int) -> Response:
        """The paper in the browser; nothing in it may run or load anything."""
        with self.look() as view:
            row = files.found(view.session, file_id)
            service.require_reader(view.actor, row)
            data = files.content(view.session, row)
            answer = send_file(BytesIO(data), mimetype=row.media_type, download_name=row.name, max_age=0)
        answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return answer

    @expose("/<int:file_id>/drop", methods=["POST"])
    def drop(self, file_id: int) -> ResponseReturnValue:
        with self.unit() as u:
            ref = service.detach(u, file_id)
        return self._back(ref, _("The paper is taken off."))

    def _keep(self, hang: Callable[[Unit, str, bytes], FileRow], ref: str) -> ResponseReturnValue:
        sent = [file for file in request.files.getlist("file") if file.filename]
        if not sent or len(sent) > MOST:
            zh, en = f"请选择 1 至 {MOST} 个文件", f"choose 1 to {MOST} files"
            raise InputError([Fault("file", zh, en)])
        with self.unit() as u:
            for file in sent:
                hang(u, file.filename or "", file.read())
        return self._back(ref, _("Kept with its SHA-256."))

    def _back(self, ref: str, say: str) -> ResponseReturnValue:
        kind, _colon, key = ref.partition(":")
        endpoint, argument = PAGES[kind]
        return self.go(endpoint, say=say, **{argument: int(key)})


permit("AttachmentView.draft", Role.accountant)
permit("AttachmentView.claim", Role.clerk, Role.accountant)
permit("AttachmentView.voucher", Role.accountant)
permit("AttachmentView.show", *service.DESK, Role.clerk)
permit("AttachmentView.drop", Role.clerk, Role.accountant)
