"""Faults as pages, as htmx fragments, or as problem+json, in the caller's language. No detail of ours leaks
in a 500.
"""

from __future__ import annotations

import logging
import re
import secrets
from http import HTTPStatus
from typing import Protocol

from flask import Flask, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from coop.kernel.errors import (
    ConflictError,
    CoopError,
    Fault,
    InputError,
    NotFoundError,
    PermissionDeniedError,
    ScopeError,
)
from coop.kernel.idempotency import KeyReusedError
from coop.kernel.states import ForbiddenMoveError
from coop.web.state import NoActorError
from ledger.errors import LedgerError

log = logging.getLogger(__name__)

# The first class that fits gives the status; any other refusal of a rule is 422.
STATUS: tuple[tuple[type[Exception], int], ...] = (
    (NotFoundError, 404),
    (ScopeError, 403),
    (PermissionDeniedError, 403),
    (NoActorError, 403),
    (ConflictError, 409),
    (ForbiddenMoveError, 409),
    (KeyReusedError, 409),
)


class Bilingual(Protocol):
    @property
    def zh(self) -> str: ...

    @property
    def en(self) -> str: ...


def in_english() -> bool:
    locale = get_locale()
    return locale is not None and locale.language == "en"


def said(fault: Bilingual) -> str:
    """A fault's sentence in the caller's language."""
    return fault.en if in_english() else fault.zh


def status_of(error: Exception) -> int:
    return next((status for kind, status in STATUS if isinstance(error, kind)), 422)


def code_of(error: Exception) -> str:
    """A stable name for programs: the class in snake case without its ending.

    >>> code_of(NotFoundError("order", 1))
    'not_found'
    """
    name = type(error).__name__.removesuffix("Error")
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def titles() -> dict[int, str]:
    return {
        400: _("The page is too old"),
        401: _("Please log in"),
        403: _("Not allowed"),
        404: _("Not found"),
        405: _("Not possible this way"),
        409: _("It has changed meanwhile"),
        413: _("The file is too large"),
        422: _("Please check your input"),
        429: _("Too many tries"),
        500: _("Something went wrong"),
    }


def answer(status: int, detail: str, *, code: str, faults: tuple[Fault, ...] = ()) -> ResponseReturnValue:
    """One fault in the form the caller reads."""
    title = titles().get(status) or HTTPStatus(status).phrase
    if request.path.startswith("/api/"):
        return problem(status, title, detail, code=code, faults=faults)
    template = "ui/error_part.html" if request.headers.get("HX-Request") else "ui/error.html"
    lines = [(f.place, said(f)) for f in faults]
    return render_template(template, status=status, title=title, detail=detail, faults=lines), status


def problem(status: int, title: str, detail: str, *, code: str, faults: tuple[Fault, ...] = ()) -> Response:
    """RFC 9457 problem+json; `faults` name each place in the input."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if faults:
        body["errors"] = [{"pointer": f.place, "detail": said(f)} for f in faults]
    response = jsonify(body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def _refused(error: Exception) -> ResponseReturnValue:
    assert isinstance(error, CoopError | LedgerError)
    if isinstance(error, InputError) and error.faults:
        return answer(422, _("Nothing was saved."), code="input", faults=error.faults)
    return answer(status_of(error), said(error), code=code_of(error))


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    details = {
        400: _("The request could not be read. Go back, reload the page and try again."),
        401: _("This needs a login."),
        403: _("Your roles do not open this page."),
        404: _("There is no such page, or it belongs to somebody else."),
        413: _("Files may have 10 MB at most."),
        429: _("Please wait a minute and try again."),
    }
    return answer(
        error.code, details.get(error.code, ""), code=(error.name or "http").lower().replace(" ", "_")
    )


def _csrf(_error: CSRFError) -> ResponseReturnValue:
    text = _("The form was open for too long, or came from elsewhere. Reload the page and send it again.")
    return answer(400, text, code="csrf")


def _unexpected(error: Exception) -> ResponseReturnValue:
    number = secrets.token_hex(4)
    log.error("fault %s at %s %s", number, request.method, request.path, exc_info=error)
    return answer(500, _("The fault is noted under number %(number)s.", number=number), code="internal")


def init_errors(app: Flask) -> None:
    app.register_error_handler(CoopError, _refused)
    app.register_error_handler(LedgerError, _refused)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    if not app.config.get("TESTING"):
        app.register_error_handler(Exception, _unexpected)
