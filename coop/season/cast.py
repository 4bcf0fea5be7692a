"""Who lives in the demo county and what they grow: made from one seed. Every person, firm and number is fictional."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from random import Random

from ledger.money import apportion

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = [
    "明",
    "秀英",
    "建国",
    "桂兰",
    "志强",
    "玉梅",
    "文华",
    "春生",
    "小红",
    "长青",
    "德厚",
    "金凤",
    "永福",
    "巧珍",
    "大山",
    "水莲",
]
GRIDS = ("一组", "二组", "三组")
SHARE_PRICE_FEN = 100_000  # a contribution to the cooperative, 1,000 yuan a household
# Of a hundred households so many grow a product, with so many units of capacity (bags, hives, square metres, birds).
GROWERS = {
    "XG": (72, (400, 1201, 50)),
    "ME": (45, (300, 801, 50)),
    "FM": (30, (4, 21, 1)),
    "TM": (50, (20, 61, 5)),
    "TJ": (35, (30, 101, 10)),
}
FEWEST_PER_VILLAGE = 10
OUTSIDER = 3  # the household that never joined the cooperative, in every village; it grows everything


@dataclass(frozen=True, slots=True)
class VillageCast:
    """A village of the county: its codes, its size, and what grows there."""

    code: str
    name: str
    name_en: str
    short: str
    short_en: str
    town: str
    area: str
    households: int
    members: int
    products: tuple[str, ...]

    @property
    def size(self) -> Fraction:
        """The village beside the largest one, by members: what it earns and spends in common goes with it."""
        return Fraction(self.members, VILLAGES[0].members)

    @property
    def rceo(self) -> str:
        return f"{self.code}-RCEO"

    @property
    def coop(self) -> str:
        return f"{self.code}-COOP"


@dataclass(frozen=True, slots=True)
class Firm:
    """An enterprise that orders."""

    code: str
    login: str
    name: str
    name_en: str


VILLAGES = (
    VillageCast(
        "TYP",
        "桃源铺村（虚构）",
        "Taoyuanpu village (fictional)",
        "桃源铺村",
        "Taoyuanpu",
        "610729100",
        "610729100201",
        186,
        612,
        ("XG", "TJ"),
    ),
    VillageCast(
        "SBG",
        "沙坝沟村（虚构）",
        "Shabagou village (fictional)",
        "沙坝沟村",
        "Shabagou",
        "610729100",
        "610729100202",
        142,
        468,
        ("XG", "ME", "FM"),
    ),
    VillageCast(
        "XCK",
        "小川口村（虚构）",
        "Xiaochuankou village (fictional)",
        "小川口村",
        "Xiaochuankou",
        "610729101",
        "610729101201",
        118,
        377,
        ("XG", "ME", "TM"),
    ),
    VillageCast(
        "ZSC",
        "闸石村（虚构）",
        "Zhashi village (fictional)",
        "闸石村",
        "Zhashi",
        "610729101",
        "610729101202",
        97,
        305,
        ("XG", "FM", "TJ"),
    ),
)
HOUSEHOLDS = sum(village.households for village in VILLAGES)
FIRMS = {
    firm.code: firm
    for firm in (
        Firm("QLSZ", "enterprise", "秦岭山珍食品有限公司（虚构）", "Qinling Mountain Foods (fictional)"),
        Firm("LHSY", "enterprise-lhsy", "留侯参业有限公司（虚构）", "Liuhou Ginseng (fictional)"),
        Firm("ZBQY", "enterprise-zbqy", "紫柏禽业有限公司（虚构）", "Zibai Poultry (fictional)"),
    )
}


@dataclass(frozen=True, slots=True)
class Person:
    number: str
    name: str
    born: date
    phone: str
    bank_account: str


@dataclass(frozen=True, slots=True)
class Home:
    """A household: its people, and its units of capacity by product."""

    number: str
    grid: str
    monitored: bool
    people: tuple[Person, ...]
    capacity: dict[str, int]
    # Sells to the cooperative without having joined it: no contribution, no patronage.
    member: bool = True

    @property
    def head(self) -> Person:
        return self.people[0]


def sizes(households: int) -> dict[str, int]:
    """How many households each village has; a small demo has fewer villages, none below ten households.

    >>> sizes(543)
    {'TYP': 186, 'SBG': 142, 'XCK': 118, 'ZSC': 97}
    >>> sizes(12), sizes(25)
    ({'TYP': 12}, {'TYP': 14, 'SBG': 11})
    """
    count = max(1, min(len(VILLAGES), households // FEWEST_PER_VILLAGE))
    weights = {f"{place}": VILLAGES[place].households for place in range(count)}
    return {VILLAGES[int(place)].code: size for place, size in apportion(households, weights).items()}


def homes(village: VillageCast, households: int, year: int, seed: int) -> tuple[Home, ...]:
    """The homes of a village on 1 January, by number; the same seed gives the same people."""
    random = Random(f"{seed}:{village.code}")
    people_of = _household_sizes(random, households, village.members * households // village.households)
    found = []
    member = 0
    for n, size in enumerate(people_of, start=1):
        surname = random.choice(SURNAMES)
        people = []
        for place in range(size):
            member += 1
            age = random.randint(38, 72) if place < 2 else random.randint(12, 40)
            own = surname if place != 1 else random.choice(SURNAMES)
            people.append(
                Person(
                    number=f"M{member:05d}",
                    name=own + random.choice(GIVEN),
                    born=date(year - age, random.randint(1, 12), random.randint(1, 28)),
                    phone=f"199{VILLAGES.index(village)}{seed % 1000:03d}{member:04d}",
                    bank_account=f"6299{VILLAGES.index(village)}{seed % 1000:03d}{member:08d}",
                )
            )
        found.append(
            Home(
                number=f"H{n:04d}",
                grid=random.choice(GRIDS),
                monitored=random.random() < 0.1,
                people=tuple(people),
                capacity=_capacity(random, village.products, n),
                member=n != OUTSIDER,
            )
        )
    return tuple(found)


def _household_sizes(random: Random, households: int, members: int) -> list[int]:
    """One to seven people a household, all together the village's members."""
    found = [random.choice((1, 2, 3, 3, 4, 5)) for _ in range(households)]
    step = 1 if sum(found) < members else -1
    while sum(found) != max(households, members):
        place = random.randrange(households)
        if 1 <= found[place] + step <= 7:
            found[place] += step
    return found


def _capacity(random: Random, products: tuple[str, ...], n: int) -> dict[str, int]:
    """What the household can grow; the first ones of a village grow everything, so that nothing is without a grower."""
    found = {}
    for product in products:
        share, (least, limit, step) = GROWERS[product]
        units = random.randrange(least, limit, step)
        if n <= 3 or random.randrange(100) < share:
            found[product] = units
    return found
