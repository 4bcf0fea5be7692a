"""Accounts: login, lock, sessions that end (T7), passwords."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from coop.kernel.actor import Role
from coop.kernel.config import Settings
from coop.kernel.db import Database
from coop.web.accounts import Account, new_account, password_fault
from coop.web.app import create_web
from coop.web.config import ABSOLUTE
from tests.web.sample import PASSWORD, Watch, log_in, token


def test_login_opens_the_pages_of_the_role(client: FlaskClient) -> None:
    asked = client.get("/sample/?page=2")
    assert asked.status_code == 302
    assert asked.location == "/login/?next=/sample/?page%3D2"
    answer = log_in(client, after="/sample/?page%3D2")
    assert answer.location == "/sample/?page=2"
    page = client.get("/sample/")
    assert page.status_code == 200
    assert "王秀英" in page.text


def test_login_never_leaves_this_host(client: FlaskClient) -> None:
    assert log_in(client, after="https://elsewhere.example/").location == "/"


def test_wrong_and_unknown_and_inactive_sound_alike(client: FlaskClient, database: Database) -> None:
    with Session(database.app) as session:
        session.execute(update(Account).where(Account.username == "13800000002").values(active=False))
        session.commit()
    said = set()
    for username, password in (
        ("13800000001", "wrong wrong"),
        ("nobody", "wrong wrong"),
        ("13800000002", PASSWORD),
    ):
        answer = log_in(client, username, password)
        assert answer.status_code == 401
        said.add(answer.text.count("号码或密码不对"))
    assert said == {1}


def test_five_wrong_passwords_lock_the_account_for_longer_each_time(
    client: FlaskClient, watch: Watch
) -> None:
    for _ in range(5):
        assert log_in(client, password="wrong wrong").status_code == 401
    assert log_in(client).status_code == 401, "locked: even the right password waits"
    watch.advance(seconds=31)
    assert log_in(client, password="wrong wrong").status_code == 401
    watch.advance(seconds=31)
    assert log_in(client).status_code == 401, "the second lock lasts a minute"
    watch.advance(seconds=31)
    assert log_in(client).status_code == 302
    assert client.get("/sample/").status_code == 200


def test_the_form_is_limited_per_address(settings: Settings, database: Database, watch: Watch) -> None:
    app = create_web(settings, [], lambda _id: None, clock=watch, config={"AUTH_RATE_LIMIT": "3 per minute"})
    client = app.test_client()
    codes = [log_in(client, f"nobody{n}").status_code for n in range(4)]
    assert codes == [401, 401, 401, 429]


def test_login_without_token_is_refused(client: FlaskClient) -> None:
    answer = client.post("/login/", data={"username": "13800000001", "password": PASSWORD})
    assert answer.status_code == 400
    assert "刷新页面" in answer.text


def test_a_copied_cookie_dies_with_the_logout(app: Flask, client: FlaskClient) -> None:
    log_in(client)
    thief = app.test_client()
    held = client.get_cookie("siwei")
    assert held is not None
    thief.set_cookie("siwei", held.value)
    page = thief.get("/sample/")
    assert page.status_code == 200
    answer = client.post("/logout/", data={"csrf_token": token(client.get("/account/"))})
    assert answer.location == "/login/"
    assert thief.get("/sample/").status_code == 302
    assert client.get("/sample/").status_code == 302


def test_a_copied_cookie_dies_with_a_new_password(app: Flask, client: FlaskClient) -> None:
    log_in(client)
    thief = app.test_client()
    held = client.get_cookie("siwei")
    assert held is not None
    thief.set_cookie("siwei", held.value)
    page = client.get("/account/")
    new = {"old": PASSWORD, "password": "chestnuts in autumn", "again": "chestnuts in autumn"}
    answer = client.post("/account/password", data=new | {"csrf_token": token(page)})
    assert answer.status_code == 303
    assert client.get("/sample/").status_code == 200, "the session that changed it goes on"
    assert thief.get("/sample/").status_code == 302
    other = app.test_client()
    assert log_in(other).status_code == 401
    assert log_in(other, password="chestnuts in autumn").status_code == 302


def test_the_new_password_is_checked(client: FlaskClient) -> None:
    log_in(client)
    page = client.get("/account/")
    bad = {"old": "nonsense", "password": "12345678", "again": "87654321", "csrf_token": token(page)}
    answer = client.post("/account/password", data=bad)
    assert answer.status_code == 422
    for text in ("原密码不对", "太常见", "两次输入不一致"):
        assert text in answer.text


def test_a_session_lasts_half_a_day_at_most(client: FlaskClient, watch: Watch) -> None:
    log_in(client)
    watch.advance(seconds=int(ABSOLUTE.total_seconds()) - 1)
    assert client.get("/sample/").status_code == 200
    watch.advance(seconds=1)
    assert client.get("/sample/").status_code == 302


def test_a_deactivated_account_is_out_at_once(client: FlaskClient, database: Database) -> None:
    log_in(client)
    with Session(database.app) as session:
        session.execute(update(Account).where(Account.username == "13800000001").values(active=False))
        session.commit()
    assert client.get("/sample/").status_code == 302


def test_logout_is_a_post(client: FlaskClient) -> None:
    log_in(client)
    assert client.get("/logout/").status_code == 405
    assert client.get("/sample/").status_code == 200


def test_names_and_addresses(database: Database) -> None:
    with Session(database.app) as session:
        account = session.scalars(select(Account).where(Account.username == "13800000001")).one()
        assert account.get_full_name() == "王秀英"
        assert account.email.endswith(".invalid")
        assert account.role_names == {Role.household}
        assert session.scalar(select(func.count()).select_from(Account)) == 3
        new_account(session, username="t", name="x", roles=[], password="a long sentence").last_name = "y"
    assert password_fault("admin1admin1", "admin1admin1") is not None
