"""Files of the books: statements, account books and vouchers as PDF, tables as workbooks. Each takes less than a second,
so they are made while one waits.
"""

from __future__ import annotations

from flask import abort
from flask.typing import ResponseReturnValue

from coop.accounting import prints
from coop.accounting.queries.tables import table_and_seal
from coop.accounting.queries.voucher_prints import VoucherPrints, month_vouchers, one_voucher
from coop.accounting.views.account_books import asked_for
from coop.governance.views.shared import READERS, person
from coop.web.errors import in_english
from coop.web.permissions import permit
from coop.web.views import Page, expose

PDF = "application/pdf"


def _lang() -> str:
    return "en" if in_english() else "zh"


class PrintView(Page):
    route_base = "/print"

    @expose("/<entity>/<int:year>/statements.pdf")
    def statements(self, entity: str, year: int) -> ResponseReturnValue:
        with self.look() as view:
            content = prints.statements_file(view.session, entity, year, _lang())
        return self.download(content, f"{entity}-{year}-statements.pdf", PDF)

    @expose("/<entity>/<int:year>/<table>.<kind>")
    def table(self, entity: str, year: int, table: str, kind: str) -> ResponseReturnValue:
        if kind not in prints.FILES:
            abort(404)
        with self.look() as view:
            found, head = table_and_seal(view.session, table, entity, year, asked_for())
        content, name, mimetype = prints.table_file(found, head, kind, _lang())
        return self.download(content, name, mimetype)

    @expose("/voucher/<int:voucher_id>/<size>.pdf")
    def voucher(self, voucher_id: int, size: str) -> ResponseReturnValue:
        with self.look() as view:
            found = one_voucher(view.session, voucher_id)
        return self._vouchers(found, size)

    @expose("/<entity>/<int:year>/vouchers/<int:period>/<size>.pdf")
    def month(self, entity: str, year: int, period: int, size: str) -> ResponseReturnValue:
        with self.look() as view:
            found = month_vouchers(view.session, entity, year, period)
        return self._vouchers(found, size)

    def _vouchers(self, found: VoucherPrints, size: str) -> ResponseReturnValue:
        if size not in prints.PAPERS:
            abort(404)
        content = prints.vouchers_pdf(found, size, _lang(), person)
        return self.download(content, prints.vouchers_name(found, size), PDF)


for _page in ("statements", "table", "voucher", "month"):
    permit(f"PrintView.{_page}", *READERS)
