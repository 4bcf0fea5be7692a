"""Pages that join subjects: each role's start page, an order's whole progress, a household's own page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from coop.desk import queries
from coop.desk.charts import option
from coop.desk.friday_file import workbook
from coop.desk.queries.friday import friday
from coop.kernel.actor import Actor, Role
from coop.kernel.registries import Todo
from coop.kernel.unit import look
from coop.kernel.units import Unit as BaseUnit
from coop.parties.queries import Mandate, may_act_for
from coop.splitting.service import answer
from coop.web.errors import in_english
from coop.web.forms import Form
from coop.web.menu import Group, menu_entry
from coop.web.permissions import ANY, allowed, permit
from coop.web.state import web_state
from coop.web.views import Page, PhonePage, expose

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STAFF = (Role.manager, Role.clerk, Role.supervisor)
TRADERS = (Role.enterprise, Role.manager, Role.clerk, Role.accountant, Role.checker, Role.supervisor)


def _opens(endpoint: str, roles: frozenset[Role]) -> bool:
    """Whether there is such a page and these roles may open it: no link leads to a refusal."""
    return endpoint in current_app.view_functions and allowed(endpoint, roles, logged_in=True)


def _drawn(boards: Iterable[queries.Board]) -> list[tuple[queries.Board, dict[str, Any]]]:
    """Each board with what draws it, in the reader's language."""
    return [(board, option(board, english=in_english())) for board in boards]


class Home(Page):
    """What waits for me, the figures I care about, every page I may open. A household sees its own page."""

    route_base = "/"

    @expose("/")
    def index(self) -> ResponseReturnValue:
        state = web_state()
        actor, roles = state.actor_or_none(), state.roles()
        if actor is not None and actor.household and not roles - {Role.household}:
            return redirect(url_for("HouseholdPage.mine"))
        todos: list[Todo] = []
        figures: list[queries.Figure] = []
        boards: list[queries.Board] = []
        may_act: tuple[Mandate, ...] = ()
        if actor is not None:
            with self.look() as view:
                may_act = may_act_for(view.session, actor, view.today)
                todos = [t for t in queries.waiting(view.session, roles) if _opens(t.endpoint, roles)]
                found = queries.figures(view.session, actor, view.today)
                figures = [figure for figure in found if _opens(figure.endpoint, roles)]
                boards = [*queries.boards(view.session, actor)]
        if Role.admin in roles:
            # Accounts belong to no tenant, and an administrator need not stand for one.
            with look(Actor(0, "", 0), state.clock) as view:
                figures += queries.account_figures(view.session, view.now)
                boards += queries.account_boards(view.session)
        return self.render(
            "desk/home.html", todos=todos, figures=figures, boards=_drawn(boards), may_act=may_act
        )


class ProgressView(Page):
    """An order from the file to the last payment."""

    route_base = "/progress"

    @expose("/")
    def index(self) -> str:
        """All orders in sight, or those of a village (`?village=`)."""
        village = request.args.get("village", 0, type=int)
        with self.look() as view:
            found = queries.orders_in_sight(view.session, view.actor.readable, village=village)
        pages = self.pages().of(len(found))
        shown = found[pages.offset : pages.offset + pages.size]
        return self.render("desk/progress_list.html", orders=shown, pages=pages, village=village)

    @expose("/<int:part_id>")
    def show(self, part_id: int) -> str:
        with self.look() as view:
            found = queries.order_progress(view.session, part_id, view.today)
        return self.render("desk/progress.html", progress=found, page=found.page)


class FridayView(Page):
    """The buyer's week over all its sellers."""

    route_base = "/week"

    @expose("/")
    def index(self) -> str:
        seller = request.args.get("seller", "")[:40]
        with self.look() as view:
            page = friday(view.session, view.actor.tenant_id, view.today, seller=seller)
        return self.render("desk/friday.html", page=page, seller=seller)

    @expose("/week.xlsx")
    def workbook(self) -> ResponseReturnValue:
        english = in_english()
        with self.look() as view:
            seller = request.args.get("seller", "")[:40]
            page = friday(view.session, view.actor.tenant_id, view.today, seller=seller)
        name = f"week-{page.today}.xlsx" if english else f"本周-{page.today}.xlsx"
        return self.download(workbook(page, "en" if english else "zh"), name, XLSX)


class CountyView(Page):
    """The villages an office may read, side by side."""

    route_base = "/villages"

    @expose("/")
    def index(self) -> str:
        with self.look() as view:
            return self.render("desk/villages.html", villages=queries.villages(view.session, view.actor))


class HouseholdList(Page):
    """The village's households, for its staff."""

    route_base = "/homes"

    @expose("/")
    def index(self) -> str:
        pages, find = self.pages(), request.args.get("find", "").strip()[:40]
        with self.look() as view:
            homes, total = queries.households(
                view.session,
                view.actor.tenant_id,
                view.today,
                find=find,
                offset=pages.offset,
                size=pages.size,
            )
        return self.render("desk/households.html", homes=homes, pages=pages.of(total), find=find)


class HouseholdPage(PhonePage):
    """One household's page on a phone. A household opens only its own; the village's staff any of its own."""

    route_base = "/household"

    @expose("/")
    def mine(self) -> str:
        with self.look() as view:
            page = queries.page_of_household(view.session, view.actor, None, view.today)
        return self.render("desk/household.html", page=page, boards=_drawn([page.board]))

    @expose("/<int:household_id>")
    def show(self, household_id: int) -> str:
        with self.look() as view:
            page = queries.page_of_household(view.session, view.actor, household_id, view.today)
        return self.render("desk/household.html", page=page, boards=_drawn([page.board]))

    @expose("/slips/<int:receipt_id>")
    def slip(self, receipt_id: int) -> str:
        with self.look() as view:
            slip = queries.slip_of(view.session, view.actor, receipt_id)
        return self.render("desk/slip.html", slip=slip)

    @expose("/shares/<int:allocation_id>/<any(yes, no, less):said>", methods=["POST"])
    def answer(self, allocation_id: int, said: str) -> ResponseReturnValue:
        """Yes, no or less to an offered share, by the household itself."""
        form = Form()
        less = None
        if said == "less":
            heads = form.one_of("unit", tuple(BaseUnit)) == BaseUnit.head
            less = form.integer("amount", minimum=1) if heads else form.jin("amount")
            form.done()
        with self.unit() as work:
            answer(work, allocation_id, said != "no", amount=less)
        if said != "no":
            say = _("You said yes. Bring it to the scale in the delivery days.")
        else:
            say = _("You said no. It is offered to others; nothing follows from it.")
        return self.go("HouseholdPage.mine", say=say)


permit("Home.index", ANY)
permit("ProgressView.index", *TRADERS, Role.county)
permit("ProgressView.show", *TRADERS, Role.county)
permit("FridayView.index", Role.enterprise)
permit("FridayView.workbook", Role.enterprise)
permit("CountyView.index", Role.county)
permit("HouseholdList.index", *STAFF)
permit("HouseholdPage.mine", Role.household)
permit("HouseholdPage.show", Role.household, *STAFF)
permit("HouseholdPage.slip", Role.household, *STAFF)
permit("HouseholdPage.answer", Role.household)
menu_entry("Home.index", lazy_gettext("Start page"), icon="home", group=Group.today, order=0)
menu_entry("FridayView.index", lazy_gettext("My week"), icon="clock", group=Group.today, order=15)
menu_entry("HouseholdPage.mine", lazy_gettext("My household"), icon="user", group=Group.today, order=10)
menu_entry(
    "ProgressView.index",
    lazy_gettext("Progress of the orders"),
    icon="chart-bar",
    group=Group.today,
    order=20,
)
menu_entry("CountyView.index", lazy_gettext("Villages"), icon="map", group=Group.today, order=15)
menu_entry(
    "HouseholdList.index",
    lazy_gettext("Households' pages"),
    icon="users-group",
    group=Group.village,
    order=10,
)
