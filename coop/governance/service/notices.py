"""Public notices: what the village is shown, for how long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from coop.governance.models import NoticeRow, NoticeScope
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError
from coop.kernel.unit import Unit


def publish(
    unit: Unit,
    *,
    kind: str,
    ref: str,
    digest: str,
    title: str,
    title_en: str,
    body: dict[str, Any],
    days: int,
    scope: NoticeScope = NoticeScope.village,
) -> NoticeRow:
    """Put a snapshot on the board from today for `days` days; the notice gate opens on the day they are over.

    `digest` is that of the document published, `body` what the reader sees (JSON). Raises InputError.
    """
    unit.actor.require("发布公示", Role.manager, Role.clerk, Role.accountant, Role.supervisor)
    if days < 1:
        raise InputError([Fault("days", f"公示至少 1 天，实为 {days}", f"at least 1 day, found {days}")])
    row = NoticeRow(
        tenant_id=unit.actor.tenant_id,
        kind=kind,
        ref=ref,
        digest=digest,
        title=title,
        title_en=title_en,
        body=body,
        since=unit.today,
        until=unit.today + timedelta(days=days),
        scope=NoticeScope(scope).value,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("notice.publish", f"notice:{row.id}", document=ref, digest=digest, days=days)
    return row
