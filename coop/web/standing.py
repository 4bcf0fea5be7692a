"""For which tenant a person stands who holds posts in several, as the session holds it: the tenant's id, nothing else.

Whether the post still holds is asked anew on every request; where it does not, the newest post counts again.
"""

from __future__ import annotations

from flask import session

from coop.web import acting

KEY = "tenant"


def chosen() -> int | None:
    """The tenant this session chose."""
    found: int | None = session.get(KEY)
    return found


def choose(tenant_id: int) -> None:
    """Stand for this tenant from the next request on; what was done for a household elsewhere ends."""
    acting.end()
    session[KEY] = tenant_id
