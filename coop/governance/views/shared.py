"""What pages about money and votes share: readers, names of persons, one effect for a double click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import current_app, g, request

from coop.kernel.actor import SYSTEM_USER, Role
from coop.kernel.idempotency import once
from coop.kernel.unit import Unit
from coop.web.errors import in_english
from coop.web.views import Page

READERS: Final = (
    Role.manager,
    Role.accountant,
    Role.checker,
    Role.supervisor,
    Role.county,
)
VILLAGE: Final = (*READERS, Role.clerk)


def person(user_id: int | None) -> str:
    """The name of who did something; looked up once a request."""
    if user_id is None:
        return ""
    if user_id == SYSTEM_USER:
        return "system" if in_english() else "系统"
    known: dict[int, str] = g.setdefault("persons", {})
    if user_id not in known:
        account = current_app.appbuilder.sm.get_user_by_id(user_id)  # type: ignore[attr-defined]  # FAB sets it
        known[user_id] = account.get_full_name() if account is not None else f"#{user_id}"
    return known[user_id]


def once_only(page: Page, unit: Unit, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do `act` once for this form, however often it is sent; its answer again for the second click."""
    key = page.request_key()
    if not key:
        return act()
    body = sorted((k, v) for k, v in request.form.items(multi=True) if k not in ("csrf_token", "request_key"))
    return once(unit, key, request.endpoint or "", body, act)
