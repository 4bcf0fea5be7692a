"""What anybody reads without logging in: the villages' notices for the internet.

No cookie is set and none is asked for, so the language is a part of the address, and these pages have a layout of their
own without forms. They read published snapshots only, for an actor that belongs nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from coop.governance import queries
from coop.kernel.actor import Actor
from coop.kernel.errors import NotFoundError
from coop.kernel.unit import Look, look
from coop.web.permissions import PUBLIC, permit
from coop.web.state import web_state
from coop.web.views import Page, expose

NOBODY = Actor(0, "", 0)
DIGITS = 12


class PublicView(Page):
    route_base = "/public"
    layout = "governance/public_base.html"

    @expose("/")
    def villages(self) -> ResponseReturnValue:
        return self._answer(
            "governance/public.html",
            lambda view: {"rows": queries.public_villages(view.session, view.today)},
        )

    @expose("/<village>")
    def board(self, village: str) -> ResponseReturnValue:
        def read(view: Look) -> dict[str, Any]:
            found = queries.public_village(view.session, village)
            return {
                "village": found,
                "rows": queries.public_notices(view.session, found.id, view.today),
            }

        return self._answer("governance/public_board.html", read)

    @expose("/<village>/<notice_id>")
    def show(self, village: str, notice_id: str) -> ResponseReturnValue:
        def read(view: Look) -> dict[str, Any]:
            found = queries.public_village(view.session, village)
            if not (notice_id.isascii() and notice_id.isdecimal() and len(notice_id) <= DIGITS):
                raise NotFoundError("notice", notice_id)
            return {
                "village": found,
                "row": queries.public_notice(view.session, found.id, int(notice_id), view.today),
            }

        return self._answer("governance/public_notice.html", read)

    def _answer(self, template: str, read: Callable[[Look], dict[str, Any]]) -> ResponseReturnValue:
        """The page, or that there is none, in the language of the address."""
        lang = "en" if request.args.get("lang") == "en" else "zh"
        told = {"said_in": lang if lang == "en" else None}
        # Set before anything asks for it: to find the language elsewhere would begin a session.
        with force_locale(lang), look(NOBODY, web_state().clock) as view:
            try:
                return self.render(template, **told, **read(view))
            except NotFoundError:
                return self.render("governance/public_none.html", **told), 404


for _page in ("villages", "board", "show"):
    permit(f"PublicView.{_page}", PUBLIC)
