"""The books: which there are, trial balance, statements, account books, and the beancount file."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from coop.accounting import queries, service
from coop.accounting.queries import boards
from coop.accounting.queries.figures import PAGE, figure
from coop.accounting.queries.tables import table_of
from coop.accounting.views.account_books import asked_for
from coop.governance.views.shared import READERS
from coop.web.menu import Group, menu_entry
from coop.web.permissions import permit
from coop.web.views import Page, expose


class BookView(Page):
    """The way into a book, and down to the lines of one account."""

    route_base = "/books"

    @expose("/")
    def list(self) -> str:
        with self.look() as view:
            return self.render("accounting/books.html", cards=boards.book_cards(view.session))

    @expose("/<entity>/<int:year>/accounts/<path>")
    def account(self, entity: str, year: int, path: str) -> str:
        with self.look() as view:
            asked = asked_for(path)
            table = table_of(view.session, "account", entity, year, asked)
            return self.render("accounting/book_table.html", table=table, asked=asked)

    @expose("/<entity>/<int:year>.beancount")
    def beancount(self, entity: str, year: int) -> ResponseReturnValue:
        with self.look() as view:
            name, content = boards.beancount_file(view.session, entity, year)
        return self.download(content, name, "text/plain; charset=utf-8")


class ExportView(Page):
    """Files of a book's year, made by the worker; the job's page shows how far it is and gives the file."""

    route_base = "/books"

    @expose("/<entity>/<int:year>/export", methods=["POST"])
    def beancount(self, entity: str, year: int) -> ResponseReturnValue:
        with self.unit() as work:
            job = service.ask_export(work, entity, year)
        return self.go("Jobs.show", job_id=job.id)

    @expose("/<entity>/<int:year>/statements/export", methods=["POST"])
    def statements(self, entity: str, year: int) -> ResponseReturnValue:
        with self.unit() as work:
            job = service.ask_statements(work, entity, year)
        return self.go("Jobs.show", job_id=job.id)


class TrialBalanceView(Page):
    """科目余额表."""

    route_base = "/books"

    @expose("/<entity>/<int:year>/trial-balance")
    def show(self, entity: str, year: int) -> str:
        asked = asked_for()
        with self.look() as view:
            balance = queries.trial_balance(
                view.session, entity, year, since=asked.since, upto=asked.upto, whole=asked.whole
            )
            return self.render(
                "accounting/trial_balance.html", balance=balance, whole=asked.whole, asked=asked
            )


class StatementView(Page):
    """The statutory statements; each figure leads to the accounts behind it."""

    route_base = "/books"

    @expose("/<entity>/<int:year>/statements")
    def show(self, entity: str, year: int) -> str:
        with self.look() as view:
            page = queries.statement_set(view.session, entity, year)
            return self.render("accounting/statements.html", page=page)

    @expose("/<entity>/<int:year>/statements/<form>/<row>")
    def row(self, entity: str, year: int, form: str, row: str) -> str:
        with self.look() as view:
            pages = self.pages(PAGE)
            found = figure(view.session, entity, year, form, row, offset=pages.offset)
            return self.render(
                "accounting/statement_row.html", page=found.of, lines=found.lines, pages=pages.of(found.total)
            )


for _endpoint in ("BookView.list", "BookView.account", "BookView.beancount"):
    permit(_endpoint, *READERS)
for _endpoint in ("TrialBalanceView.show", "StatementView.show", "StatementView.row"):
    permit(_endpoint, *READERS)
for _endpoint in ("ExportView.beancount", "ExportView.statements"):
    permit(_endpoint, *service.ASKERS)
menu_entry("BookView.list", lazy_gettext("Books and statements"), icon="books", group=Group.money, order=10)
