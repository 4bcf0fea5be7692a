"""The database's shape: Alembic revisions for our rows, the ledger's and FAB's, run on the owner's login."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData
from sqlalchemy.engine import Engine, make_url

from coop.kernel.config import Settings
from coop.kernel.db import Base, make_engine
from coop.kernel.errors import CoopError
from coop.subjects import load_subjects
from ledger.tables import LedgerBase

HERE = Path(__file__).parent


class UnmigratedError(CoopError):
    def __init__(self, expected: str | None, found: str | None) -> None:
        super().__init__(
            zh=f"数据库版本应为 {expected}，实为 {found or '空库'}；请先运行 coop migrate",
            en=f"the database should be at {expected} and is at {found or 'nothing'}; run coop migrate first",
        )


def metadatas() -> list[MetaData]:
    """Ours, the ledger's and FAB's: what Alembic compares the database with."""
    from flask_appbuilder import Model

    import coop.web.security  # noqa: F401  (adds our user class to FAB's metadata)

    load_subjects(("models",))

    return [Base.metadata, LedgerBase.metadata, Model.metadata]


def alembic_config(settings: Settings) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["settings"] = settings
    return config


def app_role(settings: Settings) -> str | None:
    """The PostgreSQL role of web and workers, where it is not the owner's own."""
    app, owner = make_url(settings.database_url), make_url(settings.owner_database_url)
    if app.get_backend_name() != "postgresql" or app.username == owner.username:
        return None
    return app.username


def upgrade(settings: Settings, revision: str = "head") -> None:
    """Bring the database to a revision; an up-to-date one is left alone."""
    command.upgrade(alembic_config(settings), revision)


def downgrade(settings: Settings, revision: str = "base") -> None:
    command.downgrade(alembic_config(settings), revision)


def current(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    return ScriptDirectory.from_config(config).get_current_head()


def require_current(settings: Settings) -> None:
    """Raise UnmigratedError unless the database is at head: serving on an old shape loses data silently."""
    url = make_url(settings.owner_database_url)
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        raise UnmigratedError(head(), None)  # looking would create the file
    engine = make_engine(settings.owner_database_url)
    try:
        found = current(engine)
    finally:
        engine.dispose()
    if found != head():
        raise UnmigratedError(head(), found)
