"""The database's own wall on PostgreSQL: row-level security on every tenant table, forced, for a role that owns nothing.

`app.read` and `app.write` are set per transaction by the session (`kernel/scopes.py`); unset means no row at all.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import MetaData, Table

import ledger.tables
from coop.kernel.db import Base, TwoSided

# A scalar subquery is evaluated once a statement, not once a row; the cast outside keeps it an array and not a set.
READ = "((SELECT string_to_array(current_setting('app.read', true), ','))::bigint[])"
WRITE = "(SELECT NULLIF(current_setting('app.write', true), '')::bigint)"
# What has happened stays: the app's role cannot even ask to change these.
APPEND_ONLY = (*ledger.tables.APPEND_ONLY, "audit", "bank_line", "file_content")


# Who may act for whom must be read before a scope is known; written only by the tenant that grants, or the system (0).
# What an office announces and what a village publishes is everybody's to read, and its issuer's alone to write.
OPEN_TO_READ = {
    "access": "tenant_id",
    "mandate": "grantor_id",
    "policy": "issuer_id",
    "policy_version": "issuer_id",
    "subsidy_programme": "issuer_id",
    "subsidy_award": "issuer_id",
    "public_notice": "village_id",
}


def tenant_tables(metadatas: Iterable[MetaData]) -> list[Table]:
    """Every table with a tenant, or with two sides."""
    return [
        table
        for metadata in metadatas
        for table in metadata.sorted_tables
        if table.name not in OPEN_TO_READ
        and ("tenant_id" in table.c or {"buyer_id", "seller_id"} <= set(table.c.keys()))
    ]


def open_policies(table: str) -> list[str]:
    """The statements for a table that everybody reads and only the granting tenant writes."""
    own = f"({OPEN_TO_READ[table]} = {WRITE} OR {WRITE} = 0)"
    return _policies(table, "true", own, own)


def authors() -> dict[str, str]:
    """Which side inserts into each two-sided table."""
    return {
        str(mapper.local_table.description): mapper.class_.author
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, TwoSided)
    }


def tenant_policies(name: str) -> list[str]:
    """The statements that wall in a table of tenants' rows."""
    return _policies(name, f"tenant_id = ANY {READ}", f"tenant_id = {WRITE}", f"tenant_id = {WRITE}")


def two_sided_policies(name: str, author: str) -> list[str]:
    """The statements for a table whose rows buyer and seller both see.

    A row is inserted by the side the act belongs to, and changed by either side under the states' rules.
    """
    change = f"(buyer_id = {WRITE} OR seller_id = {WRITE})"
    insert = change if author == "either" else f"{author}_id = {WRITE}"
    return _policies(name, f"(buyer_id = ANY {READ} OR seller_id = ANY {READ})", insert, change)


def _policies(name: str, read: str, insert: str, change: str) -> list[str]:
    return [
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY {name}_read ON {name} FOR SELECT USING ({read})",
        f"CREATE POLICY {name}_insert ON {name} FOR INSERT WITH CHECK ({insert})",
        f"CREATE POLICY {name}_update ON {name} FOR UPDATE USING ({change}) WITH CHECK ({change})",
        f"CREATE POLICY {name}_delete ON {name} FOR DELETE USING ({change})",
    ]


def grants(role: str) -> list[str]:
    """What the app's role may do: all rows it may see, but no schema, and no second thought on what has happened."""
    quoted = '"' + role.replace('"', '""') + '"'
    return [
        f"GRANT USAGE ON SCHEMA public TO {quoted}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}",
        *(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {quoted}" for table in APPEND_ONLY),
    ]
