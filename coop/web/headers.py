"""Security headers of every response. Our pages allow no inline script or style; FAB's old screens get a
nonce.
"""

from __future__ import annotations

import secrets

from flask import Flask, Response, current_app, g, request

STRICT = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
YEAR = 31_536_000


def csp_nonce() -> str:
    """FAB's templates call this for their scripts; one value a request."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _fab_screen() -> bool:
    """FAB's own screens (system administration) are those of its views that the factory did not add as
    ours.
    """
    return (request.blueprint or "") in current_app.extensions["siwei_fab_blueprints"]


def add_headers(response: Response) -> Response:
    """After each request."""
    for name, value in FIXED.items():
        response.headers.setdefault(name, value)
    policy = STRICT
    if _fab_screen():
        policy = STRICT.replace("script-src 'self'", f"script-src 'self' 'nonce-{csp_nonce()}'").replace(
            "style-src 'self'", "style-src 'self' 'unsafe-inline'"
        )
    response.headers.setdefault("Content-Security-Policy", policy)
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}; includeSubDomains")
    if request.endpoint in ("static", "appbuilder.static"):
        if response.status_code == 200 and request.args.get("v"):
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    else:
        # Pages hold figures of people: nothing of them stays in a shared cache or behind the back button.
        response.headers["Cache-Control"] = "no-store"
        response.vary.update(("Cookie", "HX-Request"))
    return response


def init_headers(app: Flask) -> None:
    app.after_request(add_headers)
    app.jinja_env.globals["csp_nonce"] = csp_nonce
