"""Pages for people who are not logged in: their layout, their limit a telephone or office line, and their unit.

A public page acts for nobody: its unit is the system's, of one tenant (0 where there is none yet).
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from coop.kernel import crypt
from coop.kernel.actor import Role, system
from coop.kernel.unit import Unit, unit
from coop.web.accounts import Account
from coop.web.state import web_state
from coop.web.views import PhonePage

TRIES = "20 per minute"

# Further ways in beside name and password, and what is read without any; shown where the app has them.
WAYS: tuple[tuple[str, LazyString, str], ...] = (
    ("PhoneLogin.ask", lazy_gettext("Log in with a code to my telephone"), "device-mobile"),
    ("CardLogin.index", lazy_gettext("Log in with my card"), "qrcode"),
    ("Invite.index", lazy_gettext("I have an invitation code"), "key"),
    ("Apply.index", lazy_gettext("My enterprise wants to join"), "building"),
    ("PublicView.villages", lazy_gettext("Read what the villages have published"), "speakerphone"),
)


class DoorPage(PhonePage):
    """A page before the login, readable on a villager's phone; what is sent to it is counted per address."""

    def create_blueprint(self, appbuilder: Any, endpoint: Any = None, static_folder: Any = None) -> Any:
        made = super().create_blueprint(appbuilder, endpoint, static_folder)
        appbuilder.sm.limiter.limit(TRIES, methods=["POST"])(made)
        return made

    def system_unit(self, tenant_id: int = 0) -> AbstractContextManager[Unit]:
        return unit(system(tenant_id, Role.admin), web_state().clock)

    def enter(self, user_id: int) -> ResponseReturnValue:
        """Log the user in, who has proved to be the one, and go to the start page."""
        from coop.web.security import begin_session

        account: Account = self.appbuilder.sm.get_user_by_id(user_id)
        self.appbuilder.session.refresh(account)
        self.appbuilder.sm.update_user_auth_stat(account, True)
        begin_session(account, web_state().clock.now())
        return self.go("Home.index")


def ways_in() -> list[tuple[str, LazyString, str]]:
    """The ways in that this app has pages for."""
    app: Flask = current_app
    return [way for way in WAYS if way[0] in app.view_functions]


def address_index() -> str:
    """What the caller's address is counted by: a keyed hash, so that no address is stored."""
    return crypt.blind("address", request.remote_addr or "")
