"""Asset cards, depreciation runs, disposals and stock-takes: both standards, both back ends, cards and books in step."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.accounting import service as accounting
from coop.accounting.models import DepreciationRunRow
from coop.accounting.models.assets import DisposalKind
from coop.accounting.queries.assets import asset_board, asset_differences, asset_item
from coop.accounting.queries.depreciation import depreciation_due, depreciation_preview
from coop.accounting.rules.assets import AssetClass, AssetEntry, AssetMethod, AssetUse
from coop.accounting.rules.depreciation import Course, due, month_table, next_month, target
from coop.accounting.service import assets, assets_disposal
from coop.accounting.service import depreciation as runs
from coop.accounting.service.assets import Bought, CardInUseError
from coop.accounting.service.assets_disposal import DepreciationOpenError, NotHeldError, Sale
from coop.accounting.service.depreciation import MonthRunError, StaleRunError
from coop.accounting.service.subledgers import SameHandError
from coop.books import queries as books
from coop.books import service as book_service
from coop.kernel.actor import Role
from coop.kernel.clock import ToldClock
from coop.kernel.errors import InputError, NotFoundError, PermissionDeniedError
from coop.kernel.unit import look, unit
from coop.policy import service as policy
from ledger import balances, journal
from ledger.voucher import Voucher, credit, debit
from tests.accounting.desk import breaches
from tests.conftest import Village, make_village

BOOKS, SECOND = 2, 3
DRYER = AssetEntry(
    AssetClass.fixed,
    "烘干机",
    date(2025, 3, 20),
    3_600_000,
    180_000,
    AssetMethod.straight,
    120,
    AssetUse.cost,
)


def maker(village: Village):  # type: ignore[no-untyped-def]
    return unit(village.actor(Role.accountant, user=BOOKS))


def checker(village: Village, user: int = SECOND):  # type: ignore[no-untyped-def]
    return unit(village.actor(Role.checker, user=user))


def seen(village: Village):  # type: ignore[no-untyped-def]
    return look(village.actor(Role.accountant))


@pytest.fixture(params=["coop", "rceo"])
def side(request: pytest.FixtureRequest, village: Village, clock: ToldClock) -> tuple[int, str]:
    """An entity with enough in the bank, and its code."""
    clock.day = date(2025, 12, 31)
    entity, code = (village.coop, "TYP-COOP") if request.param == "coop" else (village.rceo, "TYP-RCEO")
    fund(village, entity)
    return entity, code


def fund(village: Village, entity: int) -> None:
    voucher = Voucher(
        date(2025, 1, 2), "存入", (debit("102", 9_000_000), credit("501:01", 9_000_000)), "seed:1"
    )
    with unit(village.actor(Role.manager, user=5)) as work:
        book_service.post(work, entity, voucher)


def buy(village: Village, entity: int, entry: AssetEntry = DRYER) -> int:
    """A card whose draft a second person posted."""
    with maker(village) as work:
        row = assets.add_card(work, entity, entry, Bought(counter="102"))
        card, draft = row.id, row.draft_id
    assert draft is not None
    with checker(village) as work:
        accounting.approve(work, draft)
    return card


def run(village: Village, entity: int, month: int, year: int = 2025) -> int:
    with maker(village) as work:
        row = runs.prepare_depreciation(work, entity, year, month).id
    with checker(village) as work:
        runs.approve_depreciation(work, row)
    return row


def balance(village: Village, entity: int, account: str) -> int:
    with seen(village) as view:
        return balances.balance(view.session, books.book_of(view.session, entity).id, account)


def in_step(village: Village, code: str) -> None:
    with seen(village) as view:
        assert [c.path for c in asset_differences(view.session, code) if c.difference_fen] == []
    assert breaches() == []


def test_a_card_is_bought_and_depreciated_month_by_month(village: Village, side: tuple[int, str]) -> None:
    entity, code = side
    with maker(village) as work:
        row = assets.add_card(work, entity, DRYER, Bought(counter="102"))
        card, draft = row.id, row.draft_id
        assert row.number == "GD-0001"
    with seen(village) as view:
        assert not asset_item(view.session, card).booked
        assert depreciation_due(view.session, entity, 2025, 4) is None, "not in the books yet"
    assert draft is not None
    with checker(village) as work:
        accounting.approve(work, draft)
    with seen(village) as view:
        assert depreciation_due(view.session, entity, 2025, 3) is None, "starts the month after"
        preview = depreciation_preview(view.session, entity, (2025, 4))
        waits = depreciation_due(view.session, entity, 2025, 4)
    assert preview.voucher is not None
    assert waits is not None
    assert (waits.cards, waits.fen) == (1, 28_500)
    with maker(village) as work:
        asked = runs.prepare_depreciation(work, entity, 2025, 4).id
    with pytest.raises(MonthRunError), maker(village) as work:
        runs.prepare_depreciation(work, entity, 2025, 4)
    with pytest.raises(SameHandError), checker(village, BOOKS) as work:
        runs.approve_depreciation(work, asked)
    with checker(village) as work:
        voucher = runs.approve_depreciation(work, asked).voucher_id
    assert voucher is not None
    with seen(village) as view:
        posted = journal.read(view.session, voucher)
        assert posted == preview.voucher, "the preview is what is posted"
        assert posted.source == f"depreciation:{code}:2025:04"
        assert depreciation_due(view.session, entity, 2025, 4) is None
    with pytest.raises(MonthRunError), maker(village) as work:
        runs.prepare_depreciation(work, entity, 2025, 6)
    for month in (5, 6):
        run(village, entity, month)
    assert balance(village, entity, "401") == 3 * 28_500
    in_step(village, code)


def test_a_reversal_reopens_the_month(village: Village, side: tuple[int, str]) -> None:
    entity, code = side
    card = buy(village, entity)
    run(village, entity, 4)
    may = run(village, entity, 5)
    with maker(village) as work:
        voucher = work.session.get_one(DepreciationRunRow, may).voucher_id
        draft = accounting.draft_reversal(work, voucher, day=date(2025, 5, 31), reason="用途填错").id
    with checker(village) as work:
        accounting.approve(work, draft)
    with seen(village) as view:
        waits = depreciation_due(view.session, entity, 2025, 5)
        assert waits is not None
        assert waits.fen == 28_500
    with pytest.raises(MonthRunError), maker(village) as work:
        runs.prepare_depreciation(work, entity, 2025, 6)
    with maker(village) as work:
        assets.update_card(work, card, location="烘干房", custodian="保管岗", idle=False, use="admin")
        again = runs.prepare_depreciation(work, entity, 2025, 5).id
    with maker(village) as work:
        assets.update_card(work, card, location="烘干房", custodian="保管岗", idle=True, use="operating")
    with pytest.raises(StaleRunError), checker(village) as work:
        runs.approve_depreciation(work, again)
    with maker(village) as work:
        runs.refuse_depreciation(work, again, "用途又变")
    third = run(village, entity, 5)
    with seen(village) as view:
        row = view.session.get_one(DepreciationRunRow, third)
        assert journal.read(view.session, row.voucher_id).source == f"depreciation:{code}:2025:05:3"
        assert asset_item(view.session, card).accumulated_fen == 57_000
    in_step(village, code)


CASES = {
    AssetClass.fixed: ("operating", 100_000, {"coop": ("521:04", "152"), "rceo": ("511:04", "152")}),
    AssetClass.bearer: ("cost", 100_000, {"coop": ("401", "143"), "rceo": ("401", "133")}),
    AssetClass.intangible: ("admin", 100_000, {"coop": ("523:03", "162"), "rceo": ("513:04", "162")}),
    AssetClass.deferred: ("welfare", 100_000, {"coop": ("529:01", "171"), "rceo": ("514:04", "171")}),
}


@pytest.mark.parametrize("kind", CASES)
def test_each_class_has_its_accounts(village: Village, side: tuple[int, str], kind: AssetClass) -> None:
    entity, code = side
    use, cost, accounts = CASES[kind]
    buy(
        village, entity,
        AssetEntry(kind, "资产", date(2025, 1, 10), cost, 0, AssetMethod.straight, 3, AssetUse(use)),
    )  # fmt: skip
    for month in (2, 3, 4):
        run(village, entity, month)
    with pytest.raises(InputError), maker(village) as work:
        runs.prepare_depreciation(work, entity, 2025, 5)
    expense, contra = accounts["coop" if code == "TYP-COOP" else "rceo"]
    assert balance(village, entity, expense) == cost
    assert balance(village, entity, contra) == (0 if kind is AssetClass.deferred else -cost)
    in_step(village, code)


def test_what_is_not_depreciated_stays_out_of_runs(village: Village, side: tuple[int, str]) -> None:
    entity, code = side
    day = date(2025, 1, 10)
    buy(village, entity, AssetEntry(AssetClass.consumable, "鸡苗", day, 50_000))
    buy(village, entity, AssetEntry(AssetClass.welfare, "行道树", day, 70_000))
    buy(village, entity, AssetEntry(AssetClass.fixed, "捐赠水井", day, 100, nominal=True))
    with maker(village) as work:
        land = assets.add_card(work, entity, AssetEntry(AssetClass.resource, "后山林地", day, area_m2=66_667))
        assert land.number == "ZY-0001"
        with pytest.raises(InputError) as told:
            assets.add_card(
                work, entity,
                AssetEntry(AssetClass.welfare, "", day, 0, 5, AssetMethod.straight, 0, account="152"),
            )  # fmt: skip
        assert {f.place for f in told.value.faults} == {
            "name",
            "account",
            "cost",
            "residual",
            "method",
            "life",
        }
    with seen(village) as view:
        assert depreciation_due(view.session, entity, 2025, 2) is None
        board = asset_board(view.session, code)
        assert [each.kind for each in board.classes] == ["fixed", "consumable", "welfare", "resource"]
        assert board.total.area_m2 == 66_667
    in_step(village, code)


def test_units_of_production_need_the_months_units(village: Village, side: tuple[int, str]) -> None:
    entity, code = side
    truck = AssetEntry(
        AssetClass.fixed,
        "货车",
        date(2025, 1, 5),
        1_000_000,
        100_000,
        AssetMethod.units,
        30_000,
        unit_name="公里",
    )
    card = buy(village, entity, truck)
    with pytest.raises(InputError) as told, maker(village) as work:
        runs.prepare_depreciation(work, entity, 2025, 2)
    assert "GD-0001" in told.value.faults[0].zh
    for month, units in ((2, 1_001), (3, 0), (4, 40_000)):
        with maker(village) as work:
            assets.enter_output(work, card, year=2025, month=month, units=units)
        if units:
            run(village, entity, month)
    assert balance(village, entity, "152") == -900_000, "never below the residual"
    with pytest.raises(InputError), maker(village) as work:
        assets.enter_output(work, card, year=2025, month=4, units=3)
    with seen(village) as view:
        item = asset_item(view.session, card)
        table = month_table(item.course, item.posted, item.units, (2025, 12))
        assert [line.fen for line in table] == [30_030, 869_970]
    in_step(village, code)


def test_a_dryer_is_sold_through_clearing(village: Village, side: tuple[int, str]) -> None:
    entity, code = side
    card = buy(village, entity)
    for month in range(4, 12):
        run(village, entity, month)
    sale = Sale(DisposalKind.sold, date(2025, 12, 20), 3_400_000, 10_000)
    with pytest.raises(DepreciationOpenError), maker(village) as work:
        assets_disposal.ask_disposal(work, card, sale)
    run(village, entity, 12)
    with maker(village) as work:
        asked = assets_disposal.ask_disposal(work, card, sale).id
    with pytest.raises(NotHeldError), maker(village) as work:
        assets_disposal.ask_disposal(work, card, sale)
    with pytest.raises(CardInUseError), maker(village) as work:
        assets.withdraw_card(work, card, "误建")
    with pytest.raises(SameHandError), checker(village, BOOKS) as work:
        assets_disposal.approve_disposal(work, asked)
    with checker(village) as work:
        assets_disposal.approve_disposal(work, asked)
    gain = "502:01" if code == "TYP-COOP" else "504:02"
    assert balance(village, entity, gain) == -46_500
    assert [balance(village, entity, path) for path in ("151", "152", "154")] == [0, 0, 0]
    with seen(village) as view:
        assert asset_board(view.session, code).classes == ()
        assert depreciation_due(view.session, entity, 2026, 1) is None, "stops with its month"
    in_step(village, code)


def test_animals_and_plants_sold_are_income_and_cost(village: Village, side: tuple[int, str]) -> None:
    entity, code = side
    card = buy(village, entity, AssetEntry(AssetClass.consumable, "鸡群", date(2025, 1, 10), 400_000))
    dead = buy(village, entity, AssetEntry(AssetClass.bearer, "茶树", date(2025, 1, 10), 90_000))
    before = balance(village, entity, "501")
    for asset, sale in (
        (card, Sale(DisposalKind.sold, date(2025, 6, 1), 450_000, 2_000)),
        (dead, Sale(DisposalKind.scrapped, date(2025, 6, 1), 5_000, 0)),
    ):
        with maker(village) as work:
            asked = assets_disposal.ask_disposal(work, asset, sale).id
        with checker(village) as work:
            assets_disposal.approve_disposal(work, asked)
    coop = code == "TYP-COOP"
    assert balance(village, entity, "501") - before == -450_000
    assert balance(village, entity, "521:02" if coop else "511:01") == 402_000
    assert balance(village, entity, "529:03" if coop else "515:02") == 85_000
    in_step(village, code)


def test_what_a_stock_take_misses_waits_in_181(village: Village, side: tuple[int, str]) -> None:
    entity, code = side
    there, lost = (
        buy(village, entity),
        buy(village, entity, replace(DRYER, name="水泵", cost_fen=300_000, residual_fen=0)),
    )
    for month in (4, 5, 6):
        run(village, entity, month)
    with maker(village) as work:
        take = assets_disposal.take_stock(work, entity, day=date(2025, 6, 30), found={there})
        assert (take.expected, take.found) == (2, 1)
    with seen(village) as view:
        waiting = asset_item(view.session, lost).waiting
    assert waiting is not None
    with checker(village) as work:
        assets_disposal.approve_disposal(work, waiting.id)
    assert balance(village, entity, "181") == 292_500
    with pytest.raises(InputError) as told, maker(village) as work:
        assets_disposal.write_off(
            work, waiting.id, day=date(2025, 7, 10), finding="", party="", liable_fen=300_000
        )
    assert {fault.place for fault in told.value.faults} == {"finding", "liable", "party"}
    with maker(village) as work:
        loss = assets_disposal.write_off(
            work, waiting.id, day=date(2025, 7, 10), finding="保管不善", party="BGY", liable_fen=92_500
        ).id
    with pytest.raises(InputError), maker(village) as work:
        assets_disposal.write_off(work, waiting.id, day=date(2025, 7, 10), finding="再报")
    with checker(village) as work:
        assets_disposal.approve_loss(work, loss)
    assert balance(village, entity, "181") == 0
    assert balance(village, entity, ("113" if code == "TYP-COOP" else "112") + ":BGY") == 92_500
    in_step(village, code)


def test_a_card_takes_no_more_than_its_voucher_and_grant(village: Village, side: tuple[int, str]) -> None:
    entity, code = side
    with maker(village) as work:
        grant = policy.receive_grant(
            work, entity_id=entity, project="COLD", name="冷库", document="财农1号", amount_fen=500_000, day=date(2025, 2, 1)
        ).id  # fmt: skip
    with maker(village) as work:
        use = policy.spend_grant(
            work, grant, amount_fen=400_000, day=date(2025, 3, 1), account="151:COLD", purpose="冷库", purpose_en="cold store",
            on_asset=True,
        )  # fmt: skip
        voucher = use.voucher_id
    entry = replace(
        DRYER, name="冷库", day=date(2025, 3, 1), cost_fen=300_000, residual_fen=0, account="151:COLD"
    )
    with pytest.raises(InputError) as told, maker(village) as work:
        assets.add_card(work, entity, replace(entry, cost_fen=400_001), Bought(voucher))
    assert "1 分" in told.value.faults[0].zh
    with maker(village) as work:
        assets.add_card(work, entity, entry, Bought(voucher, grant_id=grant))
    with pytest.raises(InputError) as told, maker(village) as work:
        assets.add_card(work, entity, entry, Bought(voucher, grant_id=grant + 1))
    assert {fault.place for fault in told.value.faults} == {"voucher", "grant"}
    with seen(village) as view:
        [found] = [c for c in asset_differences(view.session, code) if c.role == "fixed_asset"]
        assert found.difference_fen == 100_000, "what has no card yet is told"
    with maker(village) as work:
        assets.add_card(work, entity, replace(entry, cost_fen=100_000), Bought(voucher))
    in_step(village, code)


def test_an_opening_card_goes_on_from_what_was_depreciated(village: Village, clock: ToldClock) -> None:
    clock.day = date(2025, 12, 31)
    with maker(village) as work:
        accounting.opening(work, village.coop, 2025, {"151": 1_200_000, "152": -600_000, "301": -600_000})
    entry = AssetEntry(
        AssetClass.fixed, "老厂房", date(2020, 1, 1), 1_200_000, 60_000, AssetMethod.straight, 60, AssetUse.admin,
        since=date(2024, 12, 31), opening_fen=600_000,
    )  # fmt: skip
    with maker(village) as work:
        card = assets.add_card(work, village.coop, entry).id
    run(village, village.coop, 1)
    with seen(village) as view:
        assert asset_item(view.session, card).accumulated_fen == 609_000
    in_step(village, "TYP-COOP")


def test_roles_and_the_village_next_door(village: Village, side: tuple[int, str]) -> None:
    entity, _ = side
    card = buy(village, entity)
    for role in (Role.checker, Role.supervisor, Role.clerk):
        with pytest.raises(PermissionDeniedError), unit(village.actor(role, user=8)) as work:
            assets.add_card(work, entity, DRYER)
        with pytest.raises(PermissionDeniedError), unit(village.actor(role, user=8)) as work:
            runs.prepare_depreciation(work, entity, 2025, 4)
    with maker(village) as work:
        asked = runs.prepare_depreciation(work, entity, 2025, 4).id
        with pytest.raises(PermissionDeniedError):
            runs.approve_depreciation(work, asked)
    other = make_village("XYZ", households=1)
    with pytest.raises(NotFoundError), checker(other) as work:
        runs.approve_depreciation(work, asked)
    with pytest.raises(NotFoundError), maker(other) as work:
        assets.update_card(work, card, location="", custodian="", idle=True)
    with pytest.raises(NotFoundError), maker(other) as work:
        assets.add_card(work, entity, DRYER)


def test_two_at_once_prepare_one_run(village: Village, side: tuple[int, str]) -> None:
    entity, _ = side
    buy(village, entity)
    gate, told = Barrier(2), []

    def go(user: int) -> None:
        gate.wait()
        try:
            with unit(village.actor(Role.accountant, user=user)) as work:
                runs.prepare_depreciation(work, entity, 2025, 4)
            told.append("made")
        except MonthRunError:
            told.append("refused")

    threads = [Thread(target=go, args=(user,)) for user in (BOOKS, 7)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(told) == ["made", "refused"]


@given(
    st.integers(0, 10**10), st.integers(1, 600), st.dates(date(2015, 1, 1), date(2030, 12, 31)), st.integers(0, 700),
)  # fmt: skip
def test_a_life_adds_up_to_the_base(base: int, life: int, since: date, gone_after: int) -> None:
    gone = date(*next_month((since.year, since.month), gone_after), 1) if gone_after < life else None
    course = Course(AssetMethod.straight, base, life, since, None if gone is None else max(gone, since))
    posted: dict[tuple[int, int], int] = {}
    month = (since.year, since.month)
    assert due(course, month, {}, {}) == 0
    for _ in range(life + 3):
        month = next_month(month)
        fen = due(course, month, posted, {})
        assert 0 <= fen <= -(-base // life)
        if fen:
            posted[month] = fen
    assert sum(posted.values()) == (base if gone is None else target(course, month, {}))
    assert max(posted, default=(0, 0)) <= (month if gone is None else (gone.year, gone.month))


@given(st.integers(0, 10**9), st.integers(1, 10**6), st.lists(st.integers(0, 10**5), max_size=30))
def test_units_never_pass_the_base(base: int, life: int, produced: list[int]) -> None:
    course = Course(AssetMethod.units, base, life, date(2025, 1, 15))
    units: dict[tuple[int, int], int] = {}
    posted: dict[tuple[int, int], int] = {}
    month = (2025, 1)
    for count in produced:
        month = next_month(month)
        units[month] = count
        posted[month] = due(course, month, posted, units)
    assert sum(posted.values()) == target(course, month, units) <= base


@given(st.integers(1, 10**8), st.integers(1, 60), st.sets(st.integers(1, 70)))
def test_a_month_left_out_is_caught_up(base: int, life: int, ran: set[int]) -> None:
    course = Course(AssetMethod.straight, base, life, date(2025, 1, 1))
    posted: dict[tuple[int, int], int] = {}
    for number in sorted(ran):
        month = next_month((2025, 1), number)
        posted[month] = due(course, month, posted, {})
        assert sum(posted.values()) == target(course, month, {})
