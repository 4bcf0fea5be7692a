"""Who lives in the demo and what they grow: made from one seed. Every person, firm and number here is fictional."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = (
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
)
GRIDS = ("一组", "二组", "三组")
BAG_YIELD_G = 105
SHARE_PRICE_FEN = 100_000  # a contribution to the cooperative, 1,000 yuan a household


@dataclass(frozen=True, slots=True)
class Person:
    number: str
    name: str
    born: date
    phone: str
    bank_account: str


@dataclass(frozen=True, slots=True)
class Home:
    number: str
    grid: str
    monitored: bool
    people: tuple[Person, ...]
    bags: int

    @property
    def head(self) -> Person:
        return self.people[0]


def village(households: int, year: int, seed: int) -> tuple[Home, ...]:
    """The homes of the village on 1 January, by number; the same seed gives the same people."""
    random = Random(seed)
    homes = []
    member = 0
    for n in range(1, households + 1):
        surname = random.choice(SURNAMES)
        people = []
        for place in range(random.choice((1, 2, 3, 3, 4, 5))):
            member += 1
            age = random.randint(38, 72) if place < 2 else random.randint(12, 40)
            own = surname if place != 1 else random.choice(SURNAMES)
            people.append(
                Person(
                    number=f"M{member:05d}",
                    name=own + random.choice(GIVEN),
                    born=date(year - age, random.randint(1, 12), random.randint(1, 28)),
                    phone=f"199{seed % 10000:04d}{member:04d}"[:11],
                    bank_account=f"6299{seed % 1000:03d}{member:09d}",
                )
            )
        homes.append(
            Home(
                number=f"H{n:04d}",
                grid=random.choice(GRIDS),
                monitored=random.random() < 0.1,
                people=tuple(people),
                bags=random.randrange(400, 1201, 50),
            )
        )
    return tuple(homes)


def order_quantity(homes: tuple[Home, ...]) -> int:
    """What the enterprise orders: about four fifths of what the village can grow, in whole 5 kg lots plus a rest."""
    capacity = sum(home.bags for home in homes) * BAG_YIELD_G
    return capacity * 4 // 5 // 5000 * 5000 + 2000
