"""One tenant's actor reads and writes nothing of another's: by the session on both back ends, by PostgreSQL itself too."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from coop import migrations
from coop.kernel import rls
from coop.kernel.actor import Actor, Role, system
from coop.kernel.db import Database
from coop.kernel.errors import NestedUnitError, ScopeError
from coop.kernel.unit import look, owner_session, unit
from coop.parties import queries, service
from coop.parties.models import HouseholdRow, MemberRow, TenantKind, TenantRow


@pytest.fixture
def tenants(db: Database) -> tuple[int, int]:
    """Two villages with one household each, H0001."""
    ids = []
    for code in ("AAA", "BBB"):
        with unit(system()) as work:
            tenant = service.add_tenant(work, TenantKind.village, code, code, code).id
        with unit(system(tenant, *Role)) as work:
            row = HouseholdRow(tenant_id=tenant, number="H0001", head=f"户主{code}", joined=date(2025, 1, 1))
            work.session.add(row)
        ids.append(tenant)
    return ids[0], ids[1]


def household_of(tenant: int) -> HouseholdRow:
    with look(system(tenant)) as view:
        return view.session.scalars(select(HouseholdRow)).one()


def test_a_look_shows_only_the_own_tenant(tenants: tuple[int, int]) -> None:
    a, b = tenants
    other = household_of(b).id
    with look(system(a)) as view:
        assert [row.tenant_id for row in view.session.scalars(select(HouseholdRow))] == [a]
        assert view.session.get(HouseholdRow, other) is None
        assert view.session.scalars(select(HouseholdRow).where(HouseholdRow.id == other)).all() == []
        assert view.session.execute(
            select(HouseholdRow.head).join(TenantRow, TenantRow.id == HouseholdRow.tenant_id)
        ).all() == [("户主AAA",)]


def test_a_mandate_opens_reading_and_never_writing(tenants: tuple[int, int]) -> None:
    a, b = tenants
    with unit(system(b, *Role)) as work:
        service.grant_mandate(work, a, date(2025, 3, 1), date(2025, 6, 1))
    with look(system(a)) as view:
        assert queries.readable_tenants(view.session, a, date(2025, 2, 28)) == {a}
        assert queries.readable_tenants(view.session, a, date(2025, 5, 31)) == {a, b}
        assert queries.readable_tenants(view.session, a, date(2025, 6, 1)) == {a}
    reader = Actor(1, "office", a, frozenset(Role), frozenset({b}))
    with look(reader) as view:
        assert {row.tenant_id for row in view.session.scalars(select(HouseholdRow))} == {a, b}
    with pytest.raises(ScopeError), unit(reader) as work:
        work.session.scalars(select(HouseholdRow).where(HouseholdRow.tenant_id == b)).one().head = "改"


def test_a_row_for_another_tenant_is_refused(tenants: tuple[int, int]) -> None:
    a, b = tenants
    with pytest.raises(ScopeError), unit(system(a)) as work:
        work.session.add(HouseholdRow(tenant_id=b, number="H0002", head="x", joined=date(2025, 1, 1)))
    with pytest.raises(ScopeError), unit(system(a)) as work:
        work.session.execute(
            insert(HouseholdRow),
            [
                {
                    "tenant_id": b,
                    "number": "H0002",
                    "head": "x",
                    "joined": date(2025, 1, 1),
                    "grid": "",
                    "monitored": False,
                }
            ],
        )
    with pytest.raises(ScopeError), unit(system(a)) as work:
        work.session.execute(
            insert(HouseholdRow).values(
                tenant_id=b, number="H0002", head="x", joined=date(2025, 1, 1), grid="", monitored=False
            )
        )


def test_a_row_cannot_move_to_another_tenant(tenants: tuple[int, int]) -> None:
    a, b = tenants
    with pytest.raises(ScopeError), unit(system(a)) as work:
        work.session.scalars(select(HouseholdRow)).one().tenant_id = b


def test_bulk_updates_and_deletes_stay_inside(tenants: tuple[int, int]) -> None:
    a, b = tenants
    with unit(system(a)) as work:
        work.session.execute(update(HouseholdRow).values(head="改"))
    assert household_of(b).head == "户主BBB"
    with unit(system(a)) as work:
        work.session.execute(delete(HouseholdRow))
    assert household_of(b).head == "户主BBB"


def test_a_reference_across_tenants_cannot_exist(tenants: tuple[int, int]) -> None:
    a, b = tenants
    other = household_of(b).id
    member = MemberRow(
        tenant_id=a, household_id=other, number="M1", name="x", born=date(1980, 1, 1), joined=date(2025, 1, 1)
    )
    with pytest.raises(IntegrityError), unit(system(a)) as work:
        work.session.add(member)


def test_units_do_not_nest_and_an_error_leaves_nothing(tenants: tuple[int, int]) -> None:
    a, _ = tenants
    with pytest.raises(NestedUnitError), unit(system(a)) as work:
        work.session.scalars(select(HouseholdRow)).one().head = "改"
        work.session.flush()
        with unit(system(a)):
            pass
    assert household_of(a).head == "户主AAA"


def on_postgres(db: Database) -> bool:
    return db.app.dialect.name == "postgresql"


def test_raw_sql_of_the_app_role_sees_and_writes_only_its_tenant(
    tenants: tuple[int, int], db: Database
) -> None:
    if not on_postgres(db):
        return  # SQLite has no row-level security: there the session filter above is the wall
    a, b = tenants
    with unit(system(a)) as work:
        rows = work.session.execute(text("SELECT tenant_id FROM household")).scalars().all()
        assert rows == [a]
        changed = work.session.execute(text("UPDATE household SET head = 'x' WHERE tenant_id = :b"), {"b": b})
        assert changed.rowcount == 0  # type: ignore[attr-defined]  # a cursor result
    with pytest.raises(DBAPIError, match="row-level security"), unit(system(a)) as work:
        work.session.execute(
            text(
                "INSERT INTO household (tenant_id, number, head, grid, monitored, joined) "
                "VALUES (:b, 'H9', 'x', '', false, '2025-01-01')"
            ),
            {"b": b},
        )
    with pytest.raises(DBAPIError, match="row-level security"), unit(system(a)) as work:
        work.session.execute(text("UPDATE household SET tenant_id = :b"), {"b": b})


def test_without_a_scope_the_app_role_sees_no_row(tenants: tuple[int, int], db: Database) -> None:
    if not on_postgres(db):
        return
    assert tenants
    with db.app.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM household")).scalar_one() == 0
        for table in rls.APPEND_ONLY:
            with pytest.raises(DBAPIError, match="permission denied"):
                connection.execute(text(f"DELETE FROM {table}"))
            connection.rollback()


def test_every_tenant_table_is_walled_and_the_app_owns_nothing(db: Database) -> None:
    if not on_postgres(db):
        return
    expected = {table.name for table in rls.tenant_tables(migrations.metadatas())} | set(rls.OPEN_TO_READ)
    with owner_session() as session:
        walled = session.execute(
            text(
                "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind = 'r'"
            )
        ).scalars()
        assert set(walled) == expected
        role = session.execute(
            text("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = 'siwei_app'")
        ).one()
        assert tuple(role) == (False, False)
        owned = session.execute(
            text("SELECT count(*) FROM pg_tables WHERE tableowner = 'siwei_app'")
        ).scalar_one()
        assert owned == 0


def test_a_look_cannot_write_on_postgres(tenants: tuple[int, int], db: Database) -> None:
    if not on_postgres(db):
        return
    with pytest.raises(DBAPIError, match="read-only"), look(system(tenants[0])) as view:
        view.session.execute(text("UPDATE household SET head = 'x'"))


def test_nobody_grants_access_to_another_tenant(tenants: tuple[int, int], db: Database) -> None:
    a, b = tenants
    with pytest.raises(ScopeError), unit(system(a, *Role)) as work:
        service.grant_access(work, 7, b, date(2025, 1, 1))
    if on_postgres(db):
        with pytest.raises(DBAPIError, match="row-level security"), unit(system(a)) as work:
            work.session.execute(
                text(
                    "INSERT INTO access (user_id, tenant_id, household, since) VALUES (7, :b, '', '2025-01-01')"
                ),
                {"b": b},
            )
        with pytest.raises(DBAPIError, match="row-level security"), unit(system(a)) as work:
            work.session.execute(
                text("INSERT INTO mandate (grantor_id, holder_id, since) VALUES (:b, :a, '2025-01-01')"),
                {"a": a, "b": b},
            )
