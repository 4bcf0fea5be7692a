"""Pages: components, faults in every form, languages, parts for htmx, files, health."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from coop.kernel.actor import Actor
from coop.kernel.config import Settings
from coop.kernel.db import Database
from coop.kernel.errors import InputError
from coop.kernel.unit import unit
from coop.web import assets, i18n
from coop.web.app import create_web
from coop.web.forms import Form, scaled
from tests.web.sample import Watch, log_in, token

ROOT = Path(assets.ROOT)


def test_figures_read_as_money_and_weight(client: FlaskClient) -> None:
    log_in(client)
    text = client.get("/sample/").text
    for figure in (
        "1,234.50",
        "123,456.78",
        "1,234.5 公斤",
        "(2,469 斤)",
        "3 亩",
        "72.00",
        "2026-01-01 00:30",
        "1,234.45",
    ):
        assert figure in text, figure
    assert '<span class="money red-letter">-5.00</span>' in text
    assert 'aria-current="step">收购中' in text


def test_the_menu_shows_what_the_role_may_open(client: FlaskClient, app: Flask) -> None:
    log_in(client)
    text = client.get("/").text
    assert "账号管理" not in text
    admin = app.test_client()
    log_in(admin, "admin1")
    assert "账号管理" in admin.get("/").text


def test_the_language_switch_stays_through_login_and_logout(client: FlaskClient) -> None:
    assert "手机号或社员号" in client.get("/login/").text
    answer = client.get("/locale/en?next=/login/")
    assert answer.location == "/login/"
    assert "Telephone or member number" in client.get("/login/").text
    log_in(client)
    page = client.get("/account/")
    assert 'lang="en"' in page.text
    assert "Present password" in page.text
    client.post("/logout/", data={"csrf_token": token(page)})
    assert "Log in" in client.get("/login/").text
    for bad in ("//evil.example/", "https://evil.example/", ""):
        assert client.get(f"/locale/zh?next={bad}").location == "/"
    assert client.get("/locale/fr").status_code == 404


@pytest.mark.parametrize(
    ("kind", "status", "zh", "en"),
    [
        ("missing", 404, "找不到", "no order 7 here"),
        ("conflict", 409, "已变化", "has changed"),
        ("input", 422, "不对", "wrong"),
        ("ledger", 422, "借贷不平", "does not balance"),
    ],
)
def test_faults_are_told_in_the_callers_language(
    client: FlaskClient, kind: str, status: int, zh: str, en: str
) -> None:
    log_in(client)
    answer = client.get(f"/sample/fail/{kind}")
    assert (answer.status_code, zh in answer.text) == (status, True)
    assert en in client.get(f"/sample/fail/{kind}?_l_=en").text
    part = client.get(f"/sample/fail/{kind}", headers={"HX-Request": "true"})
    assert part.status_code == status
    assert "<html" not in part.text
    assert 'role="alert"' in part.text


def test_an_unexpected_fault_tells_a_number_only(
    settings: Settings, database: Database, watch: Watch
) -> None:
    from tests.web.sample import Sample, actor_for

    app = create_web(settings, [Sample], actor_for, clock=watch)
    client = app.test_client()
    log_in(client)
    answer = client.get("/sample/fail/bug")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "编号" in answer.text


def test_api_faults_are_problem_json(client: FlaskClient) -> None:
    answer = client.get("/api/v2/nothing")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert (answer.json or {})["status"] == 404


def test_htmx_gets_the_content_alone(client: FlaskClient) -> None:
    log_in(client)
    part = client.get("/sample/", headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert "1,234.50" in part.text
    page = client.get("/sample/")
    sent = client.post(
        "/sample/new",
        data={"quantity": "1", "amount": "2"},
        headers={"HX-Request": "1", "X-CSRFToken": token(page)},
    )
    assert (sent.status_code, sent.headers["HX-Redirect"]) == (204, "/sample/")
    expired = client.application.test_client().get("/sample/", headers={"HX-Request": "1"})
    assert expired.headers["HX-Redirect"].startswith("/login/")


def test_a_faulty_form_comes_back_with_what_was_typed(client: FlaskClient) -> None:
    log_in(client)
    page = client.get("/sample/")
    answer = client.post(
        "/sample/new", data={"quantity": "1.2345", "amount": "abc", "csrf_token": token(page)}
    )
    assert answer.status_code == 422
    assert 'value="1.2345"' in answer.text
    assert answer.text.count("coop-fault") == 2


def test_download_keeps_a_chinese_name(client: FlaskClient) -> None:
    log_in(client)
    answer = client.get("/sample/file")
    assert answer.data.decode() == "四位"
    assert "filename*=UTF-8''%E5%88%86%E7%BA%A2%E8%A1%A8.txt" in answer.headers["Content-Disposition"]


def test_health(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_job_page_follows_a_job(client: FlaskClient, database: Database) -> None:
    log_in(client)
    with unit(Actor(1, "王秀英", 1)) as u:
        job = u.enqueue("season", n=1).id
    page = client.get(f"/jobs/{job}")
    assert "等待中" in page.text
    part = client.get(f"/jobs/{job}", headers={"HX-Request": "1"})
    assert "every 1s" in part.text
    assert "<html" not in part.text
    assert client.post(f"/jobs/{job}/cancel", data={"csrf_token": token(page)}).status_code == 303
    assert "every 1s" not in client.get(f"/jobs/{job}").text
    assert client.get("/jobs/999").status_code == 404


def test_every_word_has_its_chinese() -> None:
    assert i18n.untranslated() == []


def test_fab_words_are_chinese_too(app: Flask) -> None:
    from flask_babel import force_locale, gettext

    with app.test_request_context(), force_locale("zh"):
        assert gettext("Are you sure you want to delete this item?") == "确定要删除这一项吗？"
        assert gettext("List Users") != "List Users", "FAB's own catalogue still loads"


def test_forms_read_figures_without_floats() -> None:
    form = Form(MultiDict({"a": "１２.5", "b": "1,234.56", "c": "68.505", "d": "24.68", "e": "2025-03-09"}))
    assert (form.kg("a"), form.yuan("b"), form.price("c"), form.jin("d")) == (
        12_500,
        123_456,
        685_050,
        12_340,
    )
    assert form.day("e").isoformat() == "2025-03-09"
    form.done()
    for text in ("", "1e3", "nan", "0x1", "1.2.3", "--1", "٣", "9" * 20):
        assert scaled(text, 2) is None
    bad = Form(MultiDict({"a": "x", "b": "-1", "f": "0.001"}))
    bad.kg("a")
    bad.yuan("b")
    bad.jin("f")
    bad.text("g")
    with pytest.raises(InputError) as caught:
        bad.done()
    assert [fault.place for fault in caught.value.faults] == ["a", "b", "f", "g"]


def test_lock_file_names_versions_and_no_registry() -> None:
    text = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert text.count('"integrity"') > 5


def test_assets_are_there_and_complete() -> None:
    for name in (*assets.FILES.values(), "icons.svg"):
        assert (assets.VENDOR / name).stat().st_size > 1000
    held = (assets.VENDOR / "icons.svg").read_text()
    assert all(f'id="{name}"' in held for name in assets.icon_names())


def test_every_icon_in_use_is_in_the_sprite() -> None:
    import re

    known = set(assets.icon_names())
    used = set()
    for path in (ROOT / "coop").rglob("*"):
        if path.suffix in (".html", ".py") and "migrations" not in path.parts:
            used |= set(re.findall(r'(?:ui\.|\b)icon\("([a-z0-9-]+)"', path.read_text()))
            used |= set(re.findall(r'icon(?:_name)?="([a-z0-9-]+)"', path.read_text()))
    assert used - known == set()
