"""Flask's and FAB's settings, built from the house's: every must-set of reliability §2.3 stands here,
asserted by a test.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_appbuilder.const import AUTH_DB
from flask_appbuilder.exceptions import PasswordComplexityValidationError

from coop.kernel.config import Settings
from coop.web.accounts import PUBLIC_ROLE, password_fault
from coop.web.i18n import catalogue_folders

IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=12)
UPLOAD_LIMIT = 10 * 1024 * 1024


def _check_password(password: str) -> None:
    if fault := password_fault(password or ""):
        raise PasswordComplexityValidationError(f"{fault.zh} / {fault.en}")


def web_config(settings: Settings) -> dict[str, Any]:
    """The config mapping of the Flask app."""
    secure = settings.production
    return {
        "SECRET_KEY": settings.secret_key,
        "APP_NAME": "四位 Siwei",
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(settings.database_url),
        "SQLALCHEMY_TRACK_MODIFICATIONS": False,
        # Tables come from Alembic, roles from `ensure_roles`: starting the web server writes nothing.
        "FAB_CREATE_DB": False,
        "FAB_UPDATE_PERMS": False,
        "FAB_ADD_SECURITY_API": False,
        "FAB_ADD_MENU_API": False,
        "FAB_ADD_OPENAPI_VIEWS": False,
        "FAB_API_SWAGGER_UI": False,
        "FAB_API_SHOW_STACKTRACE": False,
        "FAB_API_MAX_PAGE_SIZE": 100,
        "FAB_API_KEY_ENABLED": False,
        # Pages are opened by our own table, so FAB's permission screens would only mislead.
        "FAB_ADD_SECURITY_PERMISSION_VIEW": False,
        "FAB_ADD_SECURITY_VIEW_MENU_VIEW": False,
        "FAB_ADD_SECURITY_PERMISSION_VIEWS_VIEW": False,
        "FAB_ALLOW_GET_UNSAFE_MUTATIONS": False,
        "FAB_PASSWORD_COMPLEXITY_ENABLED": True,
        "FAB_PASSWORD_COMPLEXITY_VALIDATOR": _check_password,
        "FAB_SAFE_REDIRECT_HOSTS": [],
        "AUTH_TYPE": AUTH_DB,
        "AUTH_ROLE_ADMIN": "admin",
        "AUTH_ROLE_PUBLIC": PUBLIC_ROLE,
        "AUTH_USER_REGISTRATION": False,
        "AUTH_RATE_LIMITED": True,
        "AUTH_RATE_LIMIT": "20 per minute",
        "RATELIMIT_ENABLED": True,
        "RATELIMIT_STORAGE_URI": _limit_storage(settings.broker_url),
        "SESSION_COOKIE_NAME": "__Host-siwei" if secure else "siwei",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": IDLE,
        "SESSION_REFRESH_EACH_REQUEST": True,
        "WTF_CSRF_ENABLED": True,
        "WTF_CSRF_TIME_LIMIT": int(ABSOLUTE.total_seconds()),
        "WTF_CSRF_SSL_STRICT": secure,
        "MAX_CONTENT_LENGTH": UPLOAD_LIMIT,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "PREFERRED_URL_SCHEME": "https" if secure else "http",
        "BABEL_DEFAULT_LOCALE": "zh",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
        "BABEL_TRANSLATION_DIRECTORIES": ";".join(str(folder) for folder in catalogue_folders()),
        "LANGUAGES": {"zh": {"flag": "cn", "name": "中文"}, "en": {"flag": "gb", "name": "English"}},
    }


def _engine_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 30}}
    return {"pool_pre_ping": True, "connect_args": {"options": "-c lock_timeout=10000"}}


def _limit_storage(broker_url: str) -> str:
    """Counts are shared through Redis where there is one; one process counts for itself (the lock is in the
    database).
    """
    return broker_url if broker_url.startswith(("redis://", "rediss://")) else "memory://"
