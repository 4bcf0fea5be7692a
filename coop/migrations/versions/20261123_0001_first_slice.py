"""The first slice: every table, the ledger's triggers, row-level security and the app role's rights.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import MetaData, text

from coop.kernel.rls import OPEN_TO_READ, authors, grants, open_policies, policies, tenant_tables
from coop.migrations import app_role, metadatas
from ledger.triggers import append_only_ddl

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    bind = op.get_bind()
    merged = MetaData()
    for metadata in metadatas():
        for table in metadata.tables.values():
            table.to_metadata(merged)
    merged.create_all(bind)
    for statement in append_only_ddl(bind.dialect.name):
        bind.execute(text(statement.replace(":", r"\:")))
    if bind.dialect.name == "postgresql":
        sides = authors()
        for table in tenant_tables([merged]):
            for statement in policies(table, sides.get(table.name, "either")):
                bind.execute(text(statement))
        for name in OPEN_TO_READ:
            for statement in open_policies(name):
                bind.execute(text(statement))
        role = app_role(context.config.attributes["settings"])
        for statement in grants(role) if role else []:
            bind.execute(text(statement))


def downgrade() -> None:
    raise RuntimeError("the first revision is not taken back")
