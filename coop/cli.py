"""The `coop` command. Bad input ends with exit code 2 and one line a fault on standard error, and changes nothing.

With `--json`, standard output holds one JSON value; progress and logs go to standard error.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from coop.kernel.config import Settings, load_settings
from coop.kernel.errors import Fault, InputError, LedgerError

BAD_INPUT, BREACH = 2, 1
T = TypeVar("T")


class Faulty(click.ClickException):
    """A fault of the input: one line each, exit code 2."""

    exit_code = BAD_INPUT

    def __init__(self, error: Exception) -> None:
        self.lines = [str(fault) for fault in error.faults] if isinstance(error, InputError) else [str(error)]
        super().__init__("\n".join(self.lines))

    def show(self, file: Any = None) -> None:
        for line in self.lines:
            click.echo(line, err=True, file=file)


@contextmanager
def faults() -> Iterator[None]:
    """Faults of the input, and what the machine refuses to read or write: one line each, no traceback."""
    try:
        yield
    except LedgerError as error:
        raise Faulty(error) from error
    except OSError as error:
        name = str(error.filename or "")
        raise Faulty(InputError([Fault(name, "读写不了", error.strerror or type(error).__name__)])) from error


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
def main() -> None:
    """四位 Siwei: from an enterprise's order to every household's dividend."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")


def _read(name: str) -> str:
    """UTF-8 text of a file, or of standard input for `-`."""
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not UTF-8"
        raise InputError([Fault(name, "读不出这个文件", reason)]) from error


def _emit(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


@main.command()
@click.argument("problem")
def split(problem: str) -> None:
    """Split an order over candidates: PROBLEM.json in, allocations out (no database)."""
    from coop.splitting.problem import split_problem

    with faults():
        click.echo(split_problem(_read(problem)))


@main.command()
@click.argument("problem")
def apportion(problem: str) -> None:
    """Share pools among members to the fen: PROBLEM.json in, shares out (no database)."""
    from ledger.apportionment import apportion_text

    with faults():
        click.echo(apportion_text(_read(problem)))


def _opened(act: Callable[[Settings], T], *, migrate: bool = False) -> T:
    """Load the settings and subjects, bind the database, run the command, let go of the database."""
    from coop import migrations
    from coop.kernel import crypt
    from coop.kernel.db import connect
    from coop.kernel.unit import bind
    from coop.subjects import load_subjects

    with faults(), _reachable():
        settings = load_settings()
        crypt.set_secret(settings.secret_key)
        load_subjects()
        if migrate:
            migrations.upgrade(settings)
        else:
            migrations.require_current(settings)
        database = connect(settings)
        bind(database)
        try:
            return act(settings)
        finally:
            bind(None)
            database.dispose()


@contextmanager
def _reachable() -> Iterator[None]:
    """A database that does not answer, or is none, is a fault of the settings and not of the books."""
    from sqlalchemy.exc import DatabaseError, OperationalError

    try:
        yield
    except DatabaseError as error:
        if not isinstance(error, OperationalError) and "not a database" not in str(error.orig):
            raise
        reason = " ".join(str(error.orig).split())
        raise InputError([Fault("COOP_DATABASE_URL", "数据库用不了", reason)]) from error


@main.command()
def migrate() -> None:
    """Bring the database to this version's shape (on the owner's login)."""
    _opened(lambda _: None, migrate=True)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
def verify(as_json: bool) -> None:
    """Recompute every invariant from the rows; exit 1 on a breach, named by its id."""
    from coop.desk.verify import verify_all

    report = _opened(lambda _: verify_all())
    if as_json:
        _emit(report)
    else:
        for name, found in report["invariants"].items():
            click.echo(f"{name:4} {found}")
        click.echo(
            f"beancount 错误 errors {report['beancount_errors']}, 余额差异 differences {report['balance_differences']}"
        )
    if not report["ok"]:
        sys.exit(BREACH)


def _wipe() -> None:
    """Every table away and made anew, on the owner's login: what is append-only leaves no other way."""
    from coop import migrations
    from coop.season.wipe import require_only_demo

    _opened(lambda _: require_only_demo())
    with faults(), _reachable():
        settings = load_settings()
        migrations.downgrade(settings)
        migrations.upgrade(settings)
    click.echo("演示已清空 the demo is emptied", err=True)


@main.command()
@click.option("--households", default=543, type=click.IntRange(1, 9999), help="Households of the county.")
@click.option("--year", type=click.IntRange(2020, 2100), help="Business year; the last full one by default.")
@click.option("--wipe", is_flag=True, help="Empty the database again; refused if it holds more than a demo.")
@click.option("--seed", default=1, show_default=True, type=int, help="The same seed tells the same year.")
@click.option("--json", "as_json", is_flag=True, help="One JSON value on standard output.")
def demo(households: int, year: int | None, seed: int, wipe: bool, as_json: bool) -> None:
    """Tell a whole season through the services, on the configured database; ends with the figures and verify."""
    from coop.season.story import ProductionDemoError, tell

    with faults():  # before the database is migrated: a refused command changes nothing
        if load_settings().production:
            raise ProductionDemoError
    if wipe:
        _wipe()
        return

    def progress(text: str, percent: int) -> None:
        done = percent // 5
        click.echo(f"{'█' * done}{'░' * (20 - done)} {percent:3d} %  {text}", err=True)

    report = _opened(
        lambda settings: tell(settings, households=households, year=year, seed=seed, progress=progress),
        migrate=True,
    )
    if as_json:
        _emit(report)
    else:
        from coop.season.report import text_of

        click.echo(text_of(report))
    if not report["verify"]["ok"]:
        sys.exit(BREACH)


@main.command()
@click.argument("file", required=False)
@click.option("--template", "empty", metavar="FILE", help="Write the workbook to fill in, and stop.")
@click.option("--lang", default="zh", type=click.Choice(["zh", "en"]), help="Its language.")
@click.option("--year", type=click.IntRange(2000, 2100), help="First business year; this one by default.")
def init(file: str | None, empty: str | None, lang: str, year: int | None) -> None:
    """First day of a real county: areas, tenants, entities, first users, from a workbook, into an empty database."""
    from coop.accounting.exports import write_atomically
    from coop.parties.imports import county_template, read_county
    from coop.season import first_day

    if (file is None) == (empty is None):
        raise click.UsageError("give the workbook FILE, or --template FILE")
    if empty is not None:
        with faults():
            click.echo(str(write_atomically(Path(empty), county_template(lang))))
        return
    with faults(), _reachable():  # before the database is touched: a refused workbook changes nothing
        county = read_county(Path(str(file)).read_bytes())
        first_day.require_empty(load_settings())
    done = _opened(lambda _: first_day.found(county, year=year), migrate=True)
    click.echo(done.text, err=True)
    for user in done.invited:
        click.echo(f"{user.username}\t{user.name}\t{user.code}")


@main.command()
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True)
def serve(port: int, host: str) -> None:
    """Web and worker, in one command."""
    from coop.app import serve_forever

    _opened(lambda settings: serve_forever(settings, host=host, port=port), migrate=True)


@main.group()
def books() -> None:
    """The books there are, their beancount files and statements."""


@books.command("list")
@click.option("--json", "as_json", is_flag=True)
def books_list(as_json: bool) -> None:
    """The books there are."""
    from coop.accounting.exports import list_books

    rows = _opened(lambda _: list_books())
    if as_json:
        _emit(rows)
    else:
        for row in rows:
            years = ", ".join(map(str, row["years"]))
            click.echo(f"{row['entity']}  {row['standard']}  {row['name']}  {years}")


@books.command("export")
@click.option("--entity", required=True)
@click.option("--year", required=True, type=int)
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def books_export(entity: str, year: int, directory: Path) -> None:
    """Write the .beancount file of that book and year into DIRECTORY."""
    from coop.accounting.exports import beancount_text, write_atomically

    text = _opened(lambda _: beancount_text(entity, year))
    with faults():
        path = write_atomically(directory / f"{entity}-{year}.beancount", text.encode())
    click.echo(str(path))


@books.command("import")
@click.option("--entity", required=True)
@click.argument("file")
def books_import(entity: str, file: str) -> None:
    """Open the empty book of an entity from a beancount FILE (`-` is standard input): all of it or nothing."""
    from coop.accounting.imports.books import import_beancount

    done = _opened(lambda _: import_beancount(entity, _read(file)))
    click.echo(f"{done.entity} {done.year}: {done.vouchers} 张凭证 vouchers, {done.accounts} 个科目 accounts")


@books.command("statements")
@click.option("--entity", required=True)
@click.option("--year", required=True, type=int)
@click.option("--format", "kind", default="json", type=click.Choice(["json", "xlsx", "pdf"]))
def books_statements(entity: str, year: int, kind: str) -> None:
    """The statutory statements of that book and year, on standard output."""
    from coop.accounting import exports, prints

    if kind == "json":
        _emit(_opened(lambda _: exports.statements_json(entity, year)))
    else:
        make = prints.statements_pdf if kind == "pdf" else exports.statements_xlsx
        sys.stdout.buffer.write(_opened(lambda _: make(entity, year)))


if __name__ == "__main__":
    main()
