"""Who may open what: the permission table, its guard, headers, token, FAB's screens."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from coop.kernel.actor import Role
from coop.kernel.config import Settings
from coop.web.config import web_config
from coop.web.permissions import PERMISSIONS, allowed, idle_rows, permit, unlisted
from tests.web.sample import log_in, token

# FAB 5.3's select fields use a form of WTForms that WTForms 4 drops.
pytestmark = pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning")


def test_every_endpoint_has_a_row_and_every_row_an_endpoint(app: Flask) -> None:
    assert list(unlisted(app)) == ["Sample.unlisted"]
    own = {name.partition(".")[0] for name in (rule.endpoint for rule in app.url_map.iter_rules())}
    assert [row for row in idle_rows(app) if row.partition(".")[0] in own] == []


@pytest.mark.parametrize("who", ["", "13800000001", "13800000002", "admin1"])
def test_an_endpoint_without_a_row_is_closed_to_all(client: FlaskClient, who: str) -> None:
    if who:
        log_in(client, who)
    assert client.get("/sample/unlisted").status_code == 403


def test_roles_open_their_own_pages_only(client: FlaskClient, app: Flask) -> None:
    log_in(client, "13800000001")
    assert client.get("/sample/manager").status_code == 403
    other = app.test_client()
    log_in(other, "13800000002")
    assert other.get("/sample/manager").status_code == 200
    assert other.get("/sample-phone/").status_code == 403


def test_rows_may_differ_by_method() -> None:
    permit("Doc.edit", Role.supervisor, methods=("GET",))
    permit("Doc.edit", Role.manager)
    try:
        for role, method, expected in (
            (Role.supervisor, "GET", True),
            (Role.supervisor, "HEAD", True),
            (Role.supervisor, "POST", False),
            (Role.manager, "POST", True),
            (Role.clerk, "GET", False),
        ):
            assert allowed("Doc.edit", frozenset({role}), logged_in=True, method=method) is expected
        assert not allowed("Doc.edit", frozenset({Role.manager}), logged_in=False)
    finally:
        del PERMISSIONS["Doc.edit"]


def test_an_account_without_a_post_has_no_role_but_admin(client: FlaskClient) -> None:
    log_in(client, "admin1")
    assert client.get("/sample/manager").status_code == 403, "FAB's table says manager, no post does"
    assert client.get("/users/list/").status_code == 200


def test_fab_screens_are_the_administrators(client: FlaskClient, app: Flask) -> None:
    log_in(client, "13800000002")
    for path in ("/users/list/", "/roles/list/", "/groups/list/", "/users/add", "/resetpassword/form?pk=1"):
        assert client.get(path).status_code == 403
    admin = app.test_client()
    log_in(admin, "admin1")
    for path in (
        "/users/list/",
        "/users/add",
        "/users/show/1",
        "/users/edit/1",
        "/roles/list/",
        "/groups/list/",
    ):
        page = admin.get(path)
        assert page.status_code == 200, path
        assert 'lang="zh-CN"' in page.text
        assert "siwei.invalid" not in page.text, "the synthetic address is never shown"


def test_administrator_adds_an_account_that_can_log_in(app: Flask, client: FlaskClient) -> None:
    log_in(client, "admin1")
    page = client.get("/users/add")
    new = {
        "first_name": "赵文书",
        "username": "13800000009",
        "active": "y",
        "roles": "2",
        "password": "bees on the slope",
        "conf_password": "bees on the slope",
        "csrf_token": token_of_fab(page.text),
    }
    assert client.post("/users/add", data=new).status_code == 302
    other = app.test_client()
    assert log_in(other, "13800000009", "bees on the slope").status_code == 302
    weak = new | {"username": "13800000010", "password": "12345678", "conf_password": "12345678"}
    assert "太常见" in client.post("/users/add", data=weak, follow_redirects=True).text


def token_of_fab(text: str) -> str:
    return text.split('name="csrf_token"')[1].split('value="')[1].split('"', maxsplit=1)[0]


def test_fab_token_login_is_not_there(client: FlaskClient) -> None:
    assert client.post("/api/v1/security/login", json={}).status_code == 404


def test_every_answer_carries_the_headers(client: FlaskClient) -> None:
    log_in(client)
    for path in (
        "/login/",
        "/sample/",
        "/healthz",
        "/nothing",
        "/sample/unlisted",
        "/static/coop.css",
        "/sample/fail/input",
    ):
        answer = client.get(path, buffered=True)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "nonce" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        if not path.startswith("/static"):
            assert answer.headers["Cache-Control"] == "no-store"


def test_own_pages_have_no_inline_script_or_style(client: FlaskClient) -> None:
    log_in(client)
    for path in ("/login/", "/", "/sample/", "/sample-phone/", "/account/", "/nothing"):
        text = client.get(path).text
        assert " style=" not in text
        assert "<style" not in text
        assert " onclick=" not in text
        assert text.count("<script>") == 0
        assert "http://" not in text.replace("http://www.w3.org", "")
        assert "https://" not in text


def test_fab_screens_get_a_fresh_nonce(client: FlaskClient) -> None:
    log_in(client, "admin1")
    first, second = (client.get("/users/list/").headers["Content-Security-Policy"] for _ in range(2))
    assert "'nonce-" in first
    assert first != second
    assert "script-src 'self' 'unsafe" not in first


def test_a_write_needs_the_token(client: FlaskClient) -> None:
    log_in(client)
    assert client.post("/sample/new", data={"quantity": "1", "amount": "2"}).status_code == 400
    page = client.get("/sample/")
    answer = client.post("/sample/new", data={"quantity": "1.5", "amount": "2", "csrf_token": token(page)})
    assert answer.status_code == 303
    assert "1500 200" in client.get("/sample/").text


def test_the_settings_that_must_be_set(settings: Settings) -> None:
    from dataclasses import replace

    config = web_config(replace(settings, env="production"))
    expected = {
        "FAB_ADD_SECURITY_API": False,
        "FAB_API_SWAGGER_UI": False,
        "FAB_API_SHOW_STACKTRACE": False,
        "FAB_API_MAX_PAGE_SIZE": 100,
        "FAB_UPDATE_PERMS": False,
        "FAB_CREATE_DB": False,
        "FAB_ALLOW_GET_UNSAFE_MUTATIONS": False,
        "FAB_PASSWORD_COMPLEXITY_ENABLED": True,
        "AUTH_USER_REGISTRATION": False,
        "AUTH_RATE_LIMITED": True,
        "RATELIMIT_ENABLED": True,
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_NAME": "__Host-siwei",
        "WTF_CSRF_ENABLED": True,
    }
    assert {key: config[key] for key in expected} == expected
    assert config["MAX_CONTENT_LENGTH"] <= 10 * 1024 * 1024
    assert config["SECRET_KEY"] == settings.secret_key
