"""Pages on people: the tenant's users and their invitations, the members' cards, enterprises that ask to be let in."""

from __future__ import annotations

import io

import segno
from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from markupsafe import Markup

from coop.kernel.actor import Actor, Role
from coop.kernel.errors import InputError
from coop.kernel.unit import Look, unit
from coop.parties import rules
from coop.parties.queries import doors, tenant
from coop.parties.service import applications, invitations, logins
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.state import web_state
from coop.web.views import Page, expose

INVITERS = (Role.manager, Role.enterprise, Role.county)
ISSUERS = (Role.manager, Role.clerk)


class UserView(Page):
    """Who works here; a steward invites further users and renews codes."""

    route_base = "/users"

    @expose("/")
    def index(self) -> str:
        return self._page()

    @expose("/", methods=["POST"])
    def invite(self) -> ResponseReturnValue:
        form = Form()
        username, name = form.text("username", longest=40), form.text("name", longest=50)
        roles = [Role(name) for name in form.texts("roles") if name in Role.__members__]
        try:
            form.done()
            with self.unit() as work:
                done = invitations.invite(
                    work, username=username, name=name, roles=roles, steward=form.flag("steward")
                )
        except InputError as error:
            with self.look() as view:
                context = self._context(view)
            return self.invalid("parties/users.html", error, invited=None, **context)
        return self._page(done)

    @expose("/<int:user_id>/renew", methods=["POST"])
    def renew(self, user_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            done = invitations.renew(work, user_id)
        return self._page(done)

    @expose("/<int:user_id>/withdraw", methods=["POST"])
    def withdraw(self, user_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            invitations.withdraw(work, user_id)
        return self.go("UserView.index", say=_("The code is no longer valid."))

    def _page(self, invited: invitations.Invited | None = None) -> str:
        """The list; right after an invitation with its code, which is never shown again."""
        with self.look() as view:
            context = self._context(view)
        return self.render("parties/users.html", invited=invited, faults={}, form={}, **context)

    def _context(self, view: Look) -> dict[str, object]:
        home = view.actor.tenant_id
        kind = tenant(view.session, home).kind
        return {
            "users": doors.users(view.session, home, view.today, view.now),
            "possible": sorted(rules.ROLES_OF[kind]),
        }


class CardView(Page):
    """The members' cards: print, replace, set a PIN for who has no telephone."""

    route_base = "/cards"

    @expose("/")
    def index(self) -> str:
        with self.look() as view:
            lines = doors.cards(view.session, view.actor.tenant_id, view.today)
        return self.render("parties/cards.html", cards=lines, pin=None)

    @expose("/issue", methods=["POST"])
    def issue(self) -> ResponseReturnValue:
        """Cards for all who have none."""
        with self.unit() as work:
            lines = doors.cards(work.session, work.actor.tenant_id, work.today)
            count = logins.issue_cards(work, [line.member_id for line in lines if not line.version])
        return self.go("CardView.print", say=_("%(count)s cards are ready to be printed.", count=count))

    @expose("/<int:member_id>/replace", methods=["POST"])
    def replace(self, member_id: int) -> ResponseReturnValue:
        """A new print; the old card opens nothing any more."""
        with self.unit() as work:
            logins.issue_cards(work, [member_id])
        return self.go("CardView.index", say=_("The old card opens nothing any more; print the new one."))

    @expose("/<int:member_id>/pin", methods=["POST"])
    def pin(self, member_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            pin = logins.new_pin(work, member_id)
        with self.look() as view:
            lines = doors.cards(view.session, view.actor.tenant_id, view.today)
        return self.render("parties/cards.html", cards=lines, pin=(member_id, pin))

    @expose("/print")
    def print(self) -> str:
        household = request.args.get("household", "")
        with self.look() as view:
            lines = doors.cards(view.session, view.actor.tenant_id, view.today, household=household)
            name = tenant(view.session, view.actor.tenant_id).name
            held = [
                (line, _qr(logins.Card(view.actor.tenant_id, line.member_id, line.version)))
                for line in lines
                if line.version
            ]
        return self.render("parties/cards_print.html", cards=held, village=name)


def _qr(card: logins.Card) -> Markup:
    """The QR code as SVG: our address and, behind `#`, the card's token, which no server's log ever sees."""
    address = url_for("CardLogin.index", _external=True) + "#" + card.token
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", xmldecl=False, svgns=True, scale=3, border=2)
    return Markup(out.getvalue().decode())  # noqa: S704  (drawn by segno from our own token)


class ApplicationView(Page):
    """The county vets the enterprises that ask to be let in."""

    route_base = "/applications"

    @expose("/")
    def index(self) -> str:
        return self._page()

    @expose("/<int:application_id>/approve", methods=["POST"])
    def approve(self, application_id: int) -> ResponseReturnValue:
        with self.unit() as work:
            granted = applications.approve(work, application_id)
        return self._open(application_id, granted)

    @expose("/<int:application_id>/open", methods=["POST"])
    def open(self, application_id: int) -> ResponseReturnValue:
        """The first user's code again, as long as nobody has come in."""
        with self.look() as view:
            granted = doors.granted(view.session, application_id)
        return self._open(application_id, granted)

    @expose("/<int:application_id>/refuse", methods=["POST"])
    def refuse(self, application_id: int) -> ResponseReturnValue:
        form = Form()
        reason = form.text("reason", longest=200)
        form.done()
        with self.unit() as work:
            applications.refuse(work, application_id, reason)
        return self.go("ApplicationView.index", say=_("Refused, with the reason."))

    def _open(self, application_id: int, granted_id: int) -> ResponseReturnValue:
        # The officer stands in the new tenant's audit as who opened it.
        mine = self.actor()
        founder = Actor(mine.user_id, mine.name, granted_id, frozenset({Role.admin, Role.manager}))
        with unit(founder, web_state().clock) as work:
            invited = applications.open_up(work, application_id)
        return self._page(invited)

    def _page(self, invited: invitations.Invited | None = None) -> str:
        with self.look() as view:
            lines = doors.applications(view.session)
        return self.render("parties/applications.html", applications=lines, invited=invited)


for _method in ("index", "invite", "renew", "withdraw"):
    permit(f"UserView.{_method}", *INVITERS)
for _method in ("index", "issue", "replace", "pin", "print"):
    permit(f"CardView.{_method}", *ISSUERS)
for _method in ("index", "approve", "open", "refuse"):
    permit(f"ApplicationView.{_method}", Role.county)
menu_entry(
    "UserView.index", lazy_gettext("Users and invitations"), icon="users", group=Group.system, order=70
)
menu_entry("CardView.index", lazy_gettext("Members' cards"), icon="qrcode", group=Group.village, order=15)
menu_entry(
    "ApplicationView.index",
    lazy_gettext("Enterprises that want to join"),
    icon="building",
    group=Group.government,
    order=60,
)
