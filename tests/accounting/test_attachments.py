"""Papers behind vouchers: their hash, who may see, hang and take off, and what a checker approves."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import ProgrammingError

from coop.accounting import service as accounting
from coop.accounting.queries import voucher_detail
from coop.accounting.queries.work import draft_detail
from coop.accounting.service.attachments import SettledPaperError, attach_draft, attach_voucher, detach
from coop.accounting.service.drafts import DraftChangedError, NotYourDraftError
from coop.kernel import files
from coop.kernel.actor import Role
from coop.kernel.errors import InputError, NotFoundError
from coop.kernel.files import DamagedFileError, FileContentRow, FileRow
from coop.kernel.unit import look, owner_session, unit
from tests.accounting.desk import approve, draft, open_book
from tests.conftest import Village, make_village

PDF, PNG = b"%PDF-1.7 invoice", b"\x89PNG\r\n\x1a\n picture"


def hang(village: Village, draft_id: int, data: bytes = PDF, name: str = "发票.pdf", user: int = 2) -> int:
    with unit(village.actor(Role.accountant, user=user)) as work:
        return attach_draft(work, draft_id, name, data).id


def test_the_checker_approves_the_papers_too(village: Village) -> None:
    open_book(village)
    number = draft(village)
    with look(village.actor(Role.checker, user=3)) as view:
        seen = draft_detail(view.session, number).digest
    paper = hang(village, number)
    assert hang(village, number) == paper, "the same bytes are the same paper"
    with pytest.raises(DraftChangedError), unit(village.actor(Role.checker, user=3)) as work:
        accounting.approve(work, number, seen=seen)
    voucher = approve_seen(village, number)
    with look(village.actor(Role.checker, user=3)) as view:
        assert [file.id for file in voucher_detail(view.session, voucher).files] == [paper]
    with pytest.raises(SettledPaperError), unit(village.actor(Role.accountant, user=2)) as work:
        detach(work, paper)
    with pytest.raises(SettledPaperError):
        hang(village, number, PNG)
    with unit(village.actor(Role.accountant, user=2)) as work:
        late = attach_voucher(work, voucher, "补.png", PNG).id
    with look(village.actor(Role.checker, user=3)) as view:
        assert [file.id for file in voucher_detail(view.session, voucher).files] == [paper, late]
    with pytest.raises(SettledPaperError), unit(village.actor(Role.accountant, user=2)) as work:
        detach(work, late)


def approve_seen(village: Village, number: int) -> int:
    with look(village.actor(Role.checker, user=3)) as view:
        seen = draft_detail(view.session, number).digest
    with unit(village.actor(Role.checker, user=3)) as work:
        return accounting.approve(work, number, seen=seen).id


def test_a_paper_is_taken_off_by_its_maker_and_its_bytes_stay(village: Village) -> None:
    open_book(village)
    number = draft(village)
    paper = hang(village, number)
    with pytest.raises(NotYourDraftError):
        hang(village, number, PNG, user=7)
    with unit(village.actor(Role.accountant, user=2)) as work:
        detach(work, paper)
    with look(village.actor(Role.accountant, user=2)) as view:
        assert draft_detail(view.session, number).files == ()
        with pytest.raises(NotFoundError):
            files.found(view.session, paper)
    with owner_session() as session:
        assert session.scalar(select(func.count(FileContentRow.id))) == 1
        assert session.scalar(select(func.count(FileRow.id))) == 1
    approve(village, number)


def test_only_pictures_and_pdf_are_kept_and_never_half(village: Village) -> None:
    open_book(village)
    number = draft(village)
    for data in (b"<script>", b"", b"MZ\x90", PDF + b"0" * files.LARGEST):
        with pytest.raises(InputError):
            hang(village, number, data)
    with owner_session() as session:
        assert session.scalar(select(func.count(FileContentRow.id))) == 0


def test_changed_bytes_are_found_and_another_village_sees_nothing(village: Village) -> None:
    open_book(village)
    paper = hang(village, draft(village))
    stranger = make_village("XYZ", households=1)
    with look(stranger.actor(Role.accountant, user=8)) as view, pytest.raises(NotFoundError):
        files.found(view.session, paper)
    with owner_session() as session:
        session.execute(update(FileContentRow).values(content=PDF + b"!"))
        session.commit()
    with look(village.actor(Role.accountant, user=2)) as view, pytest.raises(DamagedFileError):
        files.content(view.session, files.found(view.session, paper))


def test_the_database_refuses_to_change_bytes(village: Village) -> None:
    open_book(village)
    hang(village, draft(village))
    with look(village.actor()) as view:
        postgres = view.session.get_bind().dialect.name == "postgresql"
    if postgres:  # SQLite has one login; there the digest alone tells
        with pytest.raises(ProgrammingError), unit(village.actor(Role.accountant, user=2)) as work:
            work.session.execute(update(FileContentRow).values(content=b"x"))
