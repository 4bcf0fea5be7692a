"""What the pages of policy share: who reads, one effect for a double click, faults at the form's own fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import request

from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError
from coop.kernel.idempotency import once
from coop.kernel.unit import Unit
from coop.web.views import Page

READERS: Final = tuple(role for role in Role if role is not Role.admin)
# Money of a grant is the village's and the county's matter.
VILLAGE: Final = (Role.manager, Role.accountant, Role.checker, Role.supervisor, Role.clerk, Role.county)


def once_only(page: Page, unit: Unit, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do `act` once for this form, however often it is sent; its answer again for the second click."""
    key = page.request_key()
    if not key:
        return act()
    body = sorted((k, v) for k, v in request.form.items(multi=True) if k not in ("csrf_token", "request_key"))
    return once(unit, key, request.endpoint or "", body, act)


def at_fields(error: InputError, names: Mapping[str, str]) -> InputError:
    """The service's faults at the fields of the form: `/amount_fen` -> `amount`."""
    return InputError(
        [
            Fault(
                names.get(f.place.split("/")[1] if "/" in f.place else f.place, f.place.strip("/")),
                f.zh,
                f.en,
            )
            for f in error.faults
        ]
    )
