"""Alembic's entry: connects as the owner, compares with the three metadatas."""

from __future__ import annotations

from alembic import context

from coop.kernel.config import load_settings
from coop.kernel.db import make_engine
from coop.migrations import metadatas

config = context.config
settings = config.attributes.get("settings") or load_settings()


def main() -> None:
    engine = make_engine(settings.owner_database_url)
    try:
        with engine.connect() as connection:
            context.configure(
                connection=connection,
                target_metadata=metadatas(),
                render_as_batch=connection.dialect.name == "sqlite",
                transactional_ddl=True,
            )
            with context.begin_transaction():
                context.run_migrations()
            connection.commit()
    finally:
        engine.dispose()


main()
