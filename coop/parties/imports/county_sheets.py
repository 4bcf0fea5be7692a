"""The sheets of a county's first day, and the values they become."""

from __future__ import annotations

from dataclasses import dataclass

from coop.kernel.actor import Role
from coop.parties.models import TenantKind
from integrations.excel import Choice, Column, Kind, Sheet

ROLE_WORDS = {
    "管理员": Role.admin,
    "经理": Role.manager,
    "会计": Role.accountant,
    "复核": Role.checker,
    "收购员": Role.clerk,
    "监督": Role.supervisor,
    "企业": Role.enterprise,
    "县镇": Role.county,
}
LEVELS = (TenantKind.village, TenantKind.township, TenantKind.county)


def _code(key: str, zh: str, en: str, *, required: bool = True, note: str = "") -> Column:
    return Column(key, zh, en, Kind.code, required=required, longest=40, note_zh=note, note_en=note)


AREAS = Sheet(
    "区划",
    (
        _code("code", "区划代码", "area code", note="610729100201"),
        Column("name", "名称", "name", longest=100),
        Column("name_en", "英文名称", "English name", required=False, longest=100),
        _code("parent", "上级代码", "code of the area above", required=False),
    ),
    key=("code",),
    name_en="Areas",
    note_zh="县、镇、村各一行；县的上级代码留空",
    note_en="one row a county, town and village; the county's area above stays empty",
)
TENANTS = Sheet(
    "单位",
    (
        _code("code", "单位代码", "tenant code", note="TYP"),
        Column(
            "kind",
            "类别",
            "kind",
            Kind.choice,
            choices=(
                Choice("village", "村", "village"),
                Choice("enterprise", "企业", "enterprise"),
                Choice("township", "镇", "township"),
                Choice("county", "县", "county"),
            ),
        ),
        Column("name", "名称", "name", longest=100),
        Column("name_en", "英文名称", "English name", required=False, longest=100),
        _code("area", "区划代码", "area code", required=False),
    ),
    key=("code",),
    name_en="Tenants",
    note_zh="村委会（含村办各合作社）、企业、镇政府、县局；企业可不填区划",
    note_en="village communities, enterprises, township and county offices; an enterprise needs no area",
)
ENTITIES = Sheet(
    "法人",
    (
        _code("code", "法人代码", "entity code", note="TYP-COOP"),
        _code("tenant", "单位代码", "tenant code"),
        Column("name", "名称", "name", longest=100),
        Column("name_en", "英文名称", "English name", required=False, longest=100),
        Column(
            "standard",
            "会计制度",
            "standard",
            Kind.choice,
            required=False,
            choices=(
                Choice("rceo_2023", "农村集体经济组织会计制度", "rceo_2023"),
                Choice("coop_2021", "农民专业合作社会计制度", "coop_2021"),
            ),
            note_zh="村的法人必填，企业留空",
            note_en="needed for a village's entity, empty for an enterprise",
        ),
        Column("sells", "接单", "takes orders", Kind.flag, required=False),
    ),
    key=("code",),
    name_en="Entities",
)
USERS = Sheet(
    "首批用户",
    (
        _code("username", "登录号", "login", note="13800000001"),
        Column("name", "姓名", "full name", longest=50),
        _code("tenant", "单位代码", "tenant code", required=False),
        Column("roles", "角色", "roles", longest=100, note_zh="、".join(ROLE_WORDS), note_en=", ".join(Role)),
    ),
    key=("username",),
    name_en="First users",
    note_zh="几个角色用顿号隔开；只有系统管理员（角色：管理员）不填单位",
    note_en="several roles with commas between; only a system administrator (role admin) has no tenant",
)
SHEETS = (AREAS, TENANTS, ENTITIES, USERS)


@dataclass(frozen=True, slots=True)
class AreaEntry:
    code: str
    name: str
    name_en: str
    parent: str


@dataclass(frozen=True, slots=True)
class TenantEntry:
    code: str
    kind: TenantKind
    name: str
    name_en: str
    area: str


@dataclass(frozen=True, slots=True)
class EntityEntry:
    code: str
    tenant: str
    name: str
    name_en: str
    standard: str
    sells: bool


@dataclass(frozen=True, slots=True)
class UserEntry:
    username: str
    name: str
    tenant: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class County:
    """What the workbook says; areas stand with the upper ones first."""

    areas: tuple[AreaEntry, ...]
    tenants: tuple[TenantEntry, ...]
    entities: tuple[EntityEntry, ...]
    users: tuple[UserEntry, ...]

    def above(self, area: str) -> tuple[str, ...]:
        """The areas above one, from the nearest up."""
        parents = {entry.code: entry.parent for entry in self.areas}
        found = []
        while area := parents.get(area, ""):
            found.append(area)
        return tuple(found)

    def readers(self, village: TenantEntry) -> tuple[str, ...]:
        """Codes of the township and county offices of the areas a village lies in."""
        areas = set(self.above(village.area))
        offices = (TenantKind.township, TenantKind.county)
        return tuple(t.code for t in self.tenants if t.kind in offices and t.area in areas)
