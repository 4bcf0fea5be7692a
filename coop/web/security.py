"""FAB's security manager as this house uses it: sessions that end, accounts that lock, screens for
administrators only.

Overridden of FAB 5.3 (each has its test): auth_user_db, update_user_auth_stat, load_user, reset_password,
has_access, get_user_menu_access, and the login view. FAB's own permission tables stay empty: who may open
what is said once, in `permissions`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import flash, g, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_appbuilder.security.api import SecurityApi
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.views import AuthDBView, RoleModelView, UserDBModelView, UserGroupModelView
from flask_appbuilder.utils.base import get_safe_redirect
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user, login_user, logout_user
from sqlalchemy import func
from werkzeug.security import check_password_hash

from coop.kernel.actor import Role
from coop.web.accounts import Account, password_hash
from coop.web.config import ABSOLUTE
from coop.web.doors import ways_in
from coop.web.formats import instant
from coop.web.state import web_state

FREE_TRIES = 5
FIRST_LOCK = timedelta(seconds=30)
LONGEST_LOCK = timedelta(hours=1)


def lock_after(failures: int) -> timedelta:
    """How long an account is locked after so many wrong passwords in a row: doubles from 30 seconds to one
    hour.

    >>> lock_after(4), lock_after(5), lock_after(7) == 4 * FIRST_LOCK, lock_after(60) == LONGEST_LOCK
    (datetime.timedelta(0), datetime.timedelta(seconds=30), True, True)
    """
    if failures < FREE_TRIES:
        return timedelta(0)
    return min(LONGEST_LOCK, FIRST_LOCK * (1 << min(failures - FREE_TRIES, 10)))


def begin_session(account: Account, now: datetime) -> None:
    """Log in on a fresh session: nothing from before the login survives but the language."""
    locale = session.get("locale")
    session.clear()
    if locale:
        session["locale"] = locale
    login_user(account, remember=False)
    session.permanent = True
    session["epoch"] = account.session_epoch
    session["began"] = int(now.timestamp())


class Login(AuthDBView):
    """The login form in our layout. Logging out is a POST, so no foreign page can do it."""

    login_template = "ui/login.html"

    @expose("/login/", methods=["GET", "POST"])
    def login(self) -> ResponseReturnValue:
        asked = request.args.get("next", "")
        wanted = get_safe_redirect(asked) if asked else self.appbuilder.get_url_for_index
        if current_user.is_authenticated:
            return redirect(wanted)
        status = 200
        if request.method == "POST":
            account = self.appbuilder.sm.auth_user_db(
                request.form.get("username", "").strip(), request.form.get("password", "")
            )
            if account:
                begin_session(account, web_state().clock.now())
                return redirect(wanted)
            # One sentence for unknown, wrong, inactive and locked: it tells nobody which accounts exist.
            flash(
                _("Wrong number or password. After five wrong tries an account rests for a while."), "danger"
            )
            status = 401
        username = request.form.get("username", "")
        return self.render_template(self.login_template, username=username, ways=ways_in()), status

    @expose("/logout/", methods=["POST"])
    def logout(self) -> ResponseReturnValue:
        account = self._get_authenticated_user()
        if account is not None:
            account.end_sessions()
            self.appbuilder.sm.update_user(account)
            self.appbuilder.sm.on_user_logout(account)
        logout_user()
        locale = session.get("locale")
        session.clear()
        if locale:
            session["locale"] = locale
        return redirect(self.appbuilder.get_url_for_login)


class Accounts(UserDBModelView):
    """FAB's user screens with our fields. Accounts are switched off, never deleted: history names them."""

    exclude_route_methods = frozenset({"delete", "download", "userinfo"})
    label_columns = {  # noqa: RUF012  (FAB reads and fills plain attributes)
        "get_full_name": lazy_gettext("Name"),
        "first_name": lazy_gettext("Name"),
        "username": lazy_gettext("Telephone or member number"),
        "active": lazy_gettext("Active"),
        "roles": lazy_gettext("Roles"),
        "last_login": lazy_gettext("Last login"),
        "fail_login_count": lazy_gettext("Wrong passwords in a row"),
        "login_count": lazy_gettext("Logins"),
    }
    list_columns = ("first_name", "username", "active", "roles", "last_login")
    search_columns = ("first_name", "username", "active", "roles")
    add_columns = ("first_name", "username", "active", "roles", "password", "conf_password")
    edit_columns = ("first_name", "username", "active", "roles")
    formatters_columns = {"last_login": lambda at: instant(at and at.replace(tzinfo=UTC))}  # noqa: RUF012
    description_columns: dict[str, str] = {}  # noqa: RUF012
    show_fieldsets = (
        (
            lazy_gettext("Account"),
            {
                "fields": [
                    "first_name",
                    "username",
                    "active",
                    "roles",
                    "last_login",
                    "login_count",
                    "fail_login_count",
                ]
            },
        ),
    )


class Roles(RoleModelView):
    """The roles are the house's and fixed: to be read, not edited."""

    base_permissions = ("can_list", "can_show")
    include_route_methods = frozenset({"list", "show"})
    list_columns = ("name",)
    show_columns = ("name",)


class Groups(UserGroupModelView):
    """Accounts bundled under roles."""

    exclude_route_methods = frozenset({"download"})
    label_columns = {"roles": lazy_gettext("Roles"), "users": lazy_gettext("Accounts")}  # noqa: RUF012


class NoSecurityApi(SecurityApi):
    """FAB always adds its token login, which no limit and no lock would guard: with no route it is gone."""

    include_route_methods = frozenset[str]()


class CoopSecurityManager(SecurityManager):
    """Accounts, locks and sessions of the house."""

    user_model = Account
    authdbview = Login
    userdbmodelview = Accounts
    rolemodelview = Roles
    groupmodelview = Groups
    security_api = NoSecurityApi
    userstatschartview = None  # loads a third party's script

    def auth_user_db(self, username: str, password: str) -> Account | None:
        """FAB's check, refused while the account is locked; a refused try takes as long as a real one."""
        account = self.find_user(username=username) if username else None
        if account is not None and account.locked_until and account.locked_until > web_state().clock.now():
            check_password_hash(account.password or "", password)
            return None
        found: Account | None = super().auth_user_db(username, password)
        return found

    def update_user_auth_stat(self, user: Account, success: bool = True) -> None:
        """Count the try, lock after too many. The database counts, so that parallel tries all count."""
        now = web_state().clock.now()
        if success:
            user.fail_login_count, user.locked_until, user.last_login = 0, None, now.replace(tzinfo=None)
            user.login_count = (user.login_count or 0) + 1
        else:
            user.fail_login_count = func.coalesce(Account.fail_login_count, 0) + 1
            self.update_user(user)
            rest = lock_after(int(user.fail_login_count))
            user.locked_until = now + rest if rest else None
        self.update_user(user)

    def load_user(self, pk: int) -> Account | None:
        """The account of a session, None once it was ended elsewhere or has lasted its time."""
        account: Account | None = super().load_user(pk)
        if account is None or session.get("epoch") != account.session_epoch:
            return None
        began = int(session.get("began", 0))
        return account if web_state().clock.now().timestamp() - began < ABSOLUTE.total_seconds() else None

    def reset_password(self, userid: int, password: str) -> None:
        """Store a new password; all sessions of the account end, but the one that asked for it goes on."""
        account = self.get_user_by_id(userid)
        account.password = password_hash(password)
        account.end_sessions()
        account.fail_login_count, account.locked_until = 0, None
        self.update_user(account)
        if current_user.is_authenticated and current_user.id == account.id:
            session["epoch"] = account.session_epoch

    def has_access(self, permission_name: str, view_name: str) -> bool:  # noqa: ARG002  (FAB's signature)
        """FAB's own screens are the administrator's; our pages are guarded before they are reached."""
        return bool(current_user.is_authenticated) and Role.admin in web_state().roles()

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        return set(menu_names or []) if self.has_access("menu_access", "") else set()

    @staticmethod
    def before_request() -> None:
        """FAB's hook: the templates and audit columns of FAB read `g.user`."""
        g.user = current_user


def security_facts(account: Account) -> dict[str, Any]:
    """What the account page shows."""
    return {
        "name": account.get_full_name(),
        "username": account.username,
        "roles": sorted(account.role_names),
    }
