"""The guided first steps: opening balances from a sheet by two persons, the register, a scale, prices."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from coop.accounting import imports
from coop.accounting import service as accounting
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.config import Settings
from coop.kernel.db import Database
from coop.kernel.errors import InputError
from coop.kernel.unit import owner_session, unit
from coop.parties.imports import write_register
from coop.web.app import db as web_db
from integrations.excel import Value
from ledger.chart import Standard, chart_of
from ledger.tables import VoucherRow
from tests.conftest import Village, make_village
from tests.office import Office, open_office
from tests.parties.test_imports import ENTRY

CHART = chart_of(Standard.coop_2021)
GOOD: list[dict[str, Value]] = [
    {"account": "102", "name": "银行存款", "debit": 1_000_00},
    {"account": "114:H0001", "name": "某人的名字", "credit": 50_00},
    {"account": "301", "credit": 950_00},
    {"account": "121"},
]


def test_a_sheet_becomes_signed_fen_without_names_of_people() -> None:
    file = imports.read_opening(imports.write_opening(GOOD), CHART)
    assert file.balances == {"102": 1_000_00, "114:H0001": -50_00, "301": -950_00}
    assert file.names == {}
    assert (file.debit_fen, file.credit_fen) == (1_000_00, 1_000_00)


def test_every_fault_of_the_sheet_is_named_at_once() -> None:
    rows: list[dict[str, Value]] = [
        {"account": "102", "debit": 10_00, "credit": 1_00},
        {"account": "999", "debit": 1_00},
        {"account": "501", "credit": 5_00},
        {"account": "114", "credit": 1_00},
    ]
    with pytest.raises(InputError) as caught:
        imports.read_opening(imports.write_opening(rows), CHART)
    assert sorted(fault.place for fault in caught.value.faults) == [
        "期初余额",
        "期初余额!A3 科目编码",
        "期初余额!A4 科目编码",
        "期初余额!A5 科目编码",
        "期初余额!D2 贷方(元)",
    ]


def test_the_template_names_accounts_that_may_have_a_balance() -> None:
    for lang in ("zh", "en"):
        with pytest.raises(InputError, match="no balances"):
            imports.read_opening(imports.opening_template(CHART, lang), CHART)


def test_one_files_another_posts_and_the_same_file_changes_nothing(village: Village) -> None:
    file = imports.read_opening(imports.write_opening(GOOD), CHART)
    both = village.actor(Role.accountant, Role.checker, user=7)
    for _ in range(2):
        with unit(both) as work:
            row = accounting.file_opening(
                work, village.coop, 2025, file.balances, digest=file.digest, names=file.names
            )
    with pytest.raises(Exception, match="另一人"), unit(both) as work:
        accounting.approve_opening(work, row.id)
    with pytest.raises(Exception, match="已提交待复核"), unit(both) as work:
        accounting.file_opening(work, village.coop, 2025, {"102": 1, "301": -1}, digest="other", names={})
    with unit(village.actor(Role.checker, user=8)) as work:
        voucher = accounting.approve_opening(work, row.id)
    assert (voucher.maker_id, voucher.checker_id) == (7, 8)
    with unit(both) as work:
        again = accounting.file_opening(
            work, village.coop, 2025, file.balances, digest=file.digest, names=file.names
        )
    assert (again.id, again.voucher_id) == (row.id, voucher.id)
    with owner_session() as session:
        assert session.scalar(select(func.count(VoucherRow.id))) == 1


def test_a_stranger_among_the_households_is_refused_whole(village: Village) -> None:
    with pytest.raises(InputError, match="H9999"), unit(village.actor(Role.accountant)) as work:
        accounting.file_opening(work, village.coop, 2025, {"102": 5, "114:H9999": -5}, digest="x", names={})


@pytest.fixture
def office(settings: Settings, clock: ToldClock, village: Village) -> Iterator[Office]:
    found = open_office(settings, clock, village, make_village("NEXT", households=1))
    yield found
    with found.app.app_context():
        web_db.engine.dispose()


def test_the_guide_leads_from_nothing_to_everything_done(office: Office, db: Database) -> None:
    village = office.village
    assert office.status("household", "/setup/") == 403
    page = office.text("accountant", "/setup/")
    assert page.count("未办") >= 3
    for url in ("/setup/register.xlsx", f"/setup/opening/{village.coop}.xlsx"):
        assert office.get("manager", url).data[:2] == b"PK"
    sheet = imports.write_opening(GOOD)
    tried = _send(office, "accountant", f"/setup/opening/{village.coop}", "opening", sheet, dry="1")
    assert tried == (200, True)
    assert "待复核" not in office.text("accountant", "/setup/")
    bad = imports.write_opening([{"account": "102", "debit": 1}])
    assert _send(office, "accountant", f"/setup/opening/{village.coop}", "opening", bad)[0] == 422
    small: list[dict[str, Value]] = [{"account": "102", "debit": 5}, {"account": "301", "credit": 5}]
    for entity, rows in (
        (village.coop, GOOD),
        (village.rceo, small),
    ):
        done = _send(office, "accountant", f"/setup/opening/{entity}", "opening", imports.write_opening(rows))
        assert done[0] == 303
    page = office.text("checker", "/setup/")
    for opening_id in (1, 2):
        assert f"/setup/opening/filed/{opening_id}/approve" in page
        assert office.post("checker", f"/setup/opening/filed/{opening_id}/approve").status_code == 303
    register = write_register([ENTRY])
    fields = {"share_entity": village.rceo, "contribution_entity": village.coop, "day": "2025-01-01"}
    assert _send(office, "manager", "/setup/register", "register", register, **fields)[0] == 303
    fields["share_entity"] = 999
    assert _send(office, "manager", "/setup/register", "register", register, **fields)[0] == 422
    scale = {"scale_code": "S1", "scale_name": "电子秤", "calibrated_until": "2025-12-31"}
    assert office.post("clerk", "/setup/scale", **scale).status_code == 303
    price = {"entity_id": village.coop, "since": "2025-01-01", "price": "74.2", "floor": "70"}
    with unit(village.actor(Role.admin)) as work:
        from coop.standards.service import load_catalogue

        load_catalogue(work)
    assert office.post("accountant", "/setup/prices", graded="XG/A", **price).status_code == 303
    assert office.post("manager", "/setup/prices/1/approve").status_code == 303
    assert "未办" not in office.text("manager", "/setup/")


def _send(office: Office, login: str, url: str, name: str, data: bytes, **fields: object) -> tuple[int, bool]:
    sent = {**fields, name: (io.BytesIO(data), "file.xlsx")}
    answer = office.browser(login).post(url, data=sent, content_type="multipart/form-data")
    return answer.status_code, "没有保存" in answer.text or "尚未保存" in answer.text
