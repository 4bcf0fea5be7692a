"""Notices (公示): the village's board for those who log in, and the few that anybody may read."""

from __future__ import annotations

from flask import request
from flask_babel import lazy_gettext

from coop.governance import queries
from coop.governance.views.shared import VILLAGE
from coop.kernel.actor import Actor, Role
from coop.kernel.unit import look
from coop.parties import queries as parties
from coop.web.menu import Group, menu_entry
from coop.web.permissions import PUBLIC, permit
from coop.web.state import web_state
from coop.web.views import Page, expose


class NoticeView(Page):
    """The village reads all its notices; the internet those published for it, while they hang."""

    route_base = ""

    @expose("/notices/")
    def list(self) -> str:
        over, search = bool(request.args.get("over")), request.args.get("q", "").strip()
        with self.look() as view:
            rows = queries.notice_list(view.session, view.today, over=over, search=search)
            return self.render(
                "governance/notices.html", rows=rows, over=over, search=search, today=view.today
            )

    @expose("/notices/<int:notice_id>")
    def show(self, notice_id: int) -> str:
        with self.look() as view:
            row = queries.notice(view.session, notice_id)
            return self.render("governance/notice.html", row=row, today=view.today, public=False)

    @expose("/board/<village>/")
    def board(self, village: str) -> str:
        clock = web_state().clock
        with look(Actor(0, "", 0), clock) as view:
            tenant = parties.tenant_by_code(view.session, village)
        with look(Actor(0, "", tenant.id), clock) as view:
            rows = queries.public_notices(view.session, view.today)
            return self.render("governance/board.html", rows=rows, tenant=tenant)

    @expose("/board/<village>/<int:notice_id>")
    def public(self, village: str, notice_id: int) -> str:
        clock = web_state().clock
        with look(Actor(0, "", 0), clock) as view:
            tenant = parties.tenant_by_code(view.session, village)
        with look(Actor(0, "", tenant.id), clock) as view:
            row = queries.public_notice(view.session, notice_id, view.today)
            return self.render(
                "governance/notice.html", row=row, today=view.today, public=True, tenant=tenant
            )


permit("NoticeView.list", *VILLAGE, Role.household)
permit("NoticeView.show", *VILLAGE, Role.household)
permit("NoticeView.board", PUBLIC)
permit("NoticeView.public", PUBLIC)
menu_entry(
    "NoticeView.list", lazy_gettext("Public notices"), icon="speakerphone", group=Group.village, order=10
)
