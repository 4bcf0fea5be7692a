"""The one table of who may call which endpoint, and the guard that refuses what has no row.

Each subject's views module states its rows with `permit(...)` next to its pages. Nothing else grants access
to a page; FAB's own permission tables are not consulted (see `security`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from coop.kernel.actor import Role
from coop.web import acting


class Audience(Enum):
    """Who, when it is not a matter of roles."""

    public = "public"  # everybody, logged in or not
    any_login = "any_login"  # everybody who is logged in


PUBLIC: Final = Audience.public
ANY: Final = Audience.any_login


@dataclass(frozen=True, slots=True)
class Permission:
    """These roles (or this audience) may call an endpoint with these methods; no methods means all it has."""

    roles: frozenset[Role]
    audience: Audience | None = None
    methods: frozenset[str] = frozenset()

    def covers(self, method: str) -> bool:
        """HEAD is a GET without its body; OPTIONS tells nothing but methods."""
        asked = "GET" if method in ("HEAD", "OPTIONS") else method
        return not self.methods or asked in self.methods

    def admits(self, roles: frozenset[Role], *, logged_in: bool) -> bool:
        if self.audience is PUBLIC:
            return True
        return logged_in and (self.audience is ANY or bool(self.roles & roles))


# endpoint -> its rows; several rows give different methods to different roles.
PERMISSIONS: dict[str, tuple[Permission, ...]] = {}


class EmptyPermissionError(RuntimeError):
    """A row that admits nobody is a slip of the pen; an endpoint is closed by having no row."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(f"permit({endpoint!r}) names no role and no audience")


def permit(endpoint: str, *who: Role | Audience, methods: tuple[str, ...] = ()) -> None:
    """State who may call `endpoint` (`ClassName.method`); a second call adds a row, a repeated one changes
    nothing.

    >>> permit("Doctest.index", Role.manager, methods=("GET",))
    >>> PERMISSIONS.pop("Doctest.index")[0].covers("POST")
    False
    """
    audiences = [w for w in who if isinstance(w, Audience)]
    roles = frozenset(w for w in who if isinstance(w, Role))
    if not who:
        raise EmptyPermissionError(endpoint)
    audience = PUBLIC if PUBLIC in audiences else (ANY if audiences else None)
    row = Permission(roles, audience, frozenset(methods))
    rows = PERMISSIONS.get(endpoint, ())
    if row not in rows:
        PERMISSIONS[endpoint] = (*rows, row)


def allowed(endpoint: str, roles: frozenset[Role], *, logged_in: bool, method: str = "GET") -> bool:
    """Whether the table lets somebody with these roles call the endpoint."""
    rows = PERMISSIONS.get(endpoint, ())
    return any(row.covers(method) and row.admits(roles, logged_in=logged_in) for row in rows)


def unlisted(app: Flask) -> Iterator[str]:
    """Endpoints of the URL map that have no row: the guard refuses them, and a test wants none."""
    return (e for e in sorted({rule.endpoint for rule in app.url_map.iter_rules()}) if e not in PERMISSIONS)


def idle_rows(app: Flask) -> Iterator[str]:
    """Rows whose endpoint does not exist in this app: misspelt, or a page that went away."""
    known = {rule.endpoint for rule in app.url_map.iter_rules()}
    return (e for e in sorted(PERMISSIONS) if e not in known)


def guard() -> ResponseReturnValue | None:
    """Before each request: let pass what the table allows; send strangers to the login page; refuse the
    rest. What was begun for another household is never carried out as one's own.
    """
    endpoint = request.endpoint
    if endpoint is None:  # no such page: the 404 follows by itself
        return None
    state = current_app.extensions["siwei"]
    logged_in = bool(current_user.is_authenticated)
    if logged_in and not allowed(endpoint, frozenset(), logged_in=False) and state.acting_ended():
        return acting.turned_away()
    if allowed(endpoint, state.roles(), logged_in=logged_in, method=request.method):
        return None
    if logged_in or endpoint not in PERMISSIONS:
        abort(403)
    if request.path.startswith("/api/"):
        abort(401)
    # Only a page that was asked for with GET can be returned to after the login.
    wanted = request.full_path.rstrip("?") if request.method == "GET" else url_for("Home.index")
    target = url_for("Login.login", next=wanted)
    if request.headers.get("HX-Request"):
        return "", 204, {"HX-Redirect": target}
    return redirect(target)
