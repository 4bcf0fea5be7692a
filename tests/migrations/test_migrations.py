"""The revisions make exactly the tables the models speak of, on both back ends, and can be taken back."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from coop import migrations
from coop.kernel.config import Settings
from coop.kernel.db import make_engine


def test_models_and_database_do_not_drift(settings: Settings) -> None:
    migrations.upgrade(settings)
    engine = make_engine(settings.owner_database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        drift = [
            change
            for metadata in migrations.metadatas()
            for change in compare_metadata(context, metadata)
            # Each metadata knows only its own tables, so the others look superfluous to it.
            if not (isinstance(change, tuple) and change[0] in ("remove_table", "remove_index"))
        ]
    engine.dispose()
    assert drift == []


def test_every_table_belongs_to_a_model(settings: Settings) -> None:
    migrations.upgrade(settings)
    engine = make_engine(settings.owner_database_url)
    known = {name for metadata in migrations.metadatas() for name in metadata.tables}
    found = set(inspect(engine).get_table_names()) - {"alembic_version"}
    engine.dispose()
    assert found == known


def test_up_and_down_and_up_again(settings: Settings) -> None:
    migrations.upgrade(settings)
    migrations.downgrade(settings)
    engine = make_engine(settings.owner_database_url)
    left = set(inspect(engine).get_table_names()) - {"alembic_version"}
    engine.dispose()
    assert left == set()
    migrations.upgrade(settings)
    migrations.require_current(settings)
