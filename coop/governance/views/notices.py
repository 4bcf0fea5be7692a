"""Notices (公示): the village's board for those who log in; what anybody may read is `public`."""

from __future__ import annotations

from flask import request
from flask_babel import lazy_gettext

from coop.governance import queries
from coop.governance.views.shared import VILLAGE
from coop.kernel.actor import Role
from coop.parties import queries as parties
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose


class NoticeView(Page):
    """The village reads all its notices, with a way to what the internet reads of them."""

    route_base = "/notices"

    @expose("/")
    def list(self) -> str:
        over, search = bool(request.args.get("over")), request.args.get("q", "").strip()
        with self.look() as view:
            rows = queries.notice_list(view.session, view.today, over=over, search=search)
            return self.render(
                "governance/notices.html", rows=rows, over=over, search=search, today=view.today
            )

    @expose("/<int:notice_id>")
    def show(self, notice_id: int) -> str:
        with self.look() as view:
            row = queries.notice(view.session, notice_id)
            village = parties.tenant(view.session, row.tenant_id)
            outside = queries.is_public(view.session, notice_id, village.id, view.today)
            return self.render(
                "governance/notice.html",
                row=row,
                today=view.today,
                outside=village.code if outside else "",
            )


permit("NoticeView.list", *VILLAGE, Role.household)
permit("NoticeView.show", *VILLAGE, Role.household)
menu_entry(
    "NoticeView.list", lazy_gettext("Public notices"), icon="speakerphone", group=Group.village, order=10
)
