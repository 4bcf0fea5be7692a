"""`coop init`: a county's first day, from the workbook to books that are open and users who are invited.

One transaction of the operator's own login, because it founds many tenants at once: all of it, or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select, table
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from coop.books import service as books
from coop.kernel import audit
from coop.kernel.actor import Role, system
from coop.kernel.clock import Clock, SystemClock
from coop.kernel.config import Settings
from coop.kernel.db import make_engine
from coop.kernel.errors import CoopError
from coop.kernel.unit import Unit, owner_session
from coop.orders import service as orders
from coop.parties import rules
from coop.parties import service as parties
from coop.parties.imports.county_sheets import County, TenantEntry
from coop.parties.models import TenantKind
from coop.parties.service.invitations import Invited, make_user
from coop.standards import service as standards

# What every database of this program holds before anybody has entered anything.
ITS_OWN = frozenset({"alembic_version", "ab_role", "sqlite_sequence"})


class HoldsDataError(CoopError):
    """A first day happens once."""

    def __init__(self, held: Mapping[str, int]) -> None:
        self.held = dict(held)
        shown = ", ".join(f"{name} {rows}" for name, rows in sorted(held.items())[:8])
        super().__init__(
            zh=f"数据库里已有数据（表与行数：{shown}），init 只用于空库；什么都没有改动",
            en=f"the database holds data already (tables and rows: {shown}); init is for an empty one. Nothing was changed",
        )


@dataclass(frozen=True, slots=True)
class FirstDay:
    """What was founded. The codes of `invited` are shown once and stored nowhere."""

    year: int
    areas: int
    tenants: int
    entities: int
    invited: tuple[Invited, ...]

    @property
    def text(self) -> str:
        """What is told before the codes."""
        return (
            f"区划 areas {self.areas}，单位 tenants {self.tenants}，法人 entities {self.entities}，"
            f"账簿年度 books of {self.year}\n"
            "一次性邀请码，14 天内有效，请当面交给本人，在 /invite 设定密码\n"
            "One-time codes, good for 14 days; the password is set at /invite:"
        )


def require_empty(settings: Settings) -> None:
    """Raise HoldsDataError if any table there holds a row. Makes no file and changes no shape."""
    url = make_url(settings.owner_database_url)
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        return
    engine = make_engine(settings.owner_database_url)
    try:
        with engine.connect() as connection:
            _refuse_held(_held(connection))
    finally:
        engine.dispose()


def found(county: County, *, year: int | None = None, clock: Clock | None = None) -> FirstDay:
    """Found everything the workbook names, in one transaction. Raises HoldsDataError.

    Books open in `year` (the current one by default); the offices of a village's town and county get its mandate.
    """
    day = _Day(clock or SystemClock())
    with owner_session(write=True) as session:
        _refuse_held(_held(session.connection()))  # nobody has begun meanwhile
        first = day.unit(session, 0)
        opened = year or first.today.year
        for area in county.areas:
            parties.add_area(first, area.code, area.name, area.name_en, area.parent or None)
            session.flush()
        standards.load_catalogue(first)
        for entry in county.tenants:
            row = parties.add_tenant(
                first, entry.kind, entry.code, entry.name, entry.name_en, area=entry.area or None
            )
            day.tenants[entry.code] = row.id
        for entry in county.tenants:
            _settle(day, session, county, entry, opened)
        invited = [
            make_user(
                day.unit(session, day.tenants.get(user.tenant, 0)),
                day.tenants.get(user.tenant, 0),
                username=user.username,
                name=user.name,
                roles=user.roles,
                steward=rules.may_invite(user.roles),
            )
            for user in county.users
        ]
        day.write_down(session)
    return FirstDay(opened, len(county.areas), len(county.tenants), len(county.entities), tuple(invited))


class _Day:
    """One unit a tenant, all on the one session of the operator."""

    def __init__(self, clock: Clock) -> None:
        self.now = clock.now()
        self.tenants: dict[str, int] = {}
        self.units: dict[int, Unit] = {}

    def unit(self, session: Session, tenant_id: int) -> Unit:
        if tenant_id not in self.units:
            self.units[tenant_id] = Unit(session, system(tenant_id, *Role), self.now)
        return self.units[tenant_id]

    def write_down(self, session: Session) -> None:
        """Every tenant's audit chain begins with its founding."""
        session.flush()
        for tenant_id, work in sorted(self.units.items()):
            audit.write(session, tenant_id=tenant_id, user_id=0, at=self.now, acts=work.acts)


def _settle(day: _Day, session: Session, county: County, entry: TenantEntry, year: int) -> None:
    """A tenant's entities with their books, its listing as a seller, and a village's mandates."""
    work = day.unit(session, day.tenants[entry.code])
    for legal in county.entities:
        if legal.tenant != entry.code:
            continue
        row = parties.add_entity(work, legal.code, legal.name, legal.name_en, legal.standard)
        if legal.standard:
            books.open_book(work, row, year)
        if legal.sells:
            orders.list_seller(work, row.id)
    if entry.kind == TenantKind.village:
        since: date = work.today
        for office in county.readers(entry):
            parties.grant_mandate(work, day.tenants[office], since)


def _held(connection: Connection) -> dict[str, int]:
    counts = {
        name: int(connection.execute(select(func.count()).select_from(table(name))).scalar_one())
        for name in inspect(connection).get_table_names()
        if name not in ITS_OWN
    }
    return {name: rows for name, rows in counts.items() if rows}


def _refuse_held(held: Mapping[str, int]) -> None:
    if held:
        raise HoldsDataError(held)
