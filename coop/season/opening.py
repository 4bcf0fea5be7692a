"""The first days: tenants, users, registers and capacities from the villages' workbooks, both books of each opened."""

from __future__ import annotations

from datetime import date

from coop.accounting import service as accounting
from coop.books import service as books
from coop.kernel.actor import Role, system
from coop.kernel.unit import Unit, unit
from coop.orders import service as orders
from coop.parties import service as parties
from coop.parties.models import Ground, TenantKind
from coop.points import service as points
from coop.procurement import service as procurement
from coop.season.cast import FIRMS, SHARE_PRICE_FEN
from coop.season.files import village_workbook
from coop.season.stage import BUYERS, OTHERS, PASSWORD, STAFF, Stage, Village
from coop.splitting import service as splitting
from coop.splitting.imports import read_village
from coop.standards import service as standards
from coop.standards.queries import products
from coop.web.accounts import new_account

COUNTY, TOWN = "LBX", "YSZ"
AREAS = (
    ("610729", "留坝县（演示）", "Liuba county (demo)", None),
    ("610729100", "演示一镇", "First demo town", "610729"),
    ("610729101", "演示二镇", "Second demo town", "610729"),
)
SCALE = "S01"
YUAN = 100
# A few households of the first village log in on the phone; for the others the clerk writes down what they say.
WITH_LOGIN = 5


def found(stage: Stage) -> None:
    """Areas, tenants, mandates, entities and users."""
    day = stage.on(1, 1)
    with unit(system(0, *Role), stage.clock) as work:
        for area in AREAS:
            parties.add_area(work, *area)
        for village in stage.villages:
            cast = village.cast
            parties.add_area(work, cast.area, cast.name, cast.name_en, cast.town)
            village.tenant = parties.add_tenant(
                work, TenantKind.village, cast.code, cast.name, cast.name_en, area=cast.area
            ).id
        for firm in FIRMS.values():
            stage.firms[firm.code] = parties.add_tenant(
                work, TenantKind.enterprise, firm.code, firm.name, firm.name_en
            ).id
        stage.county = parties.add_tenant(
            work,
            TenantKind.county,
            COUNTY,
            "县农业农村局（虚构）",
            "County agriculture office (fictional)",
            area="610729",
        ).id
        stage.town = parties.add_tenant(
            work,
            TenantKind.township,
            TOWN,
            "演示一镇人民政府（虚构）",
            "First demo town office (fictional)",
            area="610729100",
        ).id
        standards.load_catalogue(work)
        _users(work, stage, day)
    for firm in FIRMS.values():
        with unit(system(stage.firms[firm.code], *Role), stage.clock) as work:
            parties.add_entity(work, firm.code, firm.name, firm.name_en)
    for village in stage.villages:
        _entities(village, day)


def _users(work: Unit, stage: Stage, day: date) -> None:
    wanted = [(login, *who, stage.county) for login, who in OTHERS.items()]
    wanted += [(firm.login, *BUYERS[firm.login], stage.firms[firm.code]) for firm in FIRMS.values()]
    for village in stage.villages:
        wanted += [(village.login(login), *who, village.tenant) for login, who in STAFF.items()]
    for login, name, roles, tenant in wanted:
        account = new_account(work.session, username=login, name=name, roles=roles, password=PASSWORD)
        stage.users[login] = account.id
        # The first village's accountant keeps the books of all of them, as an agency's does; the own one comes last and counts.
        kept = [village.tenant for village in stage.villages[:0:-1]] if login == "accountant" else []
        if login != "admin":
            for where in (*kept, tenant):
                parties.grant_access(work, account.id, where, day)


def _entities(village: Village, day: date) -> None:
    """Both legal persons with their books, what the village lets the offices read, its charter and its scale."""
    cast, stage = village.cast, village.stage
    with unit(system(village.tenant, *Role), stage.clock) as work:
        rceo = parties.add_entity(
            work,
            cast.rceo,
            f"{cast.short}股份经济合作社（虚构）",
            f"{cast.short_en} shareholding cooperative (fictional)",
            "rceo_2023",
        )
        coop = parties.add_entity(
            work,
            cast.coop,
            f"{cast.short}扶贫互助合作社（虚构）",
            f"{cast.short_en} mutual-aid cooperative (fictional)",
            "coop_2021",
        )
        village.rceo, village.coop = rceo.id, coop.id
        for entity in (rceo, coop):
            books.open_book(work, entity, stage.year)
        parties.grant_mandate(work, stage.county, day)
        if cast.town == AREAS[1][0]:
            parties.grant_mandate(work, stage.town, day)
        orders.list_seller(work, coop.id)
        points.adopt_items(work)
        procurement.register_scale(work, SCALE, "收购点电子秤", date(stage.year, 12, 31))


def register(village: Village) -> None:
    """The village's workbook: households, members, shares, contributions and what each can grow."""
    stage = village.stage
    day = stage.on(1, 3)
    workbook = village_workbook(village.cast, village.homes, stage.year)
    with village.act("manager") as work:
        read = read_village(workbook, products(work.session))
        parties.enter_register(
            work,
            read.members,
            day=date(stage.year, 1, 1),
            share_entity=village.rceo,
            contribution_entity=village.coop,
        )
        splitting.file_capacity(work, read.capacities, file_sha=read.sha)
    if not village.first:
        return
    heads = sorted({entry.household: entry.head for entry in read.members}.items())
    with unit(system(0, *Role), stage.clock) as work:
        for number, head in heads[:WITH_LOGIN]:
            account = new_account(
                work.session, username=number, name=head, roles=(Role.household,), password=PASSWORD
            )
            stage.users[number] = account.id
            parties.grant_access(work, account.id, village.tenant, day, household=number)
    for elder, _ in heads[WITH_LOGIN:][:1]:  # has no telephone: the neighbour with a login answers for it
        paper, deputy = f"委托书 {day.year}-1 号", heads[WITH_LOGIN - 1][0]
        with village.act("manager") as work:
            mandate = parties.grant_acting(
                work,
                household=elder,
                deputy=deputy,
                since=day,
                last=None,
                ground=Ground.signed,
                document=paper,
            )
        with village.act(deputy) as work:
            village.acting[elder] = parties.begin_acting(work, mandate.id)


def open_books(village: Village) -> None:
    """Opening balances of both books on 1 January, larger in a larger village."""
    stage = village.stage
    stage.on(1, 4)
    contributions = SHARE_PRICE_FEN * sum(home.member for home in village.homes)
    members = sum(len(home.people) for home in village.homes)
    with village.act("accountant") as work:
        accounting.opening(
            work,
            village.rceo,
            stage.year,
            {
                "102": (26_400 + 100 * members) * YUAN,
                "151": 420_000 * YUAN,
                "152": -60_000 * YUAN,
                "301": -(340_000 + 100 * members) * YUAN,
                "311": -34_000 * YUAN,
                "322:02": -12_400 * YUAN,
            },
        )
        accounting.opening(
            work,
            village.coop,
            stage.year,
            {"102": 600_000 * YUAN + contributions, "311": -600_000 * YUAN, "301": -contributions},
        )
