"""Policies and earmarked money: both charts' worked figures, what is refused, and what verify sees."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from coop.books import service as books
from coop.kernel.actor import Actor, Role, system
from coop.kernel.clock import ToldClock
from coop.kernel.errors import InputError, NotFoundError, PermissionDeniedError
from coop.kernel.registries import invariants, source_link
from coop.kernel.unit import look, owner_session, unit
from coop.parties import service as parties
from coop.parties.models import TenantKind
from coop.policy import offers, queries, service
from coop.policy.checks import check_grants
from coop.policy.models import GrantRow
from coop.policy.service.errors import (
    AwardsTooMuchError,
    GrantTwiceError,
    NoIssuerError,
    NotAwardedError,
    OverspentError,
    PolicyNumberError,
    ProjectTakenError,
)
from coop.standards import service as standards
from ledger import balances
from ledger.errors import NegativeBalanceError
from tests.conftest import YEAR, Village, make_village

MARCH = date(YEAR, 3, 1)
DOCUMENT = "留财农〔2025〕8号"


@pytest.fixture
def county(village: Village, clock: ToldClock) -> Actor:
    """A county office that reads the village by its mandate; the clock stands in December."""
    clock.day = date(YEAR, 12, 20)
    with unit(system()) as work:
        tenant = parties.add_tenant(work, TenantKind.county, "LIUBA", "留坝县(虚构)", "Liuba (fictional)").id
    with unit(system(0, Role.admin)) as work:
        standards.load_catalogue(work)
    return Actor(70, "county", tenant, frozenset({Role.county}), frozenset({village.tenant}))


def accountant(village: Village) -> Actor:
    return village.actor(Role.accountant, user=5)


def receive(village: Village, entity: int, fen: int = 20_000_000, document: str = DOCUMENT) -> int:
    with unit(accountant(village)) as work:
        return service.receive_grant(
            work,
            entity_id=entity,
            project="COLD",
            name="冷库项目",
            name_en="cold store",
            document=document,
            amount_fen=fen,
            day=MARCH,
        ).id


def spend(
    village: Village, grant: int, fen: int, account: str, *, on_asset: bool, purpose: str = "冷库"
) -> int:
    with unit(accountant(village)) as work:
        return service.spend_grant(
            work,
            grant,
            amount_fen=fen,
            day=date(YEAR, 5, 6),
            account=account,
            purpose=purpose,
            purpose_en="cold store",
            on_asset=on_asset,
        ).id


def give_back(village: Village, grant: int, fen: int) -> int:
    with unit(accountant(village)) as work:
        return service.return_grant(work, grant, amount_fen=fen, day=date(YEAR, 12, 1)).id


def held(village: Village, entity: int) -> dict[str, int]:
    from coop.books.queries import book_of

    with look(village.actor()) as seen:
        book = book_of(seen.session, entity)
        lines = balances.trial_balance(seen.session, book.id, year=YEAR)
        return {line.account: line.closing for line in lines if line.closing}


def breaches() -> list[str]:
    with owner_session() as session:
        check = invariants.get("L8")
        assert check is not None
        return check(session)


@pytest.mark.parametrize(("standard", "payable"), [("rceo", "241:COLD"), ("coop", "235:COLD")])
def test_a_grant_in_both_charts(village: Village, county: Actor, standard: str, payable: str) -> None:
    """200,000 yuan came; 150,000 became the cold store, 30,000 training, 20,000 went back."""
    entity = getattr(village, standard)
    grant = receive(village, entity)
    assert held(village, entity) == {"102": 20_000_000, payable: -20_000_000}
    use = spend(village, grant, 15_000_000, "151:COLD", on_asset=True)
    assert held(village, entity) == {
        "102": 5_000_000,
        "151:COLD": 15_000_000,
        payable: -5_000_000,
        "311:COLD": -15_000_000,
    }
    spend(village, grant, 3_000_000, "", on_asset=False, purpose="培训")
    back = give_back(village, grant, 2_000_000)
    assert held(village, entity) == {"151:COLD": 15_000_000, "311:COLD": -15_000_000}
    assert breaches() == []
    for actor in (village.actor(), county):
        with look(actor) as seen:
            page = queries.grant_page(seen.session, grant)
            assert (page.item.sums.spent_fen, page.item.sums.returned_fen, page.item.sums.left_fen) == (
                18_000_000,
                2_000_000,
                0,
            )
            assert [(p.purpose, p.fen) for p in page.purposes] == [("冷库", 15_000_000), ("培训", 3_000_000)]
            assert all(item.use.voucher_id for item in page.uses)
            assert [item.village.code for item in queries.grant_list(seen.session)] == ["TYP"]
    for source, endpoint in (
        (f"grant:{grant}", "GrantView.show"),
        (f"grant_use:{use}", "GrantView.use"),
        (f"grant_return:{back}", "GrantView.use"),
    ):
        link = source_link(source)
        assert link is not None
        assert link.endpoint == endpoint


def test_a_grant_is_never_overspent(village: Village, county: Actor) -> None:
    grant = receive(village, village.rceo, 10_000)
    receive(village, village.rceo, 90_000, "第二批")
    spend(village, grant, 6_000, "153:ROAD", on_asset=True)
    with pytest.raises(OverspentError, match=r"40\.00 yuan left, 40\.01 yuan asked, 0\.01 yuan too much"):
        spend(village, grant, 4_001, "", on_asset=False)
    with pytest.raises(OverspentError):
        give_back(village, grant, 4_001)
    give_back(village, grant, 4_000)
    with pytest.raises(OverspentError):
        spend(village, grant, 1, "", on_asset=False)
    assert breaches() == []


def test_all_faults_of_a_use_at_once(village: Village, county: Actor) -> None:
    grant = receive(village, village.coop)
    with pytest.raises(InputError) as caught, unit(accountant(village)) as work:
        service.spend_grant(
            work, grant, amount_fen=0, day=date(YEAR, 2, 1), account="513:03", purpose=" ", purpose_en="",
            on_asset=True,
        )  # fmt: skip
    assert {f.place for f in caught.value.faults} == {"/amount_fen", "/day", "/purpose", "/account"}
    for account, on_asset in (("102", True), ("521:01", False), ("132:BEES", True)):
        with pytest.raises(InputError):
            spend(village, grant, 100, account, on_asset=on_asset)
    spend(village, grant, 100, "142:BEES", on_asset=True)
    with pytest.raises(InputError) as caught, unit(accountant(village)) as work:
        service.receive_grant(
            work, entity_id=village.coop, project="cold", name="", document="", amount_fen=-1,
            day=date(YEAR + 1, 1, 1),
        )  # fmt: skip
    assert {f.place for f in caught.value.faults} == {"/amount_fen", "/day", "/project", "/name", "/document"}
    with pytest.raises(GrantTwiceError):
        receive(village, village.coop)
    with pytest.raises(NegativeBalanceError):
        spend(village, grant, 100, "101", on_asset=False)


def test_wrong_roles_and_another_village(village: Village, county: Actor) -> None:
    grant = receive(village, village.rceo)
    with pytest.raises(PermissionDeniedError), unit(village.actor(Role.manager)) as work:
        service.return_grant(work, grant, amount_fen=1, day=MARCH)
    with pytest.raises(PermissionDeniedError), unit(village.actor(Role.clerk)) as work:
        service.receive_grant(
            work, entity_id=village.rceo, project="A", name="a", document="b", amount_fen=1, day=MARCH
        )
    other = make_village("SHB", 2)
    for actor in (
        accountant(other),
        Actor(5, "x", other.tenant, frozenset(Role), frozenset({village.tenant})),
    ):
        with pytest.raises(NotFoundError), unit(actor) as work:
            service.spend_grant(
                work, grant, amount_fen=1, day=MARCH, account="", purpose="x", purpose_en="x", on_asset=False
            )
        with pytest.raises(NotFoundError), unit(actor) as work:
            service.receive_grant(
                work, entity_id=village.rceo, project="A", name="a", document="b", amount_fen=1, day=MARCH
            )
    with look(accountant(other)) as seen:
        assert queries.grant_list(seen.session) == []
        with pytest.raises(NotFoundError):
            queries.grant_page(seen.session, grant)
    with pytest.raises(PermissionDeniedError), unit(county) as work:
        service.return_grant(work, grant, amount_fen=1, day=MARCH)


def test_a_reversed_use_is_there_to_be_spent_again(village: Village, county: Actor) -> None:
    grant = receive(village, village.rceo, 10_000)
    spend(village, grant, 10_000, "153:ROAD", on_asset=True)
    with look(village.actor()) as seen:
        voucher = queries.grant_page(seen.session, grant).uses[0].use.voucher_id
    assert voucher is not None
    with unit(village.actor(Role.checker, user=6)) as work:
        books.reverse(work, voucher, day=date(YEAR, 6, 1), reason="错记", maker_id=5)
    assert held(village, village.rceo) == {"102": 10_000, "241:COLD": -10_000}
    spend(village, grant, 10_000, "151:ROAD", on_asset=True)
    assert breaches() == []
    with look(village.actor()) as seen:
        page = queries.grant_page(seen.session, grant)
        assert [item.void for item in page.uses] == [True, False]
        assert page.item.sums.left_fen == 0


def test_verify_sees_a_document_that_differs_from_the_books(village: Village, county: Actor) -> None:
    grant = receive(village, village.rceo, 10_000)
    with owner_session(write=True) as session:
        session.get_one(GrantRow, grant).amount_fen = 9_000
    with owner_session() as session:
        assert "9000 fen left expected, 10000 found, difference 1000" in check_grants(session)[0]
    assert len(breaches()) == 1, "under L8"


def issue(county: Actor, number: str = "留政发〔2025〕3号", **more: object) -> int:
    told: dict[str, object] = {
        "number": number, "title": "食用菌奖补", "title_en": "mushroom support", "since": date(YEAR, 1, 1),
        "text": "每袋补 2.6 元。", "text_en": "2.6 yuan a bag.",
    } | more  # fmt: skip
    with unit(county) as work:
        return service.issue(work, **told).id  # type: ignore[arg-type]


def test_a_policy_and_its_versions(village: Village, county: Actor) -> None:
    with look(county) as seen:
        from coop.standards.queries import products

        code = next(iter(products(seen.session)))
    policy = issue(county, until=date(YEAR, 7, 1), products=[code])
    with unit(county) as work:
        made = service.amend(
            work, policy, since=date(YEAR, 7, 1), text="每袋补 3 元。", text_en="3 yuan a bag."
        )
        assert made.version == 2
    with look(village.actor(Role.household)) as seen:
        for day, version in ((date(YEAR, 6, 30), 1), (date(YEAR, 7, 1), 2), (date(YEAR - 1, 1, 1), None)):
            item = queries.policy_page(seen.session, policy, day).item
            assert (item.version.version if item.version else None) == version
        assert len(queries.policy_list(seen.session, date(YEAR, 6, 30), product=code)) == 1
        assert queries.policy_list(seen.session, date(YEAR, 6, 30), product="ELSE") == []
    with pytest.raises(PolicyNumberError):
        issue(county)
    with pytest.raises(InputError) as caught:
        issue(county, number="", products=["NOPE"], until=date(YEAR, 1, 1))
    assert {f.place for f in caught.value.faults} == {"/number", "/products/NOPE", "/until"}


def test_only_an_office_issues_and_only_its_own_is_amended(village: Village, county: Actor) -> None:
    policy = issue(county)
    with pytest.raises(PermissionDeniedError):
        issue(village.actor(Role.manager))
    with pytest.raises(NoIssuerError):
        issue(village.actor(Role.county))
    with unit(system()) as work:
        town = parties.add_tenant(work, TenantKind.township, "TOWN", "某镇(虚构)", "town (fictional)").id
    township = Actor(71, "town", town, frozenset({Role.county}))
    with pytest.raises(NotFoundError), unit(township) as work:
        service.amend(work, policy, since=MARCH, text="x", text_en="x")
    assert issue(township) != policy, "numbers are each office's own"


def announce(county: Actor, project: str = "COLD", **more: object) -> int:
    told: dict[str, object] = {
        "project": project, "name": "冷库项目", "name_en": "cold stores", "document": DOCUMENT,
        "amount_fen": 30_000_000, "purpose": "建设冷库", "purpose_en": "build cold stores",
        "awards": {"TYP-RCEO": 20_000_000},
    } | more  # fmt: skip
    with unit(county) as work:
        return service.announce(work, **told).id  # type: ignore[arg-type]


def test_a_programme_gives_what_it_announced(village: Village, county: Actor, clock: ToldClock) -> None:
    programme = announce(county, policy_id=issue(county))
    todo = frozenset({Role.accountant})
    with look(accountant(village)) as seen:
        assert [t.count for t in offers.todos(seen.session, todo)] == [1]
    with pytest.raises(NotAwardedError, match=r"200000\.00 yuan; with this receipt it has 200000\.01"):
        receive(village, village.rceo, 20_000_001)
    with pytest.raises(NotAwardedError):
        receive(village, village.coop, 1)
    grant = receive(village, village.rceo, 20_000_000)
    with pytest.raises(NotAwardedError):
        receive(village, village.rceo, 1, "第二批")
    with look(accountant(village)) as seen:
        assert offers.todos(seen.session, todo) == []
        page = queries.programme_page(seen.session, programme)
        assert [(award.entity, [g.id for g in grants]) for award, grants in page.awards] == [
            ("TYP-RCEO", [grant])
        ]
    other = make_village("SHB", 2)
    with look(accountant(other)) as seen:
        assert queries.programme_page(seen.session, programme).awards[0][1] == (), (
            "another's receipts stay its own"
        )
    with pytest.raises(ProjectTakenError):
        announce(county)
    with pytest.raises(AwardsTooMuchError):
        announce(county, "MORE", awards={"TYP-RCEO": 30_000_001})
    with pytest.raises(InputError):
        announce(county, "bad code", awards={"TYP-RCEO": 0})
    clock.day += timedelta(days=1)
    announce(county, "OPEN", awards=None)
    with unit(accountant(village)) as work:
        service.receive_grant(
            work, entity_id=village.coop, project="OPEN", name="n", document="d", amount_fen=1, day=MARCH
        )


def test_nobody_else_writes_what_an_office_announced(
    village: Village, county: Actor, request: pytest.FixtureRequest
) -> None:
    """On PostgreSQL the database itself refuses."""
    from sqlalchemy import update
    from sqlalchemy.exc import DBAPIError

    from coop.kernel.unit import database
    from coop.policy.models import PolicyRow, ProgrammeRow

    issue(county)
    announce(county)
    if database().app.dialect.name != "postgresql":
        return
    with unit(village.actor(*Role)) as work:
        for kind in (PolicyRow, ProgrammeRow):
            done = work.session.execute(update(kind).values(issuer_id=village.tenant))
            assert done.rowcount == 0  # type: ignore[attr-defined]
    with pytest.raises(DBAPIError), unit(village.actor(*Role)) as work:
        work.session.add(PolicyRow(issuer_id=county.tenant_id, number="x", title="x", title_en="x"))
