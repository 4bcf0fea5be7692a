"""What is entered of the growing, and its pure decisions: what issued inputs cost, until when a share is blocked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from coop.kernel.units import decimal_text
from ledger.money import round_half_up

MOST_COUNT = 10**6
MOST_FEN = 10**11
Words = tuple[str, str]  # a sentence in Chinese and in English


class FieldKind(StrEnum):
    """What was done in the field or the pen. `input`: something of the list of inputs was used."""

    plant = "plant"
    care = "care"
    input = "input"
    pest = "pest"
    harvest = "harvest"
    other = "other"


@dataclass(frozen=True, slots=True)
class IssueEntry:
    """So many units of an input for a household on credit, `price_fen` each."""

    household: str
    code: str
    count: int
    price_fen: int


@dataclass(frozen=True, slots=True)
class FieldEntry:
    """One line of the field log. An entry of kind `input` names the input."""

    allocation_id: int
    kind: FieldKind
    day: date
    text: str
    input_code: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What an inspection found at a control point. A failed one says why."""

    allocation_id: int
    point: str
    passed: bool
    note: str
    day: date


def issue_cost(count: int, stock: int, value_fen: int) -> int:
    """What `count` of `stock` units cost by moving average, fen, half-up; the last unit takes the rest.

    Three bags that cost 10.00 yuan together, one taken:

    >>> issue_cost(1, 3, 1000), issue_cost(2, 2, 667)
    (333, 667)
    """
    return value_fen if count == stock else round_half_up(value_fen * count, stock)


def free_from(last_use: date, days: int) -> date:
    """The first day after an interval: harvest is allowed `days` days after the last use.

    >>> free_from(date(2025, 5, 1), 7)
    datetime.date(2025, 5, 8)
    """
    return last_use + timedelta(days=days)


def failed_words(point: str, point_en: str, day: date) -> Words:
    """Why a failed control point stops the purchase."""
    return (
        f"控制点“{point}”在 {day} 检查不合格，复查合格前不收购",
        f"control point “{point_en}” failed on {day}: not bought until a later finding passes it",
    )


def interval_words(name: str, name_en: str, last_use: date, days: int, *, veterinary: bool) -> Words:
    """Why an interval that still runs stops the purchase.

    >>> interval_words("甲药", "drug A", date(2025, 5, 1), 7, veterinary=False)[1]
    'drug A was used on 2025-05-01; its pre-harvest interval is 7 days: bought from 2025-05-08'
    """
    what, what_en = ("休药期", "withdrawal period") if veterinary else ("安全间隔期", "pre-harvest interval")
    free = free_from(last_use, days)
    return (
        f"{last_use} 使用了“{name}”，{what} {days} 天，{free} 起可收购",
        f"{name_en} was used on {last_use}; its {what_en} is {days} days: bought from {free}",
    )


def forbidden_words(name: str, name_en: str, last_use: date, *, banned: bool) -> Words:
    """Why an input that must not be used on the product stops the purchase."""
    why, why_en = (
        ("属禁用投入品", "it is banned")
        if banned
        else ("没有登记用于该产品", "it is not listed for this product")
    )
    return (
        f"{last_use} 使用了“{name}”，{why}，不收购",
        f"{name_en} was used on {last_use}; {why_en}: not bought",
    )


def joined(sentences: list[Words]) -> Words:
    """Several reasons as one.

    >>> joined([("甲", "a"), ("乙", "b")])
    ('甲；乙', 'a; b')
    """
    return "；".join(zh for zh, _ in sentences), "; ".join(en for _, en in sentences)


@dataclass(frozen=True, slots=True)
class Terms:
    """What an agreement says, as figures: shares in 1/10000, names in both languages, floors as text."""

    seller: str
    seller_en: str
    household: str
    product: str
    product_en: str
    season: str
    standard: str
    standard_en: str
    floors: str
    floors_en: str
    fee_bp: int
    set_off_bp: int


def agreement_text(terms: Terms) -> Words:
    """The agreement's clauses. Same terms, same text, so that its hash says what was signed.

    Set-off never takes more than a voted share of a payment; silence is no; the cooperative bears what goes wrong on
    the road.
    """
    fee, share = decimal_text(terms.fee_bp, 2), decimal_text(terms.set_off_bp, 2)
    zh = [
        f"甲方：{terms.seller}；乙方：{terms.household} 户。",
        f"一、乙方在 {terms.season} 年生产“{terms.product}”，按{terms.standard}生产，如实填写生产记录。",
        "二、甲方按发放单向乙方赊销投入品，单价、数量和金额以发放单为准，记入乙方往来。",
        f"三、乙方交售后，货款扣除服务费 {fee} % 后，用于抵扣赊销款的部分不超过 {share} %，未抵扣的结转。",
        f"四、收购价取当日批准价与保底价中较高者。{terms.floors}",
        "五、水分、杂质和金额按磅单所印算式计算，双方签字为准。",
        "六、运输、储存中的短重和索赔由甲方承担；掺杂、使用禁用投入品造成的损失由乙方承担。",
        "七、遵守安全间隔期和休药期；阻断收购的控制点不合格的，复查合格前甲方不收购。",
        "八、对分配的份额不答复即为不接受，乙方不因此承担任何责任。",
    ]
    en = [
        f"Party A: {terms.seller_en}; party B: household {terms.household}.",
        f"1. In {terms.season} B grows {terms.product_en} by {terms.standard_en}, and keeps a true field log.",
        "2. A supplies inputs on credit by issue sheets, whose prices, counts and amounts hold; B owes them.",
        f"3. Of a payment less the service fee of {fee} %, at most {share} % is set off; the rest is carried.",
        f"4. The price is the higher of the day's approved price and the floor. {terms.floors_en}",
        "5. Moisture, impurity and amount follow the working printed on the weigh ticket, signed by both.",
        "6. A bears losses of transport and storage; B bears what comes of mixed-in matter or banned inputs.",
        "7. Intervals before harvest are kept; after a failed blocking control point A buys only once it passes.",
        "8. No answer to an offered share is a no, and nothing follows from it.",
    ]
    return "\n".join(zh), "\n".join(en)


def agreement_digest(text: Words) -> str:
    """The hash of both texts.

    >>> agreement_digest(("甲", "a"))[:12]
    '66ea50c29244'
    """
    return hashlib.sha256("\n\n".join(text).encode()).hexdigest()
