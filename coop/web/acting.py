"""Acting for a household (代办), as the session holds it: the mandate's id and nothing else.

Who the actor is under it is asked anew on every request (`WebState`). Once the mandate no longer holds, the next request
is not carried out as somebody else: it goes to the start page and says so.
"""

from __future__ import annotations

from flask import flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

KEY = "acting"


def held() -> int | None:
    """The mandate under which this session acts."""
    found: int | None = session.get(KEY)
    return found


def begin(mandate_id: int) -> None:
    session[KEY] = mandate_id


def end() -> None:
    session.pop(KEY, None)


def turned_away() -> ResponseReturnValue:
    """The answer to a request under a mandate that has ended."""
    end()
    flash(_("Acting for the other household has ended: the mandate no longer holds."), "warning")
    if request.headers.get("HX-Request"):
        return "", 204, {"HX-Redirect": url_for("Home.index")}
    return redirect(url_for("Home.index"), code=303)
