"""The voucher of a depreciation run: one a book and month. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from coop.accounting.rules.depreciation import Month
from coop.accounting.rules.leases import month_end
from ledger.voucher import Voucher, VoucherKind, credit, debit


@dataclass(frozen=True, slots=True)
class Charge:
    """What one card is charged: to which expense, against which account, fen."""

    expense: str
    contra: str
    fen: int


def run_source(kind: str, entity: str, month: Month, attempt: int) -> str:
    """What a run's voucher came from; a run after a reversal has its own.

    >>> run_source("depreciation", "TYP-COOP", (2025, 3), 1), run_source("rent", "TYP-COOP", (2025, 3), 2)
    ('depreciation:TYP-COOP:2025:03', 'rent:TYP-COOP:2025:03:2')
    """
    again = f":{attempt}" if attempt > 1 else ""
    return f"{kind}:{entity}:{month[0]}:{month[1]:02d}{again}"


def depreciation(entity: str, month: Month, charges: Iterable[Charge], *, attempt: int = 1) -> Voucher:
    """Dr each expense / Cr each accumulated depreciation, the cards of an account together (J26, J27).

    >>> told = depreciation("TYP-RCEO", (2025, 4), [Charge("401", "152", 28_500), Charge("513:04", "152", 1_000),
    ...                                              Charge("511:04", "133", 700)])
    >>> told.day.isoformat(), [(line.account, line.amount) for line in told.postings]
    ('2025-04-30', [('401', 28500), ('511:04', 700), ('513:04', 1000), ('133', -700), ('152', -29500)])
    """
    expenses, contras = Counter[str](), Counter[str]()
    for charge in charges:
        expenses[charge.expense] += charge.fen
        contras[charge.contra] += charge.fen
    lines = (
        *(debit(path, fen) for path, fen in sorted(expenses.items())),
        *(credit(path, fen) for path, fen in sorted(contras.items())),
    )
    summary = f"计提{month[0]}年{month[1]}月折旧和摊销"
    source = run_source("depreciation", entity, month, attempt)
    return Voucher(month_end(month), summary, lines, source, kind=VoucherKind.manual)
