"""Links to meetings, resolutions and notices, and the vouchers that await the committee's stamp."""

from __future__ import annotations

from sqlalchemy.orm import Session

from coop.governance import queries
from coop.kernel.actor import Role
from coop.kernel.registries import Link, Todo, links, offers

links.register(
    "meeting",
    lambda key: Link("MeetingView.show", {"meeting_id": int(key)}, f"会议 {key}", f"meeting {key}"),
)
links.register(
    "notice", lambda key: Link("NoticeView.show", {"notice_id": int(key)}, f"公示 {key}", f"notice {key}")
)


def todos(session: Session, roles: frozenset[Role]) -> list[Todo]:
    """Vouchers that wait for the committee, and those it refused, which wait for the accountant."""
    days = queries.stamp_days(session)
    waiting, refused = sum(day.waiting for day in days), sum(day.refused for day in days)
    found = []
    if Role.supervisor in roles:
        found.append(Todo("待盖审核章凭证", "vouchers awaiting the stamp", waiting, "StampView.list"))
    if Role.accountant in roles:
        found.append(Todo("监委会拒盖章凭证", "vouchers refused the stamp", refused, "StampView.list"))
    return [todo for todo in found if todo.count]


offers.register("governance.stamps", todos)
