"""Pure decisions on an order: what an entry must hold, the hash of its terms, its tolerance, its progress."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

from coop.kernel.errors import Fault
from coop.kernel.states import Transitions
from coop.kernel.units import Unit
from coop.standards.rules import line_amount

WHOLE_BP = 10_000
MOST_PAYMENT_DAYS = 3650
MOST_QUANTITY = 10**12  # the split rule is exact up to here
MOST_PRICE = 10**10
LONGEST_CODE, LONGEST_NAME = 40, 200


class PartState(StrEnum):
    """How far a part is. `shipped`, `taken` and `paid` speak of all that was collected so far."""

    received = "received"
    accepted = "accepted"
    refused = "refused"
    split = "split"  # type: ignore[assignment]  # the state's name; nobody splits a state's text
    collecting = "collecting"
    shipped = "shipped"
    taken = "taken"
    paid = "paid"
    closed = "closed"


MOVES = Transitions(
    "订单 order",
    {
        (PartState.received, PartState.accepted),
        (PartState.received, PartState.refused),
        (PartState.accepted, PartState.split),
        (PartState.split, PartState.collecting),
        (PartState.collecting, PartState.shipped),
        (PartState.collecting, PartState.split),  # every receipt so far was reversed
        (PartState.shipped, PartState.taken),
        (PartState.taken, PartState.paid),
        (PartState.paid, PartState.closed),
        # Partial shipments: more is collected after a first lorry left, was taken, or was even paid.
        (PartState.shipped, PartState.collecting),
        (PartState.taken, PartState.collecting),
        (PartState.paid, PartState.collecting),
    },
)


@dataclass(frozen=True, slots=True)
class GradeEntry:
    """A grade and its prices in 1/10000 yuan per kg or head; the higher of the two is paid."""

    grade: str
    price: int
    floor: int = 0


@dataclass(frozen=True, slots=True)
class LineEntry:
    """A product, its total quantity in base units (gram or head), and what each grade costs."""

    product: str
    quantity: int
    grades: tuple[GradeEntry, ...]


@dataclass(frozen=True, slots=True)
class OrderEntry:
    """An order to one seller as the buyer hands it in. `file_sha` is set where it came as a file.

    `advance_bp` is the share of the order's value the buyer may pay before anything is delivered.
    """

    buyer: str
    seller_entity: str
    contract: str
    window_from: date
    window_to: date
    tolerance_bp: int
    payment_days: int
    place: str
    lines: tuple[LineEntry, ...]
    file_sha: str | None = None
    advance_bp: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one line is, in base units. `answered` is taken plus missing."""

    collected: int
    shipped: int
    answered: int


def faults(entry: OrderEntry, grades_of: Mapping[str, frozenset[str]]) -> list[Fault]:
    """Everything that is wrong with an entry, by JSON pointer; `grades_of` maps a product to its grades."""
    found = []
    if entry.window_from > entry.window_to:
        found.append(
            Fault(
                "/window_to",
                f"交货止 {entry.window_to} 早于交货起 {entry.window_from}",
                f"the window ends {entry.window_to}, before it begins {entry.window_from}",
            )
        )
    limits = (
        ("tolerance_bp", entry.tolerance_bp, WHOLE_BP),
        ("advance_bp", entry.advance_bp, WHOLE_BP),
        ("payment_days", entry.payment_days, MOST_PAYMENT_DAYS),
    )
    for name, value, limit in limits:
        if not 0 <= value <= limit:
            zh, en = f"应在 0 到 {limit} 之间，实为 {value}", f"must be 0 to {limit}, found {value}"
            found.append(Fault(f"/{name}", zh, en))
    texts = (("contract", entry.contract, LONGEST_CODE), ("place", entry.place, LONGEST_NAME))
    for name, text, longest in texts:
        if not text.strip() or len(text) > longest:
            zh, en = (
                f"应为 1 到 {longest} 个字，实为 {len(text)} 个",
                f"must be 1 to {longest} long, found {len(text)}",
            )
            found.append(Fault(f"/{name}", zh, en))
    if not entry.lines:
        found.append(Fault("/lines", "没有明细", "an order needs at least one line"))
    products = [line.product for line in entry.lines]
    for index, line in enumerate(entry.lines):
        found += line_faults(f"/lines/{index}", line, grades_of, repeated=line.product in products[:index])
    return found


def line_faults(
    place: str, line: LineEntry, grades_of: Mapping[str, frozenset[str]], *, repeated: bool
) -> list[Fault]:
    """The faults of one line: its product, its quantity, its grade prices."""
    known = grades_of.get(line.product)
    found = []
    if known is None:
        found.append(Fault(f"{place}/product", f"没有产品 {line.product}", f"no product {line.product}"))
    if repeated:
        zh, en = f"产品 {line.product} 重复", f"product {line.product} is there twice"
        found.append(Fault(f"{place}/product", zh, en))
    if not 0 < line.quantity <= MOST_QUANTITY:
        zh = f"数量应在 1 到 {MOST_QUANTITY} 之间，实为 {line.quantity}"
        en = f"must be 1 to {MOST_QUANTITY}, found {line.quantity}"
        found.append(Fault(f"{place}/quantity", zh, en))
    if not line.grades:
        found.append(Fault(f"{place}/grades", "没有等级价", "a line needs at least one grade price"))
    names = [grade.grade for grade in line.grades]
    for index, grade in enumerate(line.grades):
        at = f"{place}/grades/{index}"
        if known is not None and grade.grade not in known:
            zh = f"产品 {line.product} 没有等级 {grade.grade}"
            en = f"product {line.product} has no grade {grade.grade}"
            found.append(Fault(f"{at}/grade", zh, en))
        if grade.grade in names[:index]:
            zh, en = f"等级 {grade.grade} 重复", f"grade {grade.grade} is there twice"
            found.append(Fault(f"{at}/grade", zh, en))
        if not 0 < max(grade.price, grade.floor) <= MOST_PRICE or min(grade.price, grade.floor) < 0:
            zh = f"单价与保底价不得为负、不得同时为零、不得超过 {MOST_PRICE}"
            en = f"price and floor must not be negative, both zero or above {MOST_PRICE}"
            found.append(Fault(f"{at}/price", zh, en))
    return found


def terms_digest(entry: OrderEntry) -> str:
    """The SHA-256 of what both sides agreed on, independent of the order of lines and grades.

    >>> from dataclasses import replace
    >>> line = LineEntry("XG", 5_000, (GradeEntry("A", 880_000), GradeEntry("B", 700_000)))
    >>> terms = OrderEntry("Q", "T", "C1", date(2025, 9, 1), date(2025, 9, 30), 500, 15, "留坝", (line,))
    >>> turned = replace(terms, lines=(LineEntry("XG", 5_000, line.grades[::-1]),), file_sha="ab")
    >>> terms_digest(terms) == terms_digest(turned)
    True
    >>> terms_digest(terms) == terms_digest(replace(terms, tolerance_bp=501))
    False
    >>> terms_digest(terms) == terms_digest(replace(terms, advance_bp=2_000))
    False
    """
    body = asdict(entry)
    del body["file_sha"]
    for line in body["lines"]:
        line["grades"] = sorted(line["grades"], key=lambda grade: str(grade["grade"]))
    body["lines"] = sorted(body["lines"], key=lambda line: str(line["product"]))
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Valued:
    """A line as its value is reckoned: the quantity in base units, and the best price of its grades."""

    quantity: int
    best_price: int
    unit: Unit


def most_advance(lines: Iterable[Valued], advance_bp: int) -> int:
    """The most that may be paid in advance, fen: the agreed share of the order's value, rounded down.

    Which grades will come is not known yet, so a line is worth its quantity at the best of its prices (the higher of
    price and floor). 1,200 kg at 88 yuan and 30 heads at 120 yuan are 109,200 yuan; 20 % of that:

    >>> lines = [Valued(1_200_000, 880_000, Unit.gram), Valued(30, 1_200_000, Unit.head)]
    >>> most_advance(lines, 2_000), most_advance(lines, 0)
    (2184000, 0)
    """
    value = sum(line_amount(line.quantity, line.best_price, line.unit) for line in lines)
    return value * advance_bp // WHOLE_BP


def most(quantity: int, tolerance_bp: int) -> int:
    """The most that may be delivered: the quantity and its tolerance, in whole base units, rounded down.

    >>> most(2_000_000, 500), most(3, 500)
    (2100000, 3)
    """
    return quantity * (WHOLE_BP + tolerance_bp) // WHOLE_BP


def reached(found: PartState, lines: Iterable[Progress]) -> PartState:
    """How far a part is by what its lines say: goods in store, on the road, or all answered for.

    >>> str(reached(PartState.collecting, [Progress(900, 900, 0), Progress(50, 0, 0)]))
    'collecting'
    >>> str(reached(PartState.collecting, [Progress(900, 900, 500), Progress(0, 0, 0)]))
    'shipped'
    """
    held: Sequence[Progress] = tuple(lines)
    if all(line.collected == 0 for line in held):
        return PartState.split
    if any(line.collected > line.shipped for line in held):
        return PartState.collecting
    if any(line.shipped > line.answered for line in held):
        return PartState.shipped
    return found if found is PartState.paid else PartState.taken


def path(found: PartState, wanted: PartState) -> list[PartState]:
    """The moves from one state of progress to another: forward one by one, back in one step.

    >>> [str(s) for s in path(PartState.split, PartState.shipped)]
    ['collecting', 'shipped']
    >>> [str(s) for s in path(PartState.taken, PartState.collecting)]
    ['collecting']
    """
    ladder = (PartState.split, PartState.collecting, PartState.shipped, PartState.taken)
    if found in ladder and wanted in ladder and ladder.index(wanted) > ladder.index(found):
        return list(ladder[ladder.index(found) + 1 : ladder.index(wanted) + 1])
    return [] if found is wanted else [wanted]
