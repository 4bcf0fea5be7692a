"""`create_web`: the Flask app of the toolkit with the subjects' views. Called by the composition root only.

It makes no table and writes no row: tables are Alembic's, roles `accounts.ensure_roles`. The kernel must be
bound first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from flask import Flask, current_app, request, url_for
from flask_appbuilder import AppBuilder
from flask_appbuilder.models.sqla.base import SQLA
from flask_babel import get_locale
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import event
from werkzeug.middleware.proxy_fix import ProxyFix

from coop.kernel.clock import Clock, SystemClock
from coop.kernel.config import Settings
from coop.kernel.registries import Link, source_link
from coop.web.assets import HERE, VENDOR
from coop.web.config import web_config
from coop.web.errors import in_english, init_errors
from coop.web.formats import FILTERS
from coop.web.headers import init_headers
from coop.web.jobs import Jobs
from coop.web.menu import menu_for
from coop.web.pages import Home, MyAccount, Service
from coop.web.permissions import allowed, guard
from coop.web.security import CoopSecurityManager
from coop.web.state import ActorFor, WebState, web_state
from coop.web.views import Page

db = SQLA()


def create_web(
    settings: Settings,
    views: Sequence[type[Any]],
    actor_for: ActorFor,
    *,
    clock: Clock | None = None,
    home: type[Page] = Home,
    proxies: int = 0,
    config: dict[str, Any] | None = None,
) -> Flask:
    """The web app. `views` are the subjects' Page (or FAB API) classes; `actor_for` finds an account's
    actor of today.

    `home` must be called `Home` and expose `index` at `/`. `proxies` counts the reverse proxies in front
    whose X-Forwarded headers may be believed. `config` overrides single settings, for tests.
    """
    app = Flask("coop.web", root_path=str(HERE))
    app.config.update(web_config(settings) | (config or {}))
    app.extensions["siwei"] = WebState(actor_for, clock or SystemClock(), _version())
    app.extensions["siwei_fab_blueprints"] = frozenset()
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    init_headers(app)
    # Order matters: who may call comes first, then the token; CSRFProtect must know the app before FAB adds
    # views.
    app.before_request(guard)
    CSRFProtect(app)
    db.init_app(app)
    with app.app_context():
        if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
            event.listen(db.engine, "connect", _sqlite_pragmas)
        appbuilder = AppBuilder(app, db.session, security_manager_class=CoopSecurityManager, indexview=home)
        for view in (Service, MyAccount, Jobs, *views):
            appbuilder.add_view_no_menu(view)
        app.extensions["siwei_fab_blueprints"] = frozenset(
            view.blueprint.name
            for view in appbuilder.baseviews
            if view.blueprint is not None and not isinstance(view, Page) and view.blueprint.name != "Login"
        )
    init_errors(app)
    _init_templates(app)
    return app


def _sqlite_pragmas(connection: Any, _record: object) -> None:
    """FAB's engine writes to the same file as ours: it waits for the lock and keeps the same journal."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _version() -> str:
    """Changes whenever a file the browser keeps changes; part of each file's address."""
    digest = hashlib.sha256()
    files = [*sorted((HERE / "static").glob("*.*")), VENDOR / ".stamp"]
    for path in files:
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def _init_templates(app: Flask) -> None:
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    env.filters.update(FILTERS)
    env.globals.update(asset=_asset, source_link=_source_link, opens=_opens)
    env.globals.update(in_english=in_english, new_key=_new_key)
    app.context_processor(_page_words)
    # One import fewer in each template: `ui.table(...)`, `ui.form(...)`, `ui.money(...)`.
    env.globals["ui"] = env.get_template("ui/macros.html").module


def _asset(name: str) -> str:
    return url_for("static", filename=name, v=web_state().version)


def _source_link(source: str) -> Link | None:
    """The way back from a voucher's source, where this app has the page."""
    link = source_link(source)
    return link if link is not None and link.endpoint in current_app.view_functions else None


def _opens(endpoint: str) -> bool:
    """Whether the reader may open that page: no link leads to a refusal."""
    return allowed(endpoint, web_state().roles(), logged_in=bool(current_user.is_authenticated))


def _new_key() -> str:
    return uuid4().hex


def _page_words() -> dict[str, Any]:
    """What the layouts need on every page."""
    logged_in = bool(current_user.is_authenticated)
    locale = get_locale()
    known = {rule.endpoint for rule in current_app.url_map.iter_rules()}
    state = web_state()
    return {
        "layout": "ui/base.html",
        "lang": "en" if locale is not None and locale.language == "en" else "zh-CN",
        "menu": menu_for(state.roles(), logged_in=logged_in, existing=known) if logged_in else [],
        "actor": state.actor_or_none(),
        "roles": state.roles(),
        "here": request.full_path.rstrip("?"),
        "faults": {},
    }
