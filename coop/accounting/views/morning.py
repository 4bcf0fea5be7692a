"""The accountant's morning board over every village kept, the way from one village into the next, and the proof page."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.accounting import service
from coop.accounting.queries import boards
from coop.accounting.queries.morning import morning
from coop.kernel.actor import Role
from coop.kernel.errors import NotFoundError
from coop.kernel.unit import look
from coop.parties import queries as parties
from coop.web import standing
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.state import web_state
from coop.web.views import Page, expose


class MorningView(Page):
    """What waits in every book; one key goes into the next village with something to do."""

    route_base = "/morning"

    @expose("/")
    def index(self) -> str:
        with self.look() as view:
            posts = parties.posts_of(view.session, view.actor.user_id, view.today)
            wide = parties.across(view.session, view.actor, view.today)
        with look(wide, web_state().clock) as view:
            tenants = {view.actor.tenant_id, *(post.tenant_id for post in posts)}
            board = morning(view.session, tenants, view.actor.tenant_id, view.today)
            return self.render("accounting/morning.html", board=board, posts=posts)

    @expose("/stand/<village>", methods=["POST"])
    def stand(self, village: str) -> ResponseReturnValue:
        """Stand for another village one holds a post in, without logging out. Raises NotFoundError for any other."""
        with self.look() as view:
            posts = parties.posts_of(view.session, view.actor.user_id, view.today)
        post = next((one for one in posts if one.code == village), None)
        if post is None:
            raise NotFoundError("post", village)
        standing.choose(post.tenant_id)
        return self.go("MorningView.index", say=_("You now work in %(name)s.", name=post.name))


class ProofView(Page):
    """The seal of each book, and the check of all of them by every invariant and by beancount."""

    route_base = "/proof"

    @expose("/")
    def show(self) -> str:
        with self.look() as view:
            return self.render("accounting/proof.html", cards=boards.book_cards(view.session))

    @expose("/check", methods=["POST"])
    def check(self) -> ResponseReturnValue:
        with self.unit() as u:
            job = service.ask_verify(u)
        return self.go("Jobs.show", job_id=job.id)


permit("MorningView.index", Role.accountant, Role.checker)
permit("MorningView.stand", Role.accountant, Role.checker)
permit("ProofView.show", *service.ASKERS)
permit("ProofView.check", *service.ASKERS)
menu_entry("MorningView.index", lazy_gettext("My morning"), icon="sun", group=Group.today, order=5)
menu_entry(
    "ProofView.show", lazy_gettext("Proof of the books"), icon="shield-check", group=Group.money, order=95
)
