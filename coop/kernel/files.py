"""Files people hand in with a document: kept once by content, named by the document, never changed.

A file hangs on a reference (`draft:12`, `expense:7`). Taken off, it is marked and stays; its content is append-only, and
is checked against its SHA-256 whenever it is read.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from coop.kernel.db import Base, Code, Id, Instant, Name, Pk, Tenanted
from coop.kernel.errors import CoopError, Fault, InputError, NotFoundError
from coop.kernel.numbering import upsert
from coop.kernel.unit import Unit
from ledger.tables import UtcDateTime

LARGEST = 10 * 1024 * 1024
# What a file is, told by its first bytes and not by its name: pictures and PDF, which a browser shows without running.
KINDS = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"%PDF-", "application/pdf"))
_CONTROL = re.compile(r"[\x00-\x1f\x7f/\\]")


class FileRow(Tenanted, Base):
    """A file on a document. `dropped_at`: taken off by its owner before the document was posted."""

    __tablename__ = "file"
    __table_args__ = (
        CheckConstraint("size > 0", name="size"),
        Index(None, "tenant_id", "ref"),
    )

    id: Mapped[Pk]
    ref: Mapped[Code]
    name: Mapped[Name]
    media_type: Mapped[Code]
    size: Mapped[int] = mapped_column()
    sha256: Mapped[str] = mapped_column(String(64))
    by_id: Mapped[Id]
    at: Mapped[Instant]
    dropped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FileContentRow(Tenanted, Base):
    """The bytes, once a tenant however often they are handed in."""

    __tablename__ = "file_content"
    __table_args__ = (UniqueConstraint("tenant_id", "sha256"),)

    id: Mapped[Pk]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class DamagedFileError(CoopError):
    def __init__(self, file_id: int, expected: str, found: str) -> None:
        super().__init__(
            zh=f"文件 {file_id} 的内容与登记的 SHA-256 不符：应为 {expected[:16]}，实为 {found[:16]}",
            en=f"file {file_id} is not what was handed in: expected SHA-256 {expected[:16]}, found {found[:16]}",
        )


def media_type(data: bytes) -> str:
    """What the bytes are; empty for what is not taken.

    >>> media_type(b"%PDF-1.7 ..."), media_type(b"<html>")
    ('application/pdf', '')
    """
    return next((kind for start, kind in KINDS if data.startswith(start)), "")


def keep(unit: Unit, ref: str, name: str, data: bytes) -> FileRow:
    """Hang a file on a document; the same bytes again are the same row. Raises InputError."""
    kind, faults = media_type(data), []
    if not kind:
        faults.append(Fault("file", "只收 JPEG、PNG 图片和 PDF", "JPEG, PNG and PDF only"))
    if len(data) > LARGEST:
        zh = f"单个文件不超过 {LARGEST >> 20} MB，实为 {len(data) >> 20} MB"
        faults.append(Fault("file", zh, f"{LARGEST >> 20} MB at most, found {len(data) >> 20}"))
    if faults:
        raise InputError(faults)
    digest = hashlib.sha256(data).hexdigest()
    held = next((row for row in listed(unit.session, ref) if row.sha256 == digest), None)
    if held is not None:
        return held
    tenant = unit.actor.tenant_id
    known = select(FileContentRow.id).where(
        FileContentRow.tenant_id == tenant, FileContentRow.sha256 == digest
    )
    if unit.session.scalars(known).first() is None:
        unit.session.execute(
            upsert(unit.session, FileContentRow)
            .values(tenant_id=tenant, sha256=digest, content=data)
            .on_conflict_do_nothing()
        )
    row = FileRow(
        tenant_id=tenant,
        ref=ref,
        name=_CONTROL.sub("_", name).strip()[-100:] or "file",
        media_type=kind,
        size=len(data),
        sha256=digest,
        by_id=unit.actor.user_id,
        at=unit.now,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.audit("file.keep", ref, file=row.id, sha256=digest)
    return row


def drop(unit: Unit, file_id: int) -> FileRow:
    """Take a file off its document; whether that is still allowed the document's service has decided."""
    row = found(unit.session, file_id)
    row.dropped_at = unit.now
    unit.session.flush()
    unit.audit("file.drop", row.ref, file=row.id, sha256=row.sha256)
    return row


def listed(session: Session, *refs: str) -> list[FileRow]:
    """The files on these documents, in the order handed in."""
    query = select(FileRow).where(FileRow.ref.in_(refs), FileRow.dropped_at.is_(None))
    return list(session.scalars(query.order_by(FileRow.id)))


def found(session: Session, file_id: int) -> FileRow:
    """A file that is on a document. Raises NotFoundError."""
    query = select(FileRow).where(FileRow.id == file_id, FileRow.dropped_at.is_(None))
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFoundError("file", file_id)
    return row


def content(session: Session, row: FileRow) -> bytes:
    """The bytes as they were handed in. Raises DamagedFileError."""
    data = session.scalars(
        select(FileContentRow.content).where(
            FileContentRow.tenant_id == row.tenant_id, FileContentRow.sha256 == row.sha256
        )
    ).one_or_none()
    digest = hashlib.sha256(data or b"").hexdigest()
    if data is None or digest != row.sha256:
        raise DamagedFileError(row.id, row.sha256, digest)
    return data
