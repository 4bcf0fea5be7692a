"""Which books may stand side by side, by township and village, and what is read of all of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.kernel.errors import NotFoundError
from coop.parties.models import AreaRow, EntityRow, TenantRow
from ledger.seal import Head
from ledger.tables import BookRow, HeadRow, PeriodRow


@dataclass(frozen=True, slots=True)
class BookChoice:
    """A book in sight: its entity, village and township; `years` it has, and those of them closed in part."""

    book_id: int
    tenant_id: int
    entity: str
    name: str
    name_en: str
    book_name: str
    standard: str
    first_year: int
    village: str
    village_name: str
    village_name_en: str
    township: str
    township_name: str
    township_name_en: str
    years: tuple[int, ...]
    begun: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """All books in sight, by township, village and entity."""

    books: tuple[BookChoice, ...]

    @property
    def standards(self) -> tuple[str, ...]:
        """The standards in sight, the one of most books first."""
        found = [each.standard for each in self.books]
        return tuple(sorted(set(found), key=lambda standard: (-found.count(standard), standard)))

    @property
    def townships(self) -> tuple[tuple[str, str, str], ...]:
        """(code, name, English name) of each township with a book."""
        told = {
            each.township: (each.township, each.township_name, each.township_name_en) for each in self.books
        }
        return tuple(told.values())

    def of(self, standard: str) -> tuple[BookChoice, ...]:
        return tuple(each for each in self.books if each.standard == standard)

    def years(self, standard: str) -> tuple[int, ...]:
        return tuple(sorted({year for each in self.of(standard) for year in each.years}, reverse=True))

    def usual_year(self, standard: str) -> int:
        """The latest year of which a month is closed somewhere, else the latest there is; 0 without any book."""
        begun = [year for each in self.of(standard) for year in each.begun]
        return max(begun or self.years(standard), default=0)

    def usual(self, standard: str, township: str, most: int) -> tuple[BookChoice, ...]:
        """A township's books of a standard; without a township all of them, up to `most`."""
        if township:
            return tuple(each for each in self.of(standard) if each.township == township)
        return self.of(standard)[:most]

    def named(self, entities: Collection[str]) -> tuple[BookChoice, ...]:
        """These books, in the order of the shelf. Raises NotFoundError for one that is not in sight."""
        missing = sorted(set(entities) - {each.entity for each in self.books})
        if missing:
            raise NotFoundError("book", missing[0])
        return tuple(each for each in self.books if each.entity in set(entities))


def shelf(session: Session, *, without: int | None = None) -> Shelf:
    """Every book in sight; those of one tenant left out where told."""
    years: defaultdict[int, set[int]] = defaultdict(set)
    begun: defaultdict[int, set[int]] = defaultdict(set)
    for book_id, year, state in session.execute(
        select(PeriodRow.book_id, PeriodRow.year, PeriodRow.state).distinct()
    ):
        years[book_id].add(year)
        if state == "closed":
            begun[book_id].add(year)
    areas = {area.code: area for area in session.scalars(select(AreaRow))}
    query = (
        select(BookRow, EntityRow, TenantRow)
        .join(EntityRow, EntityRow.id == BookRow.entity_id)
        .join(TenantRow, TenantRow.id == BookRow.tenant_id)
    )
    found = []
    for book, entity, village in session.execute(query):
        if book.tenant_id == without:
            continue
        own = areas.get(village.area or "")
        town = areas.get(own.parent or "", own) if own is not None else None
        found.append(
            BookChoice(
                book_id=book.id,
                tenant_id=book.tenant_id,
                entity=book.entity,
                name=entity.name,
                name_en=entity.name_en,
                book_name=book.name,
                standard=book.standard,
                first_year=book.first_year,
                village=village.code,
                village_name=village.name,
                village_name_en=village.name_en,
                township=town.code if town is not None else "",
                township_name=town.name if town is not None else "",
                township_name_en=town.name_en if town is not None else "",
                years=tuple(sorted(years[book.id])),
                begun=tuple(sorted(begun[book.id])),
            )
        )
    return Shelf(tuple(sorted(found, key=lambda each: (each.township, each.village, each.entity))))


def closed_months(session: Session, book_ids: Sequence[int], year: int) -> dict[int, list[int]]:
    """The closed periods of a year of each book."""
    found: dict[int, list[int]] = {book_id: [] for book_id in book_ids}
    query = select(PeriodRow.book_id, PeriodRow.number).where(
        PeriodRow.book_id.in_(book_ids), PeriodRow.year == year, PeriodRow.state == "closed"
    )
    for book_id, number in session.execute(query):
        found[book_id].append(number)
    return found


def heads(session: Session, books: Sequence[BookChoice]) -> dict[int, Head]:
    """The seal of each book; an empty one for a book from before there were seals."""
    query = select(HeadRow.book_id, HeadRow.sequence, HeadRow.seal).where(
        HeadRow.book_id.in_([each.book_id for each in books])
    )
    told = {book_id: (sequence, seal) for book_id, sequence, seal in session.execute(query)}
    return {each.book_id: Head(each.entity, *told.get(each.book_id, (0, ""))) for each in books}
