"""A gate is a digest: it opens only for the very content that was resolved, reviewed or published."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.governance import queries
from coop.governance.models import NoticeRow, ResolutionRow, ReviewRow
from coop.governance.service.stamps import SUPERVISION
from coop.kernel.errors import CoopError
from coop.kernel.scopes import ScopedSession


class Gate(StrEnum):
    """What must have happened to a document before it takes effect."""

    resolution = "resolution"
    supervision = "supervision"
    notice = "notice"


LABELS = {
    Gate.resolution: ("表决通过的决议", "a resolution that carried"),
    Gate.supervision: ("监督委员会的审核", "the supervision committee's review"),
    Gate.notice: ("公示期满的公示", "a public notice whose days are over"),
}


class GateClosedError(CoopError):
    """The document has not passed a gate, or has changed since it did. `why` says what was found."""

    def __init__(self, gate: Gate, ref: str, digest: str, why: str, why_en: str) -> None:
        self.gate, self.ref, self.digest = gate, ref, digest
        label, label_en = LABELS[gate]
        super().__init__(
            zh=f"{ref}(内容 {digest[:12]})还缺{label}:{why}",
            en=f"{ref} (content {digest[:12]}) still needs {label_en}: {why_en}",
        )


class UnstampedError(CoopError):
    """Vouchers that await the committee's stamp, or were refused it."""

    def __init__(self, vouchers: Iterable[str]) -> None:
        self.vouchers = tuple(vouchers)
        shown = "、".join(self.vouchers[:10]) + ("…" if len(self.vouchers) > 10 else "")
        super().__init__(
            zh=f"有 {len(self.vouchers)} 张凭证未加盖审核章：{shown}",
            en=f"{len(self.vouchers)} vouchers are without the committee's stamp: {shown}",
        )


def require(session: Session, gate: Gate, ref: str, digest: str, *, today: date) -> None:
    """Raise GateClosedError unless the document `ref` of exactly this content has passed the gate, here."""
    if gate is Gate.notice:
        _require_notice(session, ref, digest, today)
        return
    if gate is Gate.resolution:
        rows = [
            (row.digest, row.passed)
            for row in session.scalars(select(ResolutionRow).where(ResolutionRow.ref == ref))
            if _own(session, row.tenant_id)
        ]
    else:
        reviews = select(ReviewRow).where(ReviewRow.ref == ref, ReviewRow.kind == SUPERVISION)
        rows = [(row.digest, True) for row in session.scalars(reviews) if _own(session, row.tenant_id)]
    if any(found == digest and passed for found, passed in rows):
        return
    if any(found == digest for found, _ in rows):
        raise GateClosedError(gate, ref, digest, "表决未通过", "the vote did not carry")
    raise GateClosedError(gate, ref, digest, *_other([found for found, _ in rows]))


def _require_notice(session: Session, ref: str, digest: str, today: date) -> None:
    rows = [
        row
        for row in session.scalars(select(NoticeRow).where(NoticeRow.ref == ref))
        if _own(session, row.tenant_id)
    ]
    untils = [row.until for row in rows if row.digest == digest]
    if not untils:
        raise GateClosedError(Gate.notice, ref, digest, *_other([row.digest for row in rows]))
    until = min(untils)
    if today < until:
        left = (until - today).days
        raise GateClosedError(
            Gate.notice,
            ref,
            digest,
            f"公示至 {until}，还有 {left} 天",
            f"it runs until {until}, {left} days left",
        )


def _other(digests: list[str]) -> tuple[str, str]:
    """Nothing there, or only for other content."""
    if not digests:
        return "尚未办理", "nothing is there"
    return f"只有内容 {digests[-1][:12]} 的", f"there is one only for content {digests[-1][:12]}"


def _own(session: Session, tenant_id: int) -> bool:
    """A gate opens only by the own tenant's act, not by that of another tenant this session may read."""
    return not isinstance(session, ScopedSession) or session.scope.write == tenant_id


def require_stamps(session: Session, voucher_ids: Iterable[int]) -> None:
    """Raise UnstampedError unless each of these vouchers is stamped or needs none: before a pay batch."""
    missing = queries.unstamped_of(session, voucher_ids)
    if missing:
        raise UnstampedError(f"{row.year}-{row.period:02d} {row.word}{row.number}" for row in missing)
