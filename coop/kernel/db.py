"""Our own declarative base, the column types of the house, and the two engines (app and owner).

Rows that belong to a tenant inherit `Tenanted`, rows both sides of an order see inherit `TwoSided`. References between
tenant rows are composite `(tenant_id, id)`, so a reference across tenants cannot exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from sqlalchemy import (
    BigInteger,
    Date,
    ForeignKeyConstraint,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    create_engine,
    event,
)
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from coop.kernel.config import Settings
from ledger.tables import NAMING, BigKey, UtcDateTime

BigId = BigKey  # the ledger knows how SQLite counts rows by itself
Pk = Annotated[int, mapped_column(BigId, primary_key=True, autoincrement=True)]
Id = Annotated[int, mapped_column(BigId)]
Fen = Annotated[int, mapped_column(BigInteger)]
Quantity = Annotated[int, mapped_column(BigInteger)]  # gram or head, by the product
Price = Annotated[int, mapped_column(BigInteger)]  # 1/10000 yuan per kg or head
Code = Annotated[str, mapped_column(String(40))]
Name = Annotated[str, mapped_column(String(200))]
Words = Annotated[str, mapped_column(Text)]
Day = Annotated[date, mapped_column(Date)]


Instant = Annotated[datetime, mapped_column(UtcDateTime)]


class Base(DeclarativeBase):
    """The base of all rows of `coop`; the ledger and FAB have their own."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {str: String(200), datetime: UtcDateTime, int: BigInteger}


class Tenanted:
    """A row of one tenant. A table whose rows others refer to adds `tenant_key()` to its arguments."""

    tenant_id: Mapped[int] = mapped_column(BigId, index=True)


class TwoSided:
    """A row that the buyer's and the seller's tenant both see; `author` says who may insert it."""

    author: ClassVar[Literal["buyer", "seller", "either"]] = "either"
    buyer_id: Mapped[int] = mapped_column(BigId, index=True)
    seller_id: Mapped[int] = mapped_column(BigId, index=True)


def tenant_key() -> UniqueConstraint:
    """The target of composite references to this table."""
    return UniqueConstraint("tenant_id", "id")


def tenant_fk(column: str, table: str, *, name: str | None = None) -> ForeignKeyConstraint:
    """A reference inside the tenant: `(tenant_id, column) -> table(tenant_id, id)`."""
    return ForeignKeyConstraint(["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], name=name)


def sides_key() -> UniqueConstraint:
    return UniqueConstraint("buyer_id", "seller_id", "id")


def sides_fk(column: str, table: str) -> ForeignKeyConstraint:
    """A reference between rows of the same buyer and seller."""
    return ForeignKeyConstraint(
        ["buyer_id", "seller_id", column], [f"{table}.buyer_id", f"{table}.seller_id", f"{table}.id"]
    )


def seller_side_fk(column: str, table: str, *, to: str = "id") -> ForeignKeyConstraint:
    """From a seller's own tenant row to a row both sides see: the seller's tenant is that row's seller."""
    return ForeignKeyConstraint(["tenant_id", column], [f"{table}.seller_id", f"{table}.{to}"])


@dataclass(frozen=True, slots=True)
class Database:
    """The engines of one process. Web and workers get `app`; only commands of the operator get `owner`."""

    app: Engine
    owner: Engine

    def dispose(self) -> None:
        self.app.dispose()
        self.owner.dispose()


def connect(settings: Settings) -> Database:
    app = make_engine(settings.database_url)
    same = settings.owner_database_url == settings.database_url
    return Database(app, app if same else make_engine(settings.owner_database_url))


def make_engine(url: str) -> Engine:
    """An engine with the house's settings: SQLite in WAL with full sync, PostgreSQL with time-outs.

    Values never stand in an error's text, which ends in a log: a row may hold a name or a telephone number.
    """
    if not url.startswith("sqlite"):
        return create_engine(
            url, pool_pre_ping=True, hide_parameters=True, connect_args={"options": "-c lock_timeout=10000"}
        )
    path = url.removeprefix("sqlite:///")
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": 30})
    event.listen(engine, "connect", _sqlite_connect)
    event.listen(engine, "begin", _sqlite_begin)
    return engine


def _sqlite_connect(connection: Any, _record: object) -> None:
    # pysqlite must not begin transactions by itself, or BEGIN IMMEDIATE below comes too late.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: Connection) -> None:
    # A unit takes the write lock at once, so that check and act see one state; a look never waits.
    looks = connection.get_execution_options().get("look", False)
    connection.exec_driver_sql("BEGIN" if looks else "BEGIN IMMEDIATE")


def table_names(bases: Sequence[type[DeclarativeBase]]) -> frozenset[str]:
    return frozenset(name for base in bases for name in base.metadata.tables)
