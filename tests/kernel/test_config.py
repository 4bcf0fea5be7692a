"""Settings are checked at start, and a fault names its variable."""

from __future__ import annotations

from pathlib import Path

import pytest

from coop.kernel.config import load_settings
from coop.kernel.errors import InputError


def faults(**environ: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_settings(environ)
    return [fault.place for fault in caught.value.faults]


def test_nothing_set_is_a_laptop() -> None:
    settings = load_settings({})
    assert settings.env == "development"
    assert settings.data_dir == Path("var").absolute()
    assert (
        settings.database_url
        == settings.owner_database_url
        == f"sqlite:///{settings.data_dir / 'siwei.sqlite'}"
    )
    assert settings.broker_url == "filesystem://"


def test_a_misspelt_setting_is_named() -> None:
    assert faults(COOP_DATABSE_URL="sqlite:///x") == ["COOP_DATABSE_URL"]


def test_every_fault_is_told_at_once() -> None:
    assert faults(
        COOP_ENV="prod", COOP_DATABASE_URL="mysql://x", COOP_OWNER_DATABASE_URL="postgresql+psycopg://x/y"
    ) == [
        "COOP_ENV",
        "COOP_DATABASE_URL",
    ]


def test_production_refuses_defaults() -> None:
    assert faults(COOP_ENV="production") == ["COOP_SECRET_KEY", "COOP_DATABASE_URL"]
    assert faults(
        COOP_ENV="production", COOP_SECRET_KEY="short", COOP_DATABASE_URL="postgresql+psycopg://x/y"
    ) == ["COOP_SECRET_KEY"]
    good = load_settings(
        {
            "COOP_ENV": "production",
            "COOP_SECRET_KEY": "k" * 32,
            "COOP_DATABASE_URL": "postgresql+psycopg://x/y",
        }
    )
    assert good.production
