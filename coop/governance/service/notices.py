"""Public notices: what the village is shown, for how long, and what of it the internet may read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from coop.governance.models import NoticeRow, NoticeScope, PublicNoticeRow
from coop.governance.rules import internet_body, personal_places
from coop.kernel.actor import Role
from coop.kernel.errors import Fault, InputError
from coop.kernel.unit import Unit
from coop.parties.models import HouseholdRow, MemberRow


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

    `digest` is that of the document published, `body` what the reader sees (JSON). With it goes what the internet may
    read: points and dividends in their reduced form, another kind as it is, if `scope` says so and it names nobody.
    Raises InputError.
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
    shown = _publish_outside(unit, row)
    unit.audit(
        "notice.publish", f"notice:{row.id}", document=ref, digest=digest, days=days, internet=int(shown)
    )
    return row


def _publish_outside(unit: Unit, row: NoticeRow) -> bool:
    """Write the internet's snapshot, where the notice has one; whether it has."""
    asked = row.scope == NoticeScope.internet
    body = internet_body(row.kind, row.body)
    if body is None and not asked:
        return False
    content = {"title": row.title, "title_en": row.title_en, "body": row.body if body is None else body}
    places = list(dict.fromkeys(personal_places(content, _names(unit))))
    if places and asked:
        raise InputError(
            [
                Fault(
                    place,
                    "网上公示不得出现姓名、电话、证件号或卡号，请改用户号",
                    "no name, telephone, identity or card number on the internet; use household codes",
                )
                for place in places
            ]
        )
    if places:
        return False
    unit.session.add(
        PublicNoticeRow(
            village_id=row.tenant_id,
            notice_id=row.id,
            kind=row.kind,
            digest=row.digest,
            title=row.title,
            title_en=row.title_en,
            body=content["body"],
            since=row.since,
            until=row.until,
        )
    )
    unit.session.flush()
    return True


def _names(unit: Unit) -> set[str]:
    """Everybody the village's registers name."""
    tenant = unit.actor.tenant_id
    names = set(unit.session.scalars(select(MemberRow.name).where(MemberRow.tenant_id == tenant)))
    return names | set(
        unit.session.scalars(select(HouseholdRow.head).where(HouseholdRow.tenant_id == tenant))
    )
