"""The toolkit's own pages: home, health, language, own account. Subjects add all others."""

from __future__ import annotations

from flask import flash, jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder.utils.base import is_safe_redirect_url
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from sqlalchemy import literal, select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.security import check_password_hash

from coop.kernel.actor import Role
from coop.kernel.errors import InputError
from coop.web.accounts import password_fault
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import ANY, PUBLIC, permit
from coop.web.views import Page, expose


class Home(Page):
    """The start page: the menu as cards. The composition root may hand its own `Home` to `create_web`."""

    route_base = ""

    @expose("/")
    def index(self) -> str:
        return self.render("ui/home.html")


permit("Home.index", ANY)
menu_entry("Home.index", lazy_gettext("Start page"), icon="home", group=Group.today, order=0)


class Service(Page):
    """What operators and browsers ask for besides pages."""

    route_base = ""

    @expose("/healthz")
    def health(self) -> ResponseReturnValue:
        """200 where the database answers, 503 where not; says nothing else."""
        try:
            self.appbuilder.session.execute(select(literal(1)))
        except SQLAlchemyError:
            return jsonify(status="database unavailable"), 503
        return jsonify(status="ok")

    @expose("/locale/<any(zh, en):code>")
    def locale(self, code: str) -> ResponseReturnValue:
        """Switch the language and go back to where the switch was used."""
        session["locale"] = code
        wanted = request.args.get("next", "")
        safe = wanted.startswith("/") and not wanted.startswith("//") and is_safe_redirect_url(wanted)
        return redirect(wanted if safe else url_for("Home.index"))


permit("Service.health", PUBLIC)
permit("Service.locale", PUBLIC)


class MyAccount(Page):
    """The own account: name, roles, password."""

    route_base = "/account"

    @expose("/")
    def index(self) -> str:
        return self.render("ui/account.html", account=current_user, faults={})

    @expose("/password", methods=["POST"])
    def password(self) -> ResponseReturnValue:
        form = Form()
        old, new, again = (form.fields.get(name, "") for name in ("old", "password", "again"))
        if not check_password_hash(current_user.password or "", old):
            form.fault("old", "原密码不对", "the present password is wrong")
        if fault := password_fault(new, current_user.username):
            form.faults.append(fault)
        if new != again:
            form.fault("again", "两次输入不一致", "the two entries differ")
        try:
            form.done()
        except InputError as error:
            return self.invalid("ui/account.html", error, account=current_user)
        self.appbuilder.sm.reset_password(current_user.id, new)
        flash(_("Password changed. All other sessions of this account have ended."), "success")
        return redirect(url_for("MyAccount.index"), code=303)


permit("MyAccount.index", ANY)
permit("MyAccount.password", ANY)


# FAB's screens and routes. `/back` and `/lang` are FAB's own page stack and switch; `Service.locale`
# replaces the latter.
FAB_ADMIN = (
    *(f"Accounts.{m}" for m in ("list", "show", "add", "edit", "action", "action_post")),
    *(f"Roles.{m}" for m in ("list", "show")),
    *(f"Groups.{m}" for m in ("list", "show", "add", "edit", "delete", "action", "action_post")),
    *(
        f"{view}.{m}"
        for view in ("ResetPasswordView", "ResetMyPasswordView", "UserInfoEditView")
        for m in ("this_form_get", "this_form_post")
    ),
    "UtilView.back",
    "LocaleView.index",
)
for _endpoint in FAB_ADMIN:
    permit(_endpoint, Role.admin)
for _endpoint in ("static", "appbuilder.static", "Login.login"):
    permit(_endpoint, PUBLIC)
permit("Login.logout", ANY)
menu_entry("Accounts.list", lazy_gettext("Accounts"), icon="users", group=Group.system, order=80)
