"""The composition root of the web: which pages there are, who a user is, and `coop serve`."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from flask import Flask
from flask_login import current_user
from waitress import serve

from coop.accounting import exports
from coop.kernel import crypt
from coop.kernel.actor import Actor
from coop.kernel.clock import Clock, SystemClock, business_day
from coop.kernel.config import Settings, load_settings
from coop.kernel.db import connect
from coop.kernel.unit import bind, database, look
from coop.parties.queries import acting_actor, actor_for_user
from coop.subjects import SUBJECTS, load_subjects
from coop.web import acting, standing
from coop.web.app import create_web
from coop.web.views import Page
from coop.worker import celery_app, waker

THREADS = 8
log = logging.getLogger(__name__)


def pages() -> list[type[Any]]:
    """Every page class of every subject, in the subjects' order; a class belongs to the module that defines it."""
    found: list[type[Any]] = []
    for subject in SUBJECTS:
        name = f"coop.{subject}.views"
        if find_spec(name) is None:
            continue
        module = import_module(name)
        mine = [v for v in vars(module).values() if isinstance(v, type) and issubclass(v, Page)]
        found += [v for v in mine if v.__module__.startswith(name) and "route_base" in v.__dict__]
    return list(dict.fromkeys(found))


def create_app(
    settings: Settings, *, clock: Clock | None = None, config: dict[str, Any] | None = None
) -> Flask:
    """The web app over the database that is bound already."""
    exports.keep_in(settings.data_dir / "exports")
    shown = clock or SystemClock()

    def actor_for(user_id: int) -> Actor | None:
        day, mandate = business_day(shown.now()), acting.held()
        with look(Actor(user_id, "", 0), shown) as view:
            name, roles = current_user.get_full_name(), current_user.role_names
            own = actor_for_user(view.session, user_id, name, roles, day, chosen=standing.chosen())
        if own is None or mandate is None:
            return own
        with look(own, shown) as view:
            return acting_actor(view.session, own, mandate, day) or own

    views = [view for view in pages() if view.__name__ != "Home"]
    homes = [view for view in pages() if view.__name__ == "Home"]
    if homes:
        return create_web(settings, views, actor_for, clock=clock, home=homes[0], config=config)
    return create_web(settings, views, actor_for, clock=clock, config=config)


def wsgi() -> Flask:
    """For gunicorn: `gunicorn 'coop.app:wsgi()'`."""
    settings = load_settings()
    crypt.set_secret(settings.secret_key)
    load_subjects()
    bind(connect(settings), wake=waker(celery_app(settings)))
    return create_app(settings)


def serve_forever(settings: Settings, *, host: str, port: int) -> None:
    """The web and one worker beside it, stopped together."""
    bind(database(), wake=waker(celery_app(settings)))
    app = create_app(settings)
    worker = subprocess.Popen([sys.executable, "-m", "coop.worker"])
    # A terminated process unwinds like an interrupted one, so that the worker goes with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    log.warning("四位 Siwei: http://%s:%s", host, port)
    try:
        serve(app, host=host, port=port, threads=THREADS, ident=None)
    finally:
        worker.terminate()
        worker.wait()
