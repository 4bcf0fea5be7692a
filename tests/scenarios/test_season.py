"""The whole story, from the enterprise's workbook to the dividend, on both back ends."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from coop import migrations
from coop.accounting import exports
from coop.books import queries as books
from coop.books.models import DueRow, PayableRow, PayLineRow
from coop.kernel import crypt
from coop.kernel.actor import Role, system
from coop.kernel.config import Settings
from coop.kernel.db import Base, Tenanted, TwoSided, connect
from coop.kernel.errors import CoopError
from coop.kernel.rls import tenant_tables
from coop.kernel.unit import bind, look, owner_session
from coop.orders.models import LineRow, PartRow
from coop.parties.models import HouseholdRow, MemberRow, StayRow, TenantRow
from coop.policy.models import GrantUseRow
from coop.procurement.models import ReceiptLineRow, ReceiptRow
from coop.production.models import FindingRow
from coop.season.cast import VILLAGES
from coop.season.story import tell
from coop.season.trade import DEALS
from coop.settlement.models import AdvanceRow
from coop.splitting.models import AllocationRow
from coop.subjects import load_subjects
from ledger.balances import trial_balance
from ledger.beancount import account_names
from ledger.chart import Standard, chart_of
from ledger.tables import AccountRow, BookRow, LedgerBase, OwnedRow
from tests.conftest import Server, fresh_postgres, settings_for

YEAR, HOUSEHOLDS = 2025, 40  # four villages, the smallest of seven households
ENTITIES = tuple(sorted(f"{village.code}-{kind}" for village in VILLAGES for kind in ("COOP", "RCEO")))
SMALL = ("TYP-COOP", "TYP-RCEO")


@dataclass(frozen=True, slots=True)
class Told:
    """A season told on one back end: its settings and what it ended with."""

    settings: Settings
    report: dict[str, Any]


def told(settings: Settings, households: int = HOUSEHOLDS, seed: int = 1) -> Told:
    migrations.upgrade(settings)
    crypt.set_secret(settings.secret_key)
    load_subjects()
    with bound(settings):
        return Told(
            settings, tell(settings, households=households, year=YEAR, seed=seed, progress=lambda *_: None)
        )


@contextmanager
def bound(settings: Settings) -> Iterator[None]:
    database = connect(settings)
    bind(database)
    try:
        yield
    finally:
        bind(None)
        database.dispose()


@pytest.fixture(scope="module")
def both(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    folder = tmp_path_factory.mktemp("season")
    sqlite = f"sqlite:///{folder / 'siwei.sqlite'}"
    return {
        "sqlite": told(settings_for(folder, sqlite, sqlite)),
        "postgres": told(settings_for(folder, *fresh_postgres(postgres))),
    }


@pytest.fixture(params=["sqlite", "postgres"])
def season(request: pytest.FixtureRequest, both: dict[str, Told]) -> Iterator[Told]:
    story = both[request.param]
    with bound(story.settings):
        yield story


def test_every_invariant_holds_and_beancount_agrees(season: Told) -> None:
    verify = season.report["verify"]
    assert {name: text for name, text in verify["invariants"].items() if text != "ok"} == {}
    assert len(verify["invariants"]) == 27
    assert (verify["ok"], verify["beancount_errors"], verify["balance_differences"]) == (True, 0, 0)


def test_the_figures_are_those_of_a_real_year(season: Told) -> None:
    report = season.report
    assert (report["year"], report["households"], report["orders"]) == (YEAR, HOUSEHOLDS, len(DEALS))
    assert report["delivered_g"] > report["ordered_g"] * 95 // 100
    assert report["paid_households_fen"] > 10_000_000
    books = {book["entity"]: book for book in report["books"]}
    assert set(books) == set(ENTITIES)
    for book in books.values():
        assert book["net_income_fen"] > book["reserve_fen"] > 0
        assert book["dividend_fen"] > 0
    points = report["points"]
    spent = points["redeemed"] + points["expired"] + points["deducted"]
    assert points["outstanding"] == points["issued"] - spent > 0
    assert min(points["issued"], points["redeemed"], points["deducted"]) > 0


def test_both_back_ends_tell_the_same(both: dict[str, Told]) -> None:
    """R7: the same command log, the same verify, the same statements, the same files."""
    assert both["sqlite"].report == both["postgres"].report
    found = []
    for story in both.values():
        with bound(story.settings):
            found.append(
                [
                    *(
                        json.dumps(exports.statements_json(entity, YEAR), ensure_ascii=False)
                        for entity in ENTITIES
                    ),
                    *(
                        exports.beancount_text(entity, year)
                        for entity in ENTITIES
                        for year in (YEAR, YEAR + 1)
                    ),
                    json.dumps(exports.list_books(), ensure_ascii=False),
                ]
            )
    assert found[0] == found[1]


def test_the_exported_books_load_clean_in_beancount(season: Told, tmp_path: Path) -> None:
    for entity in ENTITIES:
        for year in (YEAR, YEAR + 1):
            path = tmp_path / f"{entity}-{year}.beancount"
            path.write_text(exports.beancount_text(entity, year), encoding="utf-8")
            entries, errors, _ = loader.load_file(str(path))
            assert errors == []
            assert entries


def test_beancounts_own_sums_are_the_books_account_by_account(season: Told) -> None:
    """What beancount adds up from the file is what the SQL books hold, to the fen, whatever the account's name."""
    with owner_session() as session:
        for book in books.books(session):
            names = {path: name for path, name in _names(session, book.id).items() if path}
            entries, errors, _ = loader.load_string(exports.beancount_text(book.entity, YEAR))
            assert errors == []
            found: Counter[tuple[str, str]] = Counter()
            for entry in entries:
                for posting in getattr(entry, "postings", ()):
                    found[posting.account, posting.units.currency] += int(posting.units.number * 100)
            held = {
                (names[line.account], line.commodity): line.closing
                * (100 if line.commodity == "POINT" else 1)
                for line in trial_balance(session, book.id, year=YEAR)
            }
            assert {key: fen for key, fen in found.items() if fen} == {
                k: fen for k, fen in held.items() if fen
            }


def _names(session: Session, book_id: int) -> dict[str, str]:
    rows = session.execute(
        select(AccountRow.path, AccountRow.name).where(AccountRow.book_id == book_id)
    ).all()
    standard = session.get_one(BookRow, book_id).standard
    return account_names(chart_of(Standard(standard)), dict(rows))


def test_what_goes_wrong_in_a_real_year_went_wrong_and_was_put_right(season: Told) -> None:
    def count(*clauses: Any, of: Any) -> int:
        return int(session.execute(select(func.count()).select_from(of).where(*clauses)).scalar_one())

    with owner_session() as session:
        villages = count(of=TenantRow) - 5  # three firms, the county, a town
        assert villages == len(VILLAGES)
        assert count(ReceiptRow.state == "reversed", of=ReceiptRow) == villages
        assert count(PayLineRow.state == "returned", of=PayLineRow) == villages
        assert count(LineRow.missing > 0, of=LineRow) >= villages
        floor_paid = ReceiptLineRow.price > ReceiptLineRow.table_price
        assert count(floor_paid, of=ReceiptLineRow) > 0
        assert count(FindingRow.passed.is_(False), of=FindingRow) > 0
        assert count(AllocationRow.state == "declined", of=AllocationRow) > 0
        assert count(AllocationRow.state == "silent", of=AllocationRow) > 0
        assert count(DueRow.settled_fen < DueRow.amount_fen, of=DueRow) > 0  # a household still in debt
        assert count(DueRow.settled_fen == DueRow.amount_fen, of=DueRow) > 0
        assert count(MemberRow.left.is_not(None), of=MemberRow) == villages
        assert count(of=StayRow) == villages
        assert count(ReceiptRow.member.is_(False), of=ReceiptRow) >= villages  # sold without being a member
        assert count(PayableRow.account.startswith("211:FCY:"), of=PayableRow) >= villages
        assert count(AdvanceRow.state == "received", of=AdvanceRow) == sum(
            deal.advance_bp > 0 for deal in DEALS
        )
        assert count(GrantUseRow.kind == "returned", of=GrantUseRow) == villages


def test_the_ledger_text_holds_no_personal_data(season: Told) -> None:
    """Households are numbers in the books: no name, phone or bank account leaves with them."""
    with owner_session() as session:
        people = session.execute(select(MemberRow.name, MemberRow.phone, MemberRow.bank_account)).all()
    written = "".join(exports.beancount_text(entity, YEAR) for entity in ENTITIES)
    assert people
    for name, phone, account in people:
        assert name not in written
        assert phone not in written
        assert account not in written


def test_another_tenant_reads_none_of_it(season: Told) -> None:
    """Every mapped class, through the session; on PostgreSQL every table also in raw SQL as the app's role."""
    stranger = system(10**6, *Role)
    with look(stranger) as view:
        for base in (Base, LedgerBase):
            for mapper in base.registry.mappers:
                if issubclass(mapper.class_, (Tenanted, TwoSided, OwnedRow)):
                    assert view.session.scalars(select(mapper.class_)).first() is None, mapper.class_
        if view.session.get_bind().dialect.name == "postgresql":
            for table in tenant_tables([Base.metadata, LedgerBase.metadata]):
                seen = view.session.execute(text(f"SELECT count(*) FROM {table.name}")).scalar_one()
                assert seen == 0, table.name


def test_the_buyer_sees_the_order_and_never_a_household(season: Told) -> None:
    with look(system()) as view:
        buyer = view.session.scalars(select(TenantRow.id).where(TenantRow.code == "QLSZ")).one()
    with look(system(buyer)) as view:
        counts = [
            view.session.execute(select(func.count()).select_from(kind)).scalar_one()
            for kind in (PartRow, HouseholdRow, AllocationRow)
        ]
    assert counts == [sum(deal.firm == "QLSZ" for deal in DEALS), 0, 0]


def test_the_same_demo_again_only_shows_its_figures(season: Told) -> None:
    again = tell(season.settings, households=HOUSEHOLDS, year=YEAR, seed=1, progress=lambda *_: None)
    assert again == season.report


def test_another_demo_on_the_same_database_is_refused(season: Told) -> None:
    with pytest.raises(CoopError, match="another demo"):
        tell(season.settings, households=HOUSEHOLDS, year=YEAR, seed=2, progress=lambda *_: None)


def test_one_seed_gives_one_year_and_two_seeds_two(tmp_path: Path) -> None:
    texts = {}
    for run, seed in (("a", 3), ("b", 3), ("c", 4)):
        folder = tmp_path / run
        url = f"sqlite:///{folder / 'siwei.sqlite'}"
        story = told(settings_for(folder, url, url), households=8, seed=seed)
        assert story.report["verify"]["ok"]
        with bound(story.settings):
            texts[run] = [exports.beancount_text(entity, YEAR) for entity in SMALL]
    assert texts["a"] == texts["b"] != texts["c"]
