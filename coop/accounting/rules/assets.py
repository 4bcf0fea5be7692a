"""What an asset card says, which accounts stand behind its class and use, and what is wrong with a card. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from coop.kernel.errors import Fault
from ledger.chart import Chart

NOMINAL_FEN = 100  # 名义金额 1 元 (财会〔2021〕37号 art. 25, 26)
LONGEST = 1200  # months


class AssetClass(StrEnum):
    """固定资产, 生产性、消耗性、公益性生物资产, 无形资产, 长期待摊费用, 资源性资产 (land, forest: area, no value)."""

    fixed = "fixed"
    bearer = "bearer"
    consumable = "consumable"
    welfare = "welfare"
    intangible = "intangible"
    deferred = "deferred"
    resource = "resource"


class AssetMethod(StrEnum):
    """Not depreciated, straight-line over months (年限平均法), or by units of production (工作量法)."""

    none = "none"
    straight = "straight"
    units = "units"


class AssetUse(StrEnum):
    """What depreciation is charged to: operations, production cost, administration, public welfare (J26, J27)."""

    operating = "operating"
    cost = "cost"
    admin = "admin"
    welfare = "welfare"


class AssetOrigin(StrEnum):
    """How the cost came into the books: opening balance, a posted voucher, a draft made by the card, not at all."""

    opening = "opening"
    voucher = "voucher"
    draft = "draft"
    none = "none"


PREFIX = {
    AssetClass.fixed: "GD",
    AssetClass.bearer: "SC",
    AssetClass.consumable: "XH",
    AssetClass.welfare: "GY",
    AssetClass.intangible: "WX",
    AssetClass.deferred: "DT",
    AssetClass.resource: "ZY",
}
ASSET_ROLES = {
    AssetClass.fixed: "fixed_asset",
    AssetClass.bearer: "bearer_asset",
    AssetClass.consumable: "consumable_asset",
    AssetClass.welfare: "welfare_asset",
    AssetClass.intangible: "intangible",
    AssetClass.deferred: "deferred",
}
# 171 has no contra account: what is amortized leaves the account itself.
CONTRA_ROLES = {
    AssetClass.fixed: "fixed_depr",
    AssetClass.bearer: "bearer_depr",
    AssetClass.intangible: "intangible_depr",
    AssetClass.deferred: "deferred",
}
USE_ROLES = {
    AssetUse.operating: "depr_operating",
    AssetUse.cost: "depr_cost",
    AssetUse.admin: "depr_admin",
    AssetUse.welfare: "depr_welfare",
}
BIOLOGICAL = (AssetClass.bearer, AssetClass.consumable, AssetClass.welfare)


@dataclass(frozen=True, slots=True)
class AssetEntry:
    """A card as typed, fen and square metres.

    `since` is the day from which depreciation counts here and `opening_fen` what was depreciated before it: of a new
    asset its day of use and 0. `life` is in months, or in units of production, from `since` on. `account` lies in the
    class's account (151, or 151:COLD); empty is the class's own.
    """

    kind: AssetClass
    name: str
    day: date
    cost_fen: int = 0
    residual_fen: int = 0
    method: AssetMethod = AssetMethod.none
    life: int = 0
    use: AssetUse = AssetUse.operating
    since: date | None = None
    opening_fen: int = 0
    nominal: bool = False
    area_m2: int = 0
    unit_name: str = ""
    account: str = ""
    location: str = ""
    custodian: str = ""


def asset_path(chart: Chart, entry: AssetEntry) -> str:
    """The account that holds the cost; empty for resources.

    >>> from ledger.chart import Standard, chart_of
    >>> asset_path(chart_of(Standard.coop_2021), AssetEntry(AssetClass.bearer, "茶园", date(2025, 3, 1)))
    '142'
    """
    if entry.kind is AssetClass.resource:
        return ""
    return entry.account or chart.path(ASSET_ROLES[entry.kind])


def expense_path(chart: Chart, use: AssetUse) -> str:
    """What depreciation of an asset of that use is charged to.

    >>> from ledger.chart import Standard, chart_of
    >>> [expense_path(chart_of(Standard.rceo_2023), use) for use in AssetUse]
    ['511:04', '401', '513:04', '514:04']
    >>> [expense_path(chart_of(Standard.coop_2021), use) for use in AssetUse]
    ['521:04', '401', '523:03', '529:01']
    """
    return chart.path(USE_ROLES[use])


def contra_path(chart: Chart, kind: AssetClass, account: str) -> str:
    """What depreciation is credited to: 152, 133|143, 162, or 171 itself."""
    role = CONTRA_ROLES[kind]
    return account if role == "deferred" else chart.path(role)


def card_faults(chart: Chart, entry: AssetEntry) -> list[Fault]:
    """Everything wrong with a card, each fault at its field.

    >>> from ledger.chart import Standard, chart_of
    >>> chart = chart_of(Standard.rceo_2023)
    >>> wrong = AssetEntry(AssetClass.welfare, "行道树", date(2025, 3, 1), 100_000, method=AssetMethod.straight, life=60)
    >>> [fault.place for fault in card_faults(chart, wrong)]
    ['method']
    """
    faults = [] if entry.name.strip() else [Fault("name", "须写名称", "a name is needed")]
    if entry.kind is AssetClass.resource:
        return faults + _resource_faults(entry)
    return faults + _value_faults(chart, entry) + _method_faults(entry)


def _resource_faults(entry: AssetEntry) -> list[Fault]:
    faults = []
    if entry.area_m2 <= 0:
        faults.append(Fault("area", "资源性资产须写面积", "a resource has an area"))
    if entry.cost_fen or entry.opening_fen or entry.method is not AssetMethod.none:
        faults.append(
            Fault("cost", "资源性资产不计价、不折旧", "a resource has no value and no depreciation")
        )
    return faults


def _value_faults(chart: Chart, entry: AssetEntry) -> list[Fault]:
    faults = []
    root = chart.path(ASSET_ROLES[entry.kind])
    if entry.account and entry.account != root and not entry.account.startswith(f"{root}:"):
        faults.append(
            Fault(
                "account", f"须在科目 {root} 下，实为 {entry.account}", f"under {root}, not {entry.account}"
            )
        )
    if entry.cost_fen <= 0:
        faults.append(Fault("cost", "原值须大于 0", "the cost must be above 0"))
    if entry.nominal and entry.cost_fen != NOMINAL_FEN:
        faults.append(Fault("cost", "名义金额为 1 元", "a nominal amount is 1 yuan"))
    if min(entry.residual_fen, entry.opening_fen) < 0:
        faults.append(
            Fault("residual", "残值、已提折旧不小于 0", "residual and depreciation are not below 0")
        )
    base = entry.cost_fen - entry.residual_fen - entry.opening_fen
    if base < 0:
        faults.append(
            Fault(
                "residual",
                f"残值加已提折旧超过原值 {-base} 分",
                f"residual and past depreciation exceed the cost by {-base} fen",
            )
        )
    if entry.since is not None and entry.since < entry.day:
        faults.append(Fault("since", f"不早于启用日 {entry.day}", f"not before the day of use {entry.day}"))
    return faults


def _method_faults(entry: AssetEntry) -> list[Fault]:
    depreciated = entry.method is not AssetMethod.none
    faults = []
    if depreciated and (entry.nominal or entry.kind not in CONTRA_ROLES):
        faults.append(
            Fault(
                "method",
                "名义金额资产、消耗性和公益性生物资产不计提折旧",
                "nominal amounts, consumable and public-welfare biological assets are not depreciated",
            )
        )
    if depreciated and entry.life <= 0:
        faults.append(Fault("life", "须写使用寿命", "a life is needed"))
    if entry.method is AssetMethod.straight and entry.life > LONGEST:
        faults.append(Fault("life", f"不超过 {LONGEST} 个月", f"{LONGEST} months at most"))
    if not depreciated and entry.opening_fen:
        faults.append(Fault("opening", "不折旧的资产没有已提折旧", "no depreciation, so none before either"))
    return faults
