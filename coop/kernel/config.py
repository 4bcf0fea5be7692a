"""Settings come from the environment, are checked at start, and a fault names its variable."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from coop.kernel.errors import Fault, InputError

KNOWN = {
    "COOP_DATA_DIR",
    "COOP_DATABASE_URL",
    "COOP_OWNER_DATABASE_URL",
    "COOP_BROKER_URL",
    "COOP_SECRET_KEY",
    "COOP_ENV",
    "COOP_CODE_SENDER",  # read by the web alone: who sends login codes to telephones
}
# Good enough to try the program on one's own machine, refused in production.
DEVELOPMENT_SECRET = "development-only-secret-key-of-siwei"  # noqa: S105  (refused in production below)
SECRET_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says. URLs are SQLAlchemy's and kombu's."""

    env: Literal["development", "production"]
    data_dir: Path
    database_url: str
    owner_database_url: str
    broker_url: str
    secret_key: str

    @property
    def production(self) -> bool:
        return self.env == "production"


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read and check every COOP_ variable; raise InputError with all faults.

    An empty variable counts as unset. An unknown COOP_ name is a fault: a misspelt setting must not pass silently.
    """
    given = {k: v for k, v in environ.items() if k.startswith("COOP_") and v}
    faults = [
        Fault(k, "不认识的设置", f"unknown setting; known are {', '.join(sorted(KNOWN))}")
        for k in sorted(given.keys() - KNOWN)
    ]
    env = given.get("COOP_ENV", "development")
    if env not in ("development", "production"):
        faults.append(Fault("COOP_ENV", f"应为 development 或 production，实为 {env}", f"{env!r} is neither"))
    production = env == "production"
    data_dir = Path(given.get("COOP_DATA_DIR", "var")).absolute()
    database_url = given.get("COOP_DATABASE_URL", f"sqlite:///{data_dir / 'siwei.sqlite'}")
    owner_url = given.get("COOP_OWNER_DATABASE_URL", database_url)
    for name, url in (("COOP_DATABASE_URL", database_url), ("COOP_OWNER_DATABASE_URL", owner_url)):
        fault = _url_fault(name, url)
        if fault:
            faults.append(fault)
    secret = given.get("COOP_SECRET_KEY", DEVELOPMENT_SECRET)
    if production and (secret == DEVELOPMENT_SECRET or len(secret) < SECRET_LENGTH):
        faults.append(
            Fault(
                "COOP_SECRET_KEY",
                f"生产环境必须自行设置，至少 {SECRET_LENGTH} 个字符",
                f"production needs your own, at least {SECRET_LENGTH} characters",
            )
        )
    if production and database_url.startswith("sqlite"):
        faults.append(Fault("COOP_DATABASE_URL", "生产环境须用 PostgreSQL", "production runs on PostgreSQL"))
    if faults:
        raise InputError(faults)
    broker = given.get("COOP_BROKER_URL", "filesystem://")
    return Settings(
        "production" if production else "development", data_dir, database_url, owner_url, broker, secret
    )


def _url_fault(name: str, url: str) -> Fault | None:
    try:
        backend = make_url(url).drivername
    except ArgumentError:
        return Fault(name, "不是数据库地址", "not a database URL")
    if backend not in ("sqlite", "postgresql+psycopg"):
        return Fault(
            name, f"不支持 {backend}", f"{backend} is not supported; use sqlite or postgresql+psycopg"
        )
    return None
