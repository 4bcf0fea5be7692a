"""A book in Fava: the same figures as beancount reads them, read-only, for those who may read the book."""

from __future__ import annotations

from pathlib import Path

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from coop.accounting import exports
from coop.governance.views.shared import READERS
from coop.web.fava import FavaMount
from coop.web.permissions import permit
from coop.web.views import Page, expose

MOUNT = FavaMount()


class FavaView(Page):
    """`/books/<ENTITY>/fava/…`; another tenant's book is not found, whatever the path behind it."""

    route_base = "/books"

    @expose("/<entity>/fava/")
    @expose("/<entity>/fava/<path:inside>")
    def show(self, entity: str, inside: str = "") -> ResponseReturnValue:
        if not request.path.endswith(f"/fava/{inside}"):
            return redirect(url_for("FavaView.show", entity=entity))
        with self.look() as view:
            book = exports.fava_book(view.session, entity)

            def write() -> Path:
                return exports.fava_file(view.session, book)

            key = (book.tenant_id, book.entity)
            return MOUNT.answer(key, book.version, write, request.environ, inside)


permit("FavaView.show", *READERS)
