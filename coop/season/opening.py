"""The first days: tenants, users, the register and the capacities from the village's workbook, both books opened."""

from __future__ import annotations

from datetime import date

from coop.accounting import service as accounting
from coop.books import service as books
from coop.kernel.actor import Role, system
from coop.kernel.unit import Unit, unit
from coop.orders import service as orders
from coop.parties import service as parties
from coop.parties.models import TenantKind
from coop.points import service as points
from coop.procurement import service as procurement
from coop.season.stage import OTHERS, PASSWORD, STAFF, Stage
from coop.splitting import service as splitting
from coop.splitting.imports import read_village
from coop.standards import service as standards
from coop.standards.queries import products
from coop.web.accounts import new_account

VILLAGE, ENTERPRISE, COUNTY = "TYP", "QLSZ", "LBX"
RCEO, COOP = "TYP-RCEO", "TYP-COOP"
SCALE = "S01"
YUAN = 100
# A few households log in on the phone; for the others the clerk writes down what they say.
WITH_LOGIN = 5


def found(stage: Stage) -> None:
    """Areas, tenants, mandates, entities and users."""
    day = stage.on(1, 1)
    with unit(system(0, *Role), stage.clock) as work:
        parties.add_area(work, "610729", "留坝县（演示）", "Liuba county (demo)")
        parties.add_area(work, "610729100", "演示镇", "Demo town", "610729")
        parties.add_area(
            work, "610729100201", "桃源铺村（虚构）", "Taoyuanpu village (fictional)", "610729100"
        )
        stage.village = parties.add_tenant(
            work,
            TenantKind.village,
            VILLAGE,
            "桃源铺村（虚构）",
            "Taoyuanpu village (fictional)",
            area="610729100201",
        ).id
        stage.buyer = parties.add_tenant(
            work,
            TenantKind.enterprise,
            ENTERPRISE,
            "秦岭山珍食品有限公司（虚构）",
            "Qinling Mountain Foods (fictional)",
        ).id
        stage.county = parties.add_tenant(
            work,
            TenantKind.county,
            COUNTY,
            "县农业农村局（虚构）",
            "County agriculture office (fictional)",
            area="610729",
        ).id
        standards.load_catalogue(work)
        _users(work, stage, day)
    with unit(system(stage.buyer, *Role), stage.clock) as work:
        parties.add_entity(
            work, ENTERPRISE, "秦岭山珍食品有限公司（虚构）", "Qinling Mountain Foods (fictional)"
        )
    with unit(system(stage.village, *Role), stage.clock) as work:
        rceo = parties.add_entity(
            work,
            RCEO,
            "桃源铺村股份经济合作社（虚构）",
            "Taoyuanpu shareholding cooperative (fictional)",
            "rceo_2023",
        )
        coop = parties.add_entity(
            work,
            COOP,
            "桃源铺村扶贫互助合作社（虚构）",
            "Taoyuanpu mutual-aid cooperative (fictional)",
            "coop_2021",
        )
        stage.rceo, stage.coop = rceo.id, coop.id
        for entity in (rceo, coop):
            books.open_book(work, entity, stage.year)
        parties.grant_mandate(work, stage.county, day)
        orders.list_seller(work, coop.id)
        points.adopt_items(work)
        procurement.register_scale(work, SCALE, "收购点电子秤", date(stage.year, 12, 31))


def _users(work: Unit, stage: Stage, day: date) -> None:
    tenants = {"enterprise": stage.buyer, "county": stage.county}
    for login, (name, roles) in {**STAFF, **OTHERS}.items():
        account = new_account(work.session, username=login, name=name, roles=roles, password=PASSWORD)
        stage.users[login] = account.id
        if login != "admin":
            parties.grant_access(work, account.id, tenants.get(login, stage.village), day)


def register(stage: Stage, workbook: bytes) -> None:
    """The village's workbook: households, members, shares, contributions and what each can grow."""
    day = stage.on(1, 3)
    with stage.act("manager") as work:
        village = read_village(workbook, products(work.session))
        parties.enter_register(
            work,
            village.members,
            day=date(stage.year, 1, 1),
            share_entity=stage.rceo,
            contribution_entity=stage.coop,
        )
        splitting.file_capacity(work, village.capacities, file_sha=village.sha)
    heads = sorted({entry.household: entry.head for entry in village.members}.items())
    with unit(system(0, *Role), stage.clock) as work:
        for number, head in heads[:WITH_LOGIN]:
            account = new_account(
                work.session, username=number, name=head, roles=(Role.household,), password=PASSWORD
            )
            stage.users[number] = account.id
            parties.grant_access(work, account.id, stage.village, day, household=number)


def open_books(stage: Stage, contributions_fen: int) -> None:
    """Opening balances of both books on 1 January."""
    stage.on(1, 4)
    with stage.act("accountant") as work:
        accounting.opening(
            work,
            stage.rceo,
            stage.year,
            {
                "102": 86_400 * YUAN,
                "151": 420_000 * YUAN,
                "152": -60_000 * YUAN,
                "301": -400_000 * YUAN,
                "311": -34_000 * YUAN,
                "322:02": -12_400 * YUAN,
            },
        )
        accounting.opening(
            work,
            stage.coop,
            stage.year,
            {"102": 600_000 * YUAN + contributions_fen, "311": -600_000 * YUAN, "301": -contributions_fen},
        )
