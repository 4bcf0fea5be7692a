"""Every invariant, recomputed from the rows across all tenants, on the owner's login."""

from __future__ import annotations

from typing import Any

from coop.accounting.exports import beancount_differences
from coop.kernel.registries import invariants
from coop.kernel.unit import owner_session

# reliability §3: the invariants that hold on a live database. Each must have a check, or verify says so.
LIVE = (
    *(f"L{n}" for n in range(1, 12)),
    *(f"O{n}" for n in range(1, 9)),
    "D1", "D2", "P1", "P2", "T2", "T3", "S4", "R3",
)  # fmt: skip
SHOWN = 5


def verify_all() -> dict[str, Any]:
    """`{"ok", "invariants": {id: "ok" or text}, "beancount_errors", "balance_differences"}` of design §7."""
    checks = dict(invariants.items())
    found: dict[str, str] = {}
    with owner_session() as session:
        for name in LIVE:
            check = checks.get(name)
            breaches = ["no check is registered"] if check is None else check(session)
            found[name] = _text(breaches)
        errors, differences = beancount_differences(session)
    ok = all(text == "ok" for text in found.values()) and not errors and not differences
    return {"ok": ok, "invariants": found, "beancount_errors": errors, "balance_differences": differences}


def _text(breaches: list[str]) -> str:
    if not breaches:
        return "ok"
    more = f" (+{len(breaches) - SHOWN})" if len(breaches) > SHOWN else ""
    return "; ".join(breaches[:SHOWN]) + more
