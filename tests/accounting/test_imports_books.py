"""A book out of a beancount file: the demo's books into a fresh database and out again, equal to the fen; refusals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from coop.accounting.exports import beancount_text, statements_json
from coop.accounting.imports.books import import_beancount
from coop.books import queries as books
from coop.cli import main
from coop.desk.verify import verify_all
from coop.kernel.actor import Role
from coop.kernel.config import Settings
from coop.kernel.db import connect
from coop.kernel.errors import InputError
from coop.kernel.unit import bind, owner_session, unit
from coop.season.story import tell
from ledger.beancount import read_text
from ledger.tables import VoucherRow
from tests.accounting.desk import open_book
from tests.conftest import YEAR, Village, settings_for

PLAIN = (
    "2025-01-01 open Assets:102-银行存款 CNY\n2025-01-01 open Equity:301-股金\n"
    "2025-01-01 open Assets:114-成员往来:{home}\n"
    '2025-01-01 * "期初"\n  kind: "opening"\n  Assets:102-银行存款  100.00 CNY\n'
    "  Assets:114-成员往来:{home}  -30.00 CNY\n  Equity:301-股金\n"
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, object]]:
    """The beancount files of a told season and the statements of the same books."""
    folder = tmp_path_factory.mktemp("told")
    url = f"sqlite:///{folder / 'told.sqlite'}"
    settings = settings_for(folder, url, url)
    from coop import migrations
    from coop.kernel import crypt
    from coop.subjects import load_subjects

    crypt.set_secret(settings.secret_key)
    load_subjects()
    migrations.upgrade(settings)
    with _bound(settings):
        tell(settings, households=20, year=YEAR, seed=1, progress=lambda *_: None)
        return {
            entity: (beancount_text(entity, YEAR), statements_json(entity, YEAR))
            for entity in ("TYP-COOP", "TYP-RCEO")
        }


@contextmanager
def _bound(settings: Settings) -> Iterator[None]:
    database = connect(settings)
    bind(database)
    yield
    bind(None)
    database.dispose()


def test_the_demos_books_go_out_and_in_and_out_again(
    files: dict[str, tuple[str, object]], village: Village
) -> None:
    for entity, (text, told) in files.items():
        done = import_beancount(entity, text)
        assert done.vouchers == text.count("\n  voucher: ")
        again = beancount_text(entity, YEAR)
        assert read_text(again).errors == ()
        assert read_text(again).balances == read_text(text).balances
        assert statements_json(entity, YEAR) == told, "closings are still closings"
    report = verify_all()
    assert (report["beancount_errors"], report["balance_differences"]) == (0, 0)
    broken = {name: text for name, text in report["invariants"].items() if text != "ok"}
    assert set(broken) <= {"P2"}, broken  # the shop's goods are entered by name, not by a file of accounts


def test_what_is_owed_becomes_an_open_item(village: Village) -> None:
    done = import_beancount("TYP-COOP", PLAIN.format(home="H0003"))
    assert (done.vouchers, done.payable_fen) == (1, 3_000)
    with owner_session() as session:
        [item] = books.open_payables(session, village.coop)
    assert (item.household, item.open_fen) == ("H0003", 3_000)


def test_a_book_with_vouchers_or_a_stranger_is_refused_whole(village: Village) -> None:
    with pytest.raises(InputError) as caught:
        import_beancount("TYP-COOP", PLAIN.format(home="H9999"))
    assert [fault.place for fault in caught.value.faults] == ["line 3"]
    with pytest.raises(InputError, match="没有法人"):
        import_beancount("NOBODY", PLAIN.format(home="H0003"))
    with pytest.raises(InputError, match="2025，文件为 2024"):
        import_beancount("TYP-COOP", PLAIN.format(home="H0003").replace("2025-", "2024-"))
    with owner_session() as session:
        assert session.scalar(select(func.count(VoucherRow.id))) == 0
    open_book(village)
    with pytest.raises(InputError, match="已有 1 张凭证"):
        import_beancount("TYP-COOP", PLAIN.format(home="H0003"))


def test_the_accountants_role_is_asked_for(village: Village) -> None:
    from coop.accounting.service.opening_books import import_book
    from coop.parties.models import EntityRow

    with pytest.raises(Exception, match="导入账簿"), unit(village.actor(Role.clerk)) as work:
        import_book(work, work.session.get_one(EntityRow, village.coop), PLAIN.format(home="H0003"))


@pytest.fixture
def at_home(settings: Settings, village: Village, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, value in (
        ("COOP_DATA_DIR", str(tmp_path)),
        ("COOP_DATABASE_URL", settings.database_url),
        ("COOP_OWNER_DATABASE_URL", settings.owner_database_url),
        ("COOP_SECRET_KEY", settings.secret_key),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("COOP_ENV", raising=False)
    return tmp_path


def coop(*arguments: str, given: str) -> Result:
    return CliRunner().invoke(main, arguments, input=given)


def test_the_command_tells_one_line_a_fault(at_home: Path) -> None:
    bad = PLAIN.format(home="H0003").replace("100.00 CNY", "100.005 CNY") + "what is this\n"
    result = coop("books", "import", "-", "--entity", "TYP-COOP", given=bad)
    assert (result.exit_code, result.stdout) == (2, "")
    lines = result.stderr.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("line ") for line in lines), lines
    good = coop("books", "import", "-", "--entity", "TYP-COOP", given=PLAIN.format(home="H0003"))
    assert (good.exit_code, good.stdout) == (0, "TYP-COOP 2025: 1 张凭证 vouchers, 3 个科目 accounts\n")
    again = coop("books", "import", "-", "--entity", "TYP-COOP", given=PLAIN.format(home="H0003"))
    assert again.exit_code == 2
